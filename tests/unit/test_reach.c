/* The TLB's reach, found in made-up curves whose reach is known. */
#include "harness/driver/analysis/reach.h"
#include "tests/unit/unit.h"

#include <math.h>

enum { POINTS = 11 };

/* A cost that is level and halves at `reach` pages, at sizes from 16 on. */
static void make_curve(double reach, double level, double pages[POINTS], double refill[POINTS])
{
	for (int i = 0; i < POINTS; i++) {
		pages[i] = 16 << i;
		refill[i] = level / (1 + pow(pages[i] / reach, 4));
	}
}

TEST(reach_of_a_curve_is_found)
{
	static const double reaches[] = {64, 100, 1536, 2048, 3000};
	double pages[POINTS], refill[POINTS];
	for (size_t i = 0; i < COUNT_OF(reaches); i++) {
		make_curve(reaches[i], 11, pages, refill);
		struct reach reach = reach_find(pages, refill, POINTS, 0);
		assert_true(reach.found);
		/* Interpolated between sizes that double. */
		assert_near(log2(reach.pages / reaches[i]), 0, 0.15);
		assert_near(reach.plateau_ns, 11, 0.2);
	}
}

TEST(it_is_interpolated_over_the_log_of_pages)
{
	const double pages[] = {16, 64, 256, 1024}, refill[] = {8, 8, 6, 2};
	/* From 6 to 2, half of 8 is half way; between 256 and 1024 that is 512. */
	struct reach reach = reach_find(pages, refill, 4, 0);
	assert_true(reach.found);
	assert_near(reach.pages, 512, 1e-9);
}

/* The highest cost need not come first, and what lies before it is no fall. */
TEST(a_rise_before_the_plateau_is_no_reach)
{
	const double pages[] = {16, 32, 64, 128, 256}, refill[] = {1, 2, 10, 9, 1};
	struct reach reach = reach_find(pages, refill, 5, 0);
	assert_true(reach.found);
	assert_in_range((int)reach.pages, 129, 255);
}

TEST(a_reach_beyond_what_was_measured_is_said)
{
	double pages[POINTS], refill[POINTS];
	make_curve(1e9, 11, pages, refill);
	struct reach reach = reach_find(pages, refill, POINTS, 0);
	assert_false(reach.found);
	assert_contains(reach.why, "above 16384 pages");
	assert_near(reach.plateau_ns, 11, 0.2);
}

TEST(without_a_plateau_it_says_why)
{
	const double pages[] = {16, 32, 64}, none[] = {-1, 0, -3};
	struct reach reach = reach_find(pages, none, 3, 0);
	assert_false(reach.found);
	assert_contains(reach.why, "never slower");
	assert_true(isnan(reach.plateau_ns));
	for (size_t n = 0; n < 3; n++) {
		reach = reach_find(pages, pages, n, 0);
		assert_false(reach.found);
		assert_contains(reach.why, "unavailable: ");
		assert_contains(reach.why, "at least 3 are needed");
	}
}

/* A walk over 64 pages that takes 40 ns longer by a clock that ticks every 100 ns. */
TEST(less_than_a_step_of_the_clock_is_nothing)
{
	const double pages[] = {16, 64, 256}, refill[] = {1, 0.6, 0};
	struct reach reach = reach_find(pages, refill, 3, 100);
	assert_false(reach.found);
	assert_contains(reach.why, "by a step of the clock");
	reach = reach_find(pages, refill, 3, 10);
	assert_true(reach.found);
}
