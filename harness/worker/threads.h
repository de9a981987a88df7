/* Threads beside the worker, each pinned to a CPU of its own, and what they lose by something that the
 * worker does. Those that run do so in a busy loop in registers: it looks at the clock and at the turn,
 * a word of shared memory, and writes nothing until the turn changes. A loop that wrote would take a
 * copy-on-write fault after fork and call that its gap. No libc: threads made by a bare clone share the
 * caller's TLS. Every wait has a time-out. */
#ifndef FORKCOST_THREADS_H
#define FORKCOST_THREADS_H

#include "harness/common/problem.h"
#include "harness/worker/bench.h"

enum { THREADS_TIMEOUT_S = 20, THREADS_STACK_BYTES = 8 << 10, THREADS_PAGES = 64 };

enum threads_kind {
	THREADS_RUNNING,  /* of the worker, in the busy loop */
	THREADS_SLEEPING, /* of the worker, asleep */
	THREADS_OTHERS,   /* processes with memory of their own, in the same busy loop */
};

/* What those that run do when the turn changes. WARM: walk over their pages until these are warm, then
 * begin to look for gaps. TIME: time one walk at once, and say the longest gap. */
enum threads_order { THREADS_WARM, THREADS_TIME, THREADS_LEAVE };

struct threads;

struct threads_one {
	_Alignas(64) int done; /* the last turn that it did */
	int tid;               /* the kernel writes 0 when a thread has ended */
	long id;               /* as clone gave it; 0: none */
	struct threads *all;
	struct timespec clock;          /* where clock_gettime writes */
	uint64_t gap_ticks, walk_ticks; /* what TIME found */
	_Alignas(4096) char stack[THREADS_STACK_BYTES];
};

/* Shared memory. */
struct threads {
	_Alignas(64) int turn;    /* futex */
	enum threads_order order; /* written before the turn */
	_Alignas(64) enum threads_kind kind;
	unsigned count, room;
	pid_t worker;      /* its process id */
	const void *chain; /* of THREADS_PAGES pages of shared memory (chain.h), the same for all */
	_Alignas(4096) struct threads_one one[];
};

/* The CPU of thread `index`: the caller's is left out. -1: there are not so many. */
int threads_cpu(const struct wire_request *request, unsigned index);

/* Room for as many threads as the request has. NULL with the problem set if there is no memory. */
struct threads *threads_make(struct run *run);

/* Starts `count` of a kind and returns when all are there. The heap is kept out of processes. */
enum outcome threads_start(struct run *run, struct threads *threads, enum threads_kind kind,
			   unsigned count);

/* Has those that run do something; returns when all have done it. */
enum outcome threads_turn(struct run *run, struct threads *threads, enum threads_order order);

/* Ends all that were started, and sees them end. Also the way out after a failure. */
enum outcome threads_stop(struct run *run, struct threads *threads);

/* What the last TIME found: the longest gap of all, and the mean of their walks. */
double threads_gap_ns(const struct threads *threads);
double threads_walk_ns(const struct threads *threads);

#endif
