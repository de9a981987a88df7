/* Measures: vfork() as libc offers it: the caller is blocked until the child exits or execs.
 * Excludes: page tables, which are not copied.
 * Expect:   flat over the heap; call_ns includes the child's whole life up to exit or exec. */
#include "harness/worker/bench.h"

#include <errno.h>
#include <unistd.h>

#ifndef __clang__
/* gcc warns that the clock reading inlined after vfork() may be clobbered on aarch64 and riscv64;
 * it is not read before it is written. */
#pragma GCC diagnostic ignored "-Wclobbered"
#endif

/* As in fork.c: what is called must itself stand between the clock readings. */
static void start(struct run *run, enum action action)
{
	uint64_t called = clock_ticks();
	// NOLINTNEXTLINE(clang-analyzer-security.insecureAPI.vfork): it is what is measured
	pid_t id = vfork();
	if (id == 0)
		// NOLINTNEXTLINE(clang-analyzer-unix.Vfork): raw system calls only, and no return
		child_act(run, action);
	uint64_t returned = clock_ticks_after();
	child_started(run, called, returned, id < 0 ? -errno : id);
}

PRIMITIVE(vfork, .summary = "libc's vfork(): memory shared, caller blocked until exit or exec",
	  .traits = TRAIT_SHARES_MEMORY | TRAIT_STOPS_CALLER | TRAIT_HEADLINE, .start = start);
