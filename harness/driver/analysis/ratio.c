#include "harness/driver/analysis/ratio.h"

#include <math.h>
#include <stdlib.h>

/* What is taken for one ratio: sized by what is stored. */
struct workspace {
	size_t *order;   /* of a block's samples, by round */
	double *scratch; /* a round's values */
	double *medians; /* of one block's rounds, then of the other's ... */
	unsigned *rounds;
	double *other_medians;
	unsigned *other_rounds;
	double *ratios; /* of the rounds that both have */
};

static int by_round(const void *a, const void *b, void *rounds)
{
	const unsigned *of = rounds;
	size_t left = *(const size_t *)a, right = *(const size_t *)b;
	return of[left] != of[right] ? (of[left] > of[right]) - (of[left] < of[right])
				     : (left > right) - (left < right);
}

/* The median of each round of a block, by rising rounds. Returns how many rounds it has. */
static size_t round_medians(const struct block *block, struct workspace *space, double *medians,
			    unsigned *rounds)
{
	size_t n = 0;
	bool sorted = true;
	for (size_t i = 0; i < block->count; i++) {
		space->order[i] = i;
		sorted = sorted && (i == 0 || block->rounds[i] >= block->rounds[i - 1]);
	}
	if (!sorted)
		qsort_r(space->order, block->count, sizeof *space->order, by_round,
			(void *)block->rounds);
	for (size_t i = 0, values = 0; i < block->count; i++) {
		unsigned round = block->rounds[space->order[i]];
		space->scratch[values++] = block->values[space->order[i]];
		if (i + 1 < block->count && block->rounds[space->order[i + 1]] == round)
			continue;
		rounds[n] = round;
		medians[n++] = stats_median(space->scratch, values);
		values = 0;
	}
	return n;
}

/* The median over the rounds of one replicate of (this arm over the reference); NAN if none. */
static double replicate_ratio(const struct block *block, const struct block *reference,
			      struct workspace *space)
{
	size_t count = round_medians(block, space, space->medians, space->rounds), n = 0;
	size_t others = round_medians(reference, space, space->other_medians, space->other_rounds);
	for (size_t i = 0, j = 0; i < count && j < others;) {
		if (space->rounds[i] < space->other_rounds[j]) {
			i++;
		} else if (space->rounds[i] > space->other_rounds[j]) {
			j++;
		} else {
			double ratio = space->medians[i++] / space->other_medians[j++];
			if (isfinite(ratio))
				space->ratios[n++] = ratio;
		}
	}
	return n ? stats_median(space->ratios, n) : NAN;
}

static size_t longest_block(const struct series *series)
{
	size_t longest = 0;
	for (size_t b = 0; b < series->block_count; b++)
		if (series->blocks[b].count > longest)
			longest = series->blocks[b].count;
	return longest;
}

static void workspace_free(struct workspace *space)
{
	free(space->order);
	free(space->scratch);
	free(space->medians);
	free(space->rounds);
	free(space->other_medians);
	free(space->other_rounds);
	free(space->ratios);
}

static bool workspace_make(struct workspace *space, size_t samples)
{
	*space = (struct workspace){
		.order = calloc(samples, sizeof *space->order),
		.scratch = calloc(samples, sizeof *space->scratch),
		.medians = calloc(samples, sizeof *space->medians),
		.rounds = calloc(samples, sizeof *space->rounds),
		.other_medians = calloc(samples, sizeof *space->other_medians),
		.other_rounds = calloc(samples, sizeof *space->other_rounds),
		.ratios = calloc(samples, sizeof *space->ratios),
	};
	return space->order && space->scratch && space->medians && space->rounds &&
	       space->other_medians && space->other_rounds && space->ratios;
}

enum outcome ratio_make(struct ratio *ratio, const struct series *series,
			const struct series *reference, struct problem *problem)
{
	size_t longest = longest_block(series), other = longest_block(reference), n = 0;
	double *ratios = calloc(series->block_count + 1, sizeof *ratios);
	struct workspace space;
	bool room = workspace_make(&space, (longest > other ? longest : other) + 1) && ratios;
	for (size_t b = 0; room && b < series->block_count; b++) {
		const struct block *found = series_block(reference, series->blocks[b].replicate);
		double value =
			found ? replicate_ratio(&series->blocks[b], found, &space) : (double)NAN;
		if (isfinite(value))
			ratios[n++] = value;
	}
	*ratio = (struct ratio){.series = series, .replicates = n};
	if (n)
		ratio->interval = stats_interval(ratios, n);
	workspace_free(&space);
	free(ratios);
	return room ? OUTCOME_OK : fail(problem, "cannot take ratios: out of memory; free some");
}
