/* What statistics promise, simulated with a fixed seed: intervals that hold, modes that are there. */
#include "harness/driver/base/stats.h"
#include "tests/unit/unit.h"

#include <math.h>

enum { RUNS = 2000 };

static const double SLOW = 1.4; /* what a busy sibling costs */
static const double UNSEEN =
	1.3; /* and what no witness tells of, as neighbours that fill the last cache */

static double uniform(uint64_t *random)
{
	return erfc(-unit_normal(random) / sqrt(2)) / 2;
}

/* ---- modes ---- */

enum { MODE_SAMPLES_MAX = 50 };

/* What the samples of a replicate have in common. */
struct shared {
	double level;
};

/* The log of a sample: number `i` of its run, whose replicate has this level. */
typedef double draw(uint64_t *random, size_t i, struct shared *shared);

static double draw_narrow(uint64_t *random, size_t i, struct shared *shared)
{
	(void)i;
	(void)shared;
	return 0.03 * unit_normal(random);
}

static double draw_wide(uint64_t *random, size_t i, struct shared *shared)
{
	(void)i;
	(void)shared;
	return 0.3 * unit_normal(random);
}

/* Most at a floor, and some much later: an exponential tail. */
static double draw_skewed(uint64_t *random, size_t i, struct shared *shared)
{
	(void)i;
	(void)shared;
	return -0.1 * log(uniform(random));
}

/* Student's t of three degrees of freedom. */
static double draw_outliers(uint64_t *random, size_t i, struct shared *shared)
{
	(void)i;
	(void)shared;
	double squares = 0;
	for (int k = 0; k < 3; k++)
		squares += pow(unit_normal(random), 2);
	return 0.05 * unit_normal(random) / sqrt(squares / 3);
}

/* Replicates of five samples, as far apart as empty forks' are (METHODOLOGY). */
static double draw_replicates(uint64_t *random, size_t i, struct shared *shared)
{
	if (i % 5 == 0)
		shared->level = 0.023 * unit_normal(random);
	return shared->level + 0.03 * unit_normal(random);
}

static double draw_two_speeds(uint64_t *random, size_t i, struct shared *shared)
{
	(void)i;
	(void)shared;
	return 0.03 * unit_normal(random) + (unit_normal(random) > 0 ? log(SLOW) : 0);
}

/* The share of runs of so many samples that are said to have several modes. */
static double several_modes(draw *log_of, size_t samples)
{
	uint64_t random = 20240229;
	double values[MODE_SAMPLES_MAX], modes[STATS_MODES_MAX];
	struct shared shared = {0};
	int several = 0;
	for (int run = 0; run < RUNS; run++) {
		for (size_t i = 0; i < samples; i++)
			values[i] = 20000 * exp(log_of(&random, i, &shared));
		several += stats_modes(values, samples, modes) > 1;
	}
	return (double)several / RUNS;
}

TEST(modes_are_found_from_few_samples_without_false_alarms)
{
	static const struct {
		const char *name;
		draw *draw;
	} one_mode[] = {{"narrow", draw_narrow},
			{"wide", draw_wide},
			{"skewed", draw_skewed},
			{"outliers", draw_outliers},
			{"replicates", draw_replicates}};
	static const size_t counts[] = {STATS_MODES_SAMPLES_MIN, 25, 40};
	for (size_t c = 0; c < COUNT_OF(counts); c++) {
		double found = several_modes(draw_two_speeds, counts[c]);
		print_message("%zu samples: two speeds found in %.1f %%\n", counts[c], found * 100);
		assert_true(found >= 0.95);
		for (size_t d = 0; d < COUNT_OF(one_mode); d++) {
			double share = several_modes(one_mode[d].draw, counts[c]);
			print_message("    %s: false alarms in %.1f %%\n", one_mode[d].name,
				      share * 100);
			assert_true(share < 0.05);
		}
	}
}

/* ---- intervals ---- */

enum { ARMS = 6, REPLICATES_MAX = 20, SWITCHES_MAX = 400, BURST = 5, VISITS = 8, VISIT = 2 };

/* A run. In each replicate the arms take a burst each, as now, or short visits spread over it. */
struct scenario {
	const char *name;
	double slow_share; /* of the time all takes SLOW times as long, in episodes */
	double apart_s;    /* between replicates: other jobs' */
	double drift;      /* of the log, over the run */
	double unseen; /* share of the replicates that take UNSEEN times as long, and no witness tells */
	bool spread;
	bool witness; /* samples in an episode are known, and left out: the truth is the quiet level */
	bool unequal; /* an arm with fewer than three is not in the replicate; else none is with one that has none */
};

