#include "harness/driver/ratio.h"

#include <math.h>
#include <stdlib.h>

/* The median of a block's values of one round; NAN if it has none. */
static double round_median(const struct block *block, unsigned round, double *scratch)
{
	size_t n = 0;
	for (size_t i = 0; i < block->count; i++)
		if (block->rounds[i] == round)
			scratch[n++] = block->values[i];
	return n ? stats_median(scratch, n) : NAN;
}

/* The median over the rounds of one replicate of (this arm over the reference); NAN if none. */
static double replicate_ratio(const struct block *block, const struct block *reference,
			      double *scratch)
{
	enum { ROUNDS = 64 };
	double ratios[ROUNDS];
	size_t n = 0;
	for (unsigned round = 0; round < ROUNDS; round++) {
		double ratio = round_median(block, round, scratch) /
			       round_median(reference, round, scratch);
		if (isfinite(ratio))
			ratios[n++] = ratio;
	}
	return n ? stats_median(ratios, n) : NAN;
}

static size_t longest_block(const struct series *series)
{
	size_t longest = 0;
	for (size_t b = 0; b < series->block_count; b++)
		if (series->blocks[b].count > longest)
			longest = series->blocks[b].count;
	return longest;
}

enum outcome ratio_make(struct ratio *ratio, const struct series *series,
			const struct series *reference, struct problem *problem)
{
	size_t longest = longest_block(series), other = longest_block(reference);
	double *scratch = calloc((longest > other ? longest : other) + 1, sizeof *scratch);
	double *ratios = calloc(series->block_count + 1, sizeof *ratios);
	size_t n = 0;
	if (!scratch || !ratios) {
		free(scratch);
		free(ratios);
		return fail(problem, "cannot take ratios: out of memory; free some");
	}
	for (size_t b = 0; b < series->block_count; b++) {
		for (size_t r = 0; r < reference->block_count; r++) {
			if (reference->blocks[r].replicate != series->blocks[b].replicate)
				continue;
			double found =
				replicate_ratio(&series->blocks[b], &reference->blocks[r], scratch);
			if (isfinite(found))
				ratios[n++] = found;
		}
	}
	*ratio = (struct ratio){.series = series, .replicates = n};
	if (n)
		ratio->interval = stats_interval(ratios, n);
	free(scratch);
	free(ratios);
	return OUTCOME_OK;
}
