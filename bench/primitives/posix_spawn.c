/* Measures: posix_spawn() as libc offers it, without file actions or attributes.
 * Excludes: nothing that libc does: its stack mapping and signal calls are part of the cost.
 * Expect:   flat over the heap, above clone_vm_vfork, which is its lower bound. */
#include "harness/worker/bench.h"

#include <spawn.h>

static void start(struct run *run, enum action action)
{
	(void)action;
	pid_t id = 0;
	uint64_t called = clock_ticks();
	int error =
		posix_spawn(&id, run->target_path, NULL, NULL, run->target_argv, run->target_envp);
	uint64_t returned = clock_ticks_after();
	child_started(run, called, returned, error ? -error : id);
}

PRIMITIVE(posix_spawn,
	  .summary = "libc's posix_spawn(): starts a program, memory shared until exec",
	  .refuses_exit = "posix_spawn always starts a program",
	  .traits = TRAIT_LIBC_CHILD | TRAIT_SHARES_MEMORY | TRAIT_STOPS_CALLER | TRAIT_HEADLINE,
	  .start = start);
