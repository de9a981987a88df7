/* Measures: fork() as libc offers it, with libc's own handlers and bookkeeping.
 * Excludes: atfork handlers of a program (none here).
 * Expect:   grows with the heap; a little more than clone, and two page faults in the caller. */
#include "harness/worker/bench.h"

#include <errno.h>
#include <unistd.h>

static void start(struct run *run, enum action action)
{
	uint64_t called = clock_ticks();
	pid_t id = fork();
	if (id == 0)
		child_act(run, action);
	uint64_t returned = clock_ticks_after();
	child_started(run, called, returned, id < 0 ? -errno : id);
}

PRIMITIVE(fork, .summary = "libc's fork(): page tables copied, memory shared until written",
	  .traits = TRAIT_HEADLINE | TRAIT_REFERENCE, .start = start);
