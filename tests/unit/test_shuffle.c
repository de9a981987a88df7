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

enum { GROUPED = 9 };

/* 0, 3, 6 and 8 are one group, with a reference; 1 and 4 another, without; the others are alone. */
static const struct shuffle_item grouped[GROUPED] = {{0, false}, {1, false}, {2, false},
						     {0, true},  {1, false}, {5, false},
						     {0, false}, {7, false}, {0, false}};

TEST(groups_lie_together_around_their_reference)
{
	struct shuffle shuffle;
	shuffle_seed(&shuffle, 7);
	for (int t = 0; t < 1000; t++) {
		uint32_t order[GROUPED], at[GROUPED], scratch[2 * GROUPED];
		bool seen[GROUPED] = {false};
		shuffle_groups(&shuffle, grouped, order, GROUPED, scratch);
		for (uint32_t i = 0; i < GROUPED; i++) {
			assert_in_range(order[i], 0, GROUPED - 1);
			assert_false(seen[order[i]]);
			seen[order[i]] = true;
			at[order[i]] = i;
		}
		assert_int_equal(at[1] > at[4] ? at[1] - at[4] : at[4] - at[1], 1);
		/* Two places before the group's third, which is the reference's, or one behind it. */
		assert_in_range(at[0] + 2 - at[3], 0, 3);
		assert_in_range(at[6] + 2 - at[3], 0, 3);
		assert_in_range(at[8] + 2 - at[3], 0, 3);
	}
}

TEST(same_seed_same_order_of_groups)
{
	struct shuffle one, other;
	uint32_t first[GROUPED], second[GROUPED], scratch[2 * GROUPED];
	shuffle_seed(&one, 42);
	shuffle_seed(&other, 42);
	for (int i = 0; i < 5; i++) {
		shuffle_groups(&one, grouped, first, GROUPED, scratch);
		shuffle_groups(&other, grouped, second, GROUPED, scratch);
		assert_memory_equal(first, second, sizeof first);
	}
}

/* The hits of arms that are alike are alike, at every place. */
TEST(items_that_are_alike_take_each_place_as_often)
{
	static const uint32_t alike[][2] = {{0, 6}, {6, 8}, {1, 4}, {2, 5}, {5, 7}};
	unsigned hits[GROUPED][GROUPED] = {{0}};
	struct shuffle shuffle;
	shuffle_seed(&shuffle, 1);
	for (int t = 0; t < TRIALS; t++) {
		uint32_t order[GROUPED], scratch[2 * GROUPED];
		shuffle_groups(&shuffle, grouped, order, GROUPED, scratch);
		for (uint32_t i = 0; i < GROUPED; i++)
			hits[order[i]][i]++;
	}
	/* At most a quarter of all, so that the difference's standard deviation is at most 175. */
	for (size_t a = 0; a < COUNT_OF(alike); a++)
		for (uint32_t i = 0; i < GROUPED; i++)
			assert_near(hits[alike[a][0]][i], hits[alike[a][1]][i], 875);
}
