/* Measures: a bare thread by inline clone: the lower bound, which is not a process.
 * Excludes: what pthread_create adds (stack, TLS, signals).
 * Expect:   flat over the heap; below every process. */
#include "harness/worker/bench.h"

/* Only the thread exits: exit_group would end the worker too. */
__attribute__((noreturn)) static void thread_enter(void *argument)
{
	struct run *run = argument;
	child_begin(run, run->stamping);
	child_run(run);
	raw_exit_thread();
}

static void start(struct run *run, enum action action)
{
	(void)action;
	struct started *child = run->child;
	child->thread_tid =
		1; /* anything but 0, which the kernel writes when the thread has ended */
	uint64_t called = clock_ticks();
	long id = raw_clone_onto(CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD |
					 CLONE_SYSVSEM | CLONE_CHILD_CLEARTID,
				 run->child_stack_top, &child->thread_tid, thread_enter, run);
	uint64_t returned = clock_ticks_after();
	child->called = called;
	child->returned = returned;
	child->id = id;
}

PRIMITIVE(thread, .summary = "a bare thread by clone: a lower bound, not a process",
	  .refuses_exec = "an exec in a thread would replace the whole worker",
	  .traits = TRAIT_THREAD | TRAIT_SHARES_MEMORY, .start = start);
