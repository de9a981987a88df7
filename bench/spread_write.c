/* Measures: the first write to pages that lie spread over the heap, without the read passes of `first_write` before it,
 *           and the end of a child whose pages were copied meanwhile. Two items of the fork bill (METHODOLOGY, "The
 *           fork bill"): what the writes cost beyond `first_write` is the refill of TLB and caches, and what the
 *           end costs beyond one without writes is the freeing of frames that are no longer shared.
 * Excludes: the start of the child, which sleeps when the writes begin; the switch to it, since the child notes itself
 *           when its end begins; and the writer's own pages besides the heap, which it makes private before.
 * Expect:   copies and pages taken back cost more than in `first_write`, the more the fewer are written: each meets
 *           page-table entry, page metadata and page itself outside of the caches. A plain write costs 5 to 30 ns. */
#include "harness/worker/bench.h"
#include "harness/worker/pages.h"
#include "harness/worker/partner.h"

enum { WRITES_NS, END_NS, PAGES, FAULTS };

static const struct metric metrics[] = {
	[WRITES_NS] = {"writes_ns", "ns", "all writes together"},
	[END_NS] = {"end_ns", "ns", "the child's exit to reaped, after them"},
	[PAGES] = {"pages", "count", "pages written"},
	[FAULTS] = {"faults", "count", "page faults in the window"},
	{0},
};

/* What the child runs: raw system calls only, because one shares the caller's memory. */

__attribute__((noreturn)) static void stamp_and_exit(struct run *run)
{
	run->stamps->started_ticks = clock_ticks_in_child();
	raw_exit_group(WIRE_STATUS_CHILD);
}

static void child_body_of_waiting(struct run *run)
{
	run->stamps->started_ticks = 0; /* faults the page in before the stamp */
	partner_done_await(run, 1);
	stamp_and_exit(run);
}

static void child_body_of_writing(struct run *run)
{
	run->stamps->started_ticks = 0;
	partner_done_await(run, 1);
	pages_time_write_spread(run, &run->partner->window, run->heap, pages_to_write(run));
	stamp_and_exit(run);
}

static const struct story {
	const char *name;
	unsigned long flags;
	bool child_writes, child_stays, faults;
} stories[] = {
	{"caller_copy", SIGCHLD, false, true, true},
	{"child_copy", SIGCHLD, true, true, true},
	{"take_back", SIGCHLD, false, false, true},
	{"plain", CLONE_VM | SIGCHLD, false, false, false},
	{0},
};

static void end_child(struct run *run)
{
	struct partner *partner = run->partner;
	partner_allow(run, 2);
	run->child->waited =
		raw_syscall(SYS_wait4, partner->id, (long)&partner->wait_status, __WALL, 0, 0);
	run->child->ended = clock_ticks_after();
}

static enum outcome check(struct run *run, const struct story *story, size_t count, uint64_t faults)
{
	const struct partner *partner = run->partner;
	const bool good = run->child->waited == partner->id && WIFEXITED(partner->wait_status) &&
			  WEXITSTATUS(partner->wait_status) == WIRE_STATUS_CHILD &&
			  run->stamps->started_ticks;
	run->partner->id = 0;
	if (!good)
		return fail(run->problem,
			    "cannot trust the child of case %s: status %#x; see dmesg", story->name,
			    (unsigned)partner->wait_status);
	/* One more: whoever lost the CPU meanwhile wrote its rseq area again. */
	const uint64_t expected = story->faults ? count : 0;
	if (faults >= expected && faults <= expected + story->faults)
		return OUTCOME_OK;
	return fail(run->problem,
		    "cannot trust case %s: %llu page faults for %zu pages written, expected %llu; "
		    "does KSM, NUMA balancing, compaction or DAMON work on pages? switch it off",
		    story->name, (unsigned long long)faults, count, (unsigned long long)expected);
}

static enum outcome sample(struct run *run, const struct arm *arm, struct wire_sample *out)
{
	const struct story *story = &stories[arm->case_index];
	const size_t count = pages_to_write(run);
	struct window *window = &run->partner->window;
	if (partner_start(run, story->flags,
			  story->child_writes ? child_body_of_writing : child_body_of_waiting) ||
	    partner_await(run, 1) || partner_await_asleep(run))
		return OUTCOME_FAILED;
	if (!story->child_stays)
		end_child(run);
	if (!story->child_writes)
		pages_time_write_spread(run, window, run->heap, count);
	if (story->child_stays)
		end_child(run);
	const uint64_t faults = window_faults(window);
	if (check(run, story, count, faults))
		return OUTCOME_FAILED;
	sample_set(out, WRITES_NS, clock_ns(window->from, window->to));
	if (story->child_stays)
		sample_set(out, END_NS, clock_ns(run->stamps->started_ticks, run->child->ended));
	sample_set(out, PAGES, (double)count);
	sample_set(out, FAULTS, (double)faults);
	return OUTCOME_OK;
}

static const char *missing(const struct run *run, const struct arm *arm, unsigned metric)
{
	(void)run;
	return metric == END_NS && !stories[arm->case_index].child_stays
		       ? "the child ends before the writes"
		       : NULL;
}

EXPERIMENT(spread_write, .summary = "first writes to pages spread over the heap, in cold caches",
	   .metrics = metrics, CASE_ROWS(stories), .spawns = true, .needs_heap = true,
	   .copies_heap = true, .varies = VARIES_WRITTEN, .heaps = "16M,256M,1G",
	   .quick_heaps = "16M", .missing = missing, .sample = sample);
