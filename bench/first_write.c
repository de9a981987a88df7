/* Measures: the first write to each page of the heap, in every case that a write can meet after a
 *           process was started: the page is shared and is copied; it was shared and is reused; it
 *           was never shared, so nothing happens; or it is not present yet.
 * Excludes: TLB and cache refill. Whoever writes first reads all pages in the same order before, so
 *           every case, including the controls, finds TLB and caches in the same state, and only
 *           the page fault differs. A fresh page is the exception: to read it would allocate it.
 *           Also excluded are the process's own writes besides the heap (stack, TLS, data): it
 *           makes these pages private before.
 * Expect:   4 KiB pages: copied 1.6 to 2.8 us per page, reused 0.5 to 1.1 us, by CPU and
 *           mitigations; else as a plain pass: about 1 ns, or 4 ns above the TLB's reach. Single
 *           writes also include two clock readings, window_ns of `null`. */
#include "harness/common/pagemap.h"
#include "harness/common/rank.h"
#include "harness/common/write_effect.h"
#include "harness/worker/arena.h"
#include "harness/worker/bench.h"
#include "harness/worker/pages.h"
#include "harness/worker/partner.h"
#include "harness/worker/registry.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>

enum {
	WRITE_NS,
	SINGLE_NS,
	SINGLE_P90_NS,
	SINGLE_P99_NS,
	SINGLE_P999_NS,
	SINGLE_MAX_NS,
	PAGES,
	FAULTS,
	FRAMES_CHANGED,
};

#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23 /* Linux 5.14 */
#endif

static const struct metric metrics[] = {
	[WRITE_NS] = {"write_ns", "ns", "first write to a page, mean of a pass over all pages"},
	[SINGLE_NS] = {"single_ns", "ns", "first write to a page timed on its own, median"},
	[SINGLE_P90_NS] = {"single_p90_ns", "ns", "the same, 90th percentile of a pass"},
	[SINGLE_P99_NS] = {"single_p99_ns", "ns", "the same, 99th percentile of a pass"},
	[SINGLE_P999_NS] = {"single_p999_ns", "ns", "the same, 99.9th percentile of a pass"},
	[SINGLE_MAX_NS] = {"single_max_ns", "ns", "the same, longest of a pass"},
	[PAGES] = {"pages", "count", "pages written in a pass"},
	[FAULTS] = {"faults", "count", "page faults in the pass"},
	[FRAMES_CHANGED] = {"frames_changed", "count", "pages in another frame after the pass"},
	{0},
};

/* Percentiles, and how many pages a pass needs so that five values are above it. */
static const struct percentile {
	unsigned metric, per_mille;
	size_t pages_min;
	const char *too_few;
} percentiles[] = {
	{SINGLE_NS, 500, 10, "the pass is too short: a median needs 10 pages"},
	{SINGLE_P90_NS, 900, 50, "the pass is too short: a 90th percentile needs 50 pages"},
	{SINGLE_P99_NS, 990, 500, "the pass is too short: a 99th percentile needs 500 pages"},
	{SINGLE_P999_NS, 999, 5000, "the pass is too short: a 99.9th percentile needs 5000 pages"},
};

enum { PERCENTILES = sizeof percentiles / sizeof percentiles[0] };

struct story {
	const char *name;
	enum write_effect effect;
	bool child_writes; /* the window is the child's, and part of begin() */
	/* Brings caller and child to the state in which the window opens. */
	enum outcome (*begin)(struct run *run, const struct story *story);
	/* Ends what begin() left running. May be NULL. */
	enum outcome (*end)(struct run *run);
	/* What begin() needs: what the child runs, or the primitive that starts it. */
	void (*child_body)(struct run *run);
	const char *primitive;
};

/* Shared memory, because the child writes to it too. */
static struct {
	struct window *window;
	uint32_t *ticks;          /* of every write */
	uint64_t *before, *after; /* frame numbers */
} shared;

static const char *hidden; /* why the kernel hides frame numbers; NULL: it shows them */

/* ---- the window, in the caller or in the child ---- */