/* A worker at heap 0 lives one to two seconds. */
static const double REPLICATE_S = 1, SAMPLE_S = 0.001;
static const double BETWEEN = 0.016; /* shared by the arms of a replicate, and as much of each */
static const double WITHIN = 0.05;

/* When the host changes its speed. */
struct host {
	double switches_s[SWITCHES_MAX];
	size_t count;
	bool slow_first;
};

/* Quiet and busy episodes of 0.1 to 1 s in turns, the quiet ones longer where the share is below half. */
static void host_begin(struct host *host, double slow_share, double until_s, uint64_t *random)
{
	double at = -5 - uniform(random);
	bool slow = uniform(random) < 0.5;
	host->count = 0;
	host->slow_first = slow;
	while (at < until_s && host->count < SWITCHES_MAX) {
		double length = 0.1 + 0.9 * uniform(random);
		at += slow ? length : length * (1 - slow_share) / slow_share;
		slow = !slow;
		if (at < 0)
			host->slow_first = slow;
		else
			host->switches_s[host->count++] = at;
	}
	assert_true(host->count < SWITCHES_MAX);
}

static bool host_is_slow(const struct host *host, double at_s)
{
	size_t passed = 0, end = host->count;
	while (passed < end) {
		size_t middle = (passed + end) / 2;
		if (host->switches_s[middle] <= at_s)
			passed = middle + 1;
		else
			end = middle;
	}
	return (passed % 2 == 1) != host->slow_first;
}

/* One arm's samples in a replicate. Returns how many count. */
static size_t take_samples(const struct scenario *scenario, const struct host *host, double at_s,
			   double level, double *values, uint64_t *random)
{
	size_t visits = scenario->spread ? VISITS : 1, count = 0;
	for (size_t v = 0; v < visits; v++) {
		double visit_s =
			at_s + REPLICATE_S * ((double)v + uniform(random)) / (double)visits;
		for (int s = 0; s < (scenario->spread ? VISIT : BURST); s++) {
			bool slow = scenario->slow_share > 0 &&
				    host_is_slow(host, visit_s + s * SAMPLE_S);
			double noise = WITHIN * unit_normal(random);
			if (!slow || !scenario->witness)
				values[count++] = exp(level + noise + (slow ? log(SLOW) : 0));
		}
	}
	return count;
}

/* medians[arm][i], NAN where the arm was not in it. Returns how many replicates there are. */
static size_t make_run(const struct scenario *scenario, size_t n,
		       double medians[ARMS][REPLICATES_MAX], uint64_t *random)
{
	struct host host = {.count = 0};
	double step_s = REPLICATE_S + scenario->apart_s, values[VISITS * VISIT];
	size_t made = 0;
	if (scenario->slow_share > 0)
		host_begin(&host, scenario->slow_share, (double)n * step_s + REPLICATE_S, random);
	for (size_t i = 0; i < n; i++) {
		double at_s = (double)i * step_s + scenario->apart_s * uniform(random);
		double shared = BETWEEN * unit_normal(random) +
				scenario->drift * ((double)i / (double)(n - 1) - 0.5);
		shared += scenario->unseen > 0 && uniform(random) < scenario->unseen ? log(UNSEEN)
										     : 0;
		bool all = true;
		for (size_t k = 0; k < ARMS; k++) {
			double level = shared + BETWEEN * unit_normal(random);
			size_t count = take_samples(scenario, &host, at_s, level, values, random);
			all = all && count > 0;
			medians[k][made] = NAN;
			if (count >= (scenario->unequal ? 3 : 1))
				medians[k][made] = stats_median(values, count);
		}
		made += all || scenario->unequal;
	}
	return made;
}

struct coverage {
	double share, half_width; /* of runs and arms; the mean of the logs' */
};

/* An arm alone, without the replicates that it was not in. */
static struct stats_interval alone_of(const double *medians, size_t n)
{
	double present[REPLICATES_MAX];
	size_t count = 0;
	for (size_t i = 0; i < n; i++)
		if (!isnan(medians[i]))
			present[count++] = medians[i];
	return count ? stats_interval(present, count) : (struct stats_interval){0};
}

