#include "harness/driver/analysis/intervals.h"

#include <stdlib.h>
#include <string.h>

/* Zero for arms of one cell: the same metric at the same levels in the same replicates. Each wait of known_delay is
 * alone: the host adds the same to all of them, so the longer is the steadier by the factor that it is longer. */
static int by_cell(const struct series *a, const struct series *b)
{
	int order = strcmp(a->experiment, b->experiment);
	if (!order)
		order = strcmp(a->metric, b->metric);
	if (!order && strcmp(a->experiment, "known_delay") == 0)
		order = strcmp(a->case_name, b->case_name);
	if (!order)
		order = memcmp(&a->heap_bytes, &b->heap_bytes, sizeof a->heap_bytes);
	for (enum axis_id axis = 0; !order && axis < AXIS_COUNT; axis++)
		order = strcmp(a->level[axis], b->level[axis]);
	if (!order)
		order = (a->block_count > b->block_count) - (a->block_count < b->block_count);
	for (size_t i = 0; !order && i < a->block_count; i++)
		order = (a->blocks[i].replicate > b->blocks[i].replicate) -
			(a->blocks[i].replicate < b->blocks[i].replicate);
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

/* What is taken for one cell: sized by the dataset. */
struct workspace {
	struct placed *sorted;
	const double **medians;
	struct stats_interval *made;
};

static bool make_cell(const struct workspace *space, size_t from, size_t to,
		      struct stats_interval *intervals)
{
	bool room = true;
	for (size_t i = from; i < to; i++) {
		space->medians[i] = series_medians(space->sorted[i].series);
		room = room && space->medians[i];
	}
	if (room)
		stats_intervals(&space->medians[from], to - from,
				space->sorted[from].series->block_count, space->made);
	for (size_t i = from; i < to; i++) {
		if (room)
			intervals[space->sorted[i].place] = space->made[i - from];
		free((void *)space->medians[i]);
	}
	return room;
}

enum outcome intervals_make(const struct series *const *series, size_t series_count,
			    struct stats_interval *intervals, struct problem *problem)
{
	size_t count = 0, capacity = series_count + 1;
	struct workspace space = {.sorted = calloc(capacity, sizeof *space.sorted),
				  .medians = calloc(capacity, sizeof(double *)),
				  .made = calloc(capacity, sizeof *space.made)};
	bool room = space.sorted && space.medians && space.made;
	for (size_t i = 0; room && i < series_count; i++)
		if (series[i]->block_count && strcmp(series[i]->unit, "ns") == 0)
			space.sorted[count++] = (struct placed){series[i], i};
	if (count)
		qsort(space.sorted, count, sizeof *space.sorted, by_cell_and_place);
	for (size_t from = 0, to; room && from < count; from = to) {
		for (to = from + 1;
		     to < count && by_cell(space.sorted[from].series, space.sorted[to].series) == 0;
		     to++)
			;
		room = make_cell(&space, from, to, intervals);
	}
	free(space.made);
	free(space.medians);
	free(space.sorted);
	return room ? OUTCOME_OK : fail(problem, "cannot make intervals: out of memory; free some");
}
