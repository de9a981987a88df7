#include "harness/driver/plan/axis_rules.h"

#include "harness/common/units.h"
#include "harness/driver/machine/hugepages.h"

#include <string.h>

enum {
	/* Samples an arm takes in a row. Cold ones pay for a walk over the caches each. */
	BURST_WARM = 2,
	BURST_COLD = 2,
	/* Placements beside `same` are measured at no larger heap, unless asked for by name. */
	OTHER_CPU_HEAP_MAX = 256 << 20,
	/* Cold cells likewise: what a fork of more than this goes through displaces the caches by itself
	 * (METHODOLOGY, "State before the window"), and what shares memory takes as long at any size. */
	COLD_HEAP_MAX = 64 << 20,
	/* Page kinds beside 4k are measured at the largest heap up to this, unless asked for. */
	OTHER_KIND_HEAP_MAX = 64 << 20,
};

/* ---- heaps in words ---- */

const char *axis_rules_name_heaps(const uint64_t *heap_bytes, size_t count, char text[NOTE_BYTES])
{
	char heap[UNITS_TEXT_MAX];
	*text = '\0';
	for (size_t i = 0; i < count; i++)
		notes_append(text, NOTE_BYTES, "%s%s", i ? ", " : "",
			     units_format_bytes(heap_bytes[i], heap));
	return text;
}

void axis_rules_note_expensive(const struct jobs *jobs, const char *what, uint64_t largest_bytes,
			       const char *option)
{
	char heaps[NOTE_BYTES];
	size_t from = 0;
	while (from < jobs->heaps.count && jobs->heaps.level[from] <= largest_bytes)
		from++;
	if (from < jobs->heaps.count)
		notes_add(&jobs->plan->left_out, "%s of %s at %s: expensive; ask for them with %s",
			  what, jobs->experiment->name,
			  axis_rules_name_heaps(jobs->heaps.level + from, jobs->heaps.count - from,
						heaps),
			  option);
}

/* What is expensive and not asked for runs at the smallest heap, the middle one, and the largest up to a size. */
static struct choice choose_three(const struct jobs *jobs, uint64_t largest_bytes)
{
	struct choice three = {0};
	size_t last = jobs->heaps.count;
	while (last > 1 && jobs->heaps.level[last - 1] > largest_bytes)
		last--;
	if (last == 0)
		return three;
	choice_add(&three, jobs->heaps.level[0]);
	choice_add(&three, jobs->heaps.level[(last - 1) / 2]);
	choice_add(&three, jobs->heaps.level[last - 1]);
	return three;
}

/* ---- page_kind ---- */

static bool kinds_given(const struct jobs *jobs)
{
	return jobs->plan->settings.levels[AXIS_PAGE_KIND].given;
}

/* Of the heaps that are whole huge pages, all if asked for by name, else those that do not take too long. */
static bool suits_kind(const struct jobs *jobs, uint64_t heap_bytes)
{
	return heap_bytes && heap_bytes % HUGE_BYTES == 0 &&
	       (kinds_given(jobs) || heap_bytes <= OTHER_KIND_HEAP_MAX);
}

/* Says which heaps are no whole huge pages; fails if a kind that was asked for is left without any. */
static enum outcome check_whole(const struct jobs *jobs, const char *kind, size_t suitable)
{
	char heaps[NOTE_BYTES], text[UNITS_TEXT_MAX];
	const char *name = jobs->experiment->name;
	struct choice torn = {0};
	for (size_t i = 0; i < jobs->heaps.count; i++)
		if (!jobs->heaps.level[i] || jobs->heaps.level[i] % HUGE_BYTES)
			choice_add(&torn, jobs->heaps.level[i]);
	axis_rules_name_heaps(torn.level, torn.count, heaps);
	if (kinds_given(jobs) && !suitable && torn.count)
		return fail(jobs->problem,
			    "cannot build a heap of page kind %s for %s: %s is not a multiple of a "
			    "huge page; give --heap 2M or a multiple of it",
			    kind, name, heaps);
	if (kinds_given(jobs) && torn.count)
		notes_add(&jobs->plan->left_out,
			  "page kind %s of %s at %s: not a multiple of a huge page", kind, name,
			  heaps);
	if (!kinds_given(jobs) && !suitable && jobs->heaps.count)
		notes_add(&jobs->plan->left_out,
			  "page kind %s of %s: no heap up to %s is a multiple of 2 MiB; ask for it "
			  "with --page-kind",
			  kind, name, units_format_bytes(OTHER_KIND_HEAP_MAX, text));
	return OUTCOME_OK;
}