/* Of stats_intervals(), and of stats_interval() for each arm alone. */
static void cover(const struct scenario *scenario, size_t n, struct coverage *together,
		  struct coverage *alone)
{
	uint64_t random = 20240229;
	double medians[ARMS][REPLICATES_MAX];
	const double *pointers[ARMS];
	/* Of two speeds seen without a witness, the truth is the mixture's middle. */
	double truth = scenario->witness ? 1 : pow(SLOW, scenario->slow_share), intervals = 0;
	*together = *alone = (struct coverage){0};
	for (size_t k = 0; k < ARMS; k++)
		pointers[k] = medians[k];
	for (int run = 0; run < RUNS; run++) {
		struct stats_interval made[ARMS];
		size_t count = make_run(scenario, n, medians, &random);
		if (count < STATS_INTERVAL_VALUES_MIN)
			continue;
		stats_intervals(pointers, ARMS, count, made);
		for (size_t k = 0; k < ARMS; k++) {
			struct stats_interval own = alone_of(medians[k], count);
			assert_int_equal(made[k].has_interval, own.has_interval);
			if (!own.has_interval)
				continue;
			assert_near(made[k].center, own.center, 1e-9);
			together->share += made[k].low <= truth && truth <= made[k].high;
			together->half_width += log(made[k].high / made[k].low) / 2;
			alone->share += own.low <= truth && truth <= own.high;
			alone->half_width += log(own.high / own.low) / 2;
			intervals++;
		}
	}
	/* Most runs have an interval at all. */
	assert_true(intervals > RUNS * ARMS / (scenario->unequal ? 10.0 : 2.0));
	together->share /= intervals;
	together->half_width /= intervals;
	alone->share /= intervals;
	alone->half_width /= intervals;
	print_message("%-34s n %2zu: %.1f %% (+-%.1f %%); each arm alone %.1f %% (+-%.1f %%)\n",
		      scenario->name, n, together->share * 100, together->half_width * 100,
		      alone->share * 100, alone->half_width * 100);
}

static const size_t replicates[] = {5, 8, 20};

/* The true median is that of all time: of noise its median, of a drift the run's middle, of two speeds half of the time
 * the middle of the mixture, or, with a witness, the quiet level. */
TEST(intervals_cover)
{
	static const struct scenario scenarios[] = {
		{"lognormal", .spread = true},
		{"two speeds, bursts", .slow_share = 0.5},
		{"two speeds, bursts, other jobs", .slow_share = 0.5, .apart_s = 3},
		{"two speeds, spread", .slow_share = 0.5, .spread = true},
		{"two speeds, spread, other jobs", .slow_share = 0.5, .spread = true, .apart_s = 3},
		{"two speeds, spread, a witness", .slow_share = 0.5, .spread = true,
		 .witness = true},
		{"the same, unequal replicates", .slow_share = 0.6, .spread = true, .witness = true,
		 .unequal = true},
		{"drift of 10 %", .drift = 0.1, .spread = true},
	};
	for (size_t s = 0; s < COUNT_OF(scenarios); s++)
		for (size_t i = 0; i < COUNT_OF(replicates); i++) {
			struct coverage together, alone;
			cover(&scenarios[s], replicates[i], &together, &alone);
			assert_true(together.share >= 0.93);
			/* Nor is it paid for with width, but where replicates are correlated. */
			if (scenarios[s].drift <= 0)
				assert_true(together.half_width < 1.25 * alone.half_width);
		}
}

/* Some replicates that all of a run's arms had in a bad moment, and no witness tells: the truth is the level of the others.
 * Untrimmed, t on the same logs is as wide as this says. */
TEST(unseen_replicates_neither_shift_nor_widen)
{
	static const struct scenario few = {"one replicate in ten unseen", .spread = true,
					    .unseen = 0.1};
	struct coverage together, alone;
	cover(&few, REPLICATES_MAX, &together, &alone);
	assert_true(together.share >= 0.93);
	const double variance = 2 * BETWEEN * BETWEEN +
				WITHIN * WITHIN * M_PI / 2 / (VISITS * VISIT) +
				few.unseen * (1 - few.unseen) * pow(log(UNSEEN), 2);
	const double untrimmed = 2.093 * sqrt(variance / REPLICATES_MAX);
	print_message("untrimmed +-%.1f %%\n", untrimmed * 100);
	assert_true(together.half_width < 0.6 * untrimmed);
}

/* What arms alone do not tell: five bursts that all met a quiet moment look like a quiet machine. */
TEST(arms_alone_do_not_cover)
{
	static const struct scenario rare = {"slow a quarter of the time, bursts",
					     .slow_share = 0.25};
	struct coverage together, alone;
	cover(&rare, 5, &together, &alone);
	assert_true(alone.share < 0.85);
	assert_true(together.share > alone.share + 0.05);
}

