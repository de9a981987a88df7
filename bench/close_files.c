/* Measures: what it costs a child to close the files that it inherits, before it executes a program: by one call of
 *           close_range, by a loop over the numbers that there are, or over all that may be, and by posix_spawn's file
 *           action; also where nobody does, and exec closes them.
 * Excludes: opening them. All are closed by exec at the latest (O_CLOEXEC).
 * Expect:   linear in the files. close_range below the loops, a loop over the limit as long with no file open. With
 *           fork as with shared memory, for the table of files is copied by both. */
#include "harness/worker/bench.h"
#include "harness/worker/registry.h"

#include <fcntl.h>
#include <spawn.h>

#ifndef SYS_close_range
#define SYS_close_range 436 /* Linux 5.9 */
#endif

enum { REAPED_NS, CALL_NS, CLOSE_NS, CALLS };

static const struct metric metrics[] = {
	[REAPED_NS] = {"reaped_ns", "ns", "from the start of the child until it is reaped"},
	[CALL_NS] = {"call_ns", "ns",
		     "how long the caller is blocked; until exec where memory is shared"},
	[CLOSE_NS] = {"close_ns", "ns", "closing, in the child"},
	[CALLS] = {"calls", "count", "system calls to close them"},
	{0},
};

/* What a loop over all numbers takes at most: 0.1 s at 100 ns a number. */
enum { LIMIT_MAX = 1 << 20 };

static long by_range(const struct run *run, long behind)
{
	(void)behind;
	raw_syscall(SYS_close_range, run->files_from, ~0u, 0, 0, 0);
	return 1;
}

static long by_loop(const struct run *run, long behind)
{
	for (long fd = run->files_from; fd < behind; fd++)
		raw_syscall(SYS_close, fd, 0, 0, 0, 0);
	return behind - run->files_from;
}

static const struct way {
	const char *name, *primitive;
	long (*close)(const struct run *run, long behind); /* NULL: exec does */
	bool to_limit;  /* the loop goes on to the largest number that may be */
	bool by_action; /* posix_spawn's */
} ways[] = {
	{"by_exec", "vfork", NULL, false, false},
	{"close_range", "vfork", by_range, false, false},
	{"loop", "vfork", by_loop, false, false},
	{"loop_to_limit", "vfork", by_loop, true, false},
	{"fork_by_exec", "fork", NULL, false, false},
	{"fork_close_range", "fork", by_range, false, false},
	{"fork_loop", "fork", by_loop, false, false},
	{"spawn", "posix_spawn", NULL, false, false},
	{"spawn_closefrom", "posix_spawn", NULL, false, true},
	{0},
};

static long limit;            /* on numbers of files */
static const struct way *way; /* of the sample */
static volatile struct report {
	long calls, still_open;
} * report; /* shared memory: the child's */

#if defined __GLIBC__ && __GLIBC_PREREQ(2, 34)
static posix_spawn_file_actions_t actions;

static enum outcome make_actions(struct run *run)
{
	if (posix_spawn_file_actions_init(&actions) == 0 &&
	    posix_spawn_file_actions_addclosefrom_np(&actions, run->files_from) == 0)
		return OUTCOME_OK;
	return fail(run->problem, "cannot make a file action: out of memory; free some");
}

static const char lacks_action[] = "";
#define ACTIONS &actions
#else
static enum outcome make_actions(struct run *run)
{
	(void)run;
	return OUTCOME_OK;
}

static const char lacks_action[] = "this libc has no posix_spawn_file_actions_addclosefrom_np";
#define ACTIONS NULL
#endif

static enum outcome make(struct run *run)
{
	struct rlimit most = {0};
	report = (volatile struct report *)(void *)run->scratch;
	limit = getrlimit(RLIMIT_NOFILE, &most) == 0 && most.rlim_cur <= LIMIT_MAX
			? (long)most.rlim_cur
			: 0;
	return make_actions(run);
}

static const char *refuses(const struct run *run, const struct arm *arm)
{
	const struct way *asked = &ways[arm->case_index];
	(void)run;
	if (asked->to_limit && !limit)
		return "a million numbers or more are allowed: it takes too long";
	if (asked->by_action && *lacks_action)
		return lacks_action;
	/* Nothing has this number. */
	if (asked->close == by_range && raw_syscall(SYS_close_range, ~0u, ~0u, 0, 0, 0) < 0)
		return "close_range is not available: it takes Linux 5.9, and a seccomp filter may "
		       "forbid it";
	return NULL;
}

static const char *missing(const struct run *run, const struct arm *arm, unsigned metric)
{
	(void)run;
	if (metric != CLOSE_NS && metric != CALLS)
		return NULL;
	if (ways[arm->case_index].by_action)
		return "no code of ours runs in the child";
	return ways[arm->case_index].close ? NULL : "exec closes them";
}

/* The proof and the report cost page faults and a call, so that only stamped samples have them. */
static void close_all(struct run *run)
{
	uint64_t from = clock_ticks_in_child();
	long made = way->close(run, way->to_limit ? limit : run->files_behind);
	uint64_t to = clock_ticks_in_child();
	if (!run->stamping)
		return;
	run->stamps->started_ticks = from;
	run->stamps->moved_ticks = to;
	report->calls = made;
	report->still_open = 0;
	for (long fd = run->files_from; fd < run->files_behind; fd++)
		report->still_open += raw_syscall(SYS_fcntl, fd, F_GETFD, 0, 0, 0) >= 0;
}

static void spawn_with_action(struct run *run)
{
	pid_t id = 0;
	uint64_t called = clock_ticks();
	int error = posix_spawn(&id, run->target_path, ACTIONS, NULL, run->target_argv,
				run->target_envp);
	uint64_t returned = clock_ticks_after();
	child_started(run, called, returned, error ? -error : id);
}

static enum outcome sample(struct run *run, const struct arm *arm, struct wire_sample *out)
{
	way = &ways[arm->case_index];
	const struct arm child = {arm->experiment, registry_primitive(way->primitive), ACTION_EXEC,
				  arm->case_index};
	run->child_body = way->close ? close_all : NULL;
	report->calls = report->still_open = -1;
	if (way->by_action)
		spawn_with_action(run);
	else
		child.primitive->start(run, child.action);
	child_wait(run, child.primitive);
	run->child_body = NULL;
	if (child_check(run, &child))
		return OUTCOME_FAILED;
	if (!run->stamping) {
		sample_set(out, REAPED_NS, clock_ns(run->child->called, run->child->ended));
		sample_set(out, CALL_NS, clock_ns(run->child->called, run->child->returned));
		return OUTCOME_OK;
	}
	if (!way->close)
		return OUTCOME_OK;
	if (report->still_open != 0)
		return fail(run->problem,
			    "cannot close files: after %s %ld of %d are still open; report this",
			    way->name, report->still_open, run->files_behind - run->files_from);
	sample_set(out, CLOSE_NS, clock_ns(run->stamps->started_ticks, run->stamps->moved_ticks));
	sample_set(out, CALLS, (double)report->calls);
	return OUTCOME_OK;
}

EXPERIMENT(close_files, .summary = "closing inherited files in a child, before exec",
	   .metrics = metrics, CASE_ROWS(ways), .ignores_heap = true, .takes_stamped = true,
	   .heaps = "0", .quick_heaps = "0", .make = make, .missing = missing, .refuses = refuses,
	   .sample = sample);
