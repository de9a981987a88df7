#include "harness/driver/analysis/undisturbed.h"

#include "harness/driver/base/stats.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A sibling thread that waits for memory makes the wide loop some 5 % longer, a busy one 1.3 to 2.4 times. A quiet level
 * is 1 to 2 % wide where the clock is fine. */
static const double QUIET_WIDTH_MIN = 1.04, QUIET_WIDTH_MAX = 1.12;
/* A scheduler slice is longer by far; an interrupt is shorter. */
static const double OFF_CPU_NS = 20000;

/* Of a replicate, so that one outlier is not its median. */
enum { SAMPLES_MIN = 3 };

static bool is_time(const struct series *series)
{
	return strcmp(series->unit, "ns") == 0;
}

/* The contention beside all samples of main metrics; the caller frees it. NULL: out of memory. */
static double *all_contentions(const struct dataset *dataset, size_t *count)
{
	size_t most = 1;
	for (size_t i = 0; i < dataset->series_count; i++)
		for (size_t b = 0; b < dataset->series[i].block_count; b++)
			most += dataset->series[i].is_main ? dataset->series[i].blocks[b].count : 0;
	double *seen = malloc(most * sizeof *seen);
	*count = 0;
	for (size_t i = 0; seen && i < dataset->series_count; i++)
		for (size_t b = 0; b < dataset->series[i].block_count; b++) {
			const struct block *block = &dataset->series[i].blocks[b];
			if (!dataset->series[i].is_main || !block->contention)
				continue;
			memcpy(seen + *count, block->contention, block->count * sizeof *seen);
			*count += block->count;
		}
	return seen;
}

/* The largest contention of the quiet level, whose mode is smoothed. What lies below the level's middle is its own
 * noise, of the clock above all; so much is allowed above it. */
static double quiet_up_to(const double *seen, size_t count, double mode, double *scratch)
{
	size_t near = 0, below = 0;
	for (size_t i = 0; i < count; i++)
		if (seen[i] > mode / QUIET_WIDTH_MIN && seen[i] < mode * QUIET_WIDTH_MIN)
			scratch[near++] = seen[i];
	double middle = near ? stats_median(scratch, near) : mode;
	for (size_t i = 0; i < count; i++)
		if (seen[i] <= middle)
			scratch[below++] = seen[i];
	double noise = below ? middle / stats_quantile(scratch, below, 0.05) : 1;
	return middle * fmin(fmax(noise, QUIET_WIDTH_MIN), QUIET_WIDTH_MAX);
}

enum outcome quiet_level_find(struct quiet_level *level, const struct dataset *dataset,
			      struct problem *problem)
{
	double modes[STATS_MODES_MAX];
	size_t count;
	double *seen = all_contentions(dataset, &count);
	double *scratch = seen ? malloc((count + 1) * sizeof *scratch) : NULL;
	level->contention_max = NAN;
	if (scratch && stats_modes(seen, count, modes))
		level->contention_max = quiet_up_to(seen, count, modes[0], scratch);
	bool room = scratch != NULL;
	free(scratch);
	free(seen);
	return room ? OUTCOME_OK
		    : fail(problem, "cannot find the quiet level: out of memory; free some");
}

/* What the quietest quarter of a series was off the CPU, and a little more. */
static double off_cpu_limit(const struct series *series, double *scratch)
{
	size_t count = 0;
	for (size_t b = 0; b < series->block_count; b++)
		for (size_t i = 0; i < series->blocks[b].count; i++)
			if (series->blocks[b].off_cpu_ns)
				scratch[count++] = series->blocks[b].off_cpu_ns[i];
	return count ? stats_quantile(scratch, count, 0.25) + OFF_CPU_NS : NAN;
}

/* Whether a sample was disturbed; of samples without witnesses nothing is known. */
static bool is_disturbed(const struct block *block, size_t sample, const struct quiet_level *level,
			 double off_cpu_max_ns)
{
	return block->contention && (block->contention[sample] > level->contention_max ||
				     block->off_cpu_ns[sample] > off_cpu_max_ns);
}

/* The chosen samples of a block; false: out of memory. */
static bool copy_block(struct block *copy, const struct block *block, const bool *is_left_out)
{
	char *room = malloc(block->count * (2 * sizeof(double) + 2 * sizeof(unsigned)));
	if (!room)
		return false;
	double *values = (void *)room, *at_us = values + block->count;
	unsigned *rounds = (void *)(at_us + block->count), *places = rounds + block->count;
	*copy = *block;
	copy->count = 0;
	copy->values = values;
	copy->at_us = at_us;
	copy->rounds = rounds;
	copy->places = places;
	copy->contention = copy->off_cpu_ns = NULL;
	for (size_t i = 0; i < block->count; i++) {
		if (is_left_out[i])
			continue;
		values[copy->count] = block->values[i];
		at_us[copy->count] = block->at_us[i];
		rounds[copy->count] = block->rounds[i];
		places[copy->count++] = block->places[i];
	}
	return true;
}

