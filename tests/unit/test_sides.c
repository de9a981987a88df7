/* Two sides held against each other: made-up runs whose answer is known. */
#include "harness/driver/compare/between.h"
#include "harness/driver/compare/sides.h"
#include "tests/unit/unit.h"

#include <gsl/gsl_cdf.h>
#include <math.h>

enum { COMPARISONS = 2000, RUNS_MAX = 32 };

static const double SAME_WITHIN = 0.02;

/* A run of a row whose true value is `truth`: it lies `between` off, and its own interval is of `within`. */
static struct estimate run_of(uint64_t *random, double truth, double between, double within,
			      double assumed)
{
	return (struct estimate){
		.center = truth * exp(between * unit_normal(random) + within * unit_normal(random)),
		.log_error = within,
		.freedom = 9,
		.replicates = 10,
		.between = assumed};
}

/* How often, in per cent, 2,000 comparisons of so many runs a side say that B differs from A. */
static double alarms(size_t runs, double ratio, double between, double within, double assumed)
{
	struct estimate a[RUNS_MAX], b[RUNS_MAX];
	uint64_t random = 7;
	unsigned count = 0;
	for (unsigned i = 0; i < COMPARISONS; i++) {
		for (size_t r = 0; r < runs; r++) {
			a[r] = run_of(&random, 20000, between, within, assumed);
			b[r] = run_of(&random, 20000 * ratio, between, within, assumed);
		}
		const struct difference difference = sides_compare(a, runs, b, runs, SAME_WITHIN);
		assert_null(difference.why);
		count += difference.p_differs <= 0.05;
		/* The interval and the chance say the same. */
		assert_int_equal(difference.p_differs <= 0.05,
				 difference.low > 1 || difference.high < 1);
	}
	return 100.0 * count / COMPARISONS;
}

TEST(the_same_differs_in_at_most_seven_comparisons_in_a_hundred)
{
	/* Several runs: whatever lies between them. */
	static const double apart[] = {0, 0.03, 0.09};
	for (size_t runs = 2; runs <= 10; runs += 2)
		for (size_t i = 0; i < COUNT_OF(apart); i++)
			assert_true(alarms(runs, 1, apart[i], 0.01, NAN) <= 7);
	/* One run: as long as no more lies between runs than is assumed. */
	assert_true(alarms(1, 1, between_assumed(0), 0.01, between_assumed(0)) <= 7);
	assert_true(alarms(1, 1, 0.012, 0.01, between_assumed(0)) <= 7);
	assert_true(alarms(1, 1, 0.074, 0.02, between_assumed(64 << 20)) <= 7);
	/* Without that margin it is the alarm that the suite once gave. */
	assert_true(alarms(1, 1, 0.074, 0.02, 1e-9) > 30);
}

TEST(a_shift_of_two_per_cent_is_found_with_enough_runs)
{
	assert_true(alarms(2, 1.02, 0.01, 0.003, NAN) < 50);
	assert_true(alarms(8, 1.02, 0.01, 0.003, NAN) > 85);
	assert_true(alarms(8, 0.98, 0.01, 0.003, NAN) > 85);
	/* One run a side cannot, and says nothing. */
	assert_true(alarms(1, 1.02, 0.01, 0.003, between_assumed(0)) < 25);
	assert_true(alarms(1, 1.10, 0.01, 0.003, between_assumed(0)) > 95);
}

/* Welch's t by hand: logs 0, 1, 2 against 3, 5, 10; variances 1 and 13, t = 5 / sqrt(14 / 3), and
 * (14 / 3)^2 / ((1 / 3)^2 / 2 + (13 / 3)^2 / 2) degrees of freedom. */
