/* How tlb_shootdown is shown: tlb-shootdown; a table of what a running thread adds to a call. */
#include "harness/driver/show/show.h"

#include "harness/common/units.h"
#include "harness/driver/show/level_words.h"

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

enum { TEXT_MAX = 700 };

/* The caller's threads lose time only where they run while it forks. */
static bool is_gap(const struct summary *summary, const struct series *series)
{
	(void)summary;
	return strcmp(series->metric, "gap_ns") == 0 || strcmp(series->metric, "gap_idle_ns") == 0;
}

static bool is_pass(const struct summary *summary, const struct series *series)
{
	(void)summary;
	return strcmp(series->metric, "thread_pass_ns") == 0 ||
	       strcmp(series->metric, "thread_warm_ns") == 0;
}

static enum outcome put_curves(const struct figures *figures, struct filter filter)
{
	struct curves curves[] = {
		{.file = "tlb-shootdown-call.dat", .filter = filter, .split = CURVE_BY_CASE},
		{.file = "tlb-shootdown-flush.dat", .filter = filter, .split = CURVE_BY_CASE},
		{.file = "tlb-shootdown-gap.dat", .filter = filter, .split = CURVE_BY_METRIC},
		{.file = "tlb-shootdown-pass.dat", .filter = filter, .split = CURVE_BY_METRIC},
	};
	enum { CALL, FLUSH, GAP, PASS, FILES };
	for (size_t i = 0; i < FILES; i++) {
		curves[i].over = CURVE_OVER_NUMBER;
		curves[i].axis = AXIS_THREADS;
	}
	curves[CALL].filter.metric = "call_ns";
	curves[FLUSH].filter.metric = "flush_ns";
	curves[GAP].filter.case_name = curves[PASS].filter.case_name = "fork_running";
	curves[GAP].takes = is_gap;
	curves[PASS].takes = is_pass;
	return curves_write(figures, curves, FILES);
}

/* "fork_running less fork_sleeping +1.2 us (+0.9 us to +1.5 us)". */
static void add_slope(char *text, size_t text_bytes, const struct slope *slope)
{
	char center[BLOCK_TEXT_MAX], interval[BLOCK_TEXT_MAX];
	size_t length = strlen(text);
	length += (size_t)snprintf(text + length, text_bytes - length, "%s%s%s%s ",
				   length ? "; " : "a running thread costs: ", slope->case_name,
				   slope->control ? " less " : "",
				   slope->control ? slope->control : "");
	if (length >= text_bytes)
		return;
	if (slope->replicates == 0)
		snprintf(text + length, text_bytes - length, "%s", slope->why);
	else if (!slope->per_thread.has_interval)
		snprintf(text + length, text_bytes - length, "%s (no interval: %zu replicate%s)",
			 block_signed_ns(slope->per_thread.center, center), slope->replicates,
			 slope->replicates == 1 ? "" : "s");
	else
		snprintf(text + length, text_bytes - length, "%s (%s)",
			 block_signed_ns(slope->per_thread.center, center),
			 block_signed_interval(&slope->per_thread, interval));
}

static enum outcome put_figures(const struct figures *figures)
{
	const struct derived *derived = &figures->summary->derived;
	struct filter filter = {.experiment = "tlb_shootdown", .level[AXIS_THREADS] = FILTER_ANY};
	char what[TEXT_MAX], heap[BLOCK_TEXT_MAX], remark[TEXT_MAX] = "";
	filter_settle_levels(figures->summary, &filter);
	bool any = filter_one_heap(figures->summary, &filter);
	if (put_curves(figures, filter))
		return OUTCOME_FAILED;
	for (size_t i = 0; any && i < derived->slope_count; i++)
		if (derived->slopes[i].heap_bytes == filter.heap_bytes)
			add_slope(remark, sizeof remark, &derived->slopes[i]);
	snprintf(what, sizeof what,
		 "threads of the caller running on other CPUs%s; geometric means of replicate "
		 "medians, bands: 95 %% t interval on their logs",
		 block_heap("; ", &filter, heap));
	const struct caption caption = {
		.figure = "tlb-shootdown",
		.what = what,
		.filter = filter,
		.remark = remark,
	};
	return caption_write(figures, &caption);
}

static void put_slopes(const struct derived *derived, struct grid *grid)
{
	char heap[UNITS_TEXT_MAX], text[BLOCK_TEXT_MAX];
	for (size_t i = 0; i < derived->slope_count; i++) {
		const struct slope *slope = &derived->slopes[i];
		grid_row(grid);
		grid_cell(grid, "%s", slope->case_name);
		grid_cell(grid, "%s", slope->control ? slope->control : "-");
		grid_cell(grid, "%s", units_format_bytes(slope->heap_bytes, heap));
		if (!slope->replicates) {
			grid_cell(grid, "n/a");
			grid_cell(grid, "none");
			grid_note(grid, "%s, heap %s: %s", slope->case_name, heap, slope->why);
			continue;
		}
		grid_cell(grid, "%s", block_signed_ns(slope->per_thread.center, text));
		grid_cell(grid, "%s", block_signed_interval(&slope->per_thread, text));
	}
}

/* Where there is no line through points with and without running threads: the points that there are. */
static void put_calls(const struct summary *summary, const struct filter *levels, struct grid *grid)
{
	char words[LEVEL_WORDS_MAX], heap[UNITS_TEXT_MAX], text[BLOCK_TEXT_MAX];
	grid_begin(grid, 1, "calls while threads of the caller run on other CPUs%s",
		   level_words(levels, 0, words));
	grid_heads(grid, "call", "heap", "running threads", "time");
	for (const struct row *row = NULL; (row = filter_next(summary, levels, row));) {
		if (!row->series->is_main)
			continue;
		grid_row(grid);
		grid_cell(grid, "%s", row->series->case_name);
		grid_cell(grid, "%s", units_format_bytes(row->series->heap_bytes, heap));
		grid_cell(grid, "%s", row->series->level[AXIS_THREADS]);
		grid_cell(grid, "%s", block_time(row, true, text));
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
		  row->series->level[AXIS_THREADS], block_time(row, false, gap),
		  block_time(with_most_threads(summary, levels, "gap_idle_ns"), false, idle),
		  block_time(with_most_threads(summary, levels, "thread_pass_ns"), false, pass),
		  block_time(with_most_threads(summary, levels, "thread_warm_ns"), false, warm),
		  units_format_bytes(row->series->heap_bytes, heap));
}

static void put_table(const struct summary *summary, struct grid *grid)
{
	struct filter levels = {.experiment = "tlb_shootdown", .level[AXIS_THREADS] = FILTER_ANY};
	char words[LEVEL_WORDS_MAX];
	filter_settle_levels(summary, &levels);
	if (!summary->derived.slope_count) {
		put_calls(summary, &levels, grid);
		put_losses(summary, &levels, grid);
		return;
	}
	grid_begin(grid, 2,
		   "what each thread of the caller that runs on another CPU adds to a call%s",
		   level_words(&levels, 0, words));
	grid_heads(grid, "call", "less", "heap", "a thread", "95 % interval");
	put_slopes(&summary->derived, grid);
	put_losses(summary, &levels, grid);
}

static const struct counted_part counted[] = {
	{.title = "tlb_shootdown, the caller, per call", .per = "calls", .most_threads = true},
	{0},
};

SHOW(tlb_shootdown, .place = 4, .axes = 1U << AXIS_THREADS, .looks = looks, .counted = counted,
     .tables = {put_table}, .figures = put_figures);
