/* How tlb_shootdown is shown: tlb-shootdown; a table of what a running thread adds to a call. */
#include "harness/driver/show/show.h"

#include "harness/common/units.h"
#include "harness/driver/analysis/compared.h"
#include "harness/driver/analysis/differences.h"
#include "harness/driver/base/notes.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Cases, and metrics of the threads themselves, in the order of the legend. */
static const struct look looks[] = {
	{"fork_running", 0xD55E00, 2.6, {0}, 7, 0.9, NULL},
	{"fork_sleeping", 0x777777, 1.6, {12, 6}, 4, 1.15, NULL},
	{"fork_busy_processes", 0x000000, 1.6, {3, 4}, 8, 1.4, NULL},
	{"flush_page", 0x0072B2, 2.6, {0}, 5, 0.9, NULL},
	{"flush_range", 0x56B4E9, 1.6, {12, 6}, 12, 1.4, NULL},
	{"gap_ns", 0x009E73, 2.6, {0}, 13, 1.1, NULL},
	{"gap_idle_ns", 0x777777, 1.6, {6, 4}, 2, 1.0, NULL},
	{"thread_pass_ns", 0xCC79A7, 2.6, {0}, 9, 1.1, NULL},
	{"thread_warm_ns", 0x777777, 1.6, {6, 4}, 6, 1.15, NULL},
	{0},
};

enum { LEVELS_MAX = 32 };

/* Whether `series` is of the row's case and metric, at its heap. */
static bool is_of(const struct series *series, const struct derived *row)
{
	return !series->aa_control && strcmp(series->experiment, "tlb_shootdown") == 0 &&
	       strcmp(series->case_name, row->case_name) == 0 &&
	       strcmp(series->metric, row->metric) == 0 && series->heap_bytes == row->heap_bytes;
}

/* The points of a line: levels of threads, the first without any. */
struct points {
	size_t count;
	double threads[LEVELS_MAX];
	const struct series *
		taken[2 * LEVELS_MAX]; /* each level's case, then its control; NULL: not measured */
};

static void find_points(const struct summary *summary, const struct derived *row,
			const struct series *idle, struct points *points)
{
	const struct dataset *dataset = summary->dataset;
	const struct row *rows[2 * LEVELS_MAX];
	points->count = 0;
	for (size_t i = 0; i <= dataset->series_count && points->count < LEVELS_MAX; i++) {
		const struct series *series = i ? &dataset->series[i - 1] : idle;
		struct series key = *series;
		if (!is_of(series, row) || (i && (series == idle || !series->block_count)))
			continue;
		wire_copy(key.case_name, sizeof key.case_name, row->control ? row->control : "");
		rows[2 * points->count] = summary_find(summary, series, NULL, NULL, NULL);
		rows[2 * points->count + 1] = summary_find(summary, &key, NULL, NULL, NULL);
		points->threads[points->count++] = strtod(series->level[AXIS_THREADS], NULL);
	}
	compared_take(rows, 2 * points->count, points->taken);
}

/* The slope in one replicate, less that of the control if there is one; NAN if it lacks a level. */
static double slope_in(const struct points *points, bool with_control, uint64_t replicate)
{
	double net[LEVELS_MAX];
	for (size_t i = 0; i < points->count; i++)
		net[i] = differences_median(points->taken[2 * i], replicate) -
			 (with_control ? differences_median(points->taken[2 * i + 1], replicate)
				       : 0);
	for (size_t i = 1; i < points->count; i++)
		net[i] -= net[0];
	return points->count > 1
		       ? differences_slope(&points->threads[1], &net[1], points->count - 1)
		       : (double)NAN;
}

