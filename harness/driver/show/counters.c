#include "harness/driver/show/counters.h"

#include "harness/common/units.h"
#include "harness/driver/base/notes.h"
#include "harness/driver/show/by_axis.h"
#include "harness/driver/show/caption.h"
#include "harness/driver/show/counter_words.h"
#include "harness/driver/show/level_words.h"

#include <math.h>
#include <string.h>

enum { ARMS_MAX = 64, LABEL_MAX = 120 };

/* ---- the figure ---- */

/* The grid of counters-by-arm: rows are arms, columns counters. */
struct sheet {
	const struct figures *figures;
	FILE *file;
	size_t column_count, row_count;
	char columns[COUNTER_COLUMNS_MAX][COUNTER_NAME_MAX]; /* metrics, without a suffix */
};

/* A line of the file: place in the grid, -1 for what stands beside it; text; shade from 0 to 1. */
static void put_cell(const struct sheet *sheet, int column, const char *text, double shade)
{
	gnuplot_put(sheet->file, "%d\t%zu\t", column, sheet->row_count);
	gnuplot_text(sheet->file, text);
	gnuplot_put(sheet->file, "\t%.3g\n", shade);
}

static void put_columns(const struct sheet *sheet)
{
	for (size_t c = 0; c < sheet->column_count; c++) {
		char label[COUNTER_NAME_MAX];
		counters_label(sheet->columns[c], label);
		gnuplot_put(sheet->file, "%zu\t-1\t", c);
		gnuplot_text(sheet->file, label);
		gnuplot_put(sheet->file, "\t0\n");
	}
	gnuplot_put(sheet->file, "\n\n");
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

/* Of a column, in the part. */
static const char *metric_of(const struct sheet *sheet, const struct counted_part *part,
			     size_t column, char metric[COUNTER_NAME_MAX + 16])
{
	snprintf(metric, COUNTER_NAME_MAX + 16, "%s%s", sheet->columns[column],
		 part->suffix ? part->suffix : "");
	return metric;
}

static double value_at(const struct sheet *sheet, const struct counted_part *part,
		       const struct series *arm, size_t column)
{
	char metric[COUNTER_NAME_MAX + 16];
	const struct summary *summary = sheet->figures->summary;
	const struct row *row =
		summary_find(summary, arm, NULL, NULL, metric_of(sheet, part, column, metric));
	const struct row *per =
		part->per ? summary_find(summary, arm, NULL, NULL, part->per) : NULL;
	if (!row || !row->count || (part->per && !(per && per->interval.center > 0)))
		return NAN;
	return row->interval.center / (per ? per->interval.center : 1);
}

/* The highest count of a column among the part's arms: shades are relative to it. */
static double highest(const struct sheet *sheet, const struct counted_part *part,
		      const struct series *const *arms, size_t arm_count, size_t column)
{
	double most = 0;
	for (size_t a = 0; a < arm_count; a++)
		most = fmax(most, value_at(sheet, part, arms[a], column));
	return most;
}

static void put_arm(struct sheet *sheet, const struct counted_part *part,
		    const struct series *const *arms, size_t arm_count, size_t index)
{
	const struct series *arm = arms[index];
	char label[LABEL_MAX], text[32];
	snprintf(label, sizeof label, "%s%s%s%s", arm->primitive, *arm->action ? " " : "",
		 arm->action, arm->case_name);
	put_cell(sheet, -1, label, 0);
	for (size_t c = 0; c < sheet->column_count; c++) {
		double value = value_at(sheet, part, arm, c);
		double most = highest(sheet, part, arms, arm_count, c);
		if (isnan(value))
			put_cell(sheet, (int)c, "n/a", 0);
		else
			put_cell(sheet, (int)c, count_text(value, text),
				 most > 0 ? log1p(99 * value / most) / log(100) : 0);
	}
	sheet->row_count++;
}

/* The arms that were counted, in the part's plain cell. */
static size_t find_arms(const struct summary *summary, const struct filter *filter,
			const struct series *arms[ARMS_MAX])
{
	size_t count = 0;
	const struct row *row = NULL;
	while (count < ARMS_MAX && (row = filter_next(summary, filter, row)))
		if (row->series->is_main)
			arms[count++] = row->series;
	return count;
}

/* Whether any of the part's counters was counted at all; sets heap and threads to where. */
static bool find_cell(const struct sheet *sheet, const struct counted_part *part,
		      struct filter *filter)
{
	const struct summary *summary = sheet->figures->summary;
	char metric[COUNTER_NAME_MAX + 16];
	for (size_t c = 0; c < sheet->column_count && !filter->with_heap; c++) {
		filter->metric = metric_of(sheet, part, c, metric);
		filter->level[AXIS_THREADS] = part->most_threads ? FILTER_ANY : NULL;
		if (part->most_threads) {
			const struct row *most = filter_most_threads(summary, filter);
			filter->level[AXIS_THREADS] =
				most ? most->series->level[AXIS_THREADS] : "0";
		}
		filter->with_heap = filter_middle_heap(
			summary, filter, part->heap_max ? part->heap_max : FILTER_HEAP,
			&filter->heap_bytes);
	}
	filter->metric = NULL;
	return filter->with_heap;
}

/* A block: a title row, then a row for each arm. Nothing if nothing was counted. */
static void put_part(struct sheet *sheet, const char *experiment, const struct counted_part *part)
{
	const struct summary *summary = sheet->figures->summary;
	const struct series *arms[ARMS_MAX];
	char title[LABEL_MAX + LEVEL_WORDS_MAX], heap[UNITS_TEXT_MAX], levels[LEVEL_WORDS_MAX];
	struct filter filter = {.experiment = experiment,
				.level[AXIS_THREADS] = part->most_threads ? FILTER_ANY : NULL};
	filter_settle_levels(summary, &filter);
	if (!find_cell(sheet, part, &filter))
		return;
	size_t count = find_arms(summary, &filter, arms);
	snprintf(title, sizeof title, "%s, heap %s%s%s%s", part->title,
		 units_format_bytes(filter.heap_bytes, heap),
		 filter.level[AXIS_THREADS] ? ", running threads: " : "",
		 filter.level[AXIS_THREADS] ? filter.level[AXIS_THREADS] : "",
		 level_words(&filter, 1U << AXIS_THREADS, levels));
	put_cell(sheet, -2, title, 0);
	sheet->row_count++;
	for (size_t a = 0; a < count; a++)
		put_arm(sheet, part, arms, count, a);
	gnuplot_put(sheet->file, "\n\n");
}

static void put_faces(struct sheet *sheet)
{
	const struct show *show;
	for (size_t i = 0; (show = show_at(i)); i++)
		for (size_t p = 0; p < SHOW_PARTS_MAX; p++)
			if (show->counted[p].title)
				put_part(sheet, show->experiment, &show->counted[p]);
}

/* Experiments without a face, each in one part. */
static void put_others(struct sheet *sheet)
{
	struct by_axis views[BY_AXIS_VIEWS_MAX];
	size_t count = by_axis_find(sheet->figures->summary, BY_AXIS_FIGURES, views);
	for (size_t i = 0; i < count; i++) {
		char title[LABEL_MAX];
		const struct counted_part part = {.title = title};
		bool again = i && strcmp(views[i].experiment, views[i - 1].experiment) == 0;
		snprintf(title, sizeof title, "%s, per sample", views[i].experiment);
		if (!views[i].has_face && !again)
			put_part(sheet, views[i].experiment, &part);
	}
}

static enum outcome put_sheet(const struct figures *figures, size_t *column_count)
{
	struct sheet sheet = {.figures = figures};
	sheet.file = figures_open(figures, "counters-by-arm.dat");
	if (!sheet.file)
		return OUTCOME_FAILED;
	*column_count = sheet.column_count =
		counters_columns(figures->summary->dataset, sheet.columns);
	if (sheet.column_count) {
		put_columns(&sheet);
		put_faces(&sheet);
		put_others(&sheet);
	}
	return figures_close(figures, sheet.file);
}

/* "spawn, with the child". */
static const char *counted_what(const struct counting_cost *cost)
{
	static char text[WIRE_NAME_MAX + 24];
	return notes_fill(text, sizeof text, "%s%s", cost->experiment,
			  cost->with_child ? ", with the child" : "");
}

/* "counting changed times by -0.6 % (tlb_refill) to +49.0 % (switch)", and that the table says what is not counted. */
static void say_counting(const struct summary *summary, char *text, size_t text_bytes)
{
	const struct counting_costs *counting = &summary->counting;
	const size_t missing = counters_missing_count(summary->dataset);
	const struct counting_cost *least = NULL, *most = NULL;
	*text = '\0';
	for (size_t i = 0; i < counting->count; i++) {
		const struct counting_cost *cost = &counting->costs[i];
		least = least && least->ratio <= cost->ratio ? least : cost;
		most = most && most->ratio >= cost->ratio ? most : cost;
	}
	if (most)
		notes_append(text, text_bytes, "counting changed times by %+.1f %% (%s)",
			     (least->ratio - 1) * 100, counted_what(least));
	if (most && most != least)
		notes_append(text, text_bytes, " to %+.1f %% (%s)", (most->ratio - 1) * 100,
			     counted_what(most));
	if (missing)
		notes_append(text, text_bytes, "%snot counted: %zu, see tables/counters.md",
			     *text ? "; " : "", missing);
}

enum outcome counters_figure(const struct figures *figures)
{
	char remark[600];
	size_t column_count = 0;
	struct filter filter = {.counters = true};
	filter_settle_levels(figures->summary, &filter);
	if (put_sheet(figures, &column_count))
		return OUTCOME_FAILED;
	say_counting(figures->summary, remark, sizeof remark);
	const struct caption caption = {
		.figure = "counters-by-arm",
		.what = column_count ? "medians of counts, without intervals; user and kernel "
				       "together unless the name says otherwise; shade: share of "
				       "the column's highest, on a log scale; n/a: see summary.csv"
				     : "no counter was counted",
		.filter = filter,
		.remark = remark,
	};
	return caption_write(figures, &caption);
}

/* ---- the table ---- */

void counters_table(const struct summary *summary, struct grid *grid)
{
	char words[COUNTER_WORDS_MAX];
	const struct counting_costs *counting = &summary->counting;
	grid_begin(grid, 1, "counters");
	counters_counted(summary->dataset, words);
	grid_note(grid, "counted: %s",
		  *words ? words
			 : "nothing; counts come only from dirty and warm cells in order, with the "
			   "child on the caller's CPU, where counters are chosen and available");
	grid_note(grid, "%s", counters_missing(summary->dataset, words));
	if (!counting->count)
		return;
	grid_heads(grid, "counting changed", "metric", "by", "arms");
	for (size_t i = 0; i < counting->count; i++) {
		const struct counting_cost *cost = &counting->costs[i];
		grid_row(grid);
		grid_cell(grid, "%s%s", cost->experiment,
			  cost->with_child ? ", with its child" : "");
		grid_cell(grid, "%s", cost->metric);
		grid_cell(grid, "%+.1f %%", (cost->ratio - 1) * 100);
		grid_cell(grid, "%zu", cost->arms);
	}
}
