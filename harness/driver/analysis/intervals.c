#include "harness/driver/analysis/intervals.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Zero for arms of one cell: the same metric at the same levels. Each wait of known_delay is
 * alone: the host adds the same to all of them, so the longer is the steadier by the factor that it is longer. So is an
 * A/A control: its samples are its arm's, too. */
static int by_cell(const struct series *a, const struct series *b)
{
	int order = strcmp(a->experiment, b->experiment);
	if (!order)
		order = strcmp(a->metric, b->metric);
	if (!order)
		order = a->aa_control - b->aa_control;
	if (!order && strcmp(a->experiment, "known_delay") == 0)
		order = strcmp(a->case_name, b->case_name);
	if (!order)
		order = memcmp(&a->heap_bytes, &b->heap_bytes, sizeof a->heap_bytes);
	for (enum axis_id axis = 0; !order && axis < AXIS_COUNT; axis++)
		order = strcmp(a->level[axis], b->level[axis]);
	return order;
}

/* A series, and its place in the run. */
struct placed {
	const struct series *series;
	size_t place;
};

/* Arms in the order of the run, so that sums are the same on every machine. */
static int by_cell_and_place(const void *a, const void *b)
{
	const struct placed *left = a, *right = b;
	int order = by_cell(left->series, right->series);
	return order ? order : (left->place > right->place) - (left->place < right->place);
}

static int by_number(const void *a, const void *b)
{
	uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;
	return (left > right) - (left < right);
}

/* The replicates that arms of a cell have, each once, rising; the caller frees them. NULL: out of memory. */
static uint64_t *all_replicates(const struct placed *arms, size_t count, size_t *replicate_count)
{
	size_t most = 1, n = 0, kept = 0;
	for (size_t k = 0; k < count; k++)
		most += arms[k].series->block_count;
	uint64_t *replicates = malloc(most * sizeof *replicates);
	for (size_t k = 0; replicates && k < count; k++)
		for (size_t b = 0; b < arms[k].series->block_count; b++)
			replicates[n++] = arms[k].series->blocks[b].replicate;
	if (n)
		qsort(replicates, n, sizeof *replicates, by_number);
	for (size_t i = 0; i < n; i++)
		if (i == 0 || replicates[i] != replicates[kept - 1])
			replicates[kept++] = replicates[i];
	*replicate_count = kept;
	return replicates;
}

/* The medians of an arm in these replicates; NAN where it has none. */
static void take_medians(const struct series *series, const uint64_t *replicates, size_t n,
			 double *medians)
{
	for (size_t i = 0; i < n; i++) {
		const struct block *block = series_block(series, replicates[i]);
		medians[i] = block ? stats_median(block->values, block->count) : (double)NAN;
	}
}

/* More medians than any run's cell has, and few enough for a file made up to waste time. */
enum { CELL_MEDIANS_MAX = 1 << 18 };

/* The intervals of the arms of a cell. False: out of memory. */
static bool make_cell(const struct placed *arms, size_t count, struct stats_interval *intervals)
{
	size_t n = 0;
	uint64_t *replicates = all_replicates(arms, count, &n);
	if (count > 1 && n > CELL_MEDIANS_MAX / count) {
		bool room = replicates != NULL;
		for (size_t k = 0; room && k < count; k++)
			room = make_cell(&arms[k], 1, intervals);
		free(replicates);
		return room;
	}
	double *medians = malloc((count * n + 1) * sizeof *medians);
	const double **of_arm = malloc((count + 1) * sizeof *of_arm);
	struct stats_interval *made = malloc((count + 1) * sizeof *made);
	bool room = replicates && medians && of_arm && made;
	for (size_t k = 0; room && k < count; k++) {
		of_arm[k] = &medians[k * n];
		take_medians(arms[k].series, replicates, n, &medians[k * n]);
	}
	if (room)
		stats_intervals(of_arm, count, n, made);
	for (size_t k = 0; room && k < count; k++)
		intervals[arms[k].place] = made[k];
	free(made);
	free(of_arm);
	free(medians);
	free(replicates);
	return room;
}

enum outcome intervals_make(const struct series *const *series, size_t series_count,
			    struct stats_interval *intervals, struct problem *problem)
{
	size_t count = 0;
	struct placed *sorted = calloc(series_count + 1, sizeof *sorted);
	bool room = sorted != NULL;
	for (size_t i = 0; room && i < series_count; i++)
		if (series[i]->block_count && series_has_interval(series[i]))
			sorted[count++] = (struct placed){series[i], i};
	if (count)
		qsort(sorted, count, sizeof *sorted, by_cell_and_place);
	for (size_t from = 0, to; room && from < count; from = to) {
		for (to = from + 1;
		     to < count && by_cell(sorted[from].series, sorted[to].series) == 0; to++)
			;
		room = make_cell(&sorted[from], to - from, intervals);
	}
	free(sorted);
	return room ? OUTCOME_OK : fail(problem, "cannot make intervals: out of memory; free some");
}
