/* Which samples are undisturbed: from made-up samples and witnesses whose truth is known. */
#include "harness/driver/analysis/undisturbed.h"
#include "tests/unit/unit.h"

#include <math.h>
#include <string.h>

enum { REPLICATES = 8, SAMPLES = 20 };

static double values[REPLICATES][SAMPLES], at_us[REPLICATES][SAMPLES];
static double contention[REPLICATES][SAMPLES], off_cpu_ns[REPLICATES][SAMPLES];
static unsigned rounds[REPLICATES][SAMPLES], places[REPLICATES][SAMPLES];
static struct block blocks[REPLICATES];
static struct series series;
static struct dataset dataset;
static struct quiet_levels levels;
static struct undisturbed undisturbed;
static struct problem problem;

/* A value between -1 and 1 that looks like noise and is the same in every run. */
static double noise(unsigned r, unsigned i)
{
	return sin(12.9898 * r + 78.233 * i) * cos(3.7 * i + r);
}

/* All quiet: 100 ns within 2 %, contention 0.96 within 1 %, no time off the CPU. */
static void fill(void)
{
	series = (struct series){
		.unit = "ns", .is_main = true, .block_count = REPLICATES, .blocks = blocks};
	dataset = (struct dataset){.series_count = 1, .series = &series};
	for (unsigned r = 0; r < REPLICATES; r++) {
		for (unsigned i = 0; i < SAMPLES; i++) {
			values[r][i] = 100 + 2 * noise(r, i);
			contention[r][i] = 0.96 + 0.01 * noise(i, r);
			off_cpu_ns[r][i] = 0;
			at_us[r][i] = 1e5 * (r * SAMPLES + i); /* each is judged alone */
			rounds[r][i] = i;
		}
		blocks[r] = (struct block){.replicate = r,
					   .count = SAMPLES,
					   .values = values[r],
					   .at_us = at_us[r],
					   .contention = contention[r],
					   .off_cpu_ns = off_cpu_ns[r],
					   .rounds = rounds[r],
					   .places = places[r]};
	}
}

/* The sibling thread is busy: the sample takes 1.4 times as long, and the witness says so. */
static void disturb(unsigned r, unsigned i)
{
	values[r][i] *= 1.4;
	contention[r][i] *= 2 + 0.3 * noise(r, i);
}

static void take_apart(void)
{
	assert_int_equal(undisturbed_find_levels(&levels, &dataset, &problem), OUTCOME_OK);
	assert_int_equal(undisturbed_make(&undisturbed, &series, &levels, &problem), OUTCOME_OK);
	undisturbed_free_levels(&levels);
}

static double median_of_medians(void)
{
	double *medians = series_medians(&undisturbed.series);
	double sum = 0;
	for (size_t b = 0; b < undisturbed.series.block_count; b++)
		sum += medians[b];
	free(medians);
	return sum / (double)undisturbed.series.block_count;
}

TEST(none_disturbed_all_count)
{
	fill();
	take_apart();
	assert_true(undisturbed.is_known && !undisturbed.all_count);
	assert_int_equal(undisturbed.count, REPLICATES * SAMPLES);
	assert_ptr_equal(undisturbed.series.blocks, blocks);
	assert_true(isnan(undisturbed.disturbed_ratio));
	undisturbed_free(&undisturbed);
}

TEST(two_speeds_are_taken_apart)
{
	fill();
	for (unsigned r = 0; r < REPLICATES; r++)
		for (unsigned i = 0; i < SAMPLES; i++)
			if ((i + r) / 5 % 2)
				disturb(r, i);
	take_apart();
	assert_int_equal(undisturbed.count, REPLICATES * SAMPLES / 2);
	assert_near(median_of_medians(), 100, 1);
	assert_near(undisturbed.disturbed_ratio, 1.4, 0.02);
	assert_true(undisturbed.all_estimate > 105);
	/* What is left keeps its round. */
	for (size_t b = 0; b < undisturbed.series.block_count; b++)
		for (size_t i = 0; i < undisturbed.series.blocks[b].count; i++) {
			const struct block *block = &undisturbed.series.blocks[b];
			assert_true((block->rounds[i] + block->replicate) / 5 % 2 == 0);
		}
	undisturbed_free(&undisturbed);
}

/* Its samples are the last of a block. */
TEST(what_is_left_of_an_aa_control_is_known)
{
	fill();
	blocks[2].control_count = 8;
	for (unsigned i = 0; i < SAMPLES; i++)
		if (i < 3 || i >= SAMPLES - 2)
			disturb(2, i);
	take_apart();
	assert_int_equal(undisturbed.series.blocks[2].count, SAMPLES - 5);
	assert_int_equal(undisturbed.series.blocks[2].control_count, 6);
	assert_int_equal(undisturbed.series.blocks[3].control_count, 0);
	undisturbed_free(&undisturbed);
}

TEST(what_a_crowded_core_costs_is_told_replicate_by_replicate)
{
	fill();
	for (unsigned r = 0; r < REPLICATES; r++) {
		/* Replicates differ by far more than the core does. */
		for (unsigned i = 0; i < SAMPLES; i++)
			values[r][i] *= 1 + r;
		for (unsigned i = 0; i < 4 + r; i++)
			disturb(r, i);
		/* Off the CPU is another disturbance. */
		values[r][SAMPLES - 1] *= 100;
		off_cpu_ns[r][SAMPLES - 1] = 1e6;
	}
	take_apart();
	assert_int_equal(undisturbed.crowded_count, 4 * REPLICATES + 28);
	assert_int_equal(undisturbed.crowded_replicates, REPLICATES);
	assert_true(undisturbed.crowded_ratio.has_interval);
	assert_near(undisturbed.crowded_ratio.center, 1.4, 0.02);
	assert_true(undisturbed.crowded_ratio.high < 1.45);
	undisturbed_free(&undisturbed);
	/* Four replicates have both. */
	fill();
	for (unsigned r = 0; r < 4; r++)
		disturb(r, 3);
	take_apart();
	assert_int_equal(undisturbed.crowded_replicates, 4);
	assert_false(undisturbed.crowded_ratio.has_interval);
	undisturbed_free(&undisturbed);
}

