#include "harness/driver/analysis/core_clock.h"

#include "harness/driver/base/stats.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Steps that differ by less tell no slope. */
static const double APART_MIN = 0.002;

/* Counts, and with room for them takes down, the steps beside undisturbed samples of main metrics. */
static size_t collect(const struct dataset *dataset, const struct quiet_levels *levels,
		      double *steps)
{
	size_t count = 0;
	for (size_t i = 0; i < dataset->series_count; i++)
		for (size_t b = 0; b < dataset->series[i].block_count; b++) {
			const struct series *series = &dataset->series[i];
			const struct block *block = &series->blocks[b];
			if (!series->is_main || series->aa_control || !block->contention ||
			    !block->step_ns)
				continue;
			for (size_t s = 0; s < block->count; s++) {
				const double at_s = block->began_s + block->at_us[s] / 1e6;
				if (!(block->step_ns[s] > 0) ||
				    !quiet_is_alone(levels, at_s, block->contention[s]))
					continue;
				if (steps)
					steps[count] = block->step_ns[s];
				count++;
			}
		}
	return count;
}

bool core_clock_find(double *usual_ns, const struct dataset *dataset,
		     const struct quiet_levels *levels)
{
	*usual_ns = NAN;
	const size_t count = levels->count ? collect(dataset, levels, NULL) : 0;
	if (!count)
		return true;
	double *steps = malloc(count * sizeof *steps);
	if (!steps)
		return false;
	collect(dataset, levels, steps);
	*usual_ns = stats_median(steps, count);
	free(steps);
	return true;
}

/* A replicate: logs of its step, in usual ones, and of its value. */
struct point {
	double step, value;
};

/* A row that may be adjusted. */
struct seen {
	struct undisturbed *row;
	size_t place, count;
	struct point *points; /* of its replicates, in their order */
};

/* What one exponent is found of. */
static int by_group(const struct series *a, const struct series *b)
{
	int order = strcmp(a->experiment, b->experiment);
	if (!order)
		order = strcmp(a->metric, b->metric);
	if (!order)
		order = strcmp(a->case_name, b->case_name);
	if (!order)
		order = (a->heap_bytes > b->heap_bytes) - (a->heap_bytes < b->heap_bytes);
	for (enum axis_id axis = 0; !order && axis < AXIS_COUNT; axis++)
		order = strcmp(a->level[axis], b->level[axis]);
	return order;
}

static int by_group_and_place(const void *a, const void *b)
{
	const struct seen *left = a, *right = b;
	const int order = by_group(&left->row->series, &right->row->series);
	return order ? order : (left->place > right->place) - (left->place < right->place);
}

static int by_step(const void *a, const void *b)
{
	const struct point *left = a, *right = b;
	return (left->step > right->step) - (left->step < right->step);
}

/* False where a replicate lacks what it takes. */
static bool take_points(const struct series *series, double usual_ns, struct point *points)
{
	for (size_t b = 0; b < series->block_count; b++) {
		const struct block *block = &series->blocks[b];
		if (!block->step_ns)
			return false;
		points[b].step = log(stats_median(block->step_ns, block->count) / usual_ns);
		points[b].value = log(stats_median(block->values, block->count));
		if (!isfinite(points[b].step) || !isfinite(points[b].value))
			return false;
	}
	return true;
}

/* Appends a row's slopes, of its points sorted by step. */
static size_t add_slopes(const struct point *sorted, size_t n, double *slopes, size_t count)
{
	const size_t half = n / 2;
	for (size_t i = 0; i < half; i++) {
		const struct point *low = &sorted[i], *high = &sorted[n - half + i];
		if (high->step - low->step >= APART_MIN)
			slopes[count++] = (high->value - low->value) / (high->step - low->step);
	}
	return count;
}

/* `slopes`, `sorted`: room for as many as there are points. */
static bool adjust_group(const struct seen *seen, size_t count, double *slopes,
			 struct point *sorted, struct core_clock *clocks)
{
	size_t slope_count = 0;
	for (size_t i = 0; i < count; i++) {
		memcpy(sorted, seen[i].points, seen[i].count * sizeof *sorted);
		qsort(sorted, seen[i].count, sizeof *sorted, by_step);
		struct core_clock *clock = &clocks[seen[i].place];
		clock->fast = exp(sorted[seen[i].count / 20].step);
		clock->slow = exp(sorted[seen[i].count - 1 - seen[i].count / 20].step);
		slope_count = add_slopes(sorted, seen[i].count, slopes, slope_count);
	}
	if (slope_count < CORE_CLOCK_SLOPES_MIN)
		return true;
	const double exponent = fmin(fmax(stats_median(slopes, slope_count), 0), 1);
	for (size_t i = 0; i < count; i++) {
		if (!undisturbed_own(seen[i].row))
			return false;
		clocks[seen[i].place].exponent = exponent;
		for (size_t b = 0; b < seen[i].count; b++) {
			const struct block *block = &seen[i].row->series.blocks[b];
			const double factor = exp(-exponent * seen[i].points[b].step);
			for (size_t s = 0; s < block->count; s++)
				block->values[s] *= factor;
		}
	}
	return true;
}

/* The rows that may be adjusted, with their points, one row's after another's. */
static size_t find_rows(struct undisturbed *const *rows, size_t count, double usual_ns,
			struct seen *seen, struct point *points)
{
	size_t found = 0;
	for (size_t i = 0; i < count; i++) {
		if (!rows[i] || !rows[i]->is_known || rows[i]->all_count ||
		    !rows[i]->series.block_count ||
		    !take_points(&rows[i]->series, usual_ns, points))
			continue;
		seen[found++] = (struct seen){rows[i], i, rows[i]->series.block_count, points};
		points += rows[i]->series.block_count;
	}
	return found;
}

bool core_clock_adjust(struct undisturbed *const *rows, size_t count, double usual_ns,
		       struct core_clock *clocks)
{
	size_t all = 1;
	for (size_t i = 0; i < count; i++) {
		clocks[i] = (struct core_clock){.exponent = NAN, .slow = NAN, .fast = NAN};
		all += rows[i] ? rows[i]->series.block_count : 0;
	}
	if (!(usual_ns > 0))
		return true;
	struct seen *seen = malloc((count + 1) * sizeof *seen);
	struct point *points = malloc(2 * all * sizeof *points);
	double *slopes = malloc(all * sizeof *slopes);
	bool room = seen && points && slopes;
	const size_t found = room ? find_rows(rows, count, usual_ns, seen, points) : 0;
	if (found)
		qsort(seen, found, sizeof *seen, by_group_and_place);
	for (size_t from = 0, to; room && from < found; from = to) {
		for (to = from + 1;
		     to < found && by_group(&seen[from].row->series, &seen[to].row->series) == 0;
		     to++)
			;
		room = adjust_group(&seen[from], to - from, slopes, points + all, clocks);
	}
	free(slopes);
	free(points);
	free(seen);
	return room;
}