static enum outcome choose_kind_heaps(const struct jobs *jobs, uint64_t kind, struct choice *heaps)
{
	heaps->count = 0;
	for (size_t i = jobs->heaps.count; i-- > 0;)
		if (suits_kind(jobs, jobs->heaps.level[i]))
			heaps->level[heaps->count++] = jobs->heaps.level[i];
	if (check_whole(jobs, axis_name(&axes[AXIS_PAGE_KIND], kind), heaps->count))
		return OUTCOME_FAILED;
	if (!kinds_given(jobs) && heaps->count)
		heaps->count = 1;
	return OUTCOME_OK;
}

static enum outcome can_kind(const struct jobs *jobs, const struct plan_job *job, bool *can)
{
	struct plan *plan = jobs->plan;
	struct plan_gap gap = {.page_kind = (enum page_kind)job->level[AXIS_PAGE_KIND]};
	*can = hugepages_check(gap.page_kind,
			       job->heap_bytes * (jobs->experiment->copies_heap ? 2 : 1), gap.why);
	if (*can)
		return OUTCOME_OK;
	if (kinds_given(jobs))
		return fail(jobs->problem, "cannot build a heap of page kind %s: %s",
			    axis_name(&axes[AXIS_PAGE_KIND], gap.page_kind), gap.why);
	for (size_t i = 0; i < plan->gap_count; i++)
		if (plan->gaps[i].page_kind == gap.page_kind)
			return OUTCOME_OK;
	plan->gaps[plan->gap_count++] = gap;
	return OUTCOME_OK;
}

/* ---- cache ---- */

/* Each cold sample waits for a walk over the eviction buffer, which takes a hundred times as long as most calls. So
 * where nobody asked for more, cold cells have the primitives that programs are made with and that they are compared
 * with. The rulers run in every cell: they check it. */
static const char *const cold_primitives[] = {"fork", "vfork", "posix_spawn", "clone",
					      "clone_vm_vfork"};

static bool skips_cold(const struct plan *plan, uint64_t level, uint32_t arm)
{
	const struct wire_primitive *primitive = plan->arm_primitive[arm];
	if (level != CACHE_COLD || !primitive || plan->settings.levels[AXIS_CACHE].given ||
	    plan->settings.primitives_given)
		return false;
	for (size_t i = 0; i < sizeof cold_primitives / sizeof *cold_primitives; i++)
		if (strcmp(primitive->name, cold_primitives[i]) == 0)
			return false;
	return true;
}

static bool runs_cache_at(const struct jobs *jobs, uint64_t level, uint64_t heap_bytes)
{
	const struct settings *settings = &jobs->plan->settings;
	if (level != CACHE_COLD || settings->heaps.given || settings->levels[AXIS_CACHE].given)
		return true;
	const struct choice three = choose_three(jobs, COLD_HEAP_MAX);
	return choice_has(&three, heap_bytes);
}

