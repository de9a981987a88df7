/* A small random generator for shuffling, the same on every machine, so that a recorded seed
 * repeats an order: SplitMix64 (Steele, Lea, Flood, OOPSLA 2014, constants of figure 8). */
#ifndef FORKCOST_SHUFFLE_H
#define FORKCOST_SHUFFLE_H

#include <stdint.h>

struct shuffle {
	uint64_t state;
};

void shuffle_seed(struct shuffle *shuffle, uint64_t seed);

/* The next 64 random bits. */
uint64_t shuffle_next(struct shuffle *shuffle);

/* Fills order[0..count) with 0..count-1 in random order (Fisher and Yates). */
void shuffle_order(struct shuffle *shuffle, uint32_t *order, uint32_t count);

#endif
