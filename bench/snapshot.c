/* Measures: a program that starts a child, goes on writing to its heap, and reaps the child: from the call until it is
 *           reaped and all is written, wall and CPU time. It is the independent whole that the fork bill is held
 *           against (METHODOLOGY, "The fork bill"): none of the bill's items comes from here.
 *           At a write rate, pages have their turns (METHODOLOGY, "At a given rate"): how long a write takes then, and
 *           the whole without the waits for turns.
 * Excludes: making the heap dirty and the caches warm, which comes before the window. The child does nothing
 *           but wait, write and exit (or exec). At a write rate, the waits, which are busy.
 * Expect:   the call, the writes' faults and the child's end, each as its own experiment has it, and somewhat more:
 *           pages that are copied come out of a heap that was not read before. At a rate a write takes as long as in a row. */
#include "harness/common/futex.h"
#include "harness/common/rank.h"
#include "harness/worker/arena.h"
#include "harness/worker/bench.h"
#include "harness/worker/counting.h"
#include "harness/worker/pages.h"
#include "harness/worker/registry.h"

enum {
	TOTAL_NS,
	CPU_NS,
	CALL_NS,
	WRITES_NS,
	END_NS,
	PAGES,
	FAULTS,
	BUSY_NS,
	PAGES_PER_S,
	SINGLE_NS,
	SINGLE_P99_NS,
	SINGLE_MAX_NS
};

static const struct metric metrics[] = {
	[TOTAL_NS] = {"total_ns", "ns",
		      "from the call until the child is reaped and all is written"},
	[CPU_NS] = {"cpu_ns", "ns", "CPU time of caller and child meanwhile"},
	[CALL_NS] = {"call_ns", "ns", "how long the caller is blocked in the call"},
	[WRITES_NS] = {"writes_ns", "ns",
		       "how long the caller writes; at a rate, all writes without the waits"},
	[END_NS] = {"end_ns", "ns", "how long the caller waits for the child's end"},
	[PAGES] = {"pages", "count", "pages written"},
	[FAULTS] = {"faults", "count", "page faults of whoever writes"},
	[BUSY_NS] = {"busy_ns", "ns", "at a rate: total_ns without the waits for a write's turn"},
	[PAGES_PER_S] = {"pages_per_s", "1/s", "at a rate: the one that was reached"},
	[SINGLE_NS] = {"single_ns", "ns", "at a rate: a write timed on its own, median"},
	[SINGLE_P99_NS] = {"single_p99_ns", "ns", "the same, 99th percentile"},
	[SINGLE_MAX_NS] = {"single_max_ns", "ns", "the same, the longest"},
	{0},
};

/* Of a pass's writes, as far as there are enough. */
static const struct percentile {
	unsigned metric, per_mille;
	size_t pages_min;
	const char *too_few;
} percentiles[] = {
	{SINGLE_NS, 500, 10, "too few pages are written: a median needs 10"},
	{SINGLE_P99_NS, 990, 500, "too few pages are written: a 99th percentile needs 500"},
};

enum { PERCENTILES = sizeof percentiles / sizeof percentiles[0] };

/* Who writes, and when. */
enum writer {
	CALLER_WHILE_SHARED, /* the child stays until all is written: pages are copied */
	CHILD,               /* pages are copied, and freed at its end */
	CALLER_LATER, /* the child has ended: pages are taken back, if they were shared at all */
};

static const struct story {
	const char *name, *primitive;
	enum action action;
	enum writer writer;
	bool faults; /* at each page written */
} stories[] = {
	{"fork_caller_writes", "fork", ACTION_EXIT, CALLER_WHILE_SHARED, true},
	{"fork_child_writes", "fork", ACTION_EXIT, CHILD, true},
	{"fork_written_later", "fork", ACTION_EXIT, CALLER_LATER, true},
	{"clone_written_later", "clone", ACTION_EXIT, CALLER_LATER, true},
	{"vfork_written_later", "vfork", ACTION_EXIT, CALLER_LATER, false},
	{"posix_spawn_written_later", "posix_spawn", ACTION_EXEC, CALLER_LATER, false},
	{0},
};

/* How long a child waits for the caller before it gives up: longer the more pages that writes. Far fewer a second than
 * the slowest machine copies (tens of us a page), so that only a caller that is stuck takes so long. */
enum { TIMEOUT_S = 20, TIMEOUT_PAGES_A_SECOND = 5000 };

static int timeout_s(size_t pages)
{
	return TIMEOUT_S + (int)(pages / TIMEOUT_PAGES_A_SECOND);
}

enum { TIMES_A_PAGE = 4096 / sizeof(uint32_t) };

/* Shared memory, so that the window takes no faults but those of the heap. */
static struct {
	_Alignas(64) int go; /* futex: the caller has written */
	struct pages_pass pass;
	uint64_t ended;
	struct rusage before, after; /* of the writes */
	struct timespec cpu_from, cpu_to;
} * shared;

