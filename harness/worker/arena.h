/* The worker's own memory that fork must not copy: mapped shared, populated, and not inherited
 * where the child has no use for it (METHODOLOGY, "State before the window"). */
#ifndef FORKCOST_ARENA_H
#define FORKCOST_ARENA_H

#include "harness/worker/partner.h"
#include "harness/worker/witness.h"

enum { ARENA_PROC_BYTES = 64 << 10, ARENA_STACK_BYTES = 64 << 10 };

/* One mapping for all small objects. */
struct arena {
	_Alignas(4096) struct started child;
	struct timespec caller_clock, child_clock;
	struct counting counting;
	struct quiet quiet;
	uint64_t took_ns
		[WIRE_ARMS_MAX]; /* an arm's quickest sample of late, with all that prepared it */
	_Alignas(4096) struct partner partner;
	_Alignas(4096) char scratch[4096];
	_Alignas(4096) char child_stack[ARENA_STACK_BYTES];
	_Alignas(4096) char proc_text[ARENA_PROC_BYTES];
};

/* `bytes` of memory that is shared, populated, inherited by children. NULL with the
 * problem set if there is none. */
void *arena_share(size_t bytes, const char *what, struct problem *problem);

#endif
