/* Measures: what fork pays to flush the TLBs of CPUs where the caller's threads run, what those
 *           threads lose, and a flush alone. There are 0 threads up to one on each other CPU.
 * Excludes: the threads as such, by two controls to subtract: as many sleeping threads, and as many
 *           busy processes on the same CPUs. Also the child, which stays on the caller's CPU. A
 *           sleeping thread leaves its CPU in the mask of CPUs to flush until the next flush finds
 *           it idle: processes started before the window cause this flush.
 * Expect:   about a microsecond more for the first running thread and far less for each further
 *           one, several in a guest. Nothing for the controls, where the kernel skips idle CPUs.
 *           gap_ns of a running thread is as long as an interrupt, below the call's time. arm64
 *           CPUs flush each other by broadcast: no interrupt, no gap. */
#include "harness/worker/bench.h"
#include "harness/worker/counting.h"
#include "harness/worker/flush.h"
#include "harness/worker/threads.h"

enum {
	CALL_NS,
	FLUSH_NS,
	GAP_NS,
	GAP_IDLE_NS,
	THREAD_PASS_NS,
	THREAD_WARM_NS,
	CALLS,
};

/* More pages than the kernel flushes one by one: 33 on x86-64, 64 on riscv64, 512 on aarch64. */
#ifdef __aarch64__
enum { RANGE_PAGES = 1024 };
#else
enum { RANGE_PAGES = 128 };
#endif

enum { FLUSHES = 32 };

static const struct metric metrics[] = {
	[CALL_NS] = {"call_ns", "ns", "how long the caller is blocked in clone(SIGCHLD)"},
	[FLUSH_NS] = {"flush_ns", "ns", "one mprotect that removes the right to write; mean of 32"},
	[GAP_NS] = {"gap_ns", "ns", "longest gap in a thread's own loop during the call or calls"},
	[GAP_IDLE_NS] = {"gap_idle_ns", "ns", "the same for an equal time without a call"},
	[THREAD_PASS_NS] = {"thread_pass_ns", "ns",
			    "a thread's walk over 64 pages right after the call or calls"},
	[THREAD_WARM_NS] = {"thread_warm_ns", "ns", "the same after an equal time without a call"},
	[CALLS] = {"calls", "count",
		   "calls in the window: a fork, or 32 mprotects there and 32 back"},
	{0},
};

static struct flush_pages page, range;

static const struct story {
	const char *name;
	enum threads_kind kind;
	const struct flush_pages *flush; /* NULL: it forks */
} stories[] = {
	{"fork_running", THREADS_RUNNING, NULL},       {"fork_sleeping", THREADS_SLEEPING, NULL},
	{"fork_busy_processes", THREADS_OTHERS, NULL}, {"flush_page", THREADS_RUNNING, &page},
	{"flush_range", THREADS_RUNNING, &range},      {0},
};

static struct threads *threads;

static enum outcome make(struct run *run)
{
	threads = threads_make(run, (unsigned)run->request->level[AXIS_THREADS]);
	if (!threads || flush_make(&page, 1, run->problem))
		return OUTCOME_FAILED;
	return flush_make(&range, RANGE_PAGES, run->problem);
}

static const char *missing(const struct run *run, const struct arm *arm, unsigned metric)
{
	const struct story *story = &stories[arm->case_index];
	(void)run;
	switch (metric) {
	case CALL_NS:
		return story->flush ? "no process is started" : NULL;
	case FLUSH_NS:
		return story->flush ? NULL : "fork's own flush is a part of call_ns";
	case CALLS:
		return NULL;
	default:
		if (story->kind == THREADS_SLEEPING)
			return "a sleeping thread has no loop";
		return threads->room ? NULL : "no threads run";
	}
}

static enum outcome fork_once(struct run *run, struct wire_sample *out, double *span_ns)
{
	count_begin(run);
	child_start_copied(run, ACTION_EXIT, SIGCHLD);
	count_end(run);
	*span_ns = clock_ns(run->child->called, run->child->returned);
	sample_set(out, CALL_NS, *span_ns);
	sample_set(out, CALLS, 1);
	return OUTCOME_OK;
}

