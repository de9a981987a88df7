/* Where scatter comes from: splits whose answer is known. */
#include "harness/driver/analysis/variance.h"
#include "tests/unit/unit.h"

#include <math.h>

enum { REPLICATES_MAX = 400, SAMPLES_MAX = 24 };

static double values[REPLICATES_MAX][SAMPLES_MAX];
static unsigned rounds[REPLICATES_MAX][SAMPLES_MAX], places[REPLICATES_MAX][SAMPLES_MAX];
static struct block blocks[REPLICATES_MAX];
static struct series series;

static void begin(void)
{
	series = (struct series){.blocks = blocks};
	memset(blocks, 0, sizeof blocks);
}

static void put(size_t replicate, unsigned round, unsigned place, double log_of_value)
{
	struct block *block = &blocks[replicate];
	block->values = values[replicate];
	block->rounds = rounds[replicate];
	block->places = places[replicate];
	values[replicate][block->count] = exp(log_of_value);
	rounds[replicate][block->count] = round;
	places[replicate][block->count++] = place;
	series.block_count = replicate + 1;
}

/* Two replicates of two visits of two samples: mean squares 2, 16 and 200, by hand. */
TEST(balanced_by_hand)
{
	static const double logs[] = {0, 2, 4, 6, 10, 12, 14, 16};
	struct variance variance;
	for (int in_one_round = 0; in_one_round < 2; in_one_round++) {
		begin();
		for (unsigned i = 0; i < 8; i++)
			put(i / 4, in_one_round ? 0 : i / 2 % 2, i % 2, logs[i]);
		assert_true(variance_split(&series, &variance));
		assert_int_equal(variance.samples, 8);
		assert_int_equal(variance.visits, 4);
		assert_int_equal(variance.replicates, 2);
		assert_near(variance.samples_sd, sqrt(2), 1e-9);
		assert_near(variance.visits_sd, sqrt(7), 1e-9);      /* (16 - 2) / 2 */
		assert_near(variance.replicates_sd, sqrt(46), 1e-9); /* (200 - 16) / 4 */
	}
}

/* Replicates of 1 to 8 visits of 1 to 3 samples. */
TEST(unequal_counts_are_recovered)
{
	struct variance variance;
	uint64_t random = 3;
	begin();
	for (unsigned r = 0; r < REPLICATES_MAX; r++) {
		double replicate = 10 + 0.02 * unit_normal(&random);
		for (unsigned v = 0; v <= r % 8; v++) {
			double visit = replicate + 0.05 * unit_normal(&random);
			for (unsigned s = 0; s <= (r + v) % 3; s++)
				put(r, v, s, visit + 0.10 * unit_normal(&random));
		}
	}
	assert_true(variance_split(&series, &variance));
	assert_near(variance.samples_sd, 0.10, 0.005);
	assert_near(variance.visits_sd, 0.05, 0.005);
	assert_near(variance.replicates_sd, 0.02, 0.005);
}

TEST(what_cannot_be_distinguished_is_said)
{
	struct variance variance;
	begin();
	for (unsigned r = 0; r < 3; r++)
		for (unsigned s = 0; s < 2; s++)
			put(r, 0, s, (int)r + (s ? 1 : -1));
	assert_true(variance_split(&series, &variance)); /* one visit a replicate */
	assert_near(variance.samples_sd, sqrt(2), 1e-9);
	assert_true(isnan(variance.visits_sd));
	assert_near(variance.replicates_sd, 0, 1e-9); /* (2 - 2) / 2 */
	begin();
	for (unsigned r = 0; r < 3; r++)
		for (unsigned v = 0; v < 2; v++)
			put(r, v, 0, 10 * (int)r + (v ? 1 : -1));
	assert_true(variance_split(&series, &variance)); /* one sample a visit */
	assert_true(isnan(variance.samples_sd));
	assert_near(variance.visits_sd, sqrt(2), 1e-9);
	assert_near(variance.replicates_sd, sqrt(99), 1e-9); /* (200 - 2) / 2 */
	values[1][0] = 0;
	assert_false(variance_split(&series, &variance));
	begin();
	put(0, 0, 0, 1);
	assert_false(variance_split(&series, &variance));
	series.block_count = 0;
	assert_false(variance_split(&series, &variance));
}

static void wish(double samples_sd, double visits_sd, double replicates_sd, size_t samples,
		 size_t visits, size_t replicates)
{
	const struct variance variance = {0, 0, 0, samples_sd, visits_sd, replicates_sd};
	struct variance_wish wish = variance_wish(&variance, 0.02);
	assert_int_equal(wish.samples, samples);
	assert_int_equal(wish.visits, visits);
	assert_int_equal(wish.replicates, replicates);
}

TEST(wishes_by_hand)
{
	/* 0.01 / 4 <= 0.0027; (0.0025 + 0.0027) / 13 <= 0.000416; t of 10 degrees for a sd of 0.0286. */
	wish(0.10, 0.052, 0.0204, 4, 13, 11);
	wish(0.001, 0.0011, 0.001, 1, 3, 10); /* precise at once, but not before 10 */
	wish(0.10, 0, 0.021, VARIANCE_SAMPLES_MAX, 5, 11);
	wish(0.10, 0.052, 0, 4, VARIANCE_VISITS_MAX, 10);
	wish(0.02, NAN, 0.021, 1, 1, 11);
	wish(NAN, 0.02, 0.021, 1, 1, 11);
	wish(0.02, 0.02, 2, 1, 1, 0); /* more than there can be */
}