/* Whoever writes. */
INLINED void write_pages(const struct run *run, size_t count, bool is_paced)
{
	struct pages_pass *pass = &shared->pass;
	if (is_paced) {
		pages_write_paced(&run->touch, run->heap, count, pass);
		return;
	}
	pass->from = clock_ticks();
	pages_write_spread(&run->touch, run->heap, count);
	pass->to = clock_ticks_after();
}

INLINED void cpu_time(struct timespec *now)
{
	raw_syscall(SYS_clock_gettime, CLOCK_THREAD_CPUTIME_ID, (long)now, 0, 0, 0);
}

/* ---- the child ---- */

static void child_body_of_waiting(struct run *run)
{
	if (!futex_sleep_until(&shared->go, 1, timeout_s(pages_to_write(run))))
		raw_exit_group(WIRE_STATUS_CHILD + 100);
}

/* It notes nothing: what is shared is not in its page tables yet. */
static void child_body_of_writing(struct run *run)
{
	pages_write_spread(&run->touch, run->heap, pages_to_write(run));
}

static void child_body_of_pacing(struct run *run)
{
	write_pages(run, pages_to_write(run), true);
}

/* ---- the caller ---- */

/* The whole. What the caller used is read around its writes, by child_wait() where that comes before them. */
INLINED void take_whole(struct run *run, const struct story *story,
			const struct primitive *primitive, size_t count, bool is_paced)
{
	cpu_time(&shared->cpu_from);
	primitive->start(run, story->action);
	if (story->writer == CALLER_WHILE_SHARED) {
		usage_read(&shared->before);
		write_pages(run, count, is_paced);
		usage_read(&shared->after);
		futex_raise(&shared->go, 1);
	}
	child_wait(run, primitive);
	shared->ended = run->child->ended;
	if (story->writer == CALLER_LATER) {
		write_pages(run, count, is_paced);
		shared->ended = shared->pass.to;
	}
	cpu_time(&shared->cpu_to);
	if (story->writer == CALLER_LATER) {
		shared->before = run->child->caller_usage;
		usage_read(&shared->after);
	}
}

/* Two functions, so that a pass without a rate needs no more registers than it has: one that is kept on the stack instead
 * would be a page fault of the writes. */
__attribute__((noinline)) static void take_at_once(struct run *run, const struct story *story,
						   const struct primitive *primitive, size_t count)
{
	take_whole(run, story, primitive, count, false);
}

__attribute__((noinline)) static void take_paced(struct run *run, const struct story *story,
						 const struct primitive *primitive, size_t count)
{
	take_whole(run, story, primitive, count, true);
}

static double seconds_ns(long seconds, double rest_ns)
{
	return (double)seconds * 1e9 + rest_ns;
}

static double usage_ns(const struct rusage *usage)
{
	return seconds_ns(usage->ru_utime.tv_sec + usage->ru_stime.tv_sec,
			  (double)(usage->ru_utime.tv_usec + usage->ru_stime.tv_usec) * 1e3);
}

/* Each page written is one fault of who writes it. A child has some of its own besides, at a rate also those of the pages
 * that its times go to; a caller that loses the CPU meanwhile, that of its rseq area, which the kernel writes when it
 * goes on; one that paces its writes, that of its stack, for it needs more than the registers. */
static enum outcome check_faults(struct run *run, const struct story *story, size_t count,
				 uint64_t *faults)
{
	enum { CHILD_FAULTS_MAX = 32, CALLER_FAULTS_MAX = 1 };
	const bool child = story->writer == CHILD;
	const uint64_t expected = story->faults ? count : 0;
	const bool is_paced = shared->pass.ticks;
	uint64_t more = child ? CHILD_FAULTS_MAX : story->faults ? CALLER_FAULTS_MAX : 0;
	if (is_paced && story->faults)
		more += child ? count / TIMES_A_PAGE + 1 : 1;
	*faults = (uint64_t)(child ? run->child->usage.ru_minflt
				   : shared->after.ru_minflt - shared->before.ru_minflt);
	if (*faults >= expected && *faults <= expected + more)
		return OUTCOME_OK;
	return fail(run->problem,
		    "cannot trust case %s: %llu page faults for %zu pages written, expected %llu; "
		    "does KSM, NUMA balancing, compaction or DAMON work on pages? switch it off",
		    story->name, (unsigned long long)*faults, count, (unsigned long long)expected);
}

/* The rate that the cell asks for, or 0. */
static double rate_of(const struct run *run)
{
	return (double)run->request->level[AXIS_WRITE_RATE];
}