TEST(welch_by_hand)
{
	struct estimate a[3], b[3];
	static const double logs_a[] = {0, 1, 2}, logs_b[] = {3, 5, 10};
	for (size_t i = 0; i < 3; i++) {
		a[i] = (struct estimate){
			.center = exp(logs_a[i]), .log_error = NAN, .replicates = 3};
		b[i] = (struct estimate){
			.center = exp(logs_b[i]), .log_error = NAN, .replicates = 3};
	}
	const struct difference difference = sides_compare(a, 3, b, 3, SAME_WITHIN);
	const double freedom = 2.305882352941176, error = sqrt(14.0 / 3);
	assert_int_equal(difference.between, BETWEEN_MEASURED);
	assert_near(difference.freedom, freedom, 1e-9);
	assert_near(log(difference.ratio), 5, 1e-9);
	assert_near(log(difference.high) - 5, gsl_cdf_tdist_Pinv(0.975, freedom) * error, 1e-9);
	assert_near(difference.p_differs, 2 * gsl_cdf_tdist_Q(5 / error, freedom), 1e-12);
	assert_near(difference.p_differs, 0.129766507,
		    1e-8); /* the density, integrated by Simpson's rule */
	/* Which side is first does not matter. */
	const struct difference back = sides_compare(b, 3, a, 3, SAME_WITHIN);
	assert_near(back.ratio * difference.ratio, 1, 1e-9);
	assert_near(back.p_differs, difference.p_differs, 1e-12);
}

/* Runs that happen to lie closer than each of them is known are no closer than that. */
TEST(the_variance_within_runs_is_a_floor)
{
	struct estimate a[] = {{.center = 100, .log_error = 0.1, .replicates = 9},
			       {.center = 100, .log_error = 0.1, .replicates = 9},
			       {.center = 100, .log_error = 0.1, .replicates = 9}};
	struct estimate b[] = {a[0], a[1], a[2]};
	for (size_t i = 0; i < 3; i++)
		b[i].center = 105;
	const struct difference difference = sides_compare(a, 3, b, 3, SAME_WITHIN);
	const double error = sqrt(2 * 0.01 / 3);
	assert_near(log(difference.high / difference.ratio), gsl_cdf_tdist_Pinv(0.975, 4) * error,
		    1e-9);
	assert_true(difference.p_differs > 0.5);
}

/* Three runs of the same thing, one after the other; half widths of 4.5, 6.3 and 8.0 %. */
TEST(three_identical_runs_do_not_differ)
{
	static const double centers[] = {726.5, 737.8, 866.6}, halves[] = {0.045, 0.063, 0.080};
	struct estimate runs[3];
	for (size_t i = 0; i < 3; i++)
		runs[i] = (struct estimate){.center = centers[i],
					    .log_error = halves[i] / 2.26, /* t of 9 */
					    .freedom = 9,
					    .replicates = 10,
					    .between = between_assumed(64 << 20)};
	for (size_t i = 0; i < 3; i++)
		for (size_t j = 0; j < 3; j++) {
			const struct difference difference =
				sides_compare(&runs[i], 1, &runs[j], 1, SAME_WITHIN);
			assert_int_equal(difference.between, BETWEEN_ASSUMED);
			assert_int_equal(sides_verdict(&difference, SAME_WITHIN), VERDICT_UNSURE);
		}
	/* Without the margin the third differs from the first. */
	runs[0].between = runs[2].between = 1e-9;
	const struct difference bare = sides_compare(&runs[0], 1, &runs[2], 1, SAME_WITHIN);
	assert_int_equal(sides_verdict(&bare, SAME_WITHIN), VERDICT_MORE);
}

/* The other side's runs tell more than what is assumed. */
TEST(one_run_scatters_no_less_than_the_other_sides)
{
	struct estimate one = {
		.center = 100, .log_error = 0.01, .freedom = 9, .replicates = 10, .between = 0.001};
	struct estimate several[] = {one, one, one};
	several[0].center = 60;
	several[2].center = 100 * 100 / 60.0;
	const struct difference difference = sides_compare(&one, 1, several, 3, SAME_WITHIN);
	const double variance = pow(log(100 / 60.0), 2);
	assert_int_equal(difference.between, BETWEEN_ASSUMED);
	assert_near(log(difference.high / difference.ratio),
		    gsl_cdf_tdist_Pinv(0.975, difference.freedom) * sqrt(variance * 4 / 3), 1e-9);
	assert_true(difference.freedom < 4.1);
}

