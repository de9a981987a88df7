/* Measures: clone with CLONE_VM, the child on its own stack; the caller keeps running.
 * Excludes: page tables, which are shared.
 * Expect:   flat over the heap; call_ns near that of thread. */
#include "harness/worker/bench.h"

static void start(struct run *run, enum action action)
{
	child_start_onto(run, action, CLONE_VM | SIGCHLD);
}

PRIMITIVE(clone_vm,
	  .summary = "clone(CLONE_VM): memory shared, own stack, the caller keeps running",
	  .traits = TRAIT_SHARES_MEMORY, .start = start);
