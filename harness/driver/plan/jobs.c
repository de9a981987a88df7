#include "harness/driver/plan/jobs.h"

#include "harness/common/units.h"
#include "harness/driver/machine/hugepages.h"
#include "harness/driver/machine/memory.h"
#include "harness/driver/plan/catalog.h"

#include <stdio.h>
#include <string.h>

enum {
	/* Samples an arm takes in a row. Cold ones pay for a walk over the caches each. */
	BURST_WARM = 5,
	BURST_COLD = 2,
	/* Placements beside `same` are measured at no larger heap, unless asked for by name. */
	OTHER_CPU_HEAP_MAX = 256 << 20,
	/* Cold cells likewise: what a fork of more than this goes through displaces the caches by itself
	 * (METHODOLOGY, "State before the window"), and what shares memory takes as long at any size. A
	 * fifth of the time of make bench went into them. */
	COLD_HEAP_MAX = 64 << 20,
	/* Page kinds beside 4k are measured at the largest heap up to this, unless asked for. */
	OTHER_KIND_HEAP_MAX = 64 << 20,
	/* Beyond this counts only grow with the pages, and counted passes are dear. */
	COUNTED_HEAP_MAX = 64 << 20,
};

/* What the jobs of one experiment share. */
struct jobs {
	struct plan *plan;
	const struct wire_experiment *experiment;
	uint32_t arm_from;
	uint64_t heap_bytes[SETTINGS_HEAPS_MAX];
	size_t heap_count;
	struct problem *problem;
};

static bool varies(const struct jobs *jobs, enum varies axis)
{
	return jobs->experiment->varies & axis;
}

/* The levels of an axis that the experiment runs: those chosen, or the first if it does not vary it. */
static bool runs_level(const struct jobs *jobs, enum varies axis, const struct levels *chosen,
		       unsigned level)
{
	return varies(jobs, axis) ? chosen->chosen[level] : level == 0;
}

/* "1 GiB, 4 GiB" */
static const char *name_heaps(const uint64_t *heap_bytes, size_t count, char text[NOTE_BYTES])
{
	char heap[UNITS_TEXT_MAX];
	*text = '\0';
	for (size_t i = 0; i < count; i++)
		notes_append(text, NOTE_BYTES, "%s%s", i ? ", " : "",
			     units_format_bytes(heap_bytes[i], heap));
	return text;
}

/* The experiment's own sizes, or the preset's; within a quarter of what is available. */
static enum outcome choose_own_heaps(struct jobs *jobs)
{
	char heaps[NOTE_BYTES], left[UNITS_TEXT_MAX];
	const char *own = jobs->plan->settings.is_quick ? jobs->experiment->quick_heaps
							: jobs->experiment->heaps;
	uint64_t available = 0;
	const char *limited_by;
	if (*own && units_parse_bytes_list(own, jobs->heap_bytes, SETTINGS_HEAPS_MAX,
					   &jobs->heap_count, jobs->problem))
		return OUTCOME_FAILED;
	if (memory_available(&available, &limited_by, jobs->problem))
		return OUTCOME_FAILED;
	size_t all = jobs->heap_count;
	while (jobs->heap_count > 1 && jobs->heap_bytes[jobs->heap_count - 1] > available / 4)
		jobs->heap_count--;
	if (jobs->heap_count < all)
		notes_add(&jobs->plan->left_out,
			  "%s at %s: more than a quarter of the %s that %s leaves; ask for it with "
			  "--heap",
			  jobs->experiment->name,
			  name_heaps(jobs->heap_bytes + jobs->heap_count, all - jobs->heap_count,
				     heaps),
			  units_format_bytes(available, left), limited_by);
	return OUTCOME_OK;
}

/* The experiment's heap sizes. Those given by name are never dropped, but for a heap of no pages where
 * that makes no sense. */