TEST(sameness_is_shown_not_presumed)
{
	struct estimate a = {.center = 100,
			     .log_error = 0.001,
			     .freedom = 9,
			     .replicates = 10,
			     .between = 0.001};
	struct estimate b = a;
	struct difference difference = sides_compare(&a, 1, &b, 1, SAME_WITHIN);
	assert_int_equal(sides_verdict(&difference, SAME_WITHIN), VERDICT_SAME);
	b.center = 101; /* surely another, and surely within 2 % */
	difference = sides_compare(&a, 1, &b, 1, SAME_WITHIN);
	assert_int_equal(sides_verdict(&difference, SAME_WITHIN), VERDICT_SAME);
	difference = sides_compare(&a, 1, &b, 1, 0.001);
	assert_int_equal(sides_verdict(&difference, 0.001), VERDICT_MORE);
	b = a;
	b.log_error = 0.05; /* nobody knows */
	difference = sides_compare(&a, 1, &b, 1, SAME_WITHIN);
	assert_int_equal(sides_verdict(&difference, SAME_WITHIN), VERDICT_UNSURE);
}

/* At the edge itself the test takes 5 % for the same, as it must. */
TEST(sameness_is_said_wrongly_in_at_most_seven_comparisons_in_a_hundred)
{
	uint64_t random = 11;
	unsigned wrong = 0;
	for (unsigned i = 0; i < COMPARISONS; i++) {
		struct estimate a[4], b[4];
		for (size_t r = 0; r < 4; r++) {
			a[r] = run_of(&random, 100, 0.003, 0.001, NAN);
			b[r] = run_of(&random, 102, 0.003, 0.001, NAN);
		}
		wrong += sides_compare(a, 4, b, 4, SAME_WITHIN).p_same <= 0.05;
	}
	assert_true(100.0 * wrong / COMPARISONS <= 7);
	assert_true(wrong > 0);
}

TEST(counts_that_never_vary_are_no_matter_of_chance)
{
	struct estimate a = {.center = 12, .replicates = 5, .is_constant = true, .log_error = 0};
	struct estimate b = a;
	static const struct {
		double a, b;
		enum verdict verdict;
	} cases[] = {{12, 12, VERDICT_SAME},    {12, 13, VERDICT_MORE}, {12, 11, VERDICT_LESS},
		     {0, 0, VERDICT_SAME},      {0, 3, VERDICT_MORE},   {3, 0, VERDICT_LESS},
		     {1000, 1001, VERDICT_SAME}};
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		a.center = cases[i].a;
		b.center = cases[i].b;
		a.has_zero = !(a.center > 0);
		b.has_zero = !(b.center > 0);
		const struct difference difference = sides_compare(&a, 1, &b, 1, SAME_WITHIN);
		assert_null(difference.why);
		assert_int_equal(difference.between, BETWEEN_NONE);
		assert_true(isnan(difference.p_differs));
		assert_int_equal(sides_verdict(&difference, SAME_WITHIN), cases[i].verdict);
	}
	/* Some zeros have no log; four replicates no verdict. */
	a = (struct estimate){.center = 12, .replicates = 5, .has_zero = true, .log_error = 0.1};
	struct difference refused = sides_compare(&a, 1, &b, 1, SAME_WITHIN);
	assert_contains(refused.why, "are 0");
	assert_int_equal(sides_verdict(&refused, SAME_WITHIN), VERDICT_UNSURE);
	b = (struct estimate){.center = 12, .replicates = 4, .is_constant = true};
	refused = sides_compare(&b, 1, &b, 1, SAME_WITHIN);
	assert_contains(refused.why, "fewer than 5");
}

TEST(a_run_of_too_few_replicates_tells_nothing_alone)
{
	struct estimate few = {.center = 100, .log_error = NAN, .replicates = 4, .between = 0.02};
	struct difference difference = sides_compare(&few, 1, &few, 1, SAME_WITHIN);
	assert_contains(difference.why, "fewer than 5");
	/* But several such runs do. */
	struct estimate a[3] = {few, few, few}, b[3] = {few, few, few};
	a[0].center = 99;
	for (size_t i = 0; i < 3; i++)
		b[i].center = 150 + (double)i;
	difference = sides_compare(a, 3, b, 3, SAME_WITHIN);
	assert_null(difference.why);
	assert_int_equal(sides_verdict(&difference, SAME_WITHIN), VERDICT_MORE);
}

