/* Times taken to the usual clock, of made-up replicates whose clock moved. */
#include "harness/driver/analysis/core_clock.h"
#include "harness/driver/base/stats.h"
#include "tests/unit/unit.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { ARMS = 6, REPLICATES = 20, SAMPLES = 4 };

static struct block blocks[ARMS][REPLICATES];
static double values[ARMS][REPLICATES][SAMPLES], steps[ARMS][REPLICATES][SAMPLES];
static double at_us[SAMPLES];
static unsigned rounds[SAMPLES];
static struct undisturbed undisturbed[ARMS];
static struct core_clock clocks[ARMS];
static struct undisturbed *rows[ARMS];
static uint64_t random_state;

void unit_before(void)
{
	random_state = 20261127;
}

void unit_after(void)
{
	for (size_t a = 0; a < ARMS; a++)
		if (undisturbed[a].owns_blocks)
			undisturbed_free(&undisturbed[a]);
	memset(undisturbed, 0, sizeof undisturbed);
}

/* Arms of one cell, 100 ns long at a step of 1 ns and going with it to the power; replicates' steps scatter by
 * `moves`, and everything by `noise`. */
static void make(size_t n, double power, double moves, double noise)
{
	unit_after();
	for (size_t r = 0; r < n; r++) {
		const double step = exp(moves * unit_normal(&random_state));
		for (size_t a = 0; a < ARMS; a++) {
			const double own = noise * unit_normal(&random_state);
			for (size_t s = 0; s < SAMPLES; s++) {
				steps[a][r][s] = step * exp(noise / 4 * unit_normal(&random_state));
				values[a][r][s] = 100 * pow(step, power) *
						  exp(own + noise / 4 * unit_normal(&random_state));
			}
			blocks[a][r] = (struct block){.replicate = r,
						      .count = SAMPLES,
						      .values = values[a][r],
						      .step_ns = steps[a][r],
						      .at_us = at_us,
						      .rounds = rounds,
						      .places = rounds};
		}
	}
	for (size_t a = 0; a < ARMS; a++) {
		undisturbed[a] = (struct undisturbed){
			.series = {.block_count = n, .blocks = blocks[a]}, .is_known = true};
		snprintf(undisturbed[a].series.primitive, WIRE_NAME_MAX, "arm%zu", a);
		rows[a] = &undisturbed[a];
	}
}

static double median_of(size_t arm, size_t replicate)
{
	const struct block *block = &undisturbed[arm].series.blocks[replicate];
	return stats_median(block->values, block->count);
}

static double half_width(size_t arm, size_t n)
{
	double medians[REPLICATES];
	for (size_t r = 0; r < n; r++)
		medians[r] = median_of(arm, r);
	const struct stats_interval interval = stats_interval(medians, n);
	return stats_relative_half_width(&interval);
}

TEST(what_goes_with_the_clock_is_taken_to_the_usual_one)
{
	make(REPLICATES, 0.8, 0.1, 0.01);
	const double before = half_width(0, REPLICATES);
	assert_true(core_clock_adjust(rows, ARMS, 1, clocks));
	for (size_t a = 0; a < ARMS; a++) {
		assert_near(clocks[a].exponent, 0.8, 0.05);
		assert_near(clocks[a].exponent, clocks[0].exponent, 0);
		assert_true(clocks[a].fast < 0.9 && clocks[a].slow > 1.1);
		for (size_t r = 0; r < REPLICATES; r++)
			assert_near(median_of(a, r), 100, 6);
	}
	assert_true(half_width(0, REPLICATES) < before / 4);
	/* What was given stays as it was. */
	assert_true(undisturbed[0].owns_blocks);
	assert_true(blocks[0][0].values == values[0][0]);
	/* At another usual clock times are what that makes of them: twice the step, 2^0.8 of the time. */
	make(REPLICATES, 0.8, 0.1, 0.01);
	assert_true(core_clock_adjust(rows, ARMS, 2, clocks));
	assert_near(median_of(0, 0), 174, 8);
}

TEST(what_waits_for_memory_stays_and_nothing_goes_further_than_the_clock)
{
	make(REPLICATES, 0, 0.1, 0.01);
	assert_true(core_clock_adjust(rows, ARMS, 1, clocks));
	assert_true(clocks[0].exponent < 0.05);
	assert_near(median_of(0, 0), 100, 5);
	make(REPLICATES, 1.7, 0.1, 0.01);
	assert_true(core_clock_adjust(rows, ARMS, 1, clocks));
	assert_near(clocks[0].exponent, 1, 0);
	make(REPLICATES, -0.5, 0.1, 0.01);
	assert_true(core_clock_adjust(rows, ARMS, 1, clocks));
	assert_near(clocks[0].exponent, 0, 0);
}

