/* Measures: the cost of a page's first read after something that empties the TLB or the caches: a
 *           chain of dependent reads over the whole heap, one cache line per page, which is warmed,
 *           disturbed, and then walked once in the window.
 * Excludes: the disturbance itself. "After fork" minus "warm" is not the TLB's part, because fork
 *           also displaces the caller's data from the caches. The TLB's part is "after flush" minus
 *           "warm": write-protecting other pages flushes the TLB and leaves the chain in the
 *           caches, as long as they are few: just above what the kernel flushes page by page. (On arm64 CPUs with range instructions it does not flush everything.)
 * Expect:   (ns per page, on a virtual machine, warm / after flush / after fork) 64 pages
 *           1.7/12/42; 1,024 pages 6/14/23; 16,384 pages 20/21/51: above the TLB's reach, warm
 *           reads already walk page tables, and a flush adds nothing. No page faults anywhere. */
#include "harness/worker/bench.h"
#include "harness/worker/chain.h"
#include "harness/worker/counting.h"
#include "harness/worker/flush.h"
#include "harness/worker/pages.h"
#include "harness/worker/partner.h"

#include <spawn.h>

enum { PAGE_NS, PAGES, FAULTS, FLUSHED };

enum { WARMING_WALKS = 1 }; /* besides the pass that checks the chain */

static const struct metric metrics[] = {
	[PAGE_NS] = {"page_ns", "ns", "one walk over the heap's chain, per page"},
	[PAGES] = {"pages", "count", "pages that the walk reads"},
	[FAULTS] = {"faults", "count", "page faults in the window"},
	[FLUSHED] = {"flushed", "count",
		     "pages write-protected to flush the TLB: the kernel's single-page ceiling, by "
		     "debugfs or by default, and 15 more"},
	{0},
};

static struct flush_pages flush;

static enum outcome make(struct run *run)
{
	return flush_make(&flush, flush_whole_pages(), run->problem);
}

static const void *start_of(const struct run *run)
{
	return chain_start(&run->touch, run->heap);
}

static enum outcome nothing(struct run *run)
{
	(void)run;
	return OUTCOME_OK;
}

static enum outcome flush_ready(struct run *run)
{
	return flush_arm(&flush, run->problem);
}

static enum outcome flush_all(struct run *run)
{
	long result = flush_fire(&flush);
	return result < 0 ? flush_failed(result, run->problem) : OUTCOME_OK;
}

static enum outcome evict_chain(struct run *run)
{
	chain_evict(start_of(run), run->touch.count);
	return OUTCOME_OK;
}

enum { STEP_WAITING = 1, STEP_WOKEN };

/* The child waits until the window is closed. If the window is longer than the caller's time slice,
 * the child gets the CPU earlier, and then has little to do. */
static enum outcome fork_child(struct run *run)
{
	return partner_start(run, SIGCHLD, partner_wait);
}

/* Everything else that may flush the TLB comes before the walk: the child's first steps where it
 * shares the CPU, and the faults that copy the caller's stack when it writes to it. */
static enum outcome fork_and_walk(struct run *run)
{
	if (partner_start_asleep(run, partner_wait))
		return OUTCOME_FAILED;
	pages_own_rest();
	chain_walk(start_of(run), run->touch.count);
	return OUTCOME_OK;
}

static enum outcome vfork_child(struct run *run)
{
	child_start_onto(run, ACTION_EXIT, CLONE_VM | CLONE_VFORK | SIGCHLD);
	return OUTCOME_OK;
}

static enum outcome spawn_child(struct run *run)
{
	pid_t id = 0;
	int error =
		posix_spawn(&id, run->target_path, NULL, NULL, run->target_argv, run->target_envp);
	run->child->id = error ? -error : id;
	return OUTCOME_OK;
}

static enum outcome reap_exited(struct run *run)
{
	return child_reap(run, run->child->id, WIRE_STATUS_CHILD, "exit");
}

static enum outcome reap_target(struct run *run)
{
	return child_reap(run, run->child->id, WIRE_STATUS_TARGET, "exec forkcost-target");
}

static void wait_and_answer(struct run *run)
{
	partner_done_await(run, STEP_WAITING);
	partner_done_await(run, STEP_WOKEN);
}

/* The partner waits while the chain is warmed. It is a child, so it shares the heap by COW; reads
 * do not change that. */
static enum outcome partner_ready(struct run *run)
{
	return partner_start_asleep(run, wait_and_answer);
}

static enum outcome switch_there_and_back(struct run *run)
{
	partner_allow(run, STEP_WOKEN);
	return partner_await(run, STEP_WOKEN);
}

