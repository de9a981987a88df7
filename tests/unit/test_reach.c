/* The TLB's reach, found in made-up curves whose reach is known. */
#include "harness/driver/analysis/reach.h"
#include "tests/unit/unit.h"

#include <math.h>

enum { POINTS = 11 };

static struct stats_interval around(double center, double half_width)
{
	return (struct stats_interval){center, center - half_width, center + half_width,
				       .has_interval = true};
}

/* Points without a width at those sizes. */
static struct reach find(const double *pages, const double *refill_ns, size_t n, double step_ns)
{
	struct reach_point points[POINTS];
	for (size_t i = 0; i < n; i++)
		points[i] = (struct reach_point){pages[i], around(refill_ns[i], 0)};
	return reach_find(points, n, step_ns);
}

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
	static const double reaches[] = {150, 600, 1536, 2048, 3000};
	double pages[POINTS], refill[POINTS];
	for (size_t i = 0; i < COUNT_OF(reaches); i++) {
		make_curve(reaches[i], 11, pages, refill);
		struct reach reach = find(pages, refill, POINTS, 0);
		assert_true(reach.found);
		/* Interpolated between sizes that double. */
		assert_near(log2(reach.pages.center / reaches[i]), 0, 0.25);
		assert_near(reach.plateau_ns.center, 11, reaches[i] < 1000 ? 2.5 : 0.2);
	}
}

/* What a walk of few pages costs once is much for each of them; so is the one size that was disturbed. */
TEST(neither_the_fewest_pages_nor_one_size_make_the_plateau)
{
	double pages[POINTS], refill[POINTS];
	make_curve(2296, 11, pages, refill);
	const struct reach expected = find(pages, refill, POINTS, 0);
	refill[0] = 17;
	refill[1] = 14;
	refill[4] = 30; /* 256 pages */
	const struct reach reach = find(pages, refill, POINTS, 0);
	assert_near(reach.plateau_ns.center, expected.plateau_ns.center, 0.01);
	assert_near(reach.pages.center, expected.pages.center, 5);
}

TEST(it_is_interpolated_over_the_log_of_pages)
{
	const double pages[] = {16, 64, 256, 1024}, refill[] = {8, 8, 8, 2};
	/* From 8 to 2, half of 8 is two thirds of the way; between 256 and 1024. */
	struct reach reach = find(pages, refill, 4, 0);
	assert_true(reach.found);
	assert_near(reach.pages.center, 256 * pow(2, 4.0 / 3), 1e-9);
}

TEST(the_bounds_are_where_the_ends_of_the_intervals_fall)
{
	struct reach_point points[] = {{64, around(8, 2)},
				       {1024, around(8, 2)},
				       {2048, around(6, 1)},
				       {4096, around(2, 1)}};
	struct reach reach = reach_find(points, 4, 0);
	assert_true(reach.found && reach.pages.has_interval && !reach.high_above);
	assert_near(reach.plateau_ns.low, 6, 1e-9);
	assert_near(reach.plateau_ns.high, 10, 1e-9);
	assert_near(reach.pages.center, 2048 * M_SQRT2, 1e-9);
	/* The lower ends fall from 5 to 1 there, to half of 10 at once; the upper from 7 to 3, half of 6. */
	assert_near(reach.pages.low, 2048, 1e-9);
	assert_near(reach.pages.high, 4096, 1e-9);
	/* What belongs to the plateau is no fall, as widely as it may scatter. */
	points[0].refill_ns = around(8, 7);
	assert_near(reach_find(points, 4, 0).pages.low, 1024, 1e-9);
	points[0].refill_ns = around(8, 2);
	points[3].refill_ns = around(2, 2);
	reach = reach_find(points, 4, 0);
	assert_true(reach.found && reach.high_above);
	assert_near(reach.pages.high, 4096, 1e-9);
}

TEST(a_reach_beyond_what_was_measured_is_said)
{
	double pages[POINTS], refill[POINTS];
	make_curve(1e9, 11, pages, refill);
	struct reach reach = find(pages, refill, POINTS, 0);
	assert_false(reach.found);
	assert_contains(reach.why, "above 16384 pages");
	assert_near(reach.plateau_ns.center, 11, 0.2);
}

TEST(without_a_plateau_it_says_why)
{
	const double pages[] = {16, 32, 64}, none[] = {-1, 0, -3}, few[] = {9, 9, 0};
	const double *const refills[] = {none, few};
	for (size_t i = 0; i < COUNT_OF(refills); i++) {
		struct reach reach = find(pages, refills[i], 3, 0);
		assert_false(reach.found);
		assert_contains(reach.why, "unavailable: of 64 to 1024 pages no reads");
		assert_true(isnan(reach.plateau_ns.center));
	}
	for (size_t n = 0; n < 3; n++) {
		struct reach reach = find(pages, pages, n, 0);
		assert_false(reach.found);
		assert_contains(reach.why, "unavailable: ");
		assert_contains(reach.why, "at least 3 are needed");
	}
}

/* A walk over 64 pages that takes 40 ns longer by a clock that ticks every 100 ns. */
TEST(less_than_a_step_of_the_clock_is_nothing)
{
	const double pages[] = {16, 64, 256}, refill[] = {1, 0.6, 0};
	struct reach reach = find(pages, refill, 3, 100);
	assert_false(reach.found);
	assert_contains(reach.why, "by a step of the clock");
	reach = find(pages, refill, 3, 10);
	assert_true(reach.found);
}