static enum outcome choose_heaps(struct jobs *jobs)
{
	const struct settings *settings = &jobs->plan->settings;
	memcpy(jobs->heap_bytes, settings->heap_bytes, sizeof jobs->heap_bytes);
	jobs->heap_count = settings->heap_count;
	if (!settings->heaps_given && choose_own_heaps(jobs))
		return OUTCOME_FAILED;
	/* Sizes are sorted. */
	if (!jobs->experiment->needs_heap || !jobs->heap_count || jobs->heap_bytes[0] != 0)
		return OUTCOME_OK;
	memmove(jobs->heap_bytes, jobs->heap_bytes + 1,
		--jobs->heap_count * sizeof *jobs->heap_bytes);
	if (jobs->heap_count || !settings->experiments_given) {
		notes_add(&jobs->plan->left_out, "%s at heap 0: it needs pages",
			  jobs->experiment->name);
		return OUTCOME_OK;
	}
	return fail(jobs->problem, "cannot run %s without a heap; give a --heap larger than 0",
		    jobs->experiment->name);
}

/* Numbers of running threads: those given, or 0, 1, 2, 4, ... and as many as other CPUs. */
static size_t choose_threads(const struct jobs *jobs, uint32_t threads[SETTINGS_THREADS_MAX])
{
	const struct plan *plan = jobs->plan;
	size_t count = 0;
	threads[count++] = 0;
	if (!varies(jobs, VARIES_THREADS))
		return count;
	if (plan->settings.thread_level_count) {
		memcpy(threads, plan->settings.threads, sizeof plan->settings.threads);
		return plan->settings.thread_level_count;
	}
	uint32_t others = plan_other_cpus(plan);
	if (!others)
		notes_add(&jobs->plan->left_out, "running threads of %s: only CPU %d is allowed",
			  jobs->experiment->name, plan->caller_cpu);
	for (uint32_t k = 1; k < others && count + 1 < SETTINGS_THREADS_MAX; k *= 2)
		threads[count++] = k;
	if (others)
		threads[count++] = others;
	return count;
}

static bool add_cell(struct plan_job *job, const struct wire_cell *cell)
{
	if (job->cell_count == WIRE_CELLS_MAX)
		return false;
	job->cells[job->cell_count++] = *cell;
	return true;
}

static bool runs_cold(const struct settings *settings, uint64_t heap_bytes)
{
	return heap_bytes <= COLD_HEAP_MAX || settings->heaps_given || settings->caches_given;
}

/* All combinations of levels within a job; without `all_cells` only the plain one. */
static bool add_cells(const struct jobs *jobs, struct plan_job *job, bool all_cells)
{
	const struct settings *settings = &jobs->plan->settings;
	bool fits = true;
	for (unsigned state = 0; state < STATE_COUNT; state++)
		for (unsigned cache = 0; cache < CACHE_COUNT; cache++)
			for (unsigned order = 0; order < TOUCH_COUNT; order++) {
				bool plain = state == STATE_DIRTY && cache == CACHE_WARM &&
					     order == TOUCH_SEQUENTIAL;
				if (!runs_level(jobs, VARIES_STATE, &settings->states, state) ||
				    !runs_level(jobs, VARIES_CACHE, &settings->caches, cache) ||
				    !runs_level(jobs, VARIES_TOUCH_ORDER, &settings->touch_orders,
						order) ||
				    !(all_cells || plain) ||
				    (cache == CACHE_COLD && !runs_cold(settings, job->heap_bytes)))
					continue;
				const struct wire_cell cell = {
					.state = state,
					.cache = cache,
					.touch_order = order,
					.threads = job->threads,
					.counted = plain && job->child_cpu == CHILD_CPU_SAME &&
						   (settings->heaps_given ||
						    job->heap_bytes <= COUNTED_HEAP_MAX),
					.burst_max = cache == CACHE_COLD ? BURST_COLD : BURST_WARM,
				};
				fits = fits && add_cell(job, &cell);
			}
	return fits;
}

static bool needs_second_heap(const struct jobs *jobs, const struct plan_job *job)
{
	const struct plan *plan = jobs->plan;
	bool needs = jobs->experiment->copies_heap;
	for (uint32_t i = 0; i < job->arm_count; i++) {
		const struct wire_primitive *primitive =
			catalog_primitive(&plan->catalog, plan->arms[job->arm_from + i].primitive);
		needs = needs || (primitive && primitive->traits & TRAIT_COPIES_HEAP);
	}
	return needs;
}