static void write_heap(struct run *run, struct window *window, bool read_first)
{
	int reads = read_first ? PAGES_READ_PASSES : 0;
	if (run->stamping)
		pages_time_each_write(run, window, run->heap, reads, shared.ticks);
	else
		pages_time_write(run, window, run->heap, reads);
}

static void see_frames(struct run *run, uint64_t *frames)
{
	if (!hidden)
		pages_frames(0, &run->touch, run->heap, frames);
}

/* ---- what the child runs: raw system calls only ---- */

static void child_body_of_writing(struct run *run)
{
	pages_write(&run->touch, run->heap);
	partner_done_await(run, 1);
}

static void child_body_of_measuring(struct run *run)
{
	partner_count_open(run);
	partner_await_caller_asleep(run);
	write_heap(run, &run->partner->window, true);
	partner_count_close(run);
	see_frames(run, shared.after);
	partner_done_await(run, 1);
}

static void child_body_before_exec(struct run *run)
{
	partner_done_await(run, 1);
	child_end(run, ACTION_EXEC);
}

static void child_body_of_leaving(struct run *run)
{
	(void)run;
}

/* ---- the cases ---- */

static enum outcome begin_copy(struct run *run, const struct story *story)
{
	return partner_start_asleep(run, story->child_body);
}

static enum outcome begin_exited(struct run *run, const struct story *story)
{
	if (partner_start(run, SIGCHLD, story->child_body))
		return OUTCOME_FAILED;
	return partner_reap(run);
}

static enum outcome begin_exec(struct run *run, const struct story *story)
{
	(void)story;
	return partner_start_target(run);
}

static enum outcome end_exec(struct run *run)
{
	return partner_end_target(run, "case after_exec");
}

/* A child that shares the caller's memory, executes another program and ends. */
static enum outcome begin_borrowed(struct run *run, const struct story *story)
{
	const struct arm arm = {.primitive = registry_primitive(story->primitive),
				.action = ACTION_EXEC};
	if (!arm.primitive)
		return fail(run->problem, "cannot find primitive '%s'; see forkcost list",
			    story->primitive);
	arm.primitive->start(run, arm.action);
	child_wait(run, arm.primitive);
	return child_check(run, &arm);
}

/* Frees all frames. They stay warm, like those that copies go to, and the page tables stay, so a
 * fault only allocates a page. */
static enum outcome begin_fresh(struct run *run, const struct story *story)
{
	(void)story;
	if (madvise(run->heap, run->heap_bytes, MADV_DONTNEED) == 0)
		return OUTCOME_OK;
	*run->lacks_pages = run->request->level[AXIS_PAGE_KIND] == PAGE_KIND_HUGETLB;
	return fail(run->problem,
		    "cannot free the heap's pages: %s; hugetlb pages need Linux 5.18: leave out "
		    "--page-kind hugetlb",
		    strerror(errno));
}

static enum outcome begin_nothing(struct run *run, const struct story *story)
{
	(void)run;
	(void)story;
	return OUTCOME_OK;
}

static const struct story stories[] = {
	{"child_copy", EFFECT_COPIED, true, begin_copy, partner_reap, child_body_of_measuring,
	 NULL},
	{"parent_copy", EFFECT_COPIED, false, begin_copy, partner_reap, partner_wait, NULL},
	{"reuse_child_wrote", EFFECT_REUSED, false, begin_copy, partner_reap, child_body_of_writing,
	 NULL},
	{"reuse_child_exited", EFFECT_REUSED, false, begin_exited, NULL, child_body_of_leaving,
	 NULL},
	{"before_exec", EFFECT_COPIED, false, begin_copy, partner_reap_target,
	 child_body_before_exec, NULL},
	{"after_exec", EFFECT_REUSED, false, begin_exec, end_exec, NULL, NULL},
	{"after_vfork", EFFECT_NONE, false, begin_borrowed, NULL, NULL, "vfork"},
	{"after_posix_spawn", EFFECT_NONE, false, begin_borrowed, NULL, NULL, "posix_spawn"},
	{"after_clone_vm", EFFECT_NONE, false, begin_borrowed, NULL, NULL, "clone_vm"},
	{"never_forked", EFFECT_NONE, false, begin_nothing, NULL, NULL, NULL},
	{"fresh_zero", EFFECT_ALLOCATED, false, begin_fresh, NULL, NULL, NULL},
	{0},
};

