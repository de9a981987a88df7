/* A partner: a child that takes steps in turn with the caller, so that a window in one of them opens
 * when the other is where the case wants it. Both wait on futexes in shared memory; every wait has a
 * time-out, and the child dies with the worker, also as another program. Raw system calls only, so that
 * the child may share the caller's memory. */
#ifndef FORKCOST_PARTNER_H
#define FORKCOST_PARTNER_H

#include "harness/common/problem.h"
#include "harness/worker/bench.h"
#include "harness/worker/counting.h"

enum { PARTNER_TIMEOUT_S = 20 };

/* What a window of first touches showed. Lives in shared memory. */
struct window {
	uint64_t from, to; /* ticks */
	struct rusage before, after;
};

// NOLINTNEXTLINE(clang-analyzer-optin.performance.Padding): each futex has a cache line to itself
struct partner {
	_Alignas(64) int allowed; /* futex: the last step that the child may take */
	_Alignas(64) int done;    /* futex: the last step that the child has done */
	long id;                  /* the child's, or a negative errno value */
	int wait_status;
	struct window window;     /* for windows in the child */
	struct counting counting; /* the same */
};

/* Starts a child by clone(2) with `flags` (CLONE_VM: on the run's child stack; its life must not
 * return then either). The child runs life(run) and leaves with WIRE_STATUS_CHILD when that returns. */
enum outcome partner_start(struct run *run, unsigned long flags, void (*life)(struct run *run));

/* In the child: says that `step` is done, then sleeps until the caller allows the next one. If that
 * takes too long the child leaves by itself. */
void partner_done_await(struct run *run, int step);

/* In the child: the same without the sleep. */
void partner_done(struct run *run, int step);

/* In the caller: lets the child take `step`; sleeps until it has done it, and fails on time-out. */
void partner_allow(struct run *run, int step);
enum outcome partner_await(struct run *run, int step);

/* Sleeps until the other side sleeps, too: the child until the caller allows its next step, or the
 * caller until the child has done one. On one CPU the other side is else still on its way there when
 * a window opens, and takes its last steps inside it. */
enum outcome partner_await_asleep(struct run *run); /* in the caller */
void partner_await_caller_asleep(struct run *run);  /* in the child */

/* Counters count the process that opened them. In a child with memory of its own whose windows are to
 * be counted: opens the pass's group for the child itself, and closes it. In the caller, after the
 * child's window: makes what the child counted the pass's. Nothing happens where the sample is not a
 * counted one. */
void partner_count_open(struct run *run);
void partner_count_close(struct run *run);
void partner_count_take(struct run *run);

/* Waits for the child's end; fails if it did not leave as it should: by the end of its life, or, the
 * second, through forkcost-target. */
enum outcome partner_reap(struct run *run);
enum outcome partner_reap_target(struct run *run);

/* In the child: becomes forkcost-target, told to stamp and to stay. */
__attribute__((noreturn)) void partner_become_target(struct run *run);

/* In the caller: waits until the target is there, so that the old memory is gone, and about to sleep; and
 * ends it, which must have been there until now. `what` it is part of, for the error message. */
enum outcome partner_await_target(struct run *run);
enum outcome partner_end_target(struct run *run, const char *what);

/* Ends and reaps a child that is still there, for ways out after a failure. */
void partner_kill(struct run *run);

#endif
