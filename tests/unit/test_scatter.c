/* Whether frames explain times: from made-up replicates whose truth is known. */
#include "harness/driver/analysis/scatter.h"
#include "harness/driver/data/dataset.h"
#include "tests/unit/unit.h"

#include <math.h>

enum { REPLICATES = 6 };

static double values[REPLICATES];
static struct block blocks[REPLICATES];
static struct series series;
static struct scatter scatter;

/* Times that rise by half as shares go from 0.1 to 0.6, but for some noise. */
static void fill(void)
{
	static const double noise[REPLICATES] = {1, 1.02, 0.99, 1, 1.01, 0.98};
	series = (struct series){
		.unit = "ns", .heap_bytes = 1 << 30, .block_count = REPLICATES, .blocks = blocks};
	for (unsigned r = 0; r < REPLICATES; r++) {
		values[r] = 1000 * (1 + 0.1 * r) * noise[r];
		blocks[r] = (struct block){
			.replicate = r,
			.count = 1,
			.values = &values[r],
			.worker_facts.frames_scattered_ppm = 100000 * (r + 1.0),
		};
	}
}

TEST(frames_that_explain_times_say_so)
{
	fill();
	assert_true(scatter_make(&scatter, &series));
	assert_near(scatter.median, 0.35, 1e-9);
	assert_near(scatter.low, 0.1, 1e-9);
	assert_near(scatter.high, 0.6, 1e-9);
	assert_true(scatter.explained > 0.9 && scatter.explained <= 1);
}

TEST(frames_that_explain_nothing_do_not)
{
	fill();
	for (unsigned r = 0; r < REPLICATES; r++)
		values[r] = r % 2 ? 1000 : 1500;
	assert_true(scatter_make(&scatter, &series));
	assert_true(isnan(scatter.explained));
	/* Scattered frames make nothing quicker. */
	fill();
	for (unsigned r = 0; r < REPLICATES; r++)
		values[r] = 1000 - 100 * r;
	assert_true(scatter_make(&scatter, &series) && isnan(scatter.explained));
	/* Alike, or too few to tell. */
	fill();
	for (unsigned r = 0; r < REPLICATES; r++)
		blocks[r].worker_facts.frames_scattered_ppm = 500000 + r;
	assert_true(scatter_make(&scatter, &series) && isnan(scatter.explained));
	fill();
	series.block_count = 4;
	assert_true(scatter_make(&scatter, &series) && isnan(scatter.explained));
}

TEST(what_was_not_recorded_is_left_out)
{
	fill();
	blocks[5].worker_facts.frames_scattered_ppm = NAN;
	assert_true(scatter_make(&scatter, &series));
	assert_near(scatter.high, 0.5, 1e-9);
	for (unsigned r = 0; r < REPLICATES; r++)
		blocks[r].worker_facts.frames_scattered_ppm = NAN;
	assert_false(scatter_make(&scatter, &series));
	fill();
	series.heap_bytes = 0;
	assert_false(scatter_make(&scatter, &series));
}
