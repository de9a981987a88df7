#include "harness/driver/show/filter.h"

#include "harness/common/units.h"
#include "harness/driver/analysis/shortfall.h"
#include "harness/driver/base/notes.h"

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

/* What a filter asks of one of a row's names: to be one of two. */
struct wish {
	size_t name; /* its place in the row */
	uint32_t one, other;
};

static void wish_for(const struct row_names *names, const char *name, size_t place,
		     struct wish wishes[ROW_NAMES], size_t *count)
{
	const uint32_t number = name ? row_names_number(names, name) : 0;
	if (name && strcmp(name, FILTER_ANY) != 0)
		wishes[(*count)++] = (struct wish){place, number, number};
}

/* What a filter asks of names, the same as filter_matches() does. Returns how many wishes. */
static size_t wish(const struct row_names *names, const struct filter *filter,
		   struct wish wishes[ROW_NAMES])
{
	size_t count = 0;
	wish_for(names, filter->experiment, ROW_EXPERIMENT, wishes, &count);
	const size_t metric = count;
	wish_for(names, filter->metric, ROW_METRIC, wishes, &count);
	if (count > metric && filter->or_metric)
		wishes[metric].other = row_names_number(names, filter->or_metric);
	wish_for(names, filter->primitive, ROW_PRIMITIVE, wishes, &count);
	wish_for(names, filter->case_name, ROW_CASE, wishes, &count);
	wish_for(names, filter->action, ROW_ACTION, wishes, &count);
	for (enum axis_id axis = 0; axis < AXIS_COUNT; axis++)
		if (filter->level[axis])
			wish_for(names, filter->level[axis], ROW_LEVELS + axis, wishes, &count);
		else
			wishes[count++] =
				(struct wish){ROW_LEVELS + axis, names->empty, names->plain[axis]};
	return count;
}

static bool is_granted(const uint32_t row[ROW_NAMES], const struct wish *wishes, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (row[wishes[i].name] != wishes[i].one && row[wishes[i].name] != wishes[i].other)
			return false;
	return true;
}

/* The first row from `from` on that matches, with values or, if those are not asked for, without; NULL if there is
 * none. Most rows are told by their numbers. */
static const struct row *next_from(const struct summary *summary, const struct filter *filter,
				   size_t from, bool with_values)
{
	struct wish wishes[ROW_NAMES];
	const struct row_names *names = &summary->names;
	const size_t count = names->of_rows ? wish(names, filter, wishes) : 0;
	for (size_t i = from; i < summary->row_count; i++)
		if ((!count || is_granted(names->of_rows[i], wishes, count)) &&
		    (!with_values || summary->rows[i].count) &&
		    filter_matches(filter, summary->rows[i].series))
			return &summary->rows[i];
	return NULL;
}

const struct row *filter_next(const struct summary *summary, const struct filter *filter,
			      const struct row *last)
{
	return next_from(summary, filter, last ? (size_t)(last - summary->rows) + 1 : 0, true);
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
	return row ? row : next_from(summary, filter, 0, false);
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
	struct size_list heaps = {.capacity = capacity};
	heaps.bytes = heap_bytes;
	for (const struct row *row = NULL; (row = filter_next(summary, filter, row));)
		if (row->series->block_count >= replicates_min)
			size_list_add(&heaps, row->series->heap_bytes);
	return heaps.count;
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
	const struct row *row = next_from(summary, filter, 0, false);
	while (row && count < capacity) {
		const char *name = row->series->case_name;
		size_t at = 0;
		while (at < count && strcmp(cases[at], name) != 0)
			at++;
		if (at == count)
			cases[count++] = name;
		row = next_from(summary, filter, (size_t)(row - summary->rows) + 1, false);
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
static bool case_is_listed(const struct dataset *dataset, const struct series *of, size_t before)
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
		if (strcmp(series->experiment, experiment) != 0 || !*series->case_name)
			continue;
		any = any || series->block_count;
		if (!series->is_counter && !case_is_listed(dataset, series, i))
			notes_append(text, FILTER_WHY_MAX, "%s%s (%s)",
				     *text ? ", " : "left out: ", series->case_name,
				     series->missing);
	}
	if (!any)
		*text = '\0';
	return text;
}

const char *filter_levels_left_out(const struct summary *summary, const char *list, char *text,
				   size_t text_bytes)
{
	const char *kind;
	json_t *why;
	*text = '\0';
	json_object_foreach(json_object_get(summary->dataset->run, list), kind, why)
	{
		const char *words = json_string_value(why);
		notes_append(text, text_bytes, "%s%s (%s)", *text ? ", " : "left out: ", kind,
			     words ? words : "no reason given");
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
