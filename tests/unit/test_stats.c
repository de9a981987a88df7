/* Statistics against values worked out by hand or taken from tables, and a simulation of what the
 * published interval covers when a cell stops at its precision
 * (METHODOLOGY, "Statistics"). */
#include "harness/driver/base/stats.h"
#include "harness/driver/plan/settings.h"
#include "tests/unit/unit.h"

#include <math.h>

TEST(quantiles_by_hand)
{
	const double values[] = {40, 10, 30, 20};
	/* Type 7: at (n - 1) q between the order statistics. */
	assert_near(stats_quantile(values, 4, 0), 10, 1e-12);
	assert_near(stats_quantile(values, 4, 0.25), 17.5, 1e-12);
	assert_near(stats_quantile(values, 4, 0.5), 25, 1e-12);
	assert_near(stats_quantile(values, 4, 0.9), 37, 1e-12);
	assert_near(stats_quantile(values, 4, 1), 40, 1e-12);
	assert_near(stats_quantile(values, 1, 0.99), 40, 1e-12);
	assert_near(stats_median(values, 3), 30, 1e-12);
	assert_near(values[0], 40, 0); /* left as it was */
}

TEST(summary_by_hand)
{
	double values[101];
	for (int i = 0; i <= 100; i++)
		values[i] = (i * 37) % 101; /* 0 to 100, shuffled */
	struct stats_summary summary = stats_summarize(values, 101);
	assert_near(summary.min, 0, 0);
	assert_near(summary.p5, 5, 1e-12);
	assert_near(summary.p50, 50, 1e-12);
	assert_near(summary.p95, 95, 1e-12);
	assert_near(summary.p99, 99, 1e-12);
	assert_near(summary.max, 100, 0);
	assert_near(summary.mad, 25, 1e-12); /* 0, 1, 1, 2, 2 ... 50, 50: the 51st of 101 */
	/* No outlier is dropped, and it does not move the MAD. */
	const double outlier[] = {1, 2, 3, 4, 1000};
	summary = stats_summarize(outlier, 5);
	assert_near(summary.max, 1000, 0);
	assert_near(summary.mad, 1, 1e-12);
}

TEST(interval_by_hand)
{
	/* Logs -2 -1 0 1 2: mean 0, sd sqrt(2.5), t(0.975, 4) = 2.776445. */
	const double values[] = {exp(1), exp(-2), exp(0), exp(2), exp(-1)};
	const double half = 2.776445105 * sqrt(2.5) / sqrt(5);
	struct stats_interval interval = stats_interval(values, 5);
	assert_true(interval.has_interval);
	assert_near(interval.center, 1, 1e-12);
	assert_near(interval.low, exp(-half), 1e-8);
	assert_near(interval.high, exp(half), 1e-6);
	assert_near(interval.standard_error, sqrt(0.5), 1e-12);
	/* A difference's interval is on the values, so that it may lie on both sides of zero. */
	const double differences[] = {-2, -1, 0, 1, 2};
	interval = stats_difference_interval(differences, 5);
	assert_true(interval.has_interval);
	assert_near(interval.center, 0, 1e-12);
	assert_near(interval.low, -half, 1e-8);
	assert_near(interval.high, half, 1e-8);
	assert_near(differences[0], -2, 0);
	const double above_zero[] = {1, 2, 3, 4, 10};
	assert_near(stats_difference_interval(above_zero, 5).center, 4, 1e-12);
	assert_false(stats_difference_interval(above_zero, 4).has_interval);
	/* Nine values, t(0.975, 8) = 2.306004: none is trimmed. */
	double nine[9];
	for (int i = 0; i < 9; i++)
		nine[i] = 100 * exp((i - 4) * 0.01);
	const double error = sqrt(60 * 0.0001 / 8 / 9);
	interval = stats_interval(nine, 9);
	assert_near(interval.center, 100, 1e-9);
	assert_near(log(interval.high / 100), 2.306004135 * error, 1e-9);
	assert_near(log(interval.low / 100), -2.306004135 * error, 1e-9);
	assert_near(stats_relative_half_width(&interval), sinh(2.306004135 * error), 1e-9);
}

