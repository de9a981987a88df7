/* The clock. Ticks come from the CPU's counter if the kernel itself trusts it, else from
 * clock_gettime(CLOCK_MONOTONIC_RAW), where a tick is a nanosecond. */
#ifndef FORKCOST_CLOCK_H
#define FORKCOST_CLOCK_H

#include "harness/common/counter.h"
#include "harness/common/rawsys.h"
#include "harness/common/wire.h"

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

/* Set once, by clock_use(); only read afterwards. */
extern struct clock {
	bool is_counter;
	double ns_per_tick;
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

#endif
