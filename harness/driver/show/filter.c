#include "harness/driver/show/filter.h"

#include "harness/driver/analysis/shortfall.h"

#include <stdlib.h>
#include <string.h>

enum { HEAPS_MAX = 64, PAGE_BYTES = 4096 };

static bool takes_name(const char *wanted, const char *name)
{
	return !wanted || strcmp(wanted, FILTER_ANY) == 0 || strcmp(wanted, name) == 0;
}

/* A level that is not varied may be empty. */
static bool takes_level(const struct filter *filter, const struct series *series, enum axis_id axis)
{
	const char *wanted = filter->level[axis], *has = series->level[axis];
	if (wanted)
		return takes_name(wanted, has);
	return !*has || strcmp(has, axis_plain_name(&axes[axis])) == 0;
}

bool filter_matches(const struct filter *filter, const struct series *series)
{
	if (series->aa_control || !takes_name(filter->experiment, series->experiment) ||
	    (!takes_name(filter->metric, series->metric) &&
	     !(filter->or_metric && strcmp(filter->or_metric, series->metric) == 0)) ||
	    !takes_name(filter->primitive, series->primitive) ||
	    !takes_name(filter->action, series->action) ||
	    !takes_name(filter->case_name, series->case_name) ||
	    (filter->counters && !series->is_counter) || (filter->mains && !series->is_main) ||
	    (filter->with_heap && filter->heap_bytes != series->heap_bytes))
		return false;
	for (enum axis_id axis = 0; axis < AXIS_COUNT; axis++)
		if (!takes_level(filter, series, axis))
			return false;
	return true;
}

void filter_settle_levels(const struct summary *summary, struct filter *filter)
{
	for (enum axis_id axis = 0; axis < AXIS_COUNT; axis++) {
		struct filter trial = *filter;
		if (filter->level[axis])
			continue;
		for (enum axis_id later = axis + 1; later < AXIS_COUNT; later++)
			if (!filter->level[later])
				trial.level[later] = FILTER_ANY;
		if (filter_row(summary, &trial))
			continue;
		trial.level[axis] = FILTER_ANY;
		const struct row *row = filter_row(summary, &trial);
		if (row)
			filter->level[axis] = row->series->level[axis];
	}
}

const struct row *filter_next(const struct summary *summary, const struct filter *filter,
			      const struct row *last)
{
	for (size_t i = last ? (size_t)(last - summary->rows) + 1 : 0; i < summary->row_count; i++)
		if (summary->rows[i].count && filter_matches(filter, summary->rows[i].series))
			return &summary->rows[i];
	return NULL;
}

const struct row *filter_row(const struct summary *summary, const struct filter *filter)
{
	return filter_next(summary, filter, NULL);
}

const struct row *filter_settled_row(const struct summary *summary, struct filter *filter)
{
	filter_settle_levels(summary, filter);
	return filter_row(summary, filter);
}

const struct row *filter_any_row(const struct summary *summary, const struct filter *filter)
{
	const struct row *row = filter_row(summary, filter);
	for (size_t i = 0; !row && i < summary->row_count; i++)
		if (filter_matches(filter, summary->rows[i].series))
			row = &summary->rows[i];
	return row;
}

const struct row *filter_most_threads(const struct summary *summary, const struct filter *filter)
{
	const struct row *most = NULL;
	for (const struct row *row = NULL; (row = filter_next(summary, filter, row));)
		if (!most || strtod(row->series->level[AXIS_THREADS], NULL) >
				     strtod(most->series->level[AXIS_THREADS], NULL))
			most = row;
	return most;
}

/* Those of the rows that have at least so many replicates. */
static size_t find_heaps(const struct summary *summary, const struct filter *filter,
			 size_t replicates_min, uint64_t *heap_bytes, size_t capacity)
{
	size_t count = 0;
	const struct row *row = NULL;
	while (count < capacity && (row = filter_next(summary, filter, row))) {
		size_t at = 0;
		if (row->series->block_count < replicates_min)
			continue;
		while (at < count && heap_bytes[at] < row->series->heap_bytes)
			at++;
		if (at < count && heap_bytes[at] == row->series->heap_bytes)
			continue;
		memmove(heap_bytes + at + 1, heap_bytes + at, (count - at) * sizeof *heap_bytes);
		heap_bytes[at] = row->series->heap_bytes;
		count++;
	}
	return count;
}

size_t filter_heaps(const struct summary *summary, const struct filter *filter,
		    uint64_t *heap_bytes, size_t capacity)
{
	return find_heaps(summary, filter, 0, heap_bytes, capacity);
}

size_t filter_heaps_with_interval(const struct summary *summary, const struct filter *filter,
				  uint64_t *heap_bytes, size_t capacity)
{
	size_t count = find_heaps(summary, filter, STATS_INTERVAL_VALUES_MIN, heap_bytes, capacity);
	return count ? count : filter_heaps(summary, filter, heap_bytes, capacity);
}