TEST(trimmed_interval_by_hand)
{
	/* Of ten, two are trimmed at each end; the rest have the mean 1. Winsorized: 8 of 10 lie 1 from it, in both
	 * directions, so 8 / (6 * 5) is the mean's variance; t(0.975, 5) = 2.570582. */
	const double values[] = {2, 1e6, 0, 1, 2, -3000, 0, 1, 7, -5};
	const double error = sqrt(8.0 / 30);
	struct stats_interval interval = stats_difference_interval(values, 10);
	assert_true(interval.has_interval);
	assert_near(interval.center, 1, 1e-12);
	assert_near(interval.standard_error, error, 1e-12);
	assert_near(interval.freedom, 5, 0);
	assert_near(interval.high, 1 + 2.570581836 * error, 1e-7);
	assert_near(interval.low, 1 - 2.570581836 * error, 1e-7);
	/* On logs. */
	double times[10];
	for (int i = 0; i < 10; i++)
		times[i] = exp(fmin(fmax(values[i], -20), 20));
	interval = stats_interval(times, 10);
	assert_near(interval.center, exp(1), 1e-12);
	assert_near(log(interval.high), 1 + 2.570581836 * error, 1e-7);
	/* 20 % of 14 is 2.8, rounded down. */
	const double fourteen[] = {5, 5, 5, 5, 5, 5, 5, 5, 5, 9, 9, 9, 1, 1};
	assert_near(stats_difference_interval(fourteen, 14).center, 5.4, 1e-12);
	assert_near(stats_difference_interval(fourteen, 14).freedom, 9, 0);
}

TEST(interval_without_logs)
{
	const double values[] = {0, 1, 2, 3, 4};
	struct stats_interval interval = stats_interval(values, 5);
	assert_near(interval.center, 2, 1e-12);
	assert_near(interval.high - 2, 2.776445105 * sqrt(2.5) / sqrt(5), 1e-8);
	assert_near(2 - interval.low, 2.776445105 * sqrt(2.5) / sqrt(5), 1e-8);
}

TEST(no_interval_below_five)
{
	const double values[] = {1, 1, 1, 1, 1};
	for (size_t n = 1; n < 5; n++) {
		struct stats_interval interval = stats_interval(values, n);
		assert_false(interval.has_interval);
		assert_near(interval.center, 1, 1e-12);
		assert_true(isinf(stats_relative_half_width(&interval)));
	}
	struct stats_interval interval = stats_interval(values, 5);
	assert_true(interval.has_interval);
	assert_near(stats_relative_half_width(&interval), 0, 0);
}

enum { SAMPLES = 2000 };

/* `share` of the samples at `second`, the others at `first`; each with 3 % of scatter. */
static size_t modes_of(double first, double second, double share, double modes[STATS_MODES_MAX])
{
	static double values[SAMPLES];
	uint64_t random = 5;
	for (int i = 0; i < SAMPLES; i++) {
		double at = (i * 7919) % SAMPLES < share * SAMPLES ? second : first;
		values[i] = at * exp(0.03 * unit_normal(&random));
	}
	return stats_modes(values, SAMPLES, modes);
}

TEST(modes_are_found)
{
	double modes[STATS_MODES_MAX];
	assert_int_equal(modes_of(1000, 1000, 0, modes), 1);
	assert_near(modes[0], 1000, 30);
	assert_int_equal(modes_of(1000, 1500, 0.5, modes), 2);
	assert_near(modes[0], 1000, 30);
	assert_near(modes[1], 1500, 45);
	assert_int_equal(modes_of(1000, 1500, 0.25, modes), 2);
	assert_near(modes[1], 1500, 45);
	assert_int_equal(modes_of(1000, 1020, 0.5, modes), 1);  /* nearer than their scatter */
	assert_int_equal(modes_of(1000, 2000, 0.01, modes), 1); /* outliers are no mode */
}

