#include "harness/driver/show/by_axis.h"

#include "harness/common/axes.h"
#include "harness/common/units.h"
#include "harness/driver/analysis/shortfall.h"
#include "harness/driver/base/notes.h"
#include "harness/driver/show/caption.h"
#include "harness/driver/show/exec_floor.h"
#include "harness/driver/show/level_words.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { COLUMNS_MAX = 4, HEAPS_MAX = 64, EXPERIMENTS_MAX = WIRE_EXPERIMENTS_MAX, WHAT_MAX = 300 };

#define ACTIONS_SHOWN "with exec; a primitive that cannot exec: with exit"

/* ---- which there are ---- */

/* What is read from a file is no file name before it was looked at. */
static bool is_file_name(const char *name)
{
	return *name && name[strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_")] == '\0';
}

static bool is_number(const char *text)
{
	char *end;
	return *text && isfinite(strtod(text, &end)) && *end == '\0';
}

static bool is_main(const struct summary *summary, const struct series *series)
{
	return series->is_main && curves_is_shown_action(summary, series);
}

/* A row that the view shows: the main metric of an arm, or the filter's, with exec where the arm has it. */
static bool is_shown(const struct summary *summary, const struct filter *filter,
		     const struct row *row)
{
	return row->count && filter_matches(filter, row->series) &&
	       (filter->metric ? curves_is_shown_action(summary, row->series)
			       : is_main(summary, row->series));
}

static bool is_listed(const struct by_axis *view, const char *level)
{
	for (size_t i = 0; i < view->level_count; i++)
		if (strcmp(view->levels[i], level) == 0)
			return true;
	return false;
}

static int by_number(const void *a, const void *b)
{
	double left = strtod(*(const char *const *)a, NULL);
	double right = strtod(*(const char *const *)b, NULL);
	return (left > right) - (left < right);
}

/* The levels that the view's pick has: numbers rise, names come as in the run. */
static void find_levels(const struct summary *summary, struct by_axis *view)
{
	view->level_count = 0;
	view->by_number = true;
	for (size_t i = 0; i < summary->row_count; i++) {
		const struct row *row = &summary->rows[i];
		const char *level = row->series->level[view->axis];
		if (!*level || !is_shown(summary, &view->filter, row) || is_listed(view, level) ||
		    view->level_count == BY_AXIS_LEVELS_MAX)
			continue;
		view->levels[view->level_count++] = level;
		view->by_number = view->by_number && is_number(level);
	}
	if (view->by_number)
		qsort(view->levels, view->level_count, sizeof *view->levels, by_number);
}

/* The heap at which the most levels were measured: of those the largest up to the usual one. */
static void choose_heap(const struct summary *summary, struct by_axis *view)
{
	uint64_t heaps[HEAPS_MAX];
	struct by_axis best = *view;
	size_t count = filter_heaps_with_interval(summary, &view->filter, heaps, HEAPS_MAX);
	best.level_count = 0;
	view->filter.with_heap = true;
	for (size_t i = 0; i < count; i++) {
		view->filter.heap_bytes = heaps[i];
		find_levels(summary, view);
		if (view->level_count > best.level_count ||
		    (view->level_count == best.level_count && heaps[i] <= FILTER_HEAP))
			best = *view;
	}
	*view = best;
}

/* What the main metric is, whether it is a time, and whether it is of children. */
static void find_metric(const struct summary *summary, struct by_axis *view)
{
	bool alike = true;
	for (size_t i = 0; i < summary->row_count; i++) {
		const struct row *row = &summary->rows[i];
		if (!is_shown(summary, &view->filter, row))
			continue;
		view->metric = view->metric ? view->metric : row->series->metric;
		alike = alike && strcmp(view->metric, row->series->metric) == 0;
		view->has_actions = view->has_actions || *row->series->action;
		view->is_time = view->is_time || strcmp(row->series->unit, "ns") == 0;
	}
	if (!alike)
		view->metric = NULL;
}

static struct by_axis make_view(const struct summary *summary, const char *experiment,
				enum axis_id axis)
{
	struct by_axis view = {.experiment = experiment,
			       .has_face = show_find(experiment) != NULL,
			       .name = axis == AXIS_COUNT ? "heap" : axes[axis].name,
			       .axis = axis,
			       .by_number = true,
			       .filter = {.experiment = experiment}};
	snprintf(view.stem, sizeof view.stem, "%s-by-%s", experiment, view.name);
	if (axis < AXIS_COUNT)
		view.filter.level[axis] = FILTER_ANY;
	filter_settle_levels(summary, &view.filter);
	view.filter.metric = axis < AXIS_COUNT ? axes[axis].metric : NULL;
	if (axis < AXIS_COUNT)
		find_levels(summary, &view);
	if (view.level_count > 1)
		choose_heap(summary, &view);
	find_metric(summary, &view);
	return view;
}

static size_t find_of(const struct summary *summary, const char *experiment, enum by_axis_part part,
		      struct by_axis *views, size_t room)
{
	const struct show *show = show_find(experiment);
	size_t count = 0;
	if (show && show->check)
		return 0;
	for (enum axis_id axis = 0; axis < AXIS_COUNT && count < room; axis++) {
		if (show && show->axes & 1U << axis)
			continue;
		views[count] = make_view(summary, experiment, axis);
		count += views[count].level_count > 1;
	}
	const bool own =
		show && (part == BY_AXIS_TABLES ? *show->tables != NULL : show->figures != NULL);
	if (!own && !count && room)
		views[count++] = make_view(summary, experiment, AXIS_COUNT);
	return count;
}

static void add_name(const char *names[EXPERIMENTS_MAX], size_t *count, const char *name)
{
	size_t at = 0;
	while (at < *count && strcmp(names[at], name) != 0)
		at++;
	if (at == *count && at < EXPERIMENTS_MAX && is_file_name(name))
		names[(*count)++] = name;
}

size_t by_axis_find(const struct summary *summary, enum by_axis_part part,
		    struct by_axis views[BY_AXIS_VIEWS_MAX])
{
	const struct dataset *dataset = summary->dataset;
	const char *names[EXPERIMENTS_MAX];
	size_t experiments = 0, count = 0;
	for (size_t i = 0; i < dataset->series_count; i++)
		add_name(names, &experiments, dataset->series[i].experiment);
	for (size_t i = 0; i < dataset->failed_count; i++)
		add_name(names, &experiments, dataset->failed[i].experiment);
	for (size_t i = 0; i < experiments; i++)
		count += find_of(summary, names[i], part, views + count, BY_AXIS_VIEWS_MAX - count);
	return count;
}

/* ---- the table ---- */

/* A column: a level, or a heap. */
struct column {
	struct filter filter;
	char head[UNITS_TEXT_MAX + WIRE_NAME_MAX];
};

/* Of more than there is room for, evenly picked, first and last among them. Returns how many. */
static size_t make_columns(const struct summary *summary, const struct by_axis *view,
			   struct column columns[COLUMNS_MAX], size_t *all)
{
	uint64_t heaps[HEAPS_MAX];
	*all = view->axis < AXIS_COUNT ? view->level_count
				       : filter_heaps(summary, &view->filter, heaps, HEAPS_MAX);
	size_t count = *all < COLUMNS_MAX ? *all : COLUMNS_MAX;
	for (size_t c = 0; c < count; c++) {
		struct column *column = &columns[c];
		size_t at = *all > COLUMNS_MAX ? c * (*all - 1) / (COLUMNS_MAX - 1) : c;
		column->filter = view->filter;
		if (view->axis < AXIS_COUNT) {
			column->filter.level[view->axis] = view->levels[at];
			snprintf(column->head, sizeof column->head, "%s", view->levels[at]);
		} else {
			column->filter.with_heap = true;
			column->filter.heap_bytes = heaps[at];
			units_format_bytes(heaps[at], column->head);
		}
	}
	return count;
}

/* The levels' row of an arm; it is the arm's first. */
static const struct row *row_of(const struct summary *summary, const struct filter *levels,
				const struct series *arm)
{
	struct filter filter = *levels;
	filter.primitive = arm->primitive;
	filter.action = arm->action;
	filter.case_name = arm->case_name;
	filter.metric = arm->metric;
	return filter_row(summary, &filter);
}

/* Whether an arm is shown, and the row is its first. */
static bool is_first(const struct summary *summary, const struct by_axis *view, size_t index)
{
	const struct row *row = &summary->rows[index];
	return is_shown(summary, &view->filter, row) &&
	       row_of(summary, &view->filter, row->series) == row;
}

/* In how many of the columns an arm has values. */
static size_t levels_of(const struct summary *summary, const struct series *arm,
			const struct column *columns, size_t count)
{
	size_t has = 0;
	for (size_t c = 0; c < count; c++) {
		const struct row *row = row_of(summary, &columns[c].filter, arm);
		has += row && row->count;
	}
	return has;
}

static void put_arm(const struct summary *summary, const struct by_axis *view,
		    const struct series *arm, const struct column *columns, size_t count,
		    struct grid *grid)
{
	char name[CURVES_NAME_MAX];
	grid_row(grid);
	grid_cell(grid, "%s", curves_arm_name(arm, !view->metric, name));
	for (size_t c = 0; c < count; c++) {
		const struct row *row = row_of(summary, &columns[c].filter, arm);
		if (strcmp(arm->unit, "ns") == 0)
			block_time_cell(grid, row);
		else if (row)
			grid_cell(grid, "%.4g", row->interval.center);
		else
			grid_cell(grid, "n/a");
	}
}

void by_axis_table(const struct summary *summary, const struct by_axis *view, struct grid *grid)
{
	char heap[BLOCK_TEXT_MAX], levels[LEVEL_WORDS_MAX], why[FILTER_WHY_MAX],
		missing[NOTE_BYTES], of_exec[EXEC_FLOOR_MAX];
	struct column columns[COLUMNS_MAX];
	size_t all, count = make_columns(summary, view, columns, &all);
	const unsigned named = view->axis < AXIS_COUNT ? 1U << view->axis : 0;
	if (*filter_why_none(summary, view->experiment, why)) {
		grid_begin(grid, 0, "%s: %s", view->experiment, why);
		return;
	}
	grid_begin(grid, 1, "%s: %s by %s%s%s", view->experiment,
		   view->metric ? view->metric : "the main metric", view->name,
		   block_heap(", ", &view->filter, heap),
		   level_words(&view->filter, named, levels));
	grid_row(grid);
	grid_cell(grid, "%s", view->has_actions ? "primitive" : "case");
	for (size_t c = 0; c < count; c++)
		grid_cell(grid, "%s", columns[c].head);
	/* As in the figure: arms at one level alone are left out where others have several. */
	size_t least = 1;
	for (size_t i = 0; i < summary->row_count && least == 1; i++)
		if (is_first(summary, view, i) &&
		    levels_of(summary, summary->rows[i].series, columns, count) > 1)
			least = 2;
	for (size_t i = 0; i < summary->row_count; i++)
		if (is_first(summary, view, i) &&
		    levels_of(summary, summary->rows[i].series, columns, count) >= least)
			put_arm(summary, view, summary->rows[i].series, columns, count, grid);
	grid_note(grid, "%s", view->has_actions ? ACTIONS_SHOWN : "");
	grid_note(grid, "%s", exec_floor_words(summary, &view->filter, of_exec));
	if (all > count)
		grid_note(grid, "%zu of %zu levels; see summary.csv for the others", count, all);
	if (view->has_face)
		return;
	grid_note(grid, "%s", level_words_others(summary, &view->filter, named, levels));
	grid_note(grid, "%s", filter_cases_left_out(summary, view->experiment, why));
	grid_note(grid, "%s", shortfall_of(summary->dataset, view->experiment, missing));
}

/* ---- the figure ---- */

static bool has_name(const json_t *object, const char *name)
{
	const char *has = json_string_value(json_object_get(object, "name"));
	return name && has && strcmp(has, name) == 0;
}

static bool is_main_time(const struct summary *summary, const struct series *series)
{
	return is_main(summary, series) && strcmp(series->unit, "ns") == 0;
}

/* What the main metric is, as the run has it; without what stands behind a comma, for which an axis has no room. */
static const char *metric_words(const struct dataset *dataset, const struct by_axis *view,
				char words[WHAT_MAX])
{
	const char *text = view->metric ? view->metric : "the main metric";
	json_t *experiment, *metric;
	size_t e, m;
	json_array_foreach(json_object_get(dataset->run, "experiments"), e, experiment)
	{
		if (!has_name(experiment, view->experiment))
			continue;
		json_array_foreach(json_object_get(experiment, "metrics"), m, metric)
		{
			const char *summary = json_string_value(json_object_get(metric, "summary"));
			if (has_name(metric, view->metric) && summary && *summary)
				text = summary;
		}
	}
	snprintf(words, WHAT_MAX, "%.*s", (int)strcspn(text, ","), text);
	return words;
}

/* First a line of kind of the axis, its name, what is drawn, and its unit; then, of names, a line for each: its
 * place, and the level in words. */
static enum outcome put_axes(const struct figures *figures, const struct by_axis *view)
{
	char name[BY_AXIS_STEM_MAX + 16], words[WHAT_MAX];
	const char *kind = view->axis == AXIS_COUNT ? "heap" : view->by_number ? "number" : "names";
	snprintf(name, sizeof name, "%s-axes.dat", view->stem);
	FILE *file = figures_open(figures, name);
	if (!file)
		return OUTCOME_FAILED;
	gnuplot_put(file, "%s\t", kind);
	gnuplot_text(file,
		     view->axis == AXIS_COUNT ? "heap size, bytes" : axes[view->axis].summary);
	gnuplot_put(file, "\t");
	gnuplot_text(file, metric_words(figures->summary->dataset, view, words));
	gnuplot_put(file, "\t%s\n", view->is_time ? "ns" : "count");
	for (size_t i = 0; !view->by_number && i < view->level_count; i++) {
		gnuplot_put(file, "%zu\t", i);
		gnuplot_text(file, view->levels[i]);
		gnuplot_put(file, "\n");
	}
	return figures_close(figures, file);
}

enum outcome by_axis_figure(const struct figures *figures, const struct by_axis *view)
{
	char file[BY_AXIS_STEM_MAX + 8], what[WHAT_MAX], heap[BLOCK_TEXT_MAX];
	snprintf(file, sizeof file, "%s.dat", view->stem);
	const struct data_file curves = {
		.name = file,
		.filter = view->filter,
		.split = view->metric ? CURVE_BY_ARM : CURVE_BY_ARM_AND_METRIC,
		.over = view->axis == AXIS_COUNT ? CURVE_OVER_HEAP
			: view->by_number        ? CURVE_OVER_NUMBER
						 : CURVE_OVER_NAME,
		.axis = view->axis,
		.names = view->levels,
		.name_count = view->level_count,
		.takes = view->filter.metric ? curves_is_shown_action
			 : view->is_time     ? is_main_time
					     : is_main,
		.skips_single = true,
	};
	const char *intervals = !view->is_time    ? "medians, without intervals"
				: view->by_number ? FIGURE_MEANS
						  : FIGURE_BARS;
	snprintf(what, sizeof what, "%s by %s%s%s%s; %s", view->experiment, view->name,
		 block_heap(", ", &view->filter, heap), view->has_actions ? ", " : "",
		 view->has_actions ? ACTIONS_SHOWN : "", intervals);
	const struct caption caption = {
		.figure = view->stem,
		.what = what,
		.filter = view->filter,
	};
	if (curves_write(figures, &curves) || put_axes(figures, view) ||
	    (!view->has_face && looks_write(figures, view->experiment, NULL)))
		return OUTCOME_FAILED;
	return caption_write(figures, &caption);
}