/* Heaps without cold cells, and primitives that the others lack. */
static void note_cold(const struct jobs *jobs)
{
	struct plan *plan = jobs->plan;
	struct choice left = {0};
	char names[NOTE_BYTES] = "";
	if (!choice_has(&plan->settings.levels[AXIS_CACHE], CACHE_COLD))
		return;
	for (size_t i = 0; i < jobs->heaps.count; i++)
		if (!runs_cache_at(jobs, CACHE_COLD, jobs->heaps.level[i]))
			choice_add(&left, jobs->heaps.level[i]);
	axis_rules_name_heaps(left.level, left.count, names);
	if (left.count)
		notes_add(&plan->left_out,
			  "cold caches of %s at %s: expensive; ask for them with --cache cold",
			  jobs->experiment->name, names);
	*names = '\0';
	for (uint32_t a = jobs->arm_from; a < plan->arm_count; a++)
		if (skips_cold(plan, CACHE_COLD, a) &&
		    (a == jobs->arm_from || plan->arm_primitive[a] != plan->arm_primitive[a - 1]))
			notes_append(names, sizeof names, "%s%s", *names ? ", " : "",
				     plan->arm_primitive[a]->name);
	if (*names)
		notes_add(&plan->left_out,
			  "cold caches of %s with %s: expensive; ask for them with --cache cold or "
			  "--primitive",
			  jobs->experiment->name, names);
}

bool axis_rules_set_burst(struct wire_cell *cell)
{
	const bool is_cold = cell->level[AXIS_CACHE] == CACHE_COLD;
	cell->burst_max = is_cold ? BURST_COLD : BURST_WARM;
	return is_cold;
}

/* ---- child_cpu ---- */

static enum outcome check_placements(const struct plan *plan, const struct choice *levels,
				     struct problem *problem)
{
	if (!choice_has(levels, CHILD_CPU_OTHER) || plan->other_cpu >= 0)
		return OUTCOME_OK;
	return fail(problem,
		    "cannot run a child on another CPU: only CPU %d is allowed; "
		    "leave out --child-cpu other, or widen the CPU set",
		    plan->caller_cpu);
}

static enum outcome choose_placement_heaps(const struct jobs *jobs, uint64_t placement,
					   struct choice *heaps)
{
	heaps->count = 0;
	if (placement == CHILD_CPU_OTHER && jobs->plan->other_cpu < 0) {
		notes_add(&jobs->plan->left_out, "child on another CPU: only CPU %d is allowed",
			  jobs->plan->caller_cpu);
		return OUTCOME_OK;
	}
	*heaps = choose_three(jobs, OTHER_CPU_HEAP_MAX);
	return OUTCOME_OK;
}

/* ---- threads ---- */

/* CPUs that are allowed besides the caller's. */
static uint32_t count_other_cpus(const struct plan *plan)
{
	uint32_t others = 0;
	for (unsigned i = 0; i < WIRE_CPUS_MAX; i++)
		others += (int)i != plan->caller_cpu && plan->allowed_cpus[i / 64] >> i % 64 & 1;
	return others;
}

static enum outcome check_threads(const struct plan *plan, const struct choice *levels,
				  struct problem *problem)
{
	uint32_t others = count_other_cpus(plan);
	unsigned most = levels->count ? (unsigned)levels->level[levels->count - 1] : 0;
	if (most <= others)
		return OUTCOME_OK;
	return fail(problem,
		    "cannot run %u threads on separate CPUs: only %u %s allowed beside "
		    "the caller's; give a smaller --threads, or allow more CPUs (taskset)",
		    most, others, others == 1 ? "is" : "are");
}

/* 0, 1, 2, 4, ... and as many as there are other CPUs. */
static void choose_threads(const struct jobs *jobs, struct choice *levels)
{
	uint32_t others = count_other_cpus(jobs->plan);
	if (!others)
		notes_add(&jobs->plan->left_out, "running threads of %s: only CPU %d is allowed",
			  jobs->experiment->name, jobs->plan->caller_cpu);
	choice_set(levels, 0);
	for (uint32_t k = 1; k < others; k *= 2)
		choice_add(levels, k);
	choice_add(levels, others);
}

const struct axis_rule axis_rules[AXIS_COUNT] = {
	[AXIS_PAGE_KIND] = {.apart = APART_ALWAYS,
			    .choose_heaps = choose_kind_heaps,
			    .can = can_kind},
	[AXIS_CACHE] = {.runs_at = runs_cache_at, .skips = skips_cold, .note = note_cold},
	[AXIS_CHILD_CPU] = {.apart = APART_UNASKED,
			    .choose_heaps = choose_placement_heaps,
			    .check = check_placements},
	[AXIS_THREADS] = {.choose = choose_threads, .check = check_threads},
};