TEST(few_undisturbed_replicates_make_all_count)
{
	fill();
	for (unsigned r = 4; r < REPLICATES; r++)
		for (unsigned i = 0; i < SAMPLES; i++)
			disturb(r, i);
	take_apart();
	assert_true(undisturbed.all_count);
	assert_int_equal(undisturbed.count, 4 * SAMPLES);
	assert_int_equal(undisturbed.series.block_count, REPLICATES);
	undisturbed_free(&undisturbed);
	/* One more undisturbed replicate is as many as an interval takes. */
	fill();
	for (unsigned r = 5; r < REPLICATES; r++)
		for (unsigned i = 0; i < SAMPLES; i++)
			disturb(r, i);
	take_apart();
	assert_false(undisturbed.all_count);
	assert_int_equal(undisturbed.series.block_count, 5);
	undisturbed_free(&undisturbed);
}

TEST(a_replicate_takes_part_with_three_samples)
{
	fill();
	for (unsigned i = 3; i < SAMPLES; i++)
		disturb(0, i);
	for (unsigned i = 2; i < SAMPLES; i++)
		disturb(1, i);
	take_apart();
	assert_int_equal(undisturbed.series.block_count, REPLICATES - 1);
	assert_int_equal(undisturbed.series.blocks[1].replicate, 2);
	assert_int_equal(undisturbed.count, (REPLICATES - 2) * SAMPLES + 5);
	undisturbed_free(&undisturbed);
}

/* The second half of the run: of replicates, and of time. */
TEST(a_busy_second_half_is_left_out)
{
	fill();
	for (unsigned r = 0; r < REPLICATES; r++)
		for (unsigned i = 0; i < SAMPLES; i++) {
			if (r >= 5)
				disturb(r, i);
		}
	take_apart();
	assert_int_equal(undisturbed.count, 5 * SAMPLES);
	assert_int_equal(undisturbed.series.block_count, 5);
	undisturbed_free(&undisturbed);
}

TEST(all_disturbed_alike_is_one_level)
{
	fill();
	for (unsigned r = 0; r < REPLICATES; r++)
		for (unsigned i = 0; i < SAMPLES; i++) {
			values[r][i] *= 1.4;
			contention[r][i] *= 2;
		}
	take_apart();
	assert_int_equal(undisturbed.count, REPLICATES * SAMPLES);
	undisturbed_free(&undisturbed);
}

TEST(a_level_that_drifts_by_less_than_its_width_is_one)
{
	fill();
	for (unsigned r = 0; r < REPLICATES; r++)
		for (unsigned i = 0; i < SAMPLES; i++)
			contention[r][i] *= 1 + 0.03 * r / REPLICATES;
	disturb(2, 3);
	take_apart();
	assert_int_equal(undisturbed.count, REPLICATES * SAMPLES - 1);
	undisturbed_free(&undisturbed);
}

/* A sibling that waits for memory leaves the width almost as it is, and takes the caches. */
TEST(a_step_of_six_per_cent_is_seen)
{
	fill();
	for (unsigned r = 0; r < REPLICATES; r++)
		for (unsigned i = 0; i < SAMPLES; i += 2)
			contention[r][i] = 1.02 + 0.02 * (1 + noise(r, i)) / 2;
	for (unsigned r = 0; r < REPLICATES; r++)
		for (unsigned i = 1; i < SAMPLES; i += 2)
			contention[r][i] = 0.95 + 0.004 * noise(r, i);
	take_apart();
	assert_int_equal(undisturbed.count, REPLICATES * SAMPLES / 2);
	undisturbed_free(&undisturbed);
}

TEST(a_competitor_is_seen_by_the_time_off_the_cpu)
{
	fill();
	for (unsigned r = 0; r < REPLICATES; r++)
		for (unsigned i = 0; i < SAMPLES; i++) {
			off_cpu_ns[r][i] = 5000; /* as a child on another CPU makes it */
			if (i % 2 == 0)
				continue;
			values[r][i] += 3e6;
			off_cpu_ns[r][i] += 3e6;
		}
	take_apart();
	assert_int_equal(undisturbed.count, REPLICATES * SAMPLES / 2);
	assert_near(median_of_medians(), 100, 1);
	undisturbed_free(&undisturbed);
}

TEST(without_witnesses_all_count)
{
	fill();
	for (unsigned r = 0; r < REPLICATES; r++)
		blocks[r].contention = blocks[r].off_cpu_ns = NULL;
	take_apart();
	assert_false(undisturbed.is_known);
	assert_true(isnan(undisturbed.all_estimate));
	assert_ptr_equal(undisturbed.series.blocks, blocks);
	undisturbed_free(&undisturbed);
}

TEST(counts_are_left_whole)
{
	fill();
	disturb(0, 0);
	wire_copy(series.unit, sizeof series.unit, "count");
	take_apart();
	assert_false(undisturbed.is_known);
	assert_int_equal(undisturbed.count, REPLICATES * SAMPLES);
	undisturbed_free(&undisturbed);
}
