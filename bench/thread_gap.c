/* Measures: whether another thread of the caller goes on while the caller starts a program. The thread runs
 *           on a CPU of its own and reads the clock in a loop, in registers: its longest gap during the call,
 *           and whether that is half of the call or more.
 * Excludes: what a thread that faults or maps memory waits for, as the caller's mmap lock. Also what lies
 *           behind the call: a forked child's life.
 * Expect:   with vfork gaps as in an equal time without a call, though the caller itself waits until the exec.
 *           With fork, CLONE_VFORK alone and posix_spawn, which unmaps its child's stack, one interrupt, to
 *           flush the TLB: some microseconds in a guest. The child stays for 100 us before its exec, so that
 *           a thread that stands still would not be overlooked; that of posix_spawn runs no code of ours. On
 *           a busy machine the scheduler stops the thread now and then, with the call or without. */
#include "harness/worker/bench.h"
#include "harness/worker/registry.h"
#include "harness/worker/threads.h"

enum { CALL_NS, GAP_NS, GAP_IDLE_NS, STOOD, STOOD_IDLE };

enum { LINGER_NS = 100000 };

static const struct metric metrics[] = {
	[CALL_NS] = {"call_ns", "ns", "how long the caller is blocked in the call"},
	[GAP_NS] = {"gap_ns", "ns", "longest gap in the thread's loop during the call"},
	[GAP_IDLE_NS] = {"gap_idle_ns", "ns", "the same for an equal time without a call"},
	[STOOD] = {"stood", "count", "1 if that gap is half of the call or more, else 0"},
	[STOOD_IDLE] = {"stood_idle", "count", "the same without a call"},
	{0},
};

static const char *const cases[] = {"fork", "clone_vfork", "vfork", "posix_spawn", NULL};

static struct threads *threads;

static enum outcome make(struct run *run)
{
	threads = threads_make(run, 1);
	return threads ? OUTCOME_OK : OUTCOME_FAILED;
}

static const char *refuses(const struct run *run, const struct arm *arm)
{
	(void)arm;
	return threads_cpu(run->request, 0) < 0
		       ? "the thread needs another CPU: only the caller's is allowed"
		       : NULL;
}

/* In the child, before its exec. */
static void linger(struct run *run)
{
	(void)run;
	const uint64_t from = clock_ticks_in_child();
	while (clock_ns(from, clock_ticks_in_child()) < LINGER_NS)
		;
}

static void set_gap(struct wire_sample *out, unsigned gap, unsigned stood, double call_ns)
{
	const double gap_ns = threads_gap_ns(threads);
	sample_set(out, gap, gap_ns);
	sample_set(out, stood, 2 * gap_ns >= call_ns);
}

/* Starts the program while the thread looks for gaps. */
static enum outcome start(struct run *run, const struct arm *arm, struct wire_sample *out,
			  double *call_ns)
{
	if (threads_turn(run, threads, THREADS_WARM))
		return OUTCOME_FAILED;
	run->child_body = linger;
	arm->primitive->start(run, arm->action);
	run->child_body = NULL;
	/* Before the wait, which is no part of the call. */
	const enum outcome outcome = threads_turn(run, threads, THREADS_TIME);
	child_wait(run, arm->primitive);
	if (outcome || child_check(run, arm))
		return OUTCOME_FAILED;
	*call_ns = clock_ns(run->child->called, run->child->returned);
	sample_set(out, CALL_NS, *call_ns);
	set_gap(out, GAP_NS, STOOD, *call_ns);
	return OUTCOME_OK;
}

/* An equal time without a call: the thread's usual gaps. */
static enum outcome leave_alone(struct run *run, struct wire_sample *out, double call_ns)
{
	if (threads_turn(run, threads, THREADS_WARM))
		return OUTCOME_FAILED;
	const uint64_t from = clock_ticks();
	while (clock_ns(from, clock_ticks()) < call_ns)
		;
	if (threads_turn(run, threads, THREADS_TIME))
		return OUTCOME_FAILED;
	set_gap(out, GAP_IDLE_NS, STOOD_IDLE, call_ns);
	return OUTCOME_OK;
}

static enum outcome sample(struct run *run, const struct arm *arm, struct wire_sample *out)
{
	const struct arm starts = {.experiment = arm->experiment,
				   .primitive = registry_primitive(cases[arm->case_index]),
				   .action = ACTION_EXEC};
	if (!starts.primitive)
		return fail(run->problem, "cannot find primitive '%s'; see forkcost list",
			    cases[arm->case_index]);
	double call_ns = 0;
	enum outcome outcome = threads_start(run, threads, THREADS_RUNNING, 1);
	if (!outcome)
		outcome = child_settle(run, NULL);
	if (!outcome) {
		child_dirty_stack();
		outcome = start(run, &starts, out, &call_ns);
	}
	if (!outcome)
		outcome = leave_alone(run, out, call_ns);
	if (threads_stop(run, threads))
		return OUTCOME_FAILED;
	return outcome;
}

EXPERIMENT(thread_gap,
	   .summary = "whether the caller's other threads go on while it starts a program",
	   .metrics = metrics, .cases = cases, .heaps = "16M", .quick_heaps = "16M", .make = make,
	   .refuses = refuses, .sample = sample);
