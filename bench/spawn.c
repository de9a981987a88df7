/* Measures: the cost of starting a process: the call, the child's start, the new program's start,
 *           and the time until wait returns.
 * Excludes: making the heap dirty or write-protected and the caches warm or cold, which comes before the
 *           window.
 * Expect:   flat over the heap where memory is shared, linear in pages where page tables are
 *           copied. */
#include "harness/worker/bench.h"
#include "harness/worker/counting.h"

enum {
	CALL_NS,
	REAPED_NS,
	JOINED_NS,
	CHILD_START_NS,
	EXEC_START_NS,
	MOVE_NS,
	CALLER_FAULTS,
	CHILD_FAULTS,
	STAMPED_CALL_NS,
	STAMPED_REAPED_NS,
	STAMPED_JOINED_NS,
};

static const struct metric metrics[] = {
	[CALL_NS] = {"call_ns", "ns", "how long the caller is blocked in the call"},
	[REAPED_NS] = {"reaped_ns", "ns", "from the call until wait returns in the caller"},
	[JOINED_NS] = {"joined_ns", "ns", "from the call until the caller sees the thread's end"},
	[CHILD_START_NS] = {"child_start_ns", "ns",
			    "from the call to the child's first instruction"},
	[EXEC_START_NS] = {"exec_start_ns", "ns",
			   "from the call to the new program's first instruction"},
	[MOVE_NS] = {"move_ns", "ns", "how long the child takes to move to another CPU"},
	[CALLER_FAULTS] = {"caller_faults", "count",
			   "page faults of the caller, from the call until reaped"},
	[CHILD_FAULTS] = {"child_faults", "count", "page faults of the child until its end"},
	/* The ends of the same samples, for figures that show a start beside an end. */
	[STAMPED_CALL_NS] = {"stamped_call_ns", "ns", "as call_ns, of stamped samples"},
	[STAMPED_REAPED_NS] = {"stamped_reaped_ns", "ns", "as reaped_ns, of stamped samples"},
	[STAMPED_JOINED_NS] = {"stamped_joined_ns", "ns", "as joined_ns, of stamped samples"},
	{0},
};

static bool is_thread(const struct arm *arm)
{
	return arm->primitive->traits & TRAIT_THREAD;
}

static const char *missing(const struct run *run, const struct arm *arm, unsigned metric)
{
	bool exec = arm->action == ACTION_EXEC;
	if (exec && run->program_argv && (metric == EXEC_START_NS || metric >= STAMPED_CALL_NS))
		return "only forkcost-target stamps its start";
	if (metric >= STAMPED_CALL_NS && arm->primitive->traits & TRAIT_NOT_STAMPED)
		return "as for clone: what this primitive adds comes after the stamp";
	switch (metric) {
	case REAPED_NS:
	case STAMPED_REAPED_NS:
	case CHILD_FAULTS:
		return is_thread(arm) ? "a thread is not reaped" : NULL;
	case JOINED_NS:
	case STAMPED_JOINED_NS:
		return is_thread(arm) ? NULL : "a process is reaped, not joined";
	case CHILD_START_NS:
		if (run->move_set)
			return "the child first moves to another CPU";
		if (arm->primitive->traits & TRAIT_LIBC_CHILD)
			return "no code of ours runs in the child before exec";
		if (arm->primitive->traits & TRAIT_NOT_STAMPED)
			return "as for clone: what this primitive adds comes after the start";
		return exec ? "measured with action exit, where the stamp does not delay exec"
			    : NULL;
	case EXEC_START_NS:
		return exec ? NULL : "the child does not exec";
	case MOVE_NS:
		if (!run->move_set)
			return "the child does not move itself";
		if (arm->primitive->traits & TRAIT_NOT_STAMPED)
			return "as for clone: what this primitive adds comes after the move";
		return exec ? "measured with action exit, where the stamp does not delay exec"
			    : NULL;
	default:
		return NULL;
	}
}

static enum outcome set_stamped(struct run *run, const struct arm *arm, struct wire_sample *out)
{
	const volatile struct wire_stamps *stamps = run->stamps;
	uint64_t called = run->child->called;
	bool exec = arm->action == ACTION_EXEC;
	uint64_t stamp = exec ? stamps->target_ticks : stamps->started_ticks;
	if (stamp == 0 && !(arm->primitive->traits & TRAIT_LIBC_CHILD && !exec))
		return fail(run->problem,
			    "cannot find the stamp of a child of %s %s: it did not do what was "
			    "asked; run make",
			    arm->primitive->name, axis_name(&axis_action, arm->action));
	if (exec)
		sample_set(out, EXEC_START_NS, clock_ns(called, stamp));
	else if (run->move_set)
		sample_set(out, MOVE_NS, clock_ns(stamp, stamps->moved_ticks));
	else
		sample_set(out, CHILD_START_NS, clock_ns(called, stamp));
	sample_set(out, STAMPED_CALL_NS, clock_ns(called, run->child->returned));
	sample_set(out, is_thread(arm) ? STAMPED_JOINED_NS : STAMPED_REAPED_NS,
		   clock_ns(called, run->child->ended));
	return OUTCOME_OK;
}

static enum outcome sample(struct run *run, const struct arm *arm, struct wire_sample *out)
{
	struct rusage before;
	run->stamps->started_ticks = run->stamps->moved_ticks = run->stamps->target_ticks = 0;
	getrusage(RUSAGE_THREAD, &before);
	/* The caller's counts cover the call. Counts with children continue until the child is
	 * reaped. */
	count_begin(run);
	arm->primitive->start(run, arm->action);
	if (!count_is_with_child(run))
		count_end(run);
	child_wait(run, arm->primitive);
	if (count_is_with_child(run))
		count_end(run);
	if (child_check(run, arm))
		return OUTCOME_FAILED;
	const struct started *child = run->child;
	if (run->stamping)
		return set_stamped(run, arm, out);
	sample_set(out, CALL_NS, clock_ns(child->called, child->returned));
	sample_set(out, is_thread(arm) ? JOINED_NS : REAPED_NS,
		   clock_ns(child->called, child->ended));
	sample_set(out, CALLER_FAULTS, (double)(child->caller_usage.ru_minflt - before.ru_minflt));
	if (!is_thread(arm))
		sample_set(out, CHILD_FAULTS, (double)child->usage.ru_minflt);
	return OUTCOME_OK;
}

static unsigned group(const struct arm *arm)
{
	return arm->action;
}

EXPERIMENT(spawn, .summary = "what starting a process costs", .metrics = metrics,
	   .uses_primitives = true, .spawns = true, .takes_stamped = true, .is_countable = true,
	   .counts_children = true,
	   .varies = VARIES_STATE | VARIES_CACHE | VARIES_CHILD_CPU | VARIES_FRAMES,
	   .missing = missing, .group = group, .sample = sample);