/* What each case does before the chain is warmed, then before the window, and after it. */
static const struct disturbance {
	const char *name;
	enum outcome (*ready)(struct run *run);
	enum outcome (*disturb)(struct run *run);
	enum outcome (*settle)(struct run *run);
} disturbances[] = {
	{"warm", nothing, nothing, nothing},
	{"after_flush", flush_ready, flush_all, nothing},
	{"after_evict", nothing, evict_chain, nothing},
	{"after_fork", nothing, fork_child, partner_reap},
	{"again", nothing, fork_and_walk, partner_reap},
	{"after_vfork", nothing, vfork_child, reap_exited},
	{"after_posix_spawn", nothing, spawn_child, reap_target},
	{"after_switch", partner_ready, switch_there_and_back, partner_reap},
	{0},
};

static const char *missing(const struct run *run, const struct arm *arm, unsigned metric)
{
	(void)run;
	return metric == FLUSHED && disturbances[arm->case_index].disturb != flush_all
		       ? "no pages are write-protected"
		       : NULL;
}

static const char *refuses(const struct run *run, const struct arm *arm)
{
	(void)run;
	return disturbances[arm->case_index].disturb == evict_chain ? chain_evict_refusal() : NULL;
}

/* Another experiment, or another page kind, may have overwritten the chain. */
static enum outcome warm_chain(struct run *run)
{
	if (!chain_is_whole(&run->touch, run->heap)) {
		chain_build(&run->touch, run->heap, run->request->seed);
		if (!chain_is_whole(&run->touch, run->heap))
			return fail(run->problem,
				    "cannot link the heap's pages into a chain; report this");
	}
	for (int i = 0; i < WARMING_WALKS; i++)
		chain_walk(start_of(run), run->touch.count);
	return OUTCOME_OK;
}

/* Not inlined, so that rehearsal and window run the same instructions. Where events are counted,
 * the kernel must not write to the caller's memory before the walk: this would empty the TLB of an
 * emulated RISC-V CPU in every case, also in the warm one. So there page faults are counted by
 * their own counter, and the rehearsal counts nothing. */
__attribute__((noinline)) static void timed_walk(struct run *run, struct window *window,
						 const void *start, size_t count)
{
	char frame[256];
	*(volatile char *)frame = 0;
	if (!run->counting)
		usage_read(&window->before);
	if (count > 0)
		count_begin(run);
	uint64_t from = clock_ticks();
	chain_walk(start, count);
	uint64_t to = clock_ticks_after();
	if (count > 0)
		count_end(run);
	window->from = from;
	window->to = to;
	if (!run->counting)
		usage_read(&window->after);
}

/* The rehearsal reads no page of the chain. After a fork it takes the faults that copy the stack:
 * the one of the call, and the one at the other end of the frame if it crosses a page boundary. */
static enum outcome take(struct run *run, const struct disturbance *disturbance)
{
	struct window *window = &run->partner->window;
	if (warm_chain(run) || disturbance->disturb(run))
		return OUTCOME_FAILED;
	timed_walk(run, window, start_of(run), 0);
	timed_walk(run, window, start_of(run), run->touch.count);
	return disturbance->settle(run);
}

static enum outcome sample(struct run *run, const struct arm *arm, struct wire_sample *out)
{
	const struct disturbance *disturbance = &disturbances[arm->case_index];
	const struct window *window = &run->partner->window;
	if (run->touch.count == 0)
		return fail(run->problem,
			    "cannot walk a heap without pages; give --heap larger than 0");
	if (disturbance->ready(run) || take(run, disturbance)) {
		partner_kill(run);
		return OUTCOME_FAILED;
	}
	sample_set(out, PAGE_NS, clock_ns(window->from, window->to) / (double)run->touch.count);
	sample_set(out, PAGES, (double)run->touch.count);
	if (disturbance->disturb == flush_all)
		sample_set(out, FLUSHED, (double)flush.count);
	if (!run->counting)
		sample_set(out, FAULTS, (double)window_faults(window));
	return OUTCOME_OK;
}

/* The TLB's part is the difference of the first two. */
static unsigned group(const struct arm *arm)
{
	return arm->case_index <= 1 ? 0 : arm->case_index;
}

EXPERIMENT(tlb_refill, .summary = "what empty TLBs and caches cost the next reads of the heap",
	   .metrics = metrics, CASE_ROWS(disturbances), .needs_heap = true, .is_countable = true,
	   .heaps = "64K..64M*2", .quick_heaps = "64K,1M,4M,64M", .make = make, .refuses = refuses,
	   .missing = missing, .group = group, .sample = sample);
