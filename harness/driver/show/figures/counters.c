/* Counters of all experiments: counters-by-arm. A grid: rows are arms, columns counters. */
#include "harness/driver/show/figures/figures.h"

#include "harness/common/units.h"
#include "harness/driver/show/counter_words.h"
#include "harness/driver/show/level_words.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { ARMS_MAX = 64, LABEL_MAX = 120 };

/* A part of the grid: one experiment at one heap. */
static const struct panel {
	const char *experiment, *title;
	const char *per;    /* the metric that counts are divided by; NULL: none */
	const char *suffix; /* of the counters' names */
	uint64_t heap_max;  /* the largest heap up to this is shown */
	bool most_threads;  /* the cell with the most running threads */
} panels[] = {
	{"spawn", "spawn, the caller alone, per start", NULL, "", PICK_HEAP, false},
	{"spawn", "spawn, caller and child, per start", NULL, "_with_child", PICK_HEAP, false},
	{"first_write", "first_write, the writer, per page", "pages", "", PICK_HEAP, false},
	/* Within the TLB's reach, where what emptied it shows. */
	{"tlb_refill", "tlb_refill, the reader, per page", "pages", "", 1 << 20, false},
	{"tlb_shootdown", "tlb_shootdown, the caller, per call", "calls", "", PICK_HEAP, true},
	{"switch", "switch, one of two processes, per switch", "switches", "", PICK_HEAP, false},
	{"teardown", "teardown, caller and child, per end", NULL, "_with_child", PICK_HEAP, false},
};

struct grid {
	const struct figures *figures;
	FILE *file;
	size_t column_count, row_count;
	char columns[COUNTER_COLUMNS_MAX][COUNTER_NAME_MAX]; /* metrics, without a suffix */
};

/* A line of the file: place in the grid, -1 for what stands beside it; text; shade from 0 to 1. */
static void put_cell(const struct grid *grid, int column, const char *text, double shade)
{
	gnuplot_put(grid->file, "%d\t%zu\t", column, grid->row_count);
	gnuplot_text(grid->file, text);
	gnuplot_put(grid->file, "\t%.3g\n", shade);
}

static void put_columns(const struct grid *grid)
{
	for (size_t c = 0; c < grid->column_count; c++) {
		char label[COUNTER_NAME_MAX];
		counter_words_label(grid->columns[c], label);
		gnuplot_put(grid->file, "%zu\t-1\t", c);
		gnuplot_text(grid->file, label);
		gnuplot_put(grid->file, "\t0\n");
	}
	gnuplot_put(grid->file, "\n\n");
}

/* 0.004, 0.12, 1.02, 12.3, 4.1k, 2.6M. */
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
	snprintf(text, 32, count < 0.01 && count > 0 ? "%.3f" : count < 1 ? "%.2g" : "%.3g", count);
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
	const struct row *per =
		panel->per ? summary_find(summary, arm, NULL, NULL, panel->per) : NULL;
	if (!row || !row->count || (panel->per && !(per && per->interval.center > 0)))
		return NAN;
	return row->interval.center / (per ? per->interval.center : 1);
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

/* The arms that were counted, in the panel's plain cell. */
static size_t find_arms(const struct summary *summary, const struct pick *pick,
			const struct series *arms[ARMS_MAX])
{
	size_t count = 0;
	for (size_t i = 0; i < summary->row_count && count < ARMS_MAX; i++) {
		const struct series *series = summary->rows[i].series;
		if (summary->rows[i].count && series->is_main && pick_takes(pick, series))
			arms[count++] = series;
	}
	return count;
}

/* The most threads that any row picked has, as text. */
static const char *most_threads(const struct summary *summary, const struct pick *pick)
{
	const char *most = "0";
	for (size_t i = 0; i < summary->row_count; i++) {
		const struct series *series = summary->rows[i].series;
		if (summary->rows[i].count && pick_takes(pick, series) &&
		    strtod(series->level[AXIS_THREADS], NULL) > strtod(most, NULL))
			most = series->level[AXIS_THREADS];
	}
	return most;
}

/* Whether any of the panel's counters was counted at all; sets heap and threads to where. */
static bool find_cell(const struct grid *grid, const struct panel *panel, struct pick *pick)
{
	const struct summary *summary = grid->figures->summary;
	char metric[COUNTER_NAME_MAX + 16];
	pick->metric = metric;
	for (size_t c = 0; c < grid->column_count && !pick->with_heap; c++) {
		snprintf(metric, sizeof metric, "%s%s", grid->columns[c], panel->suffix);
		pick->level[AXIS_THREADS] = panel->most_threads ? PICK_ANY : NULL;
		if (panel->most_threads)
			pick->level[AXIS_THREADS] = most_threads(summary, pick);
		pick->with_heap =
			pick_middle_heap(summary, pick, panel->heap_max, &pick->heap_bytes);
	}
	pick->metric = NULL;
	return pick->with_heap;
}

/* A block: a title row, then a row for each arm. Nothing if nothing was counted. */
static void put_panel(struct grid *grid, const struct panel *panel)
{
	const struct summary *summary = grid->figures->summary;
	const struct series *arms[ARMS_MAX];
	char title[LABEL_MAX + LEVEL_WORDS_MAX], heap[UNITS_TEXT_MAX], levels[LEVEL_WORDS_MAX];
	struct pick pick = {.experiment = panel->experiment,
			    .level[AXIS_THREADS] = panel->most_threads ? PICK_ANY : NULL};
	pick_settle(summary, &pick);
	if (!find_cell(grid, panel, &pick))
		return;
	size_t count = find_arms(summary, &pick, arms);
	snprintf(title, sizeof title, "%s, heap %s%s%s%s", panel->title,
		 units_format_bytes(pick.heap_bytes, heap),
		 pick.level[AXIS_THREADS] ? ", running threads: " : "",
		 pick.level[AXIS_THREADS] ? pick.level[AXIS_THREADS] : "",
		 level_words(&pick, 1U << AXIS_THREADS, levels));
	put_cell(grid, -2, title, 0);
	grid->row_count++;
	for (size_t a = 0; a < count; a++)
		put_arm(grid, panel, arms, count, a);
	gnuplot_put(grid->file, "\n\n");
}

static enum outcome put_grid(const struct figures *figures, size_t *column_count)
{
	struct grid grid = {.figures = figures};
	grid.file = figures_open(figures, "counters-by-arm.dat");
	if (!grid.file)
		return OUTCOME_FAILED;
	*column_count = grid.column_count =
		counter_words_columns(figures->summary->dataset, grid.columns);
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
	struct pick pick = {.counters = true};
	pick_settle(figures->summary, &pick);
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
		.pick = pick,
		.remark = remark,
		.full_reasons = true,
	};
	return caption_write(figures, &caption);
}