/* ---- the proof (METHODOLOGY, "First writes") ---- */

static enum page_kind kind_of(const struct run *run)
{
	return (enum page_kind)run->request->level[AXIS_PAGE_KIND];
}

static enum outcome check(struct run *run, const struct story *story, const char *what,
			  uint64_t found, struct range expected)
{
	if (found >= expected.least && found <= expected.most)
		return OUTCOME_OK;
	return fail(run->problem,
		    "cannot trust case %s: %llu %s for %zu pages, expected %llu to %llu; does KSM, "
		    "NUMA balancing, compaction or DAMON work on pages? switch it off",
		    story->name, (unsigned long long)found, what, run->touch.count,
		    (unsigned long long)expected.least, (unsigned long long)expected.most);
}

static uint64_t count_changed(const struct run *run)
{
	uint64_t changed = 0;
	for (size_t i = 0; i < run->touch.count; i++)
		changed += shared.before[i] != shared.after[i];
	return changed;
}

static uint64_t count_absent(const struct run *run)
{
	uint64_t absent = 0;
	for (size_t i = 0; i < run->touch.count; i++)
		absent += shared.after[i] == 0;
	return absent;
}

/* The kernel decides each time whether it gives transparent huge pages. */
static enum outcome check_kind(struct run *run, const struct story *story)
{
	enum page_kind kind = kind_of(run);
	size_t folio_bytes = kind == PAGE_KIND_THP ? HUGE_BYTES : MULTI_BYTES;
	if (hidden || !page_kind_is_transparent(kind))
		return OUTCOME_OK;
	size_t apart = pages_apart(story->effect == EFFECT_ALLOCATED ? shared.after : shared.before,
				   run->touch.count, folio_bytes / run->touch.page_bytes);
	if (apart * 100 <= run->touch.count)
		return OUTCOME_OK;
	*run->lacks_pages = 1;
	return fail(run->problem,
		    "cannot trust case %s: %zu of %zu pages are not part of a huge page; write 1 "
		    "into /proc/sys/vm/compact_memory, or leave out --page-kind %s",
		    story->name, apart, run->touch.count, axis_name(&axes[AXIS_PAGE_KIND], kind));
}

static enum outcome prove(struct run *run, const struct story *story)
{
	enum write_effect effect = story->effect;
	if (check_kind(run, story))
		return OUTCOME_FAILED;
	if (check(run, story, "page faults", window_faults(shared.window),
		  write_effect_faults(effect, kind_of(run), run->touch.count,
				      run->touch.page_bytes)))
		return OUTCOME_FAILED;
	if (hidden)
		return OUTCOME_OK;
	if (check(run, story, "pages without a frame", count_absent(run), (struct range){0, 0}))
		return OUTCOME_FAILED;
	if (effect == EFFECT_ALLOCATED)
		return OUTCOME_OK;
	return check(run, story, "frames changed", count_changed(run),
		     write_effect_frames_changed(effect, kind_of(run), run->touch.count));
}

/* ---- what a pass gives ---- */

static void set_singles(struct run *run, struct wire_sample *out)
{
	size_t count = run->touch.count;
	if (run->histogram)
		for (size_t i = 0; i < count; i++)
			run->histogram[histogram_bucket(clock_ns(0, shared.ticks[i]))]++;
	for (size_t i = 0; i < PERCENTILES; i++) {
		const struct percentile *p = &percentiles[i];
		if (count < p->pages_min)
			continue;
		sample_set(out, p->metric,
			   clock_ns(0, rank_quantile(shared.ticks, count, p->per_mille)));
	}
	sample_set(out, SINGLE_MAX_NS, clock_ns(0, rank_largest(shared.ticks, count)));
}

