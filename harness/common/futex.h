/* Futexes in shared memory, between processes or threads. Inlined raw system calls, because
 * children may share the caller's memory; nothing that fork copies is written. */
#ifndef FORKCOST_FUTEX_H
#define FORKCOST_FUTEX_H

#include "harness/common/rawsys.h"

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <time.h>

enum { FUTEX_WAIT_OP = 0, FUTEX_WAKE_OP = 1, FUTEX_REQUEUE_OP = 3 };

/* Wakes at most `count` of those that sleep on *word. */
INLINED void futex_wake(int *word, int count)
{
	raw_syscall(SYS_futex, (long)word, FUTEX_WAKE_OP, count, 0, 0);
}

/* Sleeps while *word is `now`, or until something wakes it. Returns the return value of the kernel;
 * `limit` may be NULL. */
INLINED long futex_wait(int *word, int now, const struct timespec *limit)
{
	return raw_syscall(SYS_futex, (long)word, FUTEX_WAIT_OP, now, (long)limit, 0);
}

/* Sleeps until *word is at least `step`; false if it did not change for `timeout_s`. */
INLINED bool futex_sleep_until(int *word, int step, int timeout_s)
{
	const struct timespec limit = {.tv_sec = timeout_s};
	int now;
	while ((now = __atomic_load_n(word, __ATOMIC_ACQUIRE)) < step)
		if (futex_wait(word, now, &limit) == -ETIMEDOUT)
			return false;
	return true;
}

/* Sets *word and wakes everyone who sleeps on it. */
INLINED void futex_raise(int *word, int step)
{
	__atomic_store_n(word, step, __ATOMIC_RELEASE);
	futex_wake(word, INT_MAX);
}

/* Whether someone sleeps on *word. FUTEX_REQUEUE of one sleeper to the same futex wakes nobody, and
 * returns how many it moved. If the call is forbidden the answer is unknown, which is no reason to
 * wait. */
static inline bool futex_is_slept_on(int *word)
{
	return raw_syscall(SYS_futex, (long)word, FUTEX_REQUEUE_OP, 0, 1, (long)word) != 0;
}

#endif
