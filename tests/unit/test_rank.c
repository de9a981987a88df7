/* Percentiles of a sample are those of the sorted values, whatever the order and however many are equal. */
#include "harness/common/rank.h"
#include "harness/common/shuffle.h"
#include "tests/unit/unit.h"

enum { MOST = 1000 };

static void check(uint32_t distinct)
{
	static const unsigned per_mille[] = {1, 500, 900, 990, 999, 1000};
	struct shuffle shuffle;
	uint32_t order[MOST], values[MOST];
	shuffle_seed(&shuffle, distinct);
	for (uint32_t count = 1; count <= MOST; count += 37)
		for (size_t p = 0; p < COUNT_OF(per_mille); p++) {
			shuffle_order(&shuffle, order, count);
			for (uint32_t i = 0; i < count; i++)
				values[i] = order[i] % distinct;
			/* Not above so many per mille: count them. */
			uint32_t found = rank_quantile(values, count, per_mille[p]);
			uint32_t up_to = 0, below = 0;
			for (uint32_t i = 0; i < count; i++) {
				up_to += order[i] % distinct <= found;
				below += order[i] % distinct < found;
			}
			assert_true(up_to * 1000ull >= (uint64_t)count * per_mille[p]);
			assert_true(below * 1000ull < (uint64_t)count * per_mille[p]);
		}
}

TEST(quantiles_are_those_of_the_sorted_values)
{
	check(MOST);
	check(3);
	check(1);
}

TEST(the_largest_is_the_last)
{
	uint32_t values[] = {5, 9, 1, 9, 3};
	assert_int_equal(rank_largest(values, 5), 9);
	assert_int_equal(rank_quantile(values, 5, 1000), 9);
	assert_int_equal(rank_quantile(values, 5, 1), 1);
}