/* Fills in a row whose case, control, metric and heap are set. `idle`: its series without threads. */
static void fill_slope(const struct summary *summary, struct derived *row,
		       const struct series *idle)
{
	double values[DATASET_REPLICATES_MAX];
	struct points points;
	find_points(summary, row, idle, &points);
	for (size_t b = 0; b < idle->block_count && row->replicates < DATASET_REPLICATES_MAX; b++) {
		double value = slope_in(&points, row->control, idle->blocks[b].replicate);
		if (isfinite(value))
			values[row->replicates++] = value;
	}
	row->value.center = NAN;
	if (row->replicates) {
		row->value = stats_difference_interval(values, row->replicates);
		snprintf(row->note, sizeof row->note, "per running thread%s%s",
			 row->control ? ", minus " : "", row->control ? row->control : "");
	} else if (!idle->block_count)
		snprintf(row->note, sizeof row->note, "unavailable: %.100s", idle->missing);
	else
		snprintf(row->note, sizeof row->note,
			 "unavailable: no replicate has it with and without running threads");
}

/* What one more running thread costs, at every heap: the slope over threads of (value minus value without
 * threads), less the same of a control where there is one (METHODOLOGY, "TLB"). */
static size_t derive(const struct summary *summary, struct derived rows[DERIVED_MAX])
{
	static const struct {
		const char *case_name, *control, *metric;
	} wanted[] = {
		{"fork_running", "fork_busy_processes", "call_ns"},
		{"fork_running", "fork_sleeping", "call_ns"},
		{"flush_page", NULL, "flush_ns"},
		{"flush_range", NULL, "flush_ns"},
	};
	const struct dataset *dataset = summary->dataset;
	size_t count = 0;
	for (size_t w = 0; w < sizeof wanted / sizeof *wanted; w++)
		for (size_t i = 0; i < dataset->series_count && count < DERIVED_MAX; i++) {
			const struct series *series = &dataset->series[i];
			struct derived row = {.name = "thread_slope",
					      .unit = "ns",
					      .case_name = wanted[w].case_name,
					      .metric = wanted[w].metric,
					      .control = wanted[w].control,
					      .with_heap = true,
					      .heap_bytes = series->heap_bytes};
			if (!is_of(series, &row) || strcmp(series->level[AXIS_THREADS], "0") != 0)
				continue;
			fill_slope(summary, &row, series);
			rows[count++] = row;
		}
	return count;
}

/* "fork_running minus fork_sleeping +1.2 us ±25%": the mark of a wide one says no more than its margin. */
static void add_slope(char text[FIGURE_REMARK_MAX], const struct derived *slope)
{
	char words[BLOCK_TEXT_MAX];
	const char *difference = slope->note;
	if (slope->replicates) {
		difference = block_difference(&slope->value, words);
		difference += strlen(stats_width_mark(stats_width(&slope->value)));
	}
	notes_append(text, FIGURE_REMARK_MAX, "%s%s%s%s %s",
		     *text ? "; " : "a running thread costs: ", slope->case_name,
		     slope->control ? " minus " : "", slope->control ? slope->control : "",
		     difference);
}

static void say_slopes(const struct summary *summary, struct filter *filter,
		       char text[FIGURE_REMARK_MAX])
{
	struct derived rows[DERIVED_MAX];
	size_t count = derive(summary, rows);
	for (size_t i = 0; i < count; i++)
		if (rows[i].heap_bytes == filter->heap_bytes)
			add_slope(text, &rows[i]);
}

/* The caller's threads lose time only where they run while it forks. */
static const struct face_figure figures[] = {
	{.name = "tlb-shootdown",
	 .what = "threads of the caller running on other CPUs{; heap}; " FIGURE_MEANS,
	 .filter.level[AXIS_THREADS] = FILTER_ANY,
	 .over = CURVE_OVER_NUMBER,
	 .axis = AXIS_THREADS,
	 .choose_heap = filter_one_heap,
	 .remark = say_slopes,
	 .files = {{"tlb-shootdown-call.dat", .filter.metric = "call_ns"},
		   {"tlb-shootdown-flush.dat", .filter.metric = "flush_ns"},
		   {"tlb-shootdown-gap.dat",
		    .filter = {.case_name = "fork_running",
			       .metric = "gap_ns",
			       .or_metric = "gap_idle_ns"},
		    .split = CURVE_BY_METRIC},
		   {"tlb-shootdown-pass.dat",
		    .filter = {.case_name = "fork_running",
			       .metric = "thread_pass_ns",
			       .or_metric = "thread_warm_ns"},
		    .split = CURVE_BY_METRIC}}},
	{0},
};

