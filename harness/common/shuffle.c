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

static void put_in_the_middle(const struct shuffle_item *items, uint32_t *group, uint32_t count)
{
	uint32_t at = 0;
	while (at < count && !items[group[at]].is_reference)
		at++;
	if (at == count)
		return;
	uint32_t reference = group[at];
	group[at] = group[count / 2];
	group[count / 2] = reference;
}

void shuffle_groups(struct shuffle *shuffle, const struct shuffle_item *items, uint32_t *order,
		    uint32_t count, uint32_t *scratch)
{
	uint32_t *all = scratch, *groups = scratch + count, done = 0;
	shuffle_order(shuffle, all, count);
	shuffle_order(shuffle, groups, count);
	for (uint32_t g = 0; g < count; g++) {
		uint32_t first = done;
		for (uint32_t i = 0; i < count; i++)
			if (items[all[i]].group == groups[g])
				order[done++] = all[i];
		put_in_the_middle(items, order + first, done - first);
	}
}
