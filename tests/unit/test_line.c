/* A line and its intervals, simulated with a fixed seed: coefficients that are known are within them. */
#include "harness/driver/model/line.h"
#include "tests/unit/unit.h"

#include <math.h>

enum { RUNS = 1000, POINTS = 7 };

static const double PAGE_NS = 65, CALL_NS = 30000;

/* Pages of heaps of 0, 1 MiB to 1 GiB. */
static const double pages[POINTS] = {0, 256, 1024, 4096, 16384, 65536, 262144};

/* What is simulated. */
struct world {
	size_t points, replicates;
	double scatter; /* of replicates, at heap 0 */
	double growth;  /* of the scatter, from heap to heap */
	double misfit;  /* a point is off the line by this share of itself */
	double drift;   /* from the first to the last replicate; the truth is the middle */
	double bend;    /* what a page costs more above 64 MiB */
};

static void make_points(struct line_point points[POINTS], const struct world *world,
			uint64_t *random)
{
	for (size_t i = 0; i < world->points; i++) {
		const double scatter = world->scatter * pow(world->growth, (double)i);
		const double above = fmax(0, pages[i] - pages[4]);
		const double on_line = CALL_NS + PAGE_NS * (pages[i] + world->bend * above);
		const double level = on_line * (1 + world->misfit * unit_normal(random));
		double value[64];
		for (size_t r = 0; r < world->replicates; r++)
			value[r] =
				level *
				exp(scatter * unit_normal(random) +
				    world->drift *
					    (((double)r + 0.5) / (double)world->replicates - 0.5));
		const struct stats_interval interval = stats_interval(value, world->replicates);
		points[i] = (struct line_point){
			.x = pages[i],
			.y = interval.center,
			.whole = interval.center,
			.error = interval.standard_error,
			.half = (interval.high - interval.low) / 2,
			.count = world->replicates,
		};
	}
}

static bool holds(const struct stats_interval *interval, double value)
{
	return interval->low <= value && value <= interval->high;
}

/* In percent: how often slope and fixed part are within their intervals. Returns the slope's mean. */
static double count_covered(const struct world *world, double *slope, double *at_zero)
{
	struct line_point points[POINTS];
	struct line line;
	uint64_t random = 7;
	unsigned slopes = 0, at_zeros = 0;
	double sum = 0;
	for (unsigned run = 0; run < RUNS; run++) {
		make_points(points, world, &random);
		assert_true(line_fit(points, world->points, &line));
		slopes += holds(&line.slope, PAGE_NS);
		at_zeros += holds(&line.at_zero, CALL_NS);
		sum += line.slope.center;
	}
	*slope = 100.0 * slopes / RUNS;
	*at_zero = 100.0 * at_zeros / RUNS;
	print_message("%zu points, %zu replicates, scatter %.3f x %.1f, misfit %.2f, drift %.2f, "
		      "bend %.2f: slope %.1f %%, at zero %.1f %%\n",
		      world->points, world->replicates, world->scatter, world->growth,
		      world->misfit, world->drift, world->bend, *slope, *at_zero);
	return sum / RUNS;
}

static void assert_covered(const struct world *world)
{
	double slope, at_zero;
	assert_near(count_covered(world, &slope, &at_zero), PAGE_NS, 0.01 * PAGE_NS);
	assert_true(slope >= 93);
	assert_true(at_zero >= 93);
}

/* Lines of dirty heaps end at 64 MiB, and small heaps are more precise than large ones. */
TEST(intervals_hold_what_is_known_in_93_of_100_runs)
{
	static const size_t replicates[] = {5, 10, 30};
	static const double misfits[] = {0, 0.01, 0.02};
	static const double scatters[][2] = {{0.03, 1}, {0.01, 1.5}};
	for (size_t r = 0; r < COUNT_OF(replicates); r++)
		for (size_t m = 0; m < COUNT_OF(misfits); m++)
			for (size_t s = 0; s < COUNT_OF(scatters); s++)
				assert_covered(&(struct world){
					.points = 5,
					.replicates = replicates[r],
					.scatter = scatters[s][0],
					.growth = scatters[s][1],
					.misfit = misfits[m],
				});
}

