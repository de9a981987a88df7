/* The clock. Ticks come from the CPU's counter if the kernel itself trusts it or it passes a trial, else from
 * clock_gettime(CLOCK_MONOTONIC_RAW), where a tick is a nanosecond. */
#ifndef FORKCOST_CLOCK_H
#define FORKCOST_CLOCK_H

#include "harness/common/counter.h"
#include "harness/common/problem.h"
#include "harness/common/rawsys.h"
#include "harness/common/wire.h"

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

/* Set once, by clock_use(); only read afterwards. */
extern struct clock {
	bool is_counter;
	double ns_per_tick, resolution_ns;
	struct timespec *caller_scratch, *child_scratch; /* where clock_gettime writes */
} worker_clock;

uint64_t clock_monotonic_raw_ns(void);

/* CLOCK_MONOTONIC_RAW by inline system call into memory that fork does not copy: a call into libc
 * would push a return address, and after fork this is a COW fault inside the window. */
INLINED uint64_t clock_by_syscall(struct timespec *scratch)
{
	raw_syscall(SYS_clock_gettime, CLOCK_MONOTONIC_RAW, (long)scratch, 0, 0, 0);
	return (uint64_t)scratch->tv_sec * 1000000000u + (uint64_t)scratch->tv_nsec;
}

/* Ticks now, before what is measured: waits for earlier instructions. */
INLINED uint64_t clock_ticks(void)
{
	if (__builtin_expect(worker_clock.is_counter, 1))
		return counter_begin();
	return clock_by_syscall(worker_clock.caller_scratch);
}

/* The same in a child, which may run at the same time as its caller. */
INLINED uint64_t clock_ticks_in_child(void)
{
	if (__builtin_expect(worker_clock.is_counter, 1))
		return counter_begin();
	return clock_by_syscall(worker_clock.child_scratch);
}

/* Ticks now, after what is measured: keeps later instructions out. */
INLINED uint64_t clock_ticks_after(void)
{
	if (__builtin_expect(worker_clock.is_counter, 1))
		return counter_end();
	return clock_by_syscall(worker_clock.caller_scratch);
}

#ifdef FORKCOST_SLOWER_PERMILLE
/* Of a build for self-checks alone (make SLOWER=20): spins until the time since `from` is longer by so many thousandths, to
 * see whether a slowdown of known size is found. */
INLINED void clock_spin_longer(uint64_t from, uint64_t permille)
{
	const uint64_t now = clock_ticks_after(), until = now + (now - from) * permille / 1000;
	while (clock_ticks() < until)
		;
}
#endif

/* Nanoseconds from one reading to another; negative if they are in the wrong order. */
static inline double clock_ns(uint64_t from, uint64_t to)
{
	return (double)(int64_t)(to - from) * worker_clock.ns_per_tick;
}

/* Uses the calibration that the driver passes on. clock_gettime writes to `caller`, and in children to `child`:
 * shared memory. */
void clock_use(const struct wire_clock *clock, struct timespec *caller, struct timespec *child);

/* Chooses the clock of this machine and calibrates it over about 100 ms against
 * CLOCK_MONOTONIC_RAW. At each end it takes the tightest of several bracketed readings; the width
 * of the brackets over the time in between gives the error bound. */
void clock_calibrate(struct wire_clock *clock);

/* Takes note of counter and clock; clock_still_holds() fails if they have gone apart since. A guest that was moved to
 * another host or suspended has other ticks than those that were calibrated. */
void clock_watch(void);
enum outcome clock_still_holds(struct problem *problem);

#endif