static enum outcome flush_many(struct run *run, const struct flush_pages *flush,
			       struct wire_sample *out, double *span_ns)
{
	uint64_t ticks = 0, began = clock_ticks();
	count_begin(run);
	for (int i = 0; i < FLUSHES; i++) {
		if (flush_arm(flush, run->problem))
			return OUTCOME_FAILED;
		uint64_t from = clock_ticks();
		long result = flush_fire(flush);
		uint64_t to = clock_ticks_after();
		if (result < 0)
			return flush_failed(result, run->problem);
		ticks += to - from;
	}
	count_end(run);
	*span_ns = clock_ns(began, clock_ticks_after());
	sample_set(out, FLUSH_NS, clock_ns(0, ticks) / FLUSHES);
	sample_set(out, CALLS, 2 * FLUSHES);
	return OUTCOME_OK;
}

static void idle(double span_ns)
{
	uint64_t from = clock_ticks();
	while (clock_ns(from, clock_ticks()) < span_ns)
		;
}

/* The measured sequence, from warm threads to what these lost. A forked child still exists
 * afterwards. */
static enum outcome disturb(struct run *run, const struct story *story, bool with_threads,
			    struct wire_sample *out, double *span_ns)
{
	if (with_threads && threads_turn(run, threads, THREADS_WARM))
		return OUTCOME_FAILED;
	if (story->flush ? flush_many(run, story->flush, out, span_ns)
			 : fork_once(run, out, span_ns))
		return OUTCOME_FAILED;
	if (!with_threads)
		return OUTCOME_OK;
	if (threads_turn(run, threads, THREADS_TIME))
		return OUTCOME_FAILED;
	sample_set(out, GAP_NS, threads_gap_ns(threads));
	sample_set(out, THREAD_PASS_NS, threads_walk_ns(threads));
	return OUTCOME_OK;
}

/* The same without a call: what ticks, steal time and the loop itself do to the threads. */
static enum outcome leave_alone(struct run *run, double span_ns, struct wire_sample *out)
{
	if (threads_turn(run, threads, THREADS_WARM))
		return OUTCOME_FAILED;
	idle(span_ns);
	if (threads_turn(run, threads, THREADS_TIME))
		return OUTCOME_FAILED;
	sample_set(out, GAP_IDLE_NS, threads_gap_ns(threads));
	sample_set(out, THREAD_WARM_NS, threads_walk_ns(threads));
	return OUTCOME_OK;
}

static enum outcome measure(struct run *run, const struct story *story, struct wire_sample *out)
{
	bool with_threads = threads->count > 0 && threads->kind != THREADS_SLEEPING;
	double span_ns = 0;
	run->child->id = 0;
	/* Starts processes: caches are warm then, and CPUs where nothing of the worker runs any
	 * more leave the mask of CPUs to flush. */
	if (child_settle(run, NULL))
		return OUTCOME_FAILED;
	child_dirty_stack();
	enum outcome outcome = disturb(run, story, with_threads, out, &span_ns);
	if (run->child->id != 0 && child_reap(run, run->child->id, WIRE_STATUS_CHILD, "exit"))
		return OUTCOME_FAILED;
	if (!outcome && with_threads)
		outcome = leave_alone(run, span_ns, out);
	return outcome;
}

static enum outcome sample(struct run *run, const struct arm *arm, struct wire_sample *out)
{
	const struct story *story = &stories[arm->case_index];
	enum outcome outcome =
		threads_start(run, threads, story->kind, (unsigned)run->cell->level[AXIS_THREADS]);
	if (!outcome)
		outcome = measure(run, story, out);
	if (threads_stop(run, threads))
		return OUTCOME_FAILED;
	return outcome;
}

static unsigned group(const struct arm *arm)
{
	return stories[arm->case_index].flush != NULL;
}

EXPERIMENT(tlb_shootdown, .summary = "fork while the caller's threads run on other CPUs",
	   .metrics = metrics, CASE_ROWS(stories), .is_countable = true, .varies = VARIES_THREADS,
	   .heaps = "0,64M", .quick_heaps = "0", .make = make, .missing = missing, .group = group,
	   .sample = sample);