TEST(intervals_hold_what_is_known_while_the_machine_drifts)
{
	assert_covered(&(struct world){
		.points = 5, .replicates = 5, .scatter = 0.01, .growth = 1.3, .drift = 0.1});
	assert_covered(&(struct world){
		.points = 7, .replicates = 10, .scatter = 0.02, .growth = 1, .drift = 0.1});
}

/* Heaps of 256 MiB and 1 GiB that are too noisy to tell that their pages cost a quarter more. */
TEST(noisy_heaps_beyond_the_line_do_not_bend_it)
{
	assert_covered(&(struct world){
		.points = 7, .replicates = 5, .scatter = 0.02, .growth = 1.4, .bend = 0.25});
}

static void make_exact(struct line_point points[POINTS])
{
	for (size_t i = 0; i < POINTS; i++) {
		const double y = CALL_NS + PAGE_NS * pages[i];
		points[i] = (struct line_point){pages[i], y, y, 0.01 * y, 0.0226 * y, 10};
	}
}

/* Least squares would lose 2 % of the slope between the heaps around it. */
TEST(an_outlier_does_not_move_the_line)
{
	struct line_point points[POINTS];
	struct line line;
	make_exact(points);
	points[3].whole = points[3].y *= 1.095;
	assert_true(line_fit(points, POINTS, &line));
	assert_near(line.misfit, 0.01, 1e-9);
	assert_near(line.slope.center, PAGE_NS, 2e-3 * PAGE_NS);
	assert_near(line.at_zero.center, CALL_NS, 2e-3 * CALL_NS);
	assert_near(line_residual(&line, &points[3]), 0.095 / 1.095, 1e-3);
}

/* Above 64 MiB a page costs half as much again. */
TEST(a_line_ends_where_it_does_not_hold)
{
	struct line_point points[POINTS];
	struct line line;
	make_exact(points);
	for (size_t i = 5; i < POINTS; i++)
		points[i].y += 0.5 * PAGE_NS * (points[i].x - points[4].x);
	assert_true(line_fit(points, POINTS, &line));
	assert_true(line.holds);
	assert_int_equal(line.first, 0);
	assert_int_equal(line.last, 4);
	assert_near(line.slope.center, PAGE_NS, 0.01 * PAGE_NS);
	assert_true(line_residual(&line, &points[6]) > LINE_BOUND);
}

/* Noise neither breaks a line nor makes it longer: clone and clone3 take the same path of the kernel. */
TEST(a_point_that_is_not_known_neither_extends_the_line_nor_breaks_it)
{
	struct line_point points[POINTS];
	struct line line;
	make_exact(points);
	for (size_t i = 5; i < POINTS; i++) {
		points[i].y *= 1.24;
		points[i].error = 0.11 * points[i].y;
		points[i].half = 0.25 * points[i].y;
		points[i].whole = points[i].y;
	}
	points[2] = points[5];
	points[2].x = pages[2];
	points[2].whole = points[2].y = 1.2 * (CALL_NS + PAGE_NS * pages[2]);
	assert_true(line_fit(points, POINTS, &line));
	assert_true(line.holds && line.residual_max < LINE_BOUND);
	assert_int_equal(line.first, 0);
	assert_int_equal(line.last, 4);
	assert_int_equal(line.known, 4);
	assert_true(holds(&line.slope, PAGE_NS));
	for (size_t i = 1; i < 4; i++)
		points[i].half = 0.25 * points[i].y;
	assert_true(line_fit(points, POINTS, &line));
	assert_false(line.holds);
	assert_int_equal(line.known, 2);
}

TEST(a_line_that_holds_nowhere_says_so)
{
	struct line_point points[POINTS];
	struct line line;
	make_exact(points);
	for (size_t i = 0; i < POINTS; i++)
		points[i].y *= i % 2 ? 2 : 1;
	assert_true(line_fit(points, POINTS, &line));
	assert_false(line.holds);
	assert_int_equal(line.last, POINTS - 1);
	assert_true(line.residual_max > LINE_BOUND && line.misfit > LINE_BOUND);
}

TEST(two_points_make_no_line)
{
	struct line_point points[POINTS];
	struct line line;
	make_exact(points);
	assert_false(line_fit(points, 2, &line));
	assert_true(line_fit(points, 3, &line));
	assert_near(line.slope.center, PAGE_NS, 0.01);
}
