/* A partner: a child that takes steps in turn with the caller, so that a window in one of them
 * opens when the other is where the case needs it. Both wait on futexes in shared memory. Every
 * wait has a timeout, and the child dies with the worker, also after exec. Raw system calls only,
 * so that the child may share the caller's memory. */
#ifndef FORKCOST_PARTNER_H
#define FORKCOST_PARTNER_H

#include "harness/worker/bench.h"
#include "harness/worker/counting.h"

enum { PARTNER_TIMEOUT_S = 20 };

/* The results of a window of first touches. Lives in shared memory. */
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

/* Starts a child by clone(2) with `flags` (CLONE_VM: on the run's child stack; then its `life` must
 * not return either). The child runs life(run), and exits with WIRE_STATUS_CHILD when that returns. */
enum outcome partner_start(struct run *run, unsigned long flags,
			   void (*child_body)(struct run *run));

/* The same, and waits until the child has done its first step and sleeps. A life that does no more
 * than that. */
enum outcome partner_start_asleep(struct run *run, void (*child_body)(struct run *run));
void partner_wait(struct run *run);

/* In the child: reports that `step` is done, then sleeps until the caller allows the next one. If
 * this takes too long the child exits. */
void partner_done_await(struct run *run, int step);

/* In the child: the same without the sleep. */
void partner_done(struct run *run, int step);

/* In the caller: allows the child to take `step`; sleeps until it is done, and fails on timeout. */
void partner_allow(struct run *run, int step);
enum outcome partner_await(struct run *run, int step);

/* Waits until the other side sleeps too: the child until the caller allows its next step, or the
 * caller until the child has done one. Otherwise, on one CPU, the other side is still on its way to
 * sleep when a window opens, and takes its last steps inside it. */
enum outcome partner_await_asleep(struct run *run); /* in the caller */
void partner_await_caller_asleep(struct run *run);  /* in the child */

/* Counters count the process that opened them. In a child with separate memory whose windows are
 * counted: opens the pass's group for the child itself, and closes it. In the caller, after the
 * child's window: makes the child's counts those of the pass. Does nothing if the sample is not a
 * counted one. */
void partner_count_open(struct run *run);
void partner_count_close(struct run *run);
void partner_count_take(struct run *run);

/* Waits for the child's end; fails if it did not exit as it should: after its life, or for the
 * second function, through forkcost-target. */
enum outcome partner_reap(struct run *run);
enum outcome partner_reap_target(struct run *run);

/* Starts a child that executes forkcost-target, which stamps and stays; waits until it has started, so
 * that the old memory is gone, and is about to sleep. Then kills it; it must have existed until then.
 * `what`: the task that it is part of, for the error message. */
enum outcome partner_start_target(struct run *run);
enum outcome partner_end_target(struct run *run, const char *what);

/* Ends and reaps a child that still exists, for cleanup after a failure. */
void partner_kill(struct run *run);

#endif