TEST(arms_of_a_cell_share_an_exponent_and_other_cells_do_not)
{
	make(REPLICATES, 0.8, 0.1, 0.01);
	undisturbed[1].series.heap_bytes = 4096;
	snprintf(undisturbed[2].series.case_name, WIRE_NAME_MAX, "other");
	assert_true(core_clock_adjust(rows, ARMS, 1, clocks));
	assert_true(fabs(clocks[0].exponent - clocks[1].exponent) > 1e-9);
	assert_true(fabs(clocks[0].exponent - clocks[2].exponent) > 1e-9);
	assert_near(clocks[0].exponent, clocks[3].exponent, 0);
}

TEST(few_replicates_of_several_arms_do_but_of_one_they_do_not)
{
	make(5, 0.8, 0.1, 0.01);
	assert_true(core_clock_adjust(rows, ARMS, 1, clocks));
	assert_near(clocks[0].exponent, 0.8, 0.15);
	make(5, 0.8, 0.1, 0.01);
	assert_true(core_clock_adjust(rows, 1, 1, clocks));
	assert_true(isnan(clocks[0].exponent));
	assert_false(undisturbed[0].owns_blocks);
}

TEST(a_clock_that_stands_still_changes_nothing)
{
	make(REPLICATES, 0.8, 0, 0.004);
	for (size_t a = 0; a < ARMS; a++)
		for (size_t r = 0; r < REPLICATES; r++)
			for (size_t s = 0; s < SAMPLES; s++)
				steps[a][r][s] = 1;
	assert_true(core_clock_adjust(rows, ARMS, 1, clocks));
	assert_true(isnan(clocks[0].exponent));
	assert_false(undisturbed[0].owns_blocks);
}

TEST(rows_without_steps_or_witnesses_stay_as_they_are)
{
	make(REPLICATES, 0.8, 0.1, 0.01);
	blocks[0][3].step_ns = NULL; /* an older run's */
	undisturbed[1].is_known = false;
	undisturbed[2].all_count = true;
	rows[3] = NULL; /* no times */
	steps[4][7][0] = steps[4][7][1] = steps[4][7][2] = 0;
	assert_true(core_clock_adjust(rows, ARMS, 1, clocks));
	for (size_t a = 0; a < 5; a++) {
		assert_true(isnan(clocks[a].exponent));
		assert_false(undisturbed[a].owns_blocks);
	}
	assert_near(clocks[5].exponent, 0.8, 0.05);
	make(REPLICATES, 0.8, 0.1, 0.01);
	assert_true(core_clock_adjust(rows, ARMS, NAN, clocks));
	assert_true(isnan(clocks[0].exponent));
}

/* How many intervals hold the time at the usual clock, with as many replicates as tables rest on. */
TEST(intervals_at_the_usual_clock_cover)
{
	static const size_t counts[] = {5, 10, REPLICATES};
	for (size_t c = 0; c < COUNT_OF(counts); c++) {
		const size_t n = counts[c];
		enum { RUNS = 1000 };
		double hits = 0, width = 0;
		for (int run = 0; run < RUNS; run++) {
			double medians[ARMS][REPLICATES];
			const double *pointers[ARMS];
			struct stats_interval made[ARMS];
			make(n, 0.85, 0.08, 0.02);
			assert_true(core_clock_adjust(rows, ARMS, 1, clocks));
			for (size_t a = 0; a < ARMS; a++) {
				for (size_t r = 0; r < n; r++)
					medians[a][r] = median_of(a, r);
				pointers[a] = medians[a];
			}
			stats_intervals(pointers, ARMS, n, made);
			for (size_t a = 0; a < ARMS; a++) {
				hits += made[a].low <= 100 && 100 <= made[a].high;
				width += stats_relative_half_width(&made[a]);
			}
		}
		print_message("%zu replicates: %.1f %% (+-%.1f %%)\n", n, 100 * hits / RUNS / ARMS,
			      100 * width / RUNS / ARMS);
		assert_true(hits / RUNS / ARMS >= 0.93);
	}
}

TEST(the_usual_clock_is_that_of_undisturbed_samples_of_main_metrics)
{
	static const double contention[REPLICATES][SAMPLES] = {{1, 1, 2, 1}, {1, 1, 1, 1}};
	struct series series[2];
	struct quiet_levels levels = {.count = 1, .level = {{INFINITY, 1.05}}};
	struct dataset dataset = {.series_count = 2, .series = series};
	double usual_ns;
	make(2, 0.8, 0.1, 0.01);
	for (size_t i = 0; i < 2; i++) {
		for (size_t r = 0; r < 2; r++) {
			blocks[i][r].contention = contention[r];
			for (size_t s = 0; s < SAMPLES; s++)
				steps[i][r][s] = i ? 9 : (double)(r * SAMPLES + s);
		}
		series[i] =
			(struct series){.is_main = i == 0, .block_count = 2, .blocks = blocks[i]};
	}
	/* 0 is none, 2 was disturbed: of 1, 3, 4, 5, 6, 7. */
	assert_true(core_clock_find(&usual_ns, &dataset, &levels));
	assert_near(usual_ns, 4.5, 1e-12);
	series[0].is_main = false;
	assert_true(core_clock_find(&usual_ns, &dataset, &levels));
	assert_true(isnan(usual_ns));
}