/* Levels that come as a help, unasked, do so in the plain cell alone. */
static void say_no_plain_cell(struct jobs *jobs, const struct plan_job *job)
{
	bool kind = job->page_kind != PAGE_KIND_4K;
	notes_add(&jobs->plan->left_out,
		  "%s %s of %s: unasked it runs only dirty, warm and sequential, which is not "
		  "chosen; ask "
		  "for it "
		  "with --%s",
		  kind ? "page kind" : "child on",
		  kind ? axis_name(&axis_page_kind, job->page_kind)
		       : axis_name(&axis_child_cpu, job->child_cpu),
		  jobs->experiment->name, kind ? "page-kind" : "child-cpu");
}

/* A worker keeps a histogram for each arm and cell of an experiment that has them. */
static bool histograms_fit(const struct plan *plan, const struct plan_job *job)
{
	uint32_t arms = 0;
	for (uint32_t i = 0; i < job->arm_count; i++) {
		const struct wire_experiment *experiment = catalog_experiment(
			&plan->catalog, plan->arms[job->arm_from + i].experiment);
		arms += experiment && experiment->histogram;
	}
	return arms * job->cell_count <= WIRE_HISTOGRAMS_MAX;
}

/* One job; `like` says where: heap, page kind, placement, threads. */
static enum outcome add_one(struct jobs *jobs, const struct plan_job *like, bool all_cells)
{
	struct plan *plan = jobs->plan;
	struct plan_job job = *like;
	job.experiment = jobs->experiment;
	job.arm_from = jobs->arm_from;
	job.arm_count = plan->arm_count - jobs->arm_from;
	if (!add_cells(jobs, &job, all_cells))
		return fail(jobs->problem,
			    "cannot plan more than %d cells for %s; choose fewer levels",
			    WIRE_CELLS_MAX, jobs->experiment->name);
	if (job.cell_count == 0) {
		if (!all_cells)
			say_no_plain_cell(jobs, &job);
		return OUTCOME_OK;
	}
	if (!histograms_fit(plan, &job))
		return fail(jobs->problem,
			    "cannot keep more than %d histograms of %s; choose fewer levels",
			    WIRE_HISTOGRAMS_MAX, jobs->experiment->name);
	for (uint32_t c = 0; c < job.cell_count; c++)
		if (job.cells[c].cache == CACHE_COLD)
			job.evict_bytes = plan->evict_bytes;
	job.copies_heap = needs_second_heap(jobs, &job);
	if (memory_check(job.heap_bytes, job.copies_heap, job.evict_bytes, jobs->problem))
		return OUTCOME_FAILED;
	if (plan->job_count == PLAN_JOBS_MAX)
		return fail(jobs->problem, "cannot plan more than %d jobs; name fewer with --heap",
			    PLAN_JOBS_MAX);
	plan->jobs[plan->job_count++] = job;
	return OUTCOME_OK;
}

/* A job for each number of threads: where one ran, its CPU stays in the TLB mask of the caller's memory
 * for a while (METHODOLOGY, "Placement"), so that no worker runs with two numbers of them. */
static enum outcome add_job(struct jobs *jobs, uint64_t heap_bytes, enum page_kind page_kind,
			    enum child_cpu child_cpu, bool all_cells)
{
	uint32_t threads[SETTINGS_THREADS_MAX];
	size_t count = choose_threads(jobs, threads);
	for (size_t i = 0; i < count; i++) {
		const struct plan_job like = {.heap_bytes = heap_bytes,
					      .page_kind = page_kind,
					      .child_cpu = child_cpu,
					      .threads = threads[i]};
		if (add_one(jobs, &like, all_cells))
			return OUTCOME_FAILED;
	}
	return OUTCOME_OK;
}

/* Placements beside `same` that nobody asked for by name: the smallest heap, the middle one, and
 * the largest up to OTHER_CPU_HEAP_MAX; dirty and warm. */