static void put_slopes(const struct derived *slopes, size_t count, struct grid *grid)
{
	char heap[UNITS_TEXT_MAX];
	for (size_t i = 0; i < count; i++) {
		const struct derived *slope = &slopes[i];
		grid_row(grid);
		grid_cell(grid, "%s", slope->case_name);
		grid_cell(grid, "%s", slope->control ? slope->control : "-");
		grid_cell(grid, "%s", units_format_bytes(slope->heap_bytes, heap));
		if (!slope->replicates) {
			grid_cell(grid, "n/a");
			grid_note(grid, "%s, heap %s: %s", slope->case_name, heap, slope->note);
			continue;
		}
		block_difference_cell(grid, &slope->value);
	}
}

/* Where there is no line through points with and without running threads: the points that there are. */
static void put_calls(const struct summary *summary, const struct filter *levels, struct grid *grid)
{
	block_begin(grid, 1, levels, "calls while threads of the caller run on other CPUs");
	grid_heads(grid, "call", "heap", "running threads", "time");
	struct filter filter = *levels;
	filter.mains = true;
	for (const struct row *row = NULL; (row = filter_next(summary, &filter, row));) {
		grid_row(grid);
		grid_cell(grid, "%s", row->series->case_name);
		block_bytes_cell(grid, row->series->heap_bytes);
		grid_cell(grid, "%s", row->series->level[AXIS_THREADS]);
		block_time_cell(grid, row);
	}
	grid_note(grid, "what a thread adds is not known: this needs calls without running "
			"threads; add 0 to --threads");
}

/* The row of fork_running with the most threads, at the heap of all that show one. */
static const struct row *with_most_threads(const struct summary *summary,
					   const struct filter *levels, const char *metric)
{
	struct filter filter = *levels;
	filter_one_heap(summary, &filter);
	filter.metric = metric;
	filter.case_name = "fork_running";
	return filter_most_threads(summary, &filter);
}

/* What each of those threads loses. */
static void put_losses(const struct summary *summary, const struct filter *levels,
		       struct grid *grid)
{
	char gap[BLOCK_TEXT_MAX], idle[BLOCK_TEXT_MAX], pass[BLOCK_TEXT_MAX], warm[BLOCK_TEXT_MAX];
	char heap[UNITS_TEXT_MAX];
	const struct row *row = with_most_threads(summary, levels, "gap_ns");
	if (!row)
		return;
	grid_note(grid,
		  "a running thread, one of %s: its longest gap during fork is %s (%s without "
		  "one), its "
		  "next pass over 64 pages takes %s (%s); heap %s",
		  row->series->level[AXIS_THREADS], block_time(row, gap),
		  block_time(with_most_threads(summary, levels, "gap_idle_ns"), idle),
		  block_time(with_most_threads(summary, levels, "thread_pass_ns"), pass),
		  block_time(with_most_threads(summary, levels, "thread_warm_ns"), warm),
		  units_format_bytes(row->series->heap_bytes, heap));
}

static void put_table(const struct summary *summary, struct grid *grid)
{
	struct filter levels = {.experiment = "tlb_shootdown", .level[AXIS_THREADS] = FILTER_ANY};
	struct derived rows[DERIVED_MAX];
	const size_t count = derive(summary, rows);
	filter_settle_levels(summary, &levels);
	if (!count) {
		put_calls(summary, &levels, grid);
		put_losses(summary, &levels, grid);
		return;
	}
	block_begin(grid, 2, &levels,
		    "what each thread of the caller that runs on another CPU adds to a call");
	grid_heads(grid, "call", "minus", "heap", "a thread");
	put_slopes(rows, count, grid);
	put_losses(summary, &levels, grid);
}

SHOW(tlb_shootdown, .place = 4, .axes = 1U << AXIS_THREADS, .looks = looks,
     .counted = {{.title = "tlb_shootdown, the caller, per call",
		  .per = "calls",
		  .most_threads = true}},
     .derive = derive, .tables = {put_table}, .figures = figures);
