/* Which pages are written of a heap of which a share is: as many in each layout, in one run or in many. */
#include "harness/worker/chosen.h"
#include "tests/unit/unit.h"

struct seen {
	size_t count, runs, first, last;
	uint64_t sum; /* of the pages' numbers, which tells choices apart */
};

static struct seen look(struct chosen *chosen)
{
	struct seen seen = {0};
	bool before = false;
	for (size_t page = 0; page < chosen->pages; page++) {
		const bool is_written = chosen_next(chosen);
		if (is_written && !seen.count)
			seen.first = page;
		if (is_written)
			seen.last = page;
		seen.count += is_written;
		seen.runs += is_written && !before;
		seen.sum += is_written ? page * page : 0;
		before = is_written;
	}
	return seen;
}

TEST(layouts_write_as_many_pages_and_the_same_ones_again)
{
	static const size_t pages[] = {0, 1, 7, 100, 4096, 16411};
	for (size_t p = 0; p < COUNT_OF(pages); p++)
		for (uint64_t percent = 0; percent <= 100; percent += 5)
			for (enum dirty_layout layout = 0; layout < LAYOUT_COUNT; layout++) {
				struct chosen spread, chosen;
				chosen_begin(&spread, LAYOUT_SPREAD, pages[p], percent, 1);
				chosen_begin(&chosen, layout, pages[p], percent, 1);
				const struct seen one = look(&chosen);
				assert_int_equal(one.count, look(&spread).count);
				assert_int_equal(one.count, chosen.count);
				assert_in_range(one.count,
						pages[p] * percent / 100 -
							(one.count < pages[p] * percent / 100),
						pages[p] * percent / 100 + 61);
				chosen_rewind(&chosen);
				assert_int_equal(look(&chosen).sum, one.sum);
			}
}

TEST(a_run_is_one_and_scattered_pages_are_many)
{
	enum { PAGES = 10000, PERCENT = 30 };
	struct chosen chosen;
	chosen_begin(&chosen, LAYOUT_RUN, PAGES, PERCENT, 1);
	const struct seen run = look(&chosen);
	assert_int_equal(run.runs, 1);
	assert_int_equal(run.first, 0);
	assert_int_equal(run.last, PAGES * PERCENT / 100 - 1);
	chosen_begin(&chosen, LAYOUT_SPREAD, PAGES, PERCENT, 1);
	assert_true(look(&chosen).runs > PAGES * 25 / 100);
	/* By chance p (1 - p) of the pages begin a run: 2100 with a standard deviation of 25. */
	chosen_begin(&chosen, LAYOUT_SCATTERED, PAGES, PERCENT, 1);
	const struct seen scattered = look(&chosen);
	assert_in_range(scattered.runs, 1950, 2250);
	chosen_begin(&chosen, LAYOUT_SCATTERED, PAGES, PERCENT, 2);
	assert_int_not_equal(look(&chosen).sum, scattered.sum);
}
