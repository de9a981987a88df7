/* Measures: the clone system call with only SIGCHLD: fork without libc.
 * Excludes: libc's work around fork.
 * Expect:   grows with the heap; one page fault in the caller, when it wakes up from wait and the
 *           kernel writes libc's rseq area. */
#include "harness/worker/bench.h"

static void start(struct run *run, enum action action)
{
	child_start_copied(run, action, SIGCHLD);
}

PRIMITIVE(clone, .summary = "clone(SIGCHLD) by inline system call: fork without libc",
	  .traits = TRAIT_HEADLINE, .start = start);