static void set_pass(struct run *run, const struct story *story, struct wire_sample *out)
{
	double ns = clock_ns(shared.window->from, shared.window->to);
	sample_set(out, WRITE_NS, ns / (double)run->touch.count);
	sample_set(out, PAGES, (double)run->touch.count);
	sample_set(out, FAULTS, (double)window_faults(shared.window));
	if (!hidden && story->effect != EFFECT_ALLOCATED)
		sample_set(out, FRAMES_CHANGED, (double)count_changed(run));
}

static enum outcome sample(struct run *run, const struct arm *arm, struct wire_sample *out)
{
	const struct story *story = &stories[arm->case_index];
	see_frames(run, shared.before);
	memset(shared.after, 0, run->touch.count * sizeof *shared.after);
	if (story->begin(run, story))
		return OUTCOME_FAILED;
	if (story->child_writes) {
		*shared.window = run->partner->window;
		partner_count_take(run);
	} else {
		write_heap(run, shared.window, story->effect != EFFECT_ALLOCATED);
		see_frames(run, shared.after);
	}
	if ((story->end && story->end(run)) || prove(run, story))
		return OUTCOME_FAILED;
	if (run->stamping)
		set_singles(run, out);
	else
		set_pass(run, story, out);
	return OUTCOME_OK;
}

/* hugetlb pages come from a pool. If the pool is too small, or a cgroup limits it, the copying
 * child is killed. So a second heap is allocated for a moment, as a test. */
static enum outcome check_pool(struct run *run)
{
	if (run->request->level[AXIS_PAGE_KIND] != PAGE_KIND_HUGETLB || run->heap_bytes == 0)
		return OUTCOME_OK;
	void *second = mmap(NULL, run->heap_bytes, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB, -1, 0);
	bool has_room = second != MAP_FAILED;
	if (has_room) {
		has_room = madvise(second, run->heap_bytes, MADV_POPULATE_WRITE) == 0 ||
			   errno == EINVAL;
		munmap(second, run->heap_bytes);
	}
	if (has_room)
		return OUTCOME_OK;
	*run->lacks_pages = 1;
	return fail(run->problem,
		    "cannot copy a hugetlb heap: the pool has no room for a second one of %zu "
		    "pages; raise vm.nr_hugepages, and the cgroup's hugetlb limit",
		    run->touch.count);
}

static enum outcome make(struct run *run)
{
	size_t count = run->touch.count;
	if (!pagemap_shows_frames())
		hidden = "hidden: the kernel shows frame numbers only to CAP_SYS_ADMIN";
	if (count == 0)
		return OUTCOME_OK;
	shared.window = arena_share(sizeof *shared.window, "a window", run->problem);
	shared.ticks = arena_share(count * sizeof *shared.ticks, "single times", run->problem);
	shared.before = arena_share(count * sizeof *shared.before, "frame numbers", run->problem);
	shared.after = arena_share(count * sizeof *shared.after, "frame numbers", run->problem);
	if (!shared.window || !shared.ticks || !shared.before || !shared.after)
		return OUTCOME_FAILED;
	return check_pool(run);
}

static const char *refuses(const struct run *run, const struct arm *arm)
{
	(void)arm;
	return run->touch.count == 0 ? "there is no heap to write to" : NULL;
}

static const char *missing(const struct run *run, const struct arm *arm, unsigned metric)
{
	for (size_t i = 0; i < PERCENTILES; i++)
		if (percentiles[i].metric == metric && run->touch.count < percentiles[i].pages_min)
			return percentiles[i].too_few;
	if (metric != FRAMES_CHANGED)
		return NULL;
	if (stories[arm->case_index].effect == EFFECT_ALLOCATED)
		return "a page that is not present yet has no frame";
	return hidden;
}

EXPERIMENT(first_write, .summary = "the first write to a page after a process was started",
	   .metrics = metrics, CASE_ROWS(stories), .takes_stamped = true, .is_countable = true,
	   .needs_heap = true, .copies_heap = true, .varies = VARIES_PAGE_KIND | VARIES_TOUCH_ORDER,
	   .heaps = "1M,4M,24M", .quick_heaps = "4M", .histogram = 1 + SINGLE_NS, .make = make,
	   .refuses = refuses, .missing = missing, .sample = sample);