/* The fifteen chances of Benjamini and Hochberg (1995), 3.2, of which at 5 % the first four are taken. */
TEST(chances_are_adjusted_as_in_the_paper)
{
	static const double chances[] = {0.0278, 0.0001, 0.0004, 0.6528, 0.0019, 0.0095,
					 0.0201, 0.7590, 0.0298, 0.0344, 0.0459, 0.3240,
					 0.4262, 0.5719, 1.0000, NAN};
	/* Each times 15 over its rank, and no more than the next: by hand. */
	static const double wanted[] = {0.0638571429, 0.0015,   0.0030, 0.7532307692,
					0.0095,       0.035625, 0.0603, 0.8132142857,
					0.0638571429, 0.0645,   0.0765, 0.486,
					0.5811818182, 0.714875, 1.0,    NAN};
	double adjusted[COUNT_OF(chances)];
	unsigned taken = 0;
	assert_true(sides_adjust(chances, COUNT_OF(chances), adjusted));
	for (size_t i = 0; i + 1 < COUNT_OF(chances); i++) {
		assert_near(adjusted[i], wanted[i], 1e-9);
		taken += adjusted[i] <= 0.05;
	}
	assert_int_equal(taken, 4);
	assert_true(isnan(adjusted[COUNT_OF(chances) - 1]));
	assert_true(sides_adjust(NULL, 0, NULL));
}

/* Of rows that are all the same, some differ by luck; once adjusted, none does in nineteen comparisons of twenty. */
TEST(many_rows_of_the_same_seldom_raise_an_alarm)
{
	enum { ROWS = 400, TIMES = 200 };
	uint64_t random = 5;
	unsigned alarmed = 0, by_luck = 0;
	for (unsigned t = 0; t < TIMES; t++) {
		double chances[ROWS];
		for (size_t i = 0; i < ROWS; i++) {
			struct estimate a = run_of(&random, 1, 0.01, 0.01, 0.01);
			struct estimate b = run_of(&random, 1, 0.01, 0.01, 0.01);
			chances[i] = sides_compare(&a, 1, &b, 1, SAME_WITHIN).p_differs;
			by_luck += chances[i] <= 0.05;
		}
		assert_true(sides_adjust(chances, ROWS, chances));
		bool any = false;
		for (size_t i = 0; i < ROWS; i++)
			any = any || chances[i] <= 0.05;
		alarmed += any;
	}
	assert_near(by_luck / (double)TIMES, 0.05 * ROWS, 0.2 * 0.05 * ROWS);
	assert_true(alarmed <= TIMES / 10);
}

TEST(more_is_assumed_of_larger_heaps_and_disturbed_runs)
{
	char words[BETWEEN_WORDS_MAX];
	assert_true(between_assumed(0) >= 0.0118); /* the largest that was seen */
	assert_true(between_assumed(64 << 20) >= 0.074);
	assert_true(between_assumed(0) < between_assumed(4 << 20));
	assert_true(between_assumed(4 << 20) < between_assumed(UINT64_C(1) << 40));
	assert_near(between_assumed_disturbed(0, 0.05), between_assumed(0), 1e-12);
	assert_near(between_assumed_disturbed(0, NAN), between_assumed(0), 1e-12);
	assert_near(between_assumed_disturbed(0, 0.55), hypot(between_assumed(0), 0.2), 1e-12);
	assert_contains(between_words(words), "1.5 % below 1 MiB, 4 % below 16 MiB, 7.5 %");
	assert_contains(words, "0.4 % for each per cent");
}

/* How often, in per cent, `times` comparisons of so many rounds say that B differs, where both runs of a round were `drift`
 * off together; paired, or not. `*half`: the mean half width, in logs. */
static double alarms_in_rounds(bool paired, unsigned times, size_t rounds, double ratio,
			       double drift, double *half)
{
	struct estimate a[RUNS_MAX], b[RUNS_MAX];
	uint64_t random = 13;
	unsigned count = 0;
	*half = 0;
	for (unsigned i = 0; i < times; i++) {
		for (size_t r = 0; r < rounds; r++) {
			const double common = exp(drift * unit_normal(&random));
			a[r] = run_of(&random, 20000 * common, 0.01, 0.003, NAN);
			b[r] = run_of(&random, 20000 * ratio * common, 0.01, 0.003, NAN);
		}
		const struct difference difference =
			paired ? sides_compare_paired(a, b, rounds, SAME_WITHIN)
			       : sides_compare(a, rounds, b, rounds, SAME_WITHIN);
		assert_null(difference.why);
		assert_int_equal(difference.between, paired ? BETWEEN_PAIRED : BETWEEN_MEASURED);
		count += difference.p_differs <= 0.05;
		*half += log(difference.high / difference.ratio) / times;
	}
	return 100.0 * count / times;
}