bool filter_middle_heap(const struct summary *summary, const struct filter *filter, uint64_t most,
			uint64_t *heap_bytes)
{
	uint64_t heaps[HEAPS_MAX];
	size_t count = filter_heaps_with_interval(summary, filter, heaps, HEAPS_MAX);
	for (size_t i = 0; i < count; i++)
		if (i == 0 || heaps[i] <= most)
			*heap_bytes = heaps[i];
	return count > 0;
}

bool filter_one_heap(const struct summary *summary, struct filter *filter)
{
	struct filter any = *filter;
	any.metric = any.primitive = any.action = any.case_name = NULL;
	any.with_heap = any.counters = false;
	filter->with_heap = filter_middle_heap(summary, &any, FILTER_HEAP, &filter->heap_bytes);
	return filter->with_heap;
}

size_t filter_cases(const struct summary *summary, const struct filter *filter, const char **cases,
		    size_t capacity)
{
	size_t count = 0;
	for (size_t i = 0; i < summary->row_count && count < capacity; i++) {
		const struct series *series = summary->rows[i].series;
		size_t at = 0;
		if (!filter_matches(filter, series))
			continue;
		while (at < count && strcmp(cases[at], series->case_name) != 0)
			at++;
		if (at == count)
			cases[count++] = series->case_name;
	}
	return count;
}

double filter_pages(const struct summary *summary, const struct series *series)
{
	const struct row *pages = summary_find(summary, series, NULL, NULL, "pages");
	if (pages && pages->count && pages->interval.center > 0)
		return pages->interval.center;
	return (double)series->heap_bytes / PAGE_BYTES;
}

const char *filter_why_none(const struct summary *summary, const char *experiment,
			    char text[FILTER_WHY_MAX])
{
	const struct dataset *dataset = summary->dataset;
	const char *missing = NULL;
	*text = '\0';
	for (size_t i = 0; i < dataset->series_count; i++) {
		const struct series *series = &dataset->series[i];
		if (strcmp(series->experiment, experiment) != 0 || series->is_counter)
			continue;
		if (series->block_count)
			return text;
		missing = missing ? missing : series->missing;
	}
	const char *failure = dataset_failure(dataset, experiment);
	if (missing)
		snprintf(text, FILTER_WHY_MAX, "unavailable: %s", missing);
	else if (failure)
		snprintf(text, FILTER_WHY_MAX, "failed: %.280s", failure);
	else if (shortfall_holds(dataset, experiment, 0))
		snprintf(text, FILTER_WHY_MAX, "not reached: %s", shortfall_reason(dataset));
	else
		snprintf(text, FILTER_WHY_MAX,
			 "not part of this run; forkcost run --experiment %s measures it",
			 experiment);
	return text;
}

/* Whether an arm of this case gave anything, and whether `before` it the case was seen already. */
static bool case_is_told(const struct dataset *dataset, const struct series *of, size_t before)
{
	for (size_t i = 0; i < dataset->series_count; i++) {
		const struct series *series = &dataset->series[i];
		if (strcmp(series->experiment, of->experiment) == 0 &&
		    strcmp(series->case_name, of->case_name) == 0 &&
		    (series->block_count || i < before))
			return true;
	}
	return false;
}

const char *filter_cases_left_out(const struct summary *summary, const char *experiment,
				  char text[FILTER_WHY_MAX])
{
	const struct dataset *dataset = summary->dataset;
	bool any = false;
	*text = '\0';
	for (size_t i = 0; i < dataset->series_count; i++) {
		const struct series *series = &dataset->series[i];
		size_t length = strlen(text);
		if (strcmp(series->experiment, experiment) != 0 || !*series->case_name)
			continue;
		any = any || series->block_count;
		if (!series->is_counter && !case_is_told(dataset, series, i))
			snprintf(text + length, FILTER_WHY_MAX - length, "%s%s (%s)",
				 length ? ", " : "left out: ", series->case_name, series->missing);
	}
	if (!any)
		*text = '\0';
	return text;
}

const char *filter_kinds_left_out(const struct summary *summary, char *text, size_t text_bytes)
{
	const char *kind;
	json_t *why;
	*text = '\0';
	json_object_foreach(json_object_get(summary->dataset->run, "page_kinds_left_out"), kind,
			    why)
	{
		size_t length = strlen(text);
		const char *words = json_string_value(why);
		snprintf(text + length, text_bytes - length, "%s%s (%s)",
			 length ? ", " : "left out: ", kind, words ? words : "no reason given");
	}
	return text;
}

bool filter_was_run(const struct summary *summary, const char *experiment)
{
	for (size_t i = 0; i < summary->row_count; i++)
		if (strcmp(summary->rows[i].series->experiment, experiment) == 0)
			return true;
	return dataset_failure(summary->dataset, experiment) != NULL;
}
