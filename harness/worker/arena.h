/* Memory of the worker's own that fork must not copy: mapped shared, populated, and, where the
 * child has no use for it, kept out of the child (METHODOLOGY, "State before the window"). */
#ifndef FORKCOST_ARENA_H
#define FORKCOST_ARENA_H

#include "harness/common/problem.h"
#include "harness/worker/bench.h"
#include "harness/worker/counting.h"
#include "harness/worker/partner.h"

enum { ARENA_PROC_BYTES = 64 << 10, ARENA_STACK_BYTES = 64 << 10 };

/* One mapping for all small things. */
struct arena {
	_Alignas(4096) struct started child;
	struct timespec caller_clock, child_clock;
	struct counting counting;
	_Alignas(4096) struct partner partner;
	_Alignas(4096) char scratch[4096];
	_Alignas(4096) char child_stack[ARENA_STACK_BYTES];
	_Alignas(4096) char proc_text[ARENA_PROC_BYTES];
};

/* NULL with the problem set if there is no memory. */
struct arena *arena_make(struct problem *problem);

/* `bytes` of memory of an experiment's own: shared, populated, inherited by children. NULL with the
 * problem set if there is none. */
void *arena_share(size_t bytes, const char *what, struct problem *problem);

#endif
