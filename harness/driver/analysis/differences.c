#include "harness/driver/analysis/differences.h"

#include <gsl/gsl_fit.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LEVELS_MAX = 32, REPLICATES_MAX = DATASET_REPLICATES_MAX };

double differences_slope(const double *x, const double *y, size_t n)
{
	double slope, variance, squares;
	gsl_fit_mul(x, 1, y, 1, n, &slope, &variance, &squares);
	return slope;
}

double differences_median(const struct series *series, uint64_t replicate)
{
	const struct block *block = series_block(series, replicate);
	return block ? stats_median(block->values, block->count) : NAN;
}

/* The series of another case, at other threads, that is alike in all else. */
static const struct series *sibling(const struct dataset *dataset, const struct series *like,
				    const char *case_name, const char *threads)
{
	struct series key = *like;
	wire_copy(key.case_name, sizeof key.case_name, case_name);
	wire_copy(key.level[AXIS_THREADS], sizeof key.level[AXIS_THREADS], threads);
	return dataset_find(dataset, &key, like->metric);
}

/* value(threads) - value(0) of a case in one replicate. */
static double growth(const struct dataset *dataset, const struct series *like,
		     const char *case_name, const char *threads, uint64_t replicate)
{
	return differences_median(sibling(dataset, like, case_name, threads), replicate) -
	       differences_median(sibling(dataset, like, case_name, "0"), replicate);
}

/* Whether `series` is of the slope's case and metric, at its heap. */
static bool is_of(const struct series *series, const struct slope *slope)
{
	return !series->aa_control && strcmp(series->experiment, "tlb_shootdown") == 0 &&
	       strcmp(series->case_name, slope->case_name) == 0 &&
	       strcmp(series->metric, slope->metric) == 0 &&
	       series->heap_bytes == slope->heap_bytes;
}

/* The slope in one replicate; NAN if it lacks a level. */
static double slope_in(const struct dataset *dataset, const struct slope *slope,
		       const struct series *idle, uint64_t replicate)
{
	double threads[LEVELS_MAX], net[LEVELS_MAX];
	size_t n = 0;
	for (size_t i = 0; i < dataset->series_count && n < LEVELS_MAX; i++) {
		const struct series *series = &dataset->series[i];
		if (!is_of(series, slope) || series == idle || !series->block_count)
			continue;
		threads[n] = strtod(series->level[AXIS_THREADS], NULL);
		net[n] = growth(dataset, idle, slope->case_name, series->level[AXIS_THREADS],
				replicate);
		if (slope->control)
			net[n] -= growth(dataset, idle, slope->control, series->level[AXIS_THREADS],
					 replicate);
		n++;
	}
	return differences_slope(threads, net, n);
}

/* Fills in a slope whose case, control, metric and heap are set. `idle`: its series without threads. */
static void make_slope(const struct dataset *dataset, struct slope *slope,
		       const struct series *idle)
{
	double values[REPLICATES_MAX];
	for (size_t b = 0; b < idle->block_count && slope->replicates < REPLICATES_MAX; b++) {
		double value = slope_in(dataset, slope, idle, idle->blocks[b].replicate);
		if (isfinite(value))
			values[slope->replicates++] = value;
	}
	if (slope->replicates)
		slope->per_thread = stats_difference_interval(values, slope->replicates);
	else if (!idle->block_count)
		snprintf(slope->why, sizeof slope->why, "unavailable: %.100s", idle->missing);
	else
		snprintf(slope->why, sizeof slope->why,
			 "unavailable: no replicate has it with and without running threads");
}

size_t differences_shootdown(const struct dataset *dataset, struct slope slopes[DIFFERENCES_MAX])
{
	static const struct slope wanted[] = {
		{.case_name = "fork_running",
		 .control = "fork_busy_processes",
		 .metric = "call_ns"},
		{.case_name = "fork_running", .control = "fork_sleeping", .metric = "call_ns"},
		{.case_name = "flush_page", .metric = "flush_ns"},
		{.case_name = "flush_range", .metric = "flush_ns"},
	};
	size_t count = 0;
	for (size_t w = 0; w < sizeof wanted / sizeof *wanted; w++)
		for (size_t i = 0; i < dataset->series_count && count < DIFFERENCES_MAX; i++) {
			const struct series *series = &dataset->series[i];
			struct slope slope = wanted[w];
			slope.heap_bytes = series->heap_bytes;
			if (!is_of(series, &slope) || strcmp(series->level[AXIS_THREADS], "0") != 0)
				continue;
			make_slope(dataset, &slope, series);
			slopes[count++] = slope;
		}
	return count;
}

/* Whether it is the switch's time with shared memory. */
static bool is_shared_switch(const struct series *series)
{
	return !series->aa_control && strcmp(series->experiment, "switch") == 0 &&
	       strcmp(series->case_name, "shared") == 0 && series->is_main;
}

size_t differences_switch(const struct dataset *dataset, struct switched switches[DIFFERENCES_MAX])
{
	size_t count = 0;
	for (size_t i = 0; i < dataset->series_count && count < DIFFERENCES_MAX; i++) {
		const struct series *shared = &dataset->series[i];
		double values[REPLICATES_MAX];
		size_t n = 0;
		if (!is_shared_switch(shared))
			continue;
		const struct series *separate =
			sibling(dataset, shared, "separate", shared->level[AXIS_THREADS]);
		for (size_t b = 0; b < shared->block_count && n < REPLICATES_MAX; b++) {
			uint64_t replicate = shared->blocks[b].replicate;
			double value = differences_median(separate, replicate) -
				       differences_median(shared, replicate);
			if (isfinite(value))
				values[n++] = value;
		}
		if (n)
			switches[count++] = (struct switched){shared->heap_bytes, n,
							      stats_difference_interval(values, n)};
	}
	return count;
}
