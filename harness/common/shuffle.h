/* A small random generator for shuffling, the same on every machine, so that a recorded seed
 * repeats an order: SplitMix64 (Steele, Lea, Flood, OOPSLA 2014, constants of figure 8). */
#ifndef FORKCOST_SHUFFLE_H
#define FORKCOST_SHUFFLE_H

#include <stdbool.h>
#include <stdint.h>

struct shuffle {
	uint64_t state;
};

void shuffle_seed(struct shuffle *shuffle, uint64_t seed);

/* The next 64 random bits. */
uint64_t shuffle_next(struct shuffle *shuffle);

/* Fills order[0..count) with 0..count-1 in random order (Fisher and Yates). */
void shuffle_order(struct shuffle *shuffle, uint32_t *order, uint32_t count);

/* An item of several that fall into groups. */
struct shuffle_item {
	uint32_t group; /* below the number of items */
	bool is_reference; /* what the others of its group are held against; at most one of a group is */
};

/* Fills order[0..count) with 0..count-1: groups in random order, the items of a group next to each other, in random order
 * but for its reference, which is in their middle. `scratch` has room for twice as many numbers. */
void shuffle_groups(struct shuffle *shuffle, const struct shuffle_item *items, uint32_t *order,
		    uint32_t count, uint32_t *scratch);

#endif
