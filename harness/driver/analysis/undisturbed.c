#include "harness/driver/analysis/undisturbed.h"

#include "harness/driver/base/stats.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* When a sample was taken, in seconds since the run began. */
static double taken_at_s(const struct block *block, size_t sample)
{
	return block->began_s + block->at_us[sample] / 1e6;
}

enum outcome undisturbed_find_levels(struct quiet_levels *levels, const struct dataset *dataset,
				     struct problem *problem)
{
	size_t most = 1, count = 0;
	for (size_t i = 0; i < dataset->series_count; i++)
		for (size_t b = 0; b < dataset->series[i].block_count; b++)
			most += dataset->series[i].is_main ? dataset->series[i].blocks[b].count : 0;
	struct quiet_seen *seen = malloc(most * sizeof *seen);
	for (size_t i = 0; seen && i < dataset->series_count; i++)
		for (size_t b = 0; b < dataset->series[i].block_count; b++) {
			const struct block *block = &dataset->series[i].blocks[b];
			/* An A/A control's are among its arm's. */
			if (!dataset->series[i].is_main || dataset->series[i].aa_control ||
			    !block->contention)
				continue;
			for (size_t s = 0; s < block->count; s++)
				seen[count++] = (struct quiet_seen){taken_at_s(block, s),
								    block->contention[s]};
		}
	const bool room = seen && quiet_find(levels, seen, count);
	if (room)
		return OUTCOME_OK;
	free(seen);
	*levels = (struct quiet_levels){0};
	return fail(problem, "cannot find the quiet level: out of memory; free some");
}

/* How long a sample of the series may be off the CPU. */
static double off_cpu_max_ns(const struct series *series, double *scratch)
{
	size_t count = 0;
	for (size_t b = 0; b < series->block_count; b++)
		for (size_t i = 0; i < series->blocks[b].count; i++)
			scratch[count++] = series->blocks[b].values[i];
	const double typical_ns = count ? stats_median(scratch, count) : 0;
	count = 0;
	for (size_t b = 0; b < series->block_count; b++)
		for (size_t i = 0; i < series->blocks[b].count; i++)
			if (series->blocks[b].off_cpu_ns)
				scratch[count++] = series->blocks[b].off_cpu_ns[i];
	return quiet_off_cpu_max_ns(scratch, count, typical_ns);
}

/* Whether a sample was disturbed; of samples without witnesses nothing is known. */
static bool is_disturbed(const struct block *block, size_t sample,
			 const struct quiet_levels *levels, double off_max_ns)
{
	return block->contention &&
	       (block->off_cpu_ns[sample] > off_max_ns ||
		!quiet_is_alone(levels, taken_at_s(block, sample), block->contention[sample]));
}

