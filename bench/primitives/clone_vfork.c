/* Measures: clone with CLONE_VFORK but without CLONE_VM: a trap.
 * Excludes: nothing.
 * Expect:   grows with the heap like fork, and blocks the caller like vfork: the worst of both. The
 *           caller wakes up inside the call, so libc's rseq fault is part of call_ns here. */
#include "harness/worker/bench.h"

static void start(struct run *run, enum action action)
{
	child_start_copied(run, action, CLONE_VFORK | SIGCHLD);
}

PRIMITIVE(clone_vfork,
	  .summary = "clone(CLONE_VFORK) without CLONE_VM: a trap, page tables are copied",
	  .traits = TRAIT_STOPS_CALLER, .start = start);
