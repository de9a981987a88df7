/* Counters of all experiments: counters-by-arm. A grid: rows are arms, columns counters. */
#include "harness/driver/figures/figures.h"

#include "harness/common/units.h"

#include <math.h>
#include <string.h>

enum { COLUMNS_MAX = 24, ARMS_MAX = 64, LABEL_MAX = 120 };

/* A part of the grid: one experiment at one heap. */
static const struct panel {
	const char *experiment, *title;
	bool a_page;        /* counts are divided by the pages of the heap */
	const char *suffix; /* of the metrics' names */
} panels[] = {
	{"spawn", "spawn, the caller alone, per start", false, ""},
	{"spawn", "spawn, caller and child, per start", false, "_with_child"},
	{"first_write", "first_write, the writer, per page", true, ""},
	{"tlb_refill", "tlb_refill, the reader, per page", true, ""},
};

struct grid {
	const struct figures *figures;
	FILE *file;
	size_t column_count, row_count;
	char columns[COLUMNS_MAX][COUNTER_NAME_MAX]; /* metrics, without a suffix */
};

static const char *name_of(const json_t *counter)
{
	const char *name = json_string_value(json_object_get(counter, "name"));
	return name ? name : "";
}

static bool is_counted(const json_t *counters, const char *name)
{
	for (size_t i = 0; i < json_array_size(counters); i++) {
		const json_t *counter = json_array_get(counters, i);
		if (!json_object_get(counter, "missing") && strcmp(name_of(counter), name) == 0)
			return true;
	}
	return false;
}

/* Whether user and kernel are also counted together, which says more in one column. */
static bool is_part(const json_t *counters, const char *name)
{
	static const char *const endings[] = {"_user", "_kernel"};
	for (size_t i = 0; i < 2; i++) {
		size_t length = strlen(name), end = strlen(endings[i]);
		char both[COUNTER_NAME_MAX + 8];
		if (length <= end || strcmp(name + length - end, endings[i]) != 0)
			continue;
		snprintf(both, sizeof both, "%.*s_both", (int)(length - end), name);
		if (is_counted(counters, both))
			return true;
	}
	return false;
}

static void choose_columns(struct grid *grid)
{
	const json_t *counters = json_object_get(grid->figures->summary->dataset->run, "counters");
	for (size_t i = 0; i < json_array_size(counters); i++) {
		const json_t *counter = json_array_get(counters, i);
		const char *name = name_of(counter);
		if (json_object_get(counter, "missing") || is_part(counters, name) ||
		    json_is_true(json_object_get(counter, "with_child")) ||
		    grid->column_count == COLUMNS_MAX)
			continue;
		wire_copy(grid->columns[grid->column_count++], COUNTER_NAME_MAX, name);
	}
}

/* A line of the file: place in the grid, -1 for what stands beside it; text; shade from 0 to 1. */
static void put_cell(const struct grid *grid, int column, const char *text, double shade)
{
	fprintf(grid->file, "%d\t%zu\t", column, grid->row_count);
	figures_put_text(grid->file, text);
	fprintf(grid->file, "\t%.3g\n", shade);
}

static void put_columns(const struct grid *grid)
{
	for (size_t c = 0; c < grid->column_count; c++) {
		char label[COUNTER_NAME_MAX];
		wire_copy(label, sizeof label, grid->columns[c]);
		size_t length = strlen(label);
		if (length > 5 && strcmp(label + length - 5, "_both") == 0)
			label[length - 5] = '\0';
		fprintf(grid->file, "%zu\t-1\t%s\t0\n", c, label);
	}
	fputs("\n\n", grid->file);
}

/* Three digits: 0.004, 1.02, 12.3, 4.1k, 2.6M. */
static const char *count_text(double count, char text[32])
{
	static const char units[] = " kMGT";
	size_t unit = 0;
	if (count < 0.0005)
		count = 0;
	while (count >= 999.5 && unit < sizeof units - 2) {
		count /= 1000;
		unit++;
	}
	snprintf(text, 32, count < 0.01 && count > 0 ? "%.3f" : "%.3g", count);
	if (unit)
		snprintf(text + strlen(text), 32 - strlen(text), "%c", units[unit]);
	return text;
}

static double value_at(const struct grid *grid, const struct panel *panel, const struct series *arm,
		       size_t column)
{
	char metric[COUNTER_NAME_MAX + 16];
	const struct summary *summary = grid->figures->summary;
	snprintf(metric, sizeof metric, "%s%s", grid->columns[column], panel->suffix);
	const struct row *row = summary_find(summary, arm, NULL, NULL, metric);
	if (!row || !row->count)
		return NAN;
	return row->interval.center / (panel->a_page ? pick_pages(summary, arm) : 1);
}