static enum outcome add_default_placements(struct jobs *jobs)
{
	if (jobs->heap_count == 0)
		return OUTCOME_OK;
	size_t last = jobs->heap_count - 1;
	while (last > 0 && jobs->heap_bytes[last] > OTHER_CPU_HEAP_MAX)
		last--;
	const size_t picks[] = {0, last / 2, last};
	for (unsigned placement = CHILD_CPU_FREE; placement < CHILD_CPU_COUNT; placement++) {
		if (placement == CHILD_CPU_OTHER && jobs->plan->other_cpu < 0) {
			notes_add(&jobs->plan->left_out,
				  "child on another CPU: only CPU %d is allowed",
				  jobs->plan->caller_cpu);
			continue;
		}
		for (size_t i = 0; i < 3; i++)
			if ((i == 0 || picks[i] != picks[i - 1]) &&
			    add_job(jobs, jobs->heap_bytes[picks[i]], PAGE_KIND_4K, placement,
				    false))
				return OUTCOME_FAILED;
	}
	return OUTCOME_OK;
}

/* Whether a page kind can be had; if not, fails where it was asked for by name, else notes why. */
static enum outcome check_kind(struct jobs *jobs, enum page_kind kind, uint64_t heap_bytes,
			       bool *can)
{
	struct plan *plan = jobs->plan;
	struct plan_gap gap = {.page_kind = kind};
	*can = hugepages_can(kind, heap_bytes * (jobs->experiment->copies_heap ? 2 : 1), gap.why);
	if (*can)
		return OUTCOME_OK;
	if (plan->settings.page_kinds_given)
		return fail(jobs->problem, "cannot build a heap of page kind %s: %s",
			    axis_name(&axis_page_kind, kind), gap.why);
	for (size_t i = 0; i < plan->gap_count; i++)
		if (plan->gaps[i].page_kind == kind)
			return OUTCOME_OK;
	plan->gaps[plan->gap_count++] = gap;
	return OUTCOME_OK;
}

static bool is_whole(uint64_t heap_bytes)
{
	return heap_bytes && heap_bytes % HUGE_BYTES == 0;
}

/* Says which heaps are no whole huge pages; fails if a kind that was asked for is left without any. */
static enum outcome check_whole(struct jobs *jobs, enum page_kind kind)
{
	char heaps[NOTE_BYTES], text[UNITS_TEXT_MAX];
	const char *name = axis_name(&axis_page_kind, kind);
	bool given = jobs->plan->settings.page_kinds_given;
	uint64_t torn[SETTINGS_HEAPS_MAX];
	size_t torn_count = 0, left = 0;
	for (size_t i = 0; i < jobs->heap_count; i++) {
		if (!is_whole(jobs->heap_bytes[i]))
			torn[torn_count++] = jobs->heap_bytes[i];
		else if (given || jobs->heap_bytes[i] <= OTHER_KIND_HEAP_MAX)
			left++;
	}
	name_heaps(torn, torn_count, heaps);
	if (given && !left && torn_count)
		return fail(jobs->problem,
			    "cannot build a heap of page kind %s for %s: %s is no whole number of "
			    "huge pages; give --heap 2M or a multiple of it",
			    name, jobs->experiment->name, heaps);
	if (given && torn_count)
		notes_add(&jobs->plan->left_out, "page kind %s of %s at %s: no whole huge pages",
			  name, jobs->experiment->name, heaps);
	if (!given && !left && jobs->heap_count)
		notes_add(&jobs->plan->left_out,
			  "page kind %s of %s: no heap up to %s is whole huge pages of 2 MiB; ask "
			  "for "
			  "it with --page-kind",
			  name, jobs->experiment->name,
			  units_format_bytes(OTHER_KIND_HEAP_MAX, text));
	return OUTCOME_OK;
}

/* Page kinds beside 4k: at every heap that holds whole huge pages if asked for by name, else at the
 * largest that is not too dear. */
