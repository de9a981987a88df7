#include "harness/common/shuffle.h"

void shuffle_seed(struct shuffle *shuffle, uint64_t seed)
{
	shuffle->state = seed;
}

uint64_t shuffle_next(struct shuffle *shuffle)
{
	uint64_t z = shuffle->state += 0x9e3779b97f4a7c15u;
	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return z ^ z >> 31;
}

void shuffle_order(struct shuffle *shuffle, uint32_t *order, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		/* The bias of the remainder is below 2^-57 for the counts here. */
		uint32_t j = (uint32_t)(shuffle_next(shuffle) % (i + 1));
		order[i] = order[j];
		order[j] = i;
	}
}
