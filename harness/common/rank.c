#include "harness/common/rank.h"

/* Moves the value of rank `rank` (0: the smallest) to its place among `count`, smaller ones before
 * it and larger ones after it (Hoare's FIND). */
static uint32_t select_rank(uint32_t *values, size_t count, size_t rank)
{
	size_t from = 0, to = count - 1;
	while (from < to) {
		uint32_t pivot = values[from + (to - from) / 2];
		size_t i = from, j = to;
		for (;; i++, j--) {
			while (values[i] < pivot)
				i++;
			while (values[j] > pivot)
				j--;
			if (i >= j)
				break;
			uint32_t swapped = values[i];
			values[i] = values[j];
			values[j] = swapped;
		}
		if (rank <= j)
			to = j;
		else
			from = j + 1;
	}
	return values[rank];
}

uint32_t rank_quantile(uint32_t *values, size_t count, unsigned per_mille)
{
	return select_rank(values, count, (count * per_mille + 999) / 1000 - 1);
}

uint32_t rank_largest(uint32_t *values, size_t count)
{
	return select_rank(values, count, count - 1);
}