/* The chosen samples of a block; false: out of memory. */
static bool copy_block(struct block *copy, const struct block *block, const bool *is_left_out)
{
	char *room = malloc(block->count * (3 * sizeof(double) + 2 * sizeof(unsigned)));
	if (!room)
		return false;
	double *values = (void *)room, *at_us = values + block->count;
	double *step_ns = at_us + block->count;
	unsigned *rounds = (void *)(step_ns + block->count), *places = rounds + block->count;
	*copy = *block;
	copy->count = copy->control_count = 0;
	copy->values = values;
	copy->at_us = at_us;
	copy->step_ns = block->step_ns ? step_ns : NULL;
	copy->rounds = rounds;
	copy->places = places;
	copy->contention = copy->off_cpu_ns = NULL;
	for (size_t i = 0; i < block->count; i++) {
		if (is_left_out[i])
			continue;
		copy->control_count += i >= block->count - block->control_count;
		if (block->step_ns)
			step_ns[copy->count] = block->step_ns[i];
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
		if (quiet_takes_part(block->count, series->blocks[b].count))
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

/* Of one replicate; NAN if it lacks one of both. Adds to the number of crowded samples. */
static double ratio_of_crowded(const struct block *block, const struct quiet_levels *levels,
			       double off_max_ns, double *scratch, size_t *crowded)
{
	size_t quiet = 0,
	       end = block->count; /* quiet ones from the front, crowded ones from the end */
	for (size_t i = 0; i < block->count; i++)
		if (!is_disturbed(block, i, levels, off_max_ns))
			scratch[quiet++] = block->values[i];
		else if (block->off_cpu_ns[i] <= off_max_ns &&
			 quiet_is_crowded(levels, taken_at_s(block, i), block->contention[i]))
			scratch[--end] = block->values[i];
	*crowded += block->count - end;
	return quiet && end < block->count ? stats_median(scratch + end, block->count - end) /
						     stats_median(scratch, quiet)
					   : NAN;
}

/* Neighbours come and go within a replicate: its own undisturbed samples are what its crowded ones are held against. */
static bool find_crowded(struct undisturbed *undisturbed, const struct series *series,
			 const struct quiet_levels *levels, double off_max_ns, double *scratch)
{
	double *ratios = calloc(series->block_count + 1, sizeof *ratios);
	size_t n = 0;
	if (!ratios)
		return false;
	for (size_t b = 0; b < series->block_count; b++) {
		double ratio = ratio_of_crowded(&series->blocks[b], levels, off_max_ns, scratch,
						&undisturbed->crowded_count);
		if (isfinite(ratio))
			ratios[n++] = ratio;
	}
	undisturbed->crowded_replicates = n;
	if (n)
		undisturbed->crowded_ratio = stats_interval(ratios, n);
	free(ratios);
	return true;
}

static double estimate_of(const struct series *series)
{
	double *medians = series_medians(series);
	double center = medians ? stats_interval(medians, series->block_count).center : NAN;
	free(medians);
	return center;
}

enum outcome undisturbed_make(struct undisturbed *undisturbed, const struct series *series,
			      const struct quiet_levels *levels, struct problem *problem)
{
	size_t all = 0, at = 0;
	bool has_witnesses = series->block_count > 0;
	for (size_t b = 0; b < series->block_count; b++) {
		all += series->blocks[b].count;
		has_witnesses = has_witnesses && series->blocks[b].contention;
	}
	*undisturbed = (struct undisturbed){
		.series = *series, .count = all, .all_estimate = NAN, .disturbed_ratio = NAN};
	undisturbed->is_known = has_witnesses && series_has_interval(series) && levels->count > 0;
	bool *is_left_out = calloc(all + 1, sizeof *is_left_out);
	double *scratch = malloc((all + 1) * sizeof *scratch);
	bool room = is_left_out && scratch;
	const double off_max_ns = room ? off_cpu_max_ns(series, scratch) : (double)NAN;
	for (size_t b = 0; room && undisturbed->is_known && b < series->block_count; b++)
		for (size_t i = 0; i < series->blocks[b].count; i++, at++)
			if (is_disturbed(&series->blocks[b], i, levels, off_max_ns)) {
				is_left_out[at] = true;
				undisturbed->count--;
			}
	if (room && undisturbed->is_known) {
		undisturbed->all_estimate = estimate_of(series);
		undisturbed->disturbed_ratio = ratio_of_disturbed(series, is_left_out, scratch);
		room = find_crowded(undisturbed, series, levels, off_max_ns, scratch);
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

bool undisturbed_own(struct undisturbed *undisturbed)
{
	if (undisturbed->owns_blocks)
		return true;
	const struct series original = undisturbed->series;
	size_t all = 0;
	for (size_t b = 0; b < original.block_count; b++)
		all += original.blocks[b].count;
	bool *is_left_out = calloc(all + 1, sizeof *is_left_out);
	if (!is_left_out)
		return false;
	undisturbed->owns_blocks = true;
	const bool room = copy_blocks(&undisturbed->series, &original, is_left_out);
	free(is_left_out);
	return room;
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

void undisturbed_free_levels(struct quiet_levels *levels)
{
	free((void *)levels->seen);
	*levels = (struct quiet_levels){0};
}