TEST(modes_need_enough_values)
{
	double values[60], modes[STATS_MODES_MAX];
	for (int i = 0; i < 60; i++)
		values[i] = 100 + i;
	assert_int_equal(stats_modes(values, STATS_MODES_SAMPLES_MIN - 1, modes), 0);
	assert_int_equal(stats_modes(values, STATS_MODES_SAMPLES_MIN, modes), 1);
	assert_int_equal(stats_modes(values, 60, modes), 1);
	values[30] = 0;
	assert_int_equal(stats_modes(values, 60, modes), 0);
	/* All alike: no grid to look at, and no endless loop or NaN. */
	for (int i = 0; i < 60; i++)
		values[i] = 100;
	assert_in_range(stats_modes(values, 60, modes), 0, 1);
}

/* ---- coverage ---- */

enum { RUNS = 2000, REPLICATES_MAX = 200, SAMPLES_IN_REPLICATE = 50 };

static const double TRUTH = 20000, BETWEEN = 0.023, WITHIN = 0.10, PRECISION = 0.02;

static double replicate_median(uint64_t *random)
{
	double values[SAMPLES_IN_REPLICATE];
	double level = TRUTH * exp(BETWEEN * unit_normal(random));
	for (int i = 0; i < SAMPLES_IN_REPLICATE; i++)
		values[i] = level * exp(WITHIN * unit_normal(random));
	return stats_median(values, SAMPLES_IN_REPLICATE);
}

/* What one must not do: from two replicates on, with a normal's quantile in place of Student's. */
static struct stats_interval hasty_interval(const double *medians, size_t n)
{
	double sum = 0, squares = 0;
	for (size_t i = 0; i < n; i++)
		sum += log(medians[i]);
	for (size_t i = 0; i < n; i++)
		squares += pow(log(medians[i]) - sum / (double)n, 2);
	double half = 1.959964 * sqrt(squares / (double)(n - 1) / (double)n);
	return (struct stats_interval){exp(sum / (double)n), exp(sum / (double)n - half),
				       exp(sum / (double)n + half), .has_interval = true};
}

typedef struct stats_interval make_interval(const double *, size_t);

/* The share of runs whose interval, when it is published, holds the true value: a look after every
 * replicate from `minimum` on, an end at the precision or at REPLICATES_MAX. */
static double coverage(make_interval *make, size_t minimum, double *replicates)
{
	uint64_t random = 20240229;
	int covered = 0;
	size_t total = 0;
	for (int run = 0; run < RUNS; run++) {
		double medians[REPLICATES_MAX];
		struct stats_interval interval = {0};
		size_t n = 0;
		while (n < REPLICATES_MAX) {
			medians[n++] = replicate_median(&random);
			if (n < minimum)
				continue;
			interval = make(medians, n);
			if (stats_relative_half_width(&interval) <= PRECISION)
				break;
		}
		total += n;
		covered += interval.low <= TRUTH && TRUTH <= interval.high;
	}
	*replicates = (double)total / RUNS;
	return (double)covered / RUNS;
}

TEST(stopped_intervals_cover)
{
	double replicates;
	assert_int_equal(STATS_PRECISION_VALUES_MIN, 10); /* the rule; below, what it buys */
	double share = coverage(stats_interval, STATS_PRECISION_VALUES_MIN, &replicates);
	print_message("coverage %.1f %% at a minimum of %d, %.1f replicates a run\n", share * 100,
		      STATS_PRECISION_VALUES_MIN, replicates);
	assert_true(share >= 0.93);
	assert_true(share <= 0.97); /* nor wider than promised */
}

TEST(hasty_stopping_does_not_cover)
{
	double replicates;
	double share = coverage(hasty_interval, 2, &replicates);
	print_message("coverage %.1f %% at a minimum of 2, %.1f replicates a run\n", share * 100,
		      replicates);
	assert_true(share < 0.70);
}