static enum outcome add_kind(struct jobs *jobs, enum page_kind kind)
{
	bool given = jobs->plan->settings.page_kinds_given;
	if (check_whole(jobs, kind))
		return OUTCOME_FAILED;
	for (size_t i = jobs->heap_count; i-- > 0;) {
		uint64_t heap_bytes = jobs->heap_bytes[i];
		bool can;
		if (!is_whole(heap_bytes) || (!given && heap_bytes > OTHER_KIND_HEAP_MAX))
			continue;
		if (check_kind(jobs, kind, heap_bytes, &can) ||
		    (can && add_job(jobs, heap_bytes, kind, CHILD_CPU_SAME, given)))
			return OUTCOME_FAILED;
		if (!given)
			break;
	}
	return OUTCOME_OK;
}

static enum outcome add_kinds(struct jobs *jobs)
{
	const struct settings *settings = &jobs->plan->settings;
	for (unsigned kind = PAGE_KIND_THP; kind < PAGE_KIND_COUNT; kind++)
		if (varies(jobs, VARIES_PAGE_KIND) && settings->page_kinds.chosen[kind] &&
		    add_kind(jobs, kind))
			return OUTCOME_FAILED;
	return OUTCOME_OK;
}

/* What is dear, and was not asked for by name, is not done at large heaps. */
static void say_dear(const struct jobs *jobs)
{
	char heaps[NOTE_BYTES];
	struct plan *plan = jobs->plan;
	const struct settings *settings = &plan->settings;
	const char *name = jobs->experiment->name;
	size_t from = 0, count_from = 0;
	while (from < jobs->heap_count && jobs->heap_bytes[from] <= COLD_HEAP_MAX)
		from++;
	while (count_from < jobs->heap_count && jobs->heap_bytes[count_from] <= COUNTED_HEAP_MAX)
		count_from++;
	if (varies(jobs, VARIES_CACHE) && settings->caches.chosen[CACHE_COLD] &&
	    from < jobs->heap_count && !runs_cold(settings, jobs->heap_bytes[from]))
		notes_add(&plan->left_out,
			  "cold caches of %s at %s: dear; ask for them with --cache cold", name,
			  name_heaps(jobs->heap_bytes + from, jobs->heap_count - from, heaps));
	if (jobs->experiment->is_countable && plan->counters.count && !settings->heaps_given &&
	    count_from < jobs->heap_count)
		notes_add(&plan->left_out, "counters of %s at %s: dear; ask for them with --heap",
			  name,
			  name_heaps(jobs->heap_bytes + count_from, jobs->heap_count - count_from,
				     heaps));
}

enum outcome jobs_add(struct plan *plan, const struct wire_experiment *experiment,
		      uint32_t arm_from, struct problem *problem)
{
	struct jobs jobs = {
		.plan = plan, .experiment = experiment, .arm_from = arm_from, .problem = problem};
	const struct settings *settings = &plan->settings;
	if (choose_heaps(&jobs))
		return OUTCOME_FAILED;
	say_dear(&jobs);
	bool small_pages = runs_level(&jobs, VARIES_PAGE_KIND, &settings->page_kinds, PAGE_KIND_4K);
	for (unsigned placement = 0; small_pages && placement < CHILD_CPU_COUNT; placement++) {
		if (!runs_level(&jobs, VARIES_PLACEMENT, &settings->child_cpus, placement))
			continue;
		if (placement == CHILD_CPU_OTHER && plan->other_cpu < 0)
			return fail(problem,
				    "cannot run a child on another CPU: only CPU %d is allowed; "
				    "leave out --child-cpu other, or widen the CPU set",
				    plan->caller_cpu);
		for (size_t i = 0; i < jobs.heap_count; i++)
			if (add_job(&jobs, jobs.heap_bytes[i], PAGE_KIND_4K, placement, true))
				return OUTCOME_FAILED;
	}
	if (varies(&jobs, VARIES_PLACEMENT) && !settings->child_cpu_given &&
	    add_default_placements(&jobs))
		return OUTCOME_FAILED;
	return add_kinds(&jobs);
}