/* What is shown by arms that are in the same replicates is shown by those that miss some of them. */
TEST(arms_that_miss_replicates_by_hand)
{
	double medians[3][8];
	const double *const arms[] = {medians[0], medians[1], medians[2]};
	struct stats_interval made[3], without[2];
	static const double turns[] = {1, -1, 1, -1, 0, 0.5, -0.5, 0},
			    other[] = {1, 1, -1, -1, 0, 0.5, 0.5, -1};
	for (size_t i = 0; i < 8; i++) {
		medians[0][i] = exp(0.02 * turns[i]);
		medians[1][i] = i == 3 ? (double)NAN : exp(0.1 * other[i]);
		medians[2][i] = i < 4 ? 1 : (double)NAN;
	}
	stats_intervals(arms, 3, 8, made);
	struct stats_interval alone = alone_of(medians[0], 8);
	assert_near(made[0].center, alone.center, 1e-12);
	assert_true(log(made[0].high / made[0].low) > 1.2 * log(alone.high / alone.low));
	assert_near(made[1].center, alone_of(medians[1], 8).center, 1e-12);
	/* An arm of four replicates has no interval, and tells the others nothing. */
	assert_false(made[2].has_interval);
	assert_near(made[2].center, 1, 1e-12);
	stats_intervals(arms, 2, 8, without);
	assert_near(without[0].low, made[0].low, 1e-12);
	assert_near(without[1].low, made[1].low, 1e-12);
	/* Nor does one that was in none. */
	for (size_t i = 0; i < 8; i++)
		medians[2][i] = NAN;
	stats_intervals(arms, 3, 8, made);
	assert_near(without[0].low, made[0].low, 1e-12);
	assert_true(isnan(made[2].center) && !made[2].has_interval);
}

static double half_of(struct stats_interval interval)
{
	return log(interval.high / interval.low) / 2;
}

/* exp(amount * pattern[i]), n of them. */
static void fill(double *medians, const double *pattern, double amount, size_t n)
{
	for (size_t i = 0; i < n; i++)
		medians[i] = exp(amount * pattern[i]);
}

TEST(arms_together_by_hand)
{
	static const double turns[] = {1, -1, 1, -1, 0}, other[] = {1, 1, -1, -1, 0};
	static const double ramp[] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9};
	double medians[3][10];
	const double *const arms[] = {medians[0], medians[1], medians[2]};
	struct stats_interval made[3];
	/* Alone, and not like the replicate before: Student's t. */
	fill(medians[0], turns, 0.1, 5);
	double alone = half_of(stats_interval(medians[0], 5));
	stats_intervals(arms, 1, 5, made);
	assert_near(half_of(made[0]), alone, 1e-12);
	/* Two that move together tell no more than one: as many degrees of freedom, the same variance. */
	fill(medians[1], turns, 0.1, 5);
	stats_intervals(arms, 2, 5, made);
	assert_near(half_of(made[1]), alone, 1e-9);
	/* Two that do not have twice as many: t of 8 instead of 4 degrees. */
	fill(medians[0], turns, 0.1, 5);
	fill(medians[1], other, 0.1, 5);
	stats_intervals(arms, 2, 5, made);
	assert_near(half_of(made[0]), alone * 2.306004 / 2.776445, 1e-6);
	/* A quiet one is drawn up; one that scatters more than the mean keeps its own variance. */
	fill(medians[1], other, 0.08, 5);
	stats_intervals(arms, 2, 5, made);
	assert_true(half_of(made[1]) > 0.8 * half_of(made[0]));
	assert_true(half_of(made[1]) < half_of(made[0]));
	assert_near(half_of(made[0]), alone * 2.306004 / 2.776445, alone * 0.02);
	/* A ramp of ten, its two ends trimmed: 33.75 / 42.5 + 1 / 10 is above the most, 0.8, so nine times the variance, and
	 * t of the least, 4 degrees instead of 5; too many to be drawn to others. */
	fill(medians[0], ramp, 0.01, 10);
	fill(medians[1], ramp, 0.05, 10);
	stats_intervals(arms, 2, 10, made);
	assert_near(half_of(made[0]),
		    3 * half_of(stats_interval(medians[0], 10)) * 2.776445 / 2.570582, 1e-6);
	assert_near(half_of(made[1]),
		    3 * half_of(stats_interval(medians[1], 10)) * 2.776445 / 2.570582, 1e-6);
	assert_near(made[1].standard_error / made[1].center, half_of(made[1]) / 2.776445, 1e-6);
	/* What has no logs stands alone and leaves the others alone; what never changes has no width. */
	fill(medians[0], turns, 0.1, 5);
	fill(medians[1], turns, 0, 5);
	fill(medians[2], turns, 0.1, 5);
	medians[1][2] = 0;
	stats_intervals(arms, 3, 5, made);
	assert_near(half_of(made[0]), alone, 1e-9);
	assert_near(made[1].center, 0.8, 1e-12);
	fill(medians[1], turns, 0, 5);
	stats_intervals(&arms[1], 1, 5, made);
	assert_near(stats_relative_half_width(&made[0]), 0, 0);
	stats_intervals(arms, 3, 4, made);
	assert_false(made[0].has_interval || made[1].has_interval || made[2].has_interval);
}