/* Copies the blocks, without the samples left out, or all of them. False: out of memory. */
static bool copy_blocks(struct series *copy, const struct series *series, const bool *is_left_out)
{
	copy->blocks = calloc(series->block_count + 1, sizeof *copy->blocks);
	copy->block_count = 0;
	for (size_t b = 0; copy->blocks && b < series->block_count; b++) {
		struct block *block = &copy->blocks[copy->block_count];
		if (!copy_block(block, &series->blocks[b], is_left_out))
			return false;
		is_left_out += series->blocks[b].count;
		if (block->count >= SAMPLES_MIN || block->count == series->blocks[b].count)
			copy->block_count++;
		else
			free(block->values);
	}
	return copy->blocks != NULL;
}

/* The two halves' medians, one over the other. */
static double ratio_of_disturbed(const struct series *series, const bool *is_left_out,
				 double *scratch)
{
	double median[2];
	for (int disturbed = 0; disturbed < 2; disturbed++) {
		size_t count = 0, at = 0;
		for (size_t b = 0; b < series->block_count; b++)
			for (size_t i = 0; i < series->blocks[b].count; i++, at++)
				if (is_left_out[at] == (disturbed == 1))
					scratch[count++] = series->blocks[b].values[i];
		if (!count)
			return NAN;
		median[disturbed] = stats_median(scratch, count);
	}
	return median[1] / median[0];
}

static double estimate_of(const struct series *series)
{
	double *medians = series_medians(series);
	double center = medians ? stats_interval(medians, series->block_count).center : NAN;
	free(medians);
	return center;
}

enum outcome undisturbed_make(struct undisturbed *undisturbed, const struct series *series,
			      const struct quiet_level *level, struct problem *problem)
{
	size_t all = 0, at = 0;
	bool has_witnesses = series->block_count > 0;
	for (size_t b = 0; b < series->block_count; b++) {
		all += series->blocks[b].count;
		has_witnesses = has_witnesses && series->blocks[b].contention;
	}
	*undisturbed = (struct undisturbed){
		.series = *series, .count = all, .all_estimate = NAN, .disturbed_ratio = NAN};
	undisturbed->is_known = has_witnesses && is_time(series) && !isnan(level->contention_max);
	bool *is_left_out = calloc(all + 1, sizeof *is_left_out);
	double *scratch = malloc((all + 1) * sizeof *scratch);
	bool room = is_left_out && scratch;
	double off_cpu_max_ns = room ? off_cpu_limit(series, scratch) : NAN;
	for (size_t b = 0; room && undisturbed->is_known && b < series->block_count; b++)
		for (size_t i = 0; i < series->blocks[b].count; i++, at++)
			if (is_disturbed(&series->blocks[b], i, level, off_cpu_max_ns)) {
				is_left_out[at] = true;
				undisturbed->count--;
			}
	if (room && undisturbed->is_known) {
		undisturbed->all_estimate = estimate_of(series);
		undisturbed->disturbed_ratio = ratio_of_disturbed(series, is_left_out, scratch);
	}
	if (room && undisturbed->count < all) {
		undisturbed->owns_blocks = true;
		room = copy_blocks(&undisturbed->series, series, is_left_out);
	}
	if (room && undisturbed->series.block_count < STATS_INTERVAL_VALUES_MIN &&
	    undisturbed->series.block_count < series->block_count) {
		undisturbed_free(undisturbed);
		undisturbed->series = *series;
		undisturbed->all_count = true;
	}
	free(scratch);
	free(is_left_out);
	if (room)
		return OUTCOME_OK;
	undisturbed_free(undisturbed);
	return fail(problem, "cannot take disturbed samples apart: out of memory; free some");
}

void undisturbed_free(struct undisturbed *undisturbed)
{
	for (size_t b = 0; undisturbed->owns_blocks && b < undisturbed->series.block_count; b++)
		free(undisturbed->series.blocks[b].values);
	if (undisturbed->owns_blocks)
		free(undisturbed->series.blocks);
	undisturbed->owns_blocks = false;
	undisturbed->series.blocks = NULL;
	undisturbed->series.block_count = 0;
}
