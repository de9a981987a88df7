/* Orders repeat with their seed and favour no place. */
#include "harness/common/shuffle.h"
#include "tests/unit/unit.h"

enum { ITEMS = 6, TRIALS = 60000 };

TEST(known_numbers)
{
	struct shuffle shuffle;
	/* SplitMix64 seeded with 0: its published test vector. */
	shuffle_seed(&shuffle, 0);
	assert_true(shuffle_next(&shuffle) == 0xe220a8397b1dcdafu);
	assert_true(shuffle_next(&shuffle) == 0x6e789e6aa1b965f4u);
	assert_true(shuffle_next(&shuffle) == 0x06c45d188009454fu);
}

TEST(same_seed_same_order)
{
	struct shuffle one, other;
	uint32_t first[50], second[50];
	shuffle_seed(&one, 42);
	shuffle_seed(&other, 42);
	for (int i = 0; i < 5; i++) {
		shuffle_order(&one, first, COUNT_OF(first));
		shuffle_order(&other, second, COUNT_OF(second));
		assert_memory_equal(first, second, sizeof first);
	}
	shuffle_seed(&other, 43);
	shuffle_order(&other, second, COUNT_OF(second));
	assert_memory_not_equal(first, second, sizeof first);
}

TEST(every_item_once)
{
	struct shuffle shuffle;
	shuffle_seed(&shuffle, 7);
	for (uint32_t count = 0; count < 40; count++) {
		uint32_t order[40];
		bool seen[40] = {false};
		shuffle_order(&shuffle, order, count);
		for (uint32_t i = 0; i < count; i++) {
			assert_in_range(order[i], 0, count - 1);
			assert_false(seen[order[i]]);
			seen[order[i]] = true;
		}
	}
}

TEST(every_place_is_as_likely)
{
	struct shuffle shuffle;
	unsigned hits[ITEMS][ITEMS] = {{0}};
	shuffle_seed(&shuffle, 1);
	for (int t = 0; t < TRIALS; t++) {
		uint32_t order[ITEMS];
		shuffle_order(&shuffle, order, ITEMS);
		for (int place = 0; place < ITEMS; place++)
			hits[place][order[place]]++;
	}
	/* 10,000 expected, standard deviation 91; off by 5 of them about once in 50,000 seeds. */
	for (int place = 0; place < ITEMS; place++)
		for (int item = 0; item < ITEMS; item++)
			assert_near(hits[place][item], (double)TRIALS / ITEMS, 455);
}
