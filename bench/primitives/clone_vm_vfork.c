/* Measures: clone with CLONE_VM and CLONE_VFORK, the child on its own stack.
 * Excludes: the signal calls and the stack mapping that posix_spawn adds.
 * Expect:   flat over the heap; the lower bound of posix_spawn. */
#include "harness/worker/bench.h"

static void start(struct run *run, enum action action)
{
	child_start_onto(run, action, CLONE_VM | CLONE_VFORK | SIGCHLD);
}

PRIMITIVE(clone_vm_vfork,
	  .summary = "clone(CLONE_VM|CLONE_VFORK), own stack: the lower bound of posix_spawn",
	  .traits = TRAIT_SHARES_MEMORY | TRAIT_STOPS_CALLER | TRAIT_HEADLINE, .start = start);
