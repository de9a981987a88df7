/* Measures: the clone3 system call with a pidfd; memory is copied on write as by fork.
 * Excludes: closing the pidfd, which happens after the window.
 * Expect:   as clone, plus the cost of one file descriptor. */
#include "harness/worker/bench.h"

#include <linux/sched.h>

static void start(struct run *run, enum action action)
{
	struct clone_args arguments = {
		.flags = CLONE_PIDFD,
		.pidfd = (uint64_t)(uintptr_t)&run->child->pidfd,
		.exit_signal = SIGCHLD,
	};
	uint64_t called = clock_ticks();
	long id = raw_syscall(SYS_clone3, (long)&arguments, sizeof arguments, 0, 0, 0);
	if (id == 0)
		child_act(run, action);
	uint64_t returned = clock_ticks_after();
	child_started(run, called, returned, id);
}

PRIMITIVE(clone3, .summary = "clone3(CLONE_PIDFD): as fork, and returns a pidfd", .start = start);