TEST(drift_that_hits_both_runs_of_a_round_cancels)
{
	double paired, apart, quiet;
	/* A shift of 2 % under a drift of 10 %: found in pairs, hidden without. */
	assert_true(alarms_in_rounds(true, COMPARISONS, 10, 1.02, 0.1, &paired) > 85);
	assert_true(alarms_in_rounds(false, COMPARISONS, 10, 1.02, 0.1, &apart) < 10);
	assert_true(paired < apart / 4);
	/* Its interval is what it is without drift. */
	alarms_in_rounds(true, COMPARISONS, 10, 1.02, 0, &quiet);
	assert_near(paired, quiet, 0.02 * quiet);
}

TEST(pairs_are_no_narrower_than_they_should_be)
{
	static const double drifts[] = {0, 0.1};
	double paired, apart;
	for (size_t rounds = 2; rounds <= 10; rounds += 4)
		for (size_t i = 0; i < COUNT_OF(drifts); i++) {
			/* 200 of the same against the same, and as many as bound it more closely. */
			assert_true(alarms_in_rounds(true, 200, rounds, 1, drifts[i], &paired) <=
				    7);
			assert_true(alarms_in_rounds(false, 200, rounds, 1, drifts[i], &apart) <=
				    7);
			assert_true(alarms_in_rounds(true, COMPARISONS, rounds, 1, drifts[i],
						     &paired) <= 7);
		}
	/* Without drift half the degrees of freedom are given away, and nothing is gained. */
	alarms_in_rounds(true, COMPARISONS, 4, 1, 0, &paired);
	alarms_in_rounds(false, COMPARISONS, 4, 1, 0, &apart);
	assert_true(paired > apart);
}

/* Log ratios 1, 2, 6: their mean is 3, their variance 7, and t of two degrees of freedom. */
TEST(student_on_log_ratios_by_hand)
{
	static const double logs_a[] = {0, 5, 1}, logs_b[] = {1, 7, 7};
	struct estimate a[3], b[3];
	for (size_t i = 0; i < 3; i++) {
		a[i] = (struct estimate){
			.center = exp(logs_a[i]), .log_error = NAN, .replicates = 3};
		b[i] = (struct estimate){
			.center = exp(logs_b[i]), .log_error = NAN, .replicates = 3};
	}
	struct difference difference = sides_compare_paired(a, b, 3, SAME_WITHIN);
	assert_near(difference.freedom, 2, 1e-12);
	assert_near(log(difference.ratio), 3, 1e-9);
	assert_near(log(difference.high) - 3, 4.302652730 * sqrt(7.0 / 3), 1e-8);
	/* The runs' own variance is a floor: both sides' of it. */
	for (size_t i = 0; i < 3; i++)
		a[i].log_error = b[i].log_error = 2;
	difference = sides_compare_paired(a, b, 3, SAME_WITHIN);
	assert_near(log(difference.high) - 3, 4.302652730 * sqrt(8.0 / 3), 1e-8);
	assert_contains(sides_compare_paired(a, b, 1, SAME_WITHIN).why, "fewer than 2 rounds");
}

/* Logs 0, 1, 2: variance 1. */
TEST(the_interval_of_one_side_by_hand)
{
	struct estimate runs[3];
	for (size_t i = 0; i < 3; i++)
		runs[i] = (struct estimate){
			.center = exp((double)i), .log_error = NAN, .replicates = 3};
	const struct stats_interval interval = sides_interval(runs, 3);
	assert_true(interval.has_interval);
	assert_near(log(interval.center), 1, 1e-12);
	assert_near(log(interval.high) - 1, 4.302652730 * sqrt(1.0 / 3), 1e-8);
	assert_near(1 - log(interval.low), 4.302652730 * sqrt(1.0 / 3), 1e-8);
	runs[0].is_constant = true;
	assert_false(sides_interval(runs, 1).has_interval);
}
