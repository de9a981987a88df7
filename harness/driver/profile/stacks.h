/* What perf script says, sample by sample. Names in it may be anything; it is bounded, and what makes no sense is passed
 * over. */
#ifndef FORKCOST_STACKS_H
#define FORKCOST_STACKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { STACKS_DEPTH_MAX = 128, STACKS_NAME_MAX = 64, STACKS_LINE_MAX = 512 };

/* One sample: the functions of the kernel, innermost first, under names that are printable and have neither blanks nor
 * semicolons. */
struct stack {
	long thread;    /* its id; 0: the CPU is idle */
	uint64_t at_ns; /* on the clock that perf recorded with */
	size_t depth;   /* 0: outside of the kernel */
	const char *functions[STACKS_DEPTH_MAX];
	char names[STACKS_DEPTH_MAX][STACKS_NAME_MAX];
};

typedef void stacks_take(void *context, const struct stack *stack);

/* Begins as all zero but for the first two. */
struct stacks {
	stacks_take *take; /* called for each sample when it is whole */
	void *context;
	uint64_t lost;    /* samples that perf says it lost */
	uint64_t strange; /* lines that it should not have said */
	struct stack stack;
	bool is_open; /* a sample has begun */
	char line[STACKS_LINE_MAX];
	size_t length; /* of the line so far; what is beyond the line's room is dropped */
};

/* Takes a further part of `perf script -F comm,tid,time,ip,sym --ns --show-lost-events`; parts may end anywhere. */
void stacks_feed(struct stacks *stacks, const char *text, size_t bytes);

/* The end: hands over the last sample. */
void stacks_end(struct stacks *stacks);

#endif
