#include "harness/driver/analysis/ratio.h"

#include <math.h>
#include <stdlib.h>

/* A sample, or the median of those of one round. */
struct timed {
	unsigned round;
	double value;
};

/* What is taken for one ratio: sized by what is stored. */
struct workspace {
	struct timed *mine, *theirs;
	double *scratch; /* a round's values, then the ratios of the rounds that both have */
};

static int by_round(const void *a, const void *b)
{
	const struct timed *left = a, *right = b;
	return (left->round > right->round) - (left->round < right->round);
}

/* The median of each round of a block's first samples, by rising rounds. Returns how many rounds they have. */
static size_t round_medians(const struct block *block, size_t count, double *scratch,
			    struct timed *medians)
{
	size_t n = 0;
	bool sorted = true;
	for (size_t i = 0; i < count; i++) {
		medians[i] = (struct timed){block->rounds[i], block->values[i]};
		sorted = sorted && (i == 0 || medians[i].round >= medians[i - 1].round);
	}
	if (!sorted)
		qsort(medians, count, sizeof *medians, by_round);
	for (size_t i = 0, values = 0; i < count; i++) {
		unsigned round = medians[i].round;
		scratch[values++] = medians[i].value;
		if (i + 1 < count && medians[i + 1].round == round)
			continue;
		/* There are no more rounds than samples, so this one was read. */
		medians[n++] = (struct timed){round, stats_median(scratch, values)};
		values = 0;
	}
	return n;
}

/* The median over the rounds of one replicate of (this arm over the reference). Where no round is left that both have,
 * for each may be undisturbed in others, the medians over each other. NAN: there are no samples. */
static double replicate_ratio(const struct block *block, const struct block *reference,
			      size_t reference_count, const struct workspace *space)
{
	if (!reference_count)
		return NAN;
	size_t count = round_medians(block, block->count, space->scratch, space->mine), n = 0;
	size_t others = round_medians(reference, reference_count, space->scratch, space->theirs);
	for (size_t i = 0, j = 0; i < count && j < others;) {
		const struct timed *mine = &space->mine[i], *theirs = &space->theirs[j];
		int order = by_round(mine, theirs);
		double ratio = order ? (double)NAN : mine->value / theirs->value;
		if (isfinite(ratio))
			space->scratch[n++] = ratio;
		i += order <= 0;
		j += order >= 0;
	}
	return n ? stats_median(space->scratch, n)
		 : stats_median(block->values, block->count) /
			       stats_median(reference->values, reference_count);
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
	size_t longest = longest_block(series), other = longest_block(reference), n = 0;
	size_t samples = (longest > other ? longest : other) + 1;
	double *ratios = calloc(series->block_count + 1, sizeof *ratios);
	struct workspace space = {.mine = calloc(samples, sizeof *space.mine),
				  .theirs = calloc(samples, sizeof *space.theirs),
				  .scratch = calloc(samples, sizeof *space.scratch)};
	bool room = ratios && space.mine && space.theirs && space.scratch;
	for (size_t b = 0; room && b < series->block_count; b++) {
		const struct block *found = series_block(reference, series->blocks[b].replicate);
		if (!found)
			continue;
		/* An A/A control is held against the arm's own samples, not against itself among them. */
		double value = replicate_ratio(
			&series->blocks[b], found,
			found->count - (series->aa_control ? found->control_count : 0), &space);
		if (isfinite(value))
			ratios[n++] = value;
	}
	*ratio = (struct ratio){.series = series, .replicates = n};
	if (n)
		ratio->interval = stats_interval(ratios, n);
	free(space.scratch);
	free(space.theirs);
	free(space.mine);
	free(ratios);
	return room ? OUTCOME_OK : fail(problem, "cannot take ratios: out of memory; free some");
}