/* The highest count of a column among the panel's arms: shades are relative to it. */
static double highest(const struct grid *grid, const struct panel *panel,
		      const struct series *const *arms, size_t arm_count, size_t column)
{
	double most = 0;
	for (size_t a = 0; a < arm_count; a++)
		most = fmax(most, value_at(grid, panel, arms[a], column));
	return most;
}

static void put_arm(struct grid *grid, const struct panel *panel, const struct series *const *arms,
		    size_t arm_count, size_t index)
{
	const struct series *arm = arms[index];
	char label[LABEL_MAX], text[32];
	snprintf(label, sizeof label, "%s%s%s%s", arm->primitive, *arm->action ? " " : "",
		 arm->action, arm->case_name);
	put_cell(grid, -1, label, 0);
	for (size_t c = 0; c < grid->column_count; c++) {
		double value = value_at(grid, panel, arm, c);
		double most = highest(grid, panel, arms, arm_count, c);
		if (isnan(value))
			put_cell(grid, (int)c, "n/a", 0);
		else
			put_cell(grid, (int)c, count_text(value, text),
				 most > 0 ? log1p(99 * value / most) / log(100) : 0);
	}
	grid->row_count++;
}

/* A block: a title row, then a row for each arm. Nothing if nothing was counted. */
static void put_panel(struct grid *grid, const struct panel *panel)
{
	const struct summary *summary = grid->figures->summary;
	const struct series *arms[ARMS_MAX];
	char metric[COUNTER_NAME_MAX + 16], title[LABEL_MAX], heap[UNITS_TEXT_MAX];
	size_t count = 0;
	struct pick pick = {.experiment = panel->experiment, .metric = metric};
	snprintf(metric, sizeof metric, "%s%s", grid->column_count ? grid->columns[0] : "",
		 panel->suffix);
	if (!grid->column_count || !pick_middle_heap(summary, &pick, &pick.heap_bytes))
		return;
	pick.with_heap = true;
	for (size_t i = 0; i < summary->row_count && count < ARMS_MAX; i++)
		if (summary->rows[i].count && pick_takes(&pick, summary->rows[i].series))
			arms[count++] = summary->rows[i].series;
	snprintf(title, sizeof title, "%s, heap %s", panel->title,
		 units_format_bytes(pick.heap_bytes, heap));
	put_cell(grid, -2, title, 0);
	grid->row_count++;
	for (size_t a = 0; a < count; a++)
		put_arm(grid, panel, arms, count, a);
	fputs("\n\n", grid->file);
}

static enum outcome put_grid(const struct figures *figures, size_t *column_count)
{
	struct grid grid = {.figures = figures};
	grid.file = figures_open(figures, "counters-by-arm.dat");
	if (!grid.file)
		return OUTCOME_FAILED;
	choose_columns(&grid);
	*column_count = grid.column_count;
	if (grid.column_count) {
		put_columns(&grid);
		for (size_t p = 0; p < sizeof panels / sizeof *panels; p++)
			put_panel(&grid, &panels[p]);
	}
	return figures_close(figures, grid.file);
}

/* "counting changed write_ns by +0.4 %", for each experiment. */
static void counting_text(const struct derived *derived, char *text, size_t text_bytes)
{
	*text = '\0';
	for (size_t i = 0; i < derived->counting_count; i++) {
		const struct counting_cost *cost = &derived->counting[i];
		size_t length = strlen(text);
		snprintf(text + length, text_bytes - length, "%s%s of %s by %+.1f %%%s",
			 length ? ", " : "counting changed ", cost->metric, cost->experiment,
			 (cost->ratio - 1) * 100, cost->with_child ? " (with the child)" : "");
	}
}

enum outcome figures_counters(const struct figures *figures)
{
	char remark[600];
	size_t column_count = 0;
	if (put_grid(figures, &column_count))
		return OUTCOME_FAILED;
	counting_text(&figures->summary->derived, remark, sizeof remark);
	const struct caption caption = {
		.figure = "counters-by-arm",
		.what = column_count ? "medians of counts, without intervals, user and kernel "
				       "together unless the "
				       "name says otherwise; shade: share of the highest in its "
				       "column and part, on a "
				       "log scale; n/a: refused, see summary.csv"
				     : "no counter was counted",
		.pick = {.counters = true},
		.remark = remark,
		.about_counters = true,
	};
	return caption_write(figures, &caption);
}
