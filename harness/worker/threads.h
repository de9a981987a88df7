/* Threads of the worker, each pinned to its own CPU, and what they lose when the worker does
 * something. A running one spins in registers: it reads the clock and the turn, a word of shared
 * memory, and writes nothing until the turn changes. A loop that writes would take a COW fault
 * after fork and report it as its gap. No libc: threads made by a bare clone share the caller's
 * TLS. Every wait has a timeout. */
#ifndef FORKCOST_THREADS_H
#define FORKCOST_THREADS_H

#include "harness/worker/bench.h"

enum { THREADS_TIMEOUT_S = 20, THREADS_STACK_BYTES = 8 << 10, THREADS_PAGES = 64 };

enum threads_kind {
	THREADS_RUNNING,  /* of the worker, in the busy loop */
	THREADS_SLEEPING, /* of the worker, asleep */
	THREADS_OTHERS,   /* separate processes, in the same busy loop */
};

/* What the running ones do when the turn changes. WARM: walk over their pages until these are warm,
 * then start to look for gaps. TIME: time one walk at once, and report the longest gap. */
enum threads_order { THREADS_WARM, THREADS_TIME, THREADS_LEAVE };

struct threads;

struct threads_one {
	_Alignas(64) int done; /* the last turn that it has done */
	int tid;               /* the kernel writes 0 when a thread has ended */
	long id;               /* from clone; 0: none */
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

/* Room for so many threads. NULL with the problem set if there is no memory. */
struct threads *threads_make(struct run *run, unsigned room);

/* Starts `count` of a kind and returns when all have started. Processes do not inherit the heap. */
enum outcome threads_start(struct run *run, struct threads *threads, enum threads_kind kind,
			   unsigned count);

/* Makes the running ones do something; returns when all have done it. */
enum outcome threads_turn(struct run *run, struct threads *threads, enum threads_order order);

/* Fails unless the worker has as many threads as the request says, running and sleeping ones, beside its own. */
enum outcome threads_verify(struct run *run);

/* Ends all that were started, and waits for their end. Also for cleanup after a failure. */
enum outcome threads_stop(struct run *run, struct threads *threads);

/* The results of the last TIME: the longest gap of all, and the mean of their walks. */
double threads_gap_ns(const struct threads *threads);
double threads_walk_ns(const struct threads *threads);

#endif
