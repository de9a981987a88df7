/* Stacks with the number of their samples, as flame graphs are drawn from: "fork exit 64 MiB;caller;outer;inner 17"
 * each a line. */
#ifndef FORKCOST_FOLDED_H
#define FORKCOST_FOLDED_H

#include "harness/driver/profile/items.h"
#include "harness/driver/profile/stacks.h"

#include <stdint.h>
#include <stdio.h>

enum { FOLDED_STACKS_MAX = 200000 };

/* Begins as all zero. */
struct folded {
	void *tree;
	size_t count;
	uint64_t dropped; /* samples whose stacks found no room */
};

/* Counts a sample of what `whose` names, as "fork exit 64 MiB;caller"; returns the item that it belongs to. */
enum item folded_add(struct folded *folded, const char *whose, const struct stack *stack);

/* Writes them in the order of their text. */
void folded_write(const struct folded *folded, FILE *file);

void folded_free(struct folded *folded);

#endif