/* What only a paced pass gives. A rate is reached if the pass is no longer than its turns. */
static void set_paced(struct wire_sample *out, size_t count, double total_ns)
{
	const struct pages_pass *pass = &shared->pass;
	const double lasted_ns = clock_ns(pass->from, pass->to);
	const double writes_ns = clock_ns(0, pass->writing);
	sample_set(out, WRITES_NS, writes_ns);
	sample_set(out, BUSY_NS, total_ns - (lasted_ns - writes_ns));
	sample_set(out, PAGES_PER_S, (double)count * 1e9 / lasted_ns);
	for (size_t i = 0; i < PERCENTILES; i++)
		if (count >= percentiles[i].pages_min)
			sample_set(out, percentiles[i].metric,
				   clock_ns(0, rank_quantile(pass->ticks, count,
							     percentiles[i].per_mille)));
	sample_set(out, SINGLE_MAX_NS, clock_ns(0, rank_largest(pass->ticks, count)));
}

/* The plan has no such cell. */
static enum outcome check_rate(struct run *run, size_t count)
{
	const double rate = rate_of(run);
	if (rate == 0 || (count > 0 && (double)count <= rate * WRITE_RATE_PASS_S_MAX))
		return OUTCOME_OK;
	return fail(run->problem,
		    "cannot write %zu pages at %.0f pages/s: that is nothing, or takes more than "
		    "%d s; give another --write-rate or --written",
		    count, rate, WRITE_RATE_PASS_S_MAX);
}

static enum outcome sample(struct run *run, const struct arm *arm, struct wire_sample *out)
{
	const struct story *story = &stories[arm->case_index];
	const struct arm started = {.primitive = registry_primitive(story->primitive),
				    .action = story->action};
	const size_t count = pages_to_write(run);
	const struct started *child = run->child;
	uint64_t faults;
	if (!started.primitive)
		return fail(run->problem, "cannot find primitive '%s'; see forkcost list",
			    story->primitive);
	if (check_rate(run, count))
		return OUTCOME_FAILED;
	/* By children of the arm's own kind, as those of spawn are: others leave other lines behind. */
	if (child_settle(run, &started))
		return OUTCOME_FAILED;
	child_dirty_stack();
	shared->go = 0;
	const bool is_paced = rate_of(run) > 0;
	run->child_body = story->writer == CALLER_WHILE_SHARED ? child_body_of_waiting
			  : story->writer != CHILD             ? NULL
			  : is_paced                           ? child_body_of_pacing
							       : child_body_of_writing;
	(is_paced ? take_paced : take_at_once)(run, story, started.primitive, count);
	run->child_body = NULL;
	if (child_check(run, &started) || check_faults(run, story, count, &faults))
		return OUTCOME_FAILED;
	const uint64_t waited_from =
		story->writer == CALLER_WHILE_SHARED ? shared->pass.to : child->returned;
	const double total_ns = clock_ns(child->called, shared->ended);
	sample_set(out, TOTAL_NS, total_ns);
	sample_set(out, CPU_NS,
		   seconds_ns(shared->cpu_to.tv_sec - shared->cpu_from.tv_sec,
			      (double)(shared->cpu_to.tv_nsec - shared->cpu_from.tv_nsec)) +
			   usage_ns(&child->usage));
	sample_set(out, CALL_NS, clock_ns(child->called, child->returned));
	if (is_paced)
		set_paced(out, count, total_ns);
	else if (story->writer != CHILD)
		sample_set(out, WRITES_NS, clock_ns(shared->pass.from, shared->pass.to));
	sample_set(out, END_NS, clock_ns(waited_from, child->ended));
	sample_set(out, PAGES, (double)count);
	sample_set(out, FAULTS, (double)faults);
	return OUTCOME_OK;
}

static enum outcome make(struct run *run)
{
	const double rate = rate_of(run);
	shared = arena_share(sizeof *shared, "the times of a whole", run->problem);
	if (!shared)
		return OUTCOME_FAILED;
	if (rate == 0 || run->touch.count == 0)
		return OUTCOME_OK;
	shared->pass.ticks_apart = 1e9 / rate / worker_clock.ns_per_tick;
	shared->pass.ticks = arena_share(run->touch.count * sizeof *shared->pass.ticks,
					 "the times of paced writes", run->problem);
	return shared->pass.ticks ? OUTCOME_OK : OUTCOME_FAILED;
}

/* Why a cell of the worker may lack a metric. */
static const char *missing(const struct run *run, const struct arm *arm, unsigned metric)
{
	const bool is_paced = rate_of(run) > 0;
	if (metric == WRITES_NS && !is_paced)
		return stories[arm->case_index].writer == CHILD ? "the child writes" : NULL;
	if (metric >= BUSY_NS && !is_paced)
		return "no --write-rate: the writes have no turns to wait for";
	for (size_t i = 0; i < PERCENTILES; i++)
		if (percentiles[i].metric == metric)
			return percentiles[i].too_few;
	return NULL;
}

EXPERIMENT(snapshot, .summary = "a program that starts a child, goes on writing, and reaps it",
	   .metrics = metrics, CASE_ROWS(stories), .needs_heap = true, .copies_heap = true,
	   .varies = VARIES_WRITTEN | VARIES_WRITE_RATE, .heaps = "16M,256M,1G",
	   .quick_heaps = "16M", .make = make, .missing = missing, .sample = sample);
