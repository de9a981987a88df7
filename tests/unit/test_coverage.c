/* What statistics promise, simulated with a fixed seed: intervals that hold, modes that are there. */
#include "harness/driver/base/stats.h"
#include "tests/unit/unit.h"

#include <math.h>

enum { RUNS = 2000 };

static const double SLOW = 1.4; /* what a busy sibling costs */

static double uniform(uint64_t *random)
{
	return erfc(-unit_normal(random) / sqrt(2)) / 2;
}

/* ---- modes ---- */

enum { MODE_SAMPLES_MAX = 50 };

/* The log of a sample: number `i` of its run, whose replicate has `level`. */
typedef double draw(uint64_t *random, size_t i, double *level);

static double draw_narrow(uint64_t *random, size_t i, double *level)
{
	(void)i;
	(void)level;
	return 0.03 * unit_normal(random);
}

static double draw_wide(uint64_t *random, size_t i, double *level)
{
	(void)i;
	(void)level;
	return 0.3 * unit_normal(random);
}

/* Most at a floor, and some much later: an exponential tail. */
static double draw_skewed(uint64_t *random, size_t i, double *level)
{
	(void)i;
	(void)level;
	return -0.1 * log(uniform(random));
}

/* Student's t of three degrees of freedom. */
static double draw_outliers(uint64_t *random, size_t i, double *level)
{
	(void)i;
	(void)level;
	double squares = 0;
	for (int k = 0; k < 3; k++)
		squares += pow(unit_normal(random), 2);
	return 0.05 * unit_normal(random) / sqrt(squares / 3);
}

/* Replicates of five samples, as far apart as empty forks' are (METHODOLOGY). */
static double draw_replicates(uint64_t *random, size_t i, double *level)
{
	if (i % 5 == 0)
		*level = 0.023 * unit_normal(random);
	return *level + 0.03 * unit_normal(random);
}

static double draw_two_speeds(uint64_t *random, size_t i, double *level)
{
	(void)i;
	(void)level;
	return 0.03 * unit_normal(random) + (unit_normal(random) > 0 ? log(SLOW) : 0);
}

/* The share of runs of so many samples that are said to have several modes. */
static double several_modes(draw *log_of, size_t samples)
{
	uint64_t random = 20240229;
	double values[MODE_SAMPLES_MAX], modes[STATS_MODES_MAX], level = 0;
	int several = 0;
	for (int run = 0; run < RUNS; run++) {
		for (size_t i = 0; i < samples; i++)
			values[i] = 20000 * exp(log_of(&random, i, &level));
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
