/* How concurrent is shown: concurrent, concurrent-tail; a table of starts a second by starters. */
#include "harness/driver/show/show.h"

#include "harness/common/units.h"
#include "harness/driver/base/notes.h"
#include "harness/driver/show/distribution.h"

#include <stdlib.h>
#include <string.h>

/* Cases: a hue for each way to start, processes drawn through, threads dashed. */
static const struct look looks[] = {
	{"processes_fork_exit", 0xD55E00, 2.6, {0}, 7, 0.9, NULL},
	{"threads_fork_exit", 0xD55E00, 1.6, {12, 6}, 6, 1.3, NULL},
	{"processes_vfork_exec", 0x0072B2, 2.6, {0}, 5, 0.9, NULL},
	{"threads_vfork_exec", 0x0072B2, 1.6, {12, 6}, 4, 1.3, NULL},
	{"processes_posix_spawn", 0x009E73, 2.6, {0}, 9, 1.1, NULL},
	{"threads_posix_spawn", 0x009E73, 1.6, {12, 6}, 8, 1.4, NULL},
	{0},
};

enum { CASES_MAX = 16, HEAPS_MAX = 64, LEVELS_MAX = 16, COLUMNS_MAX = 3 };

/* The numbers of starters that have values, as the run has them: they rise. Returns how many. */
static size_t find_levels(const struct summary *summary, const struct filter *filter,
			  const char *levels[LEVELS_MAX])
{
	size_t count = 0;
	for (const struct row *row = NULL; (row = filter_next(summary, filter, row));) {
		const char *level = row->series->level[AXIS_STARTERS];
		size_t at = 0;
		while (at < count && strtod(levels[at], NULL) < strtod(level, NULL))
			at++;
		if (count == LEVELS_MAX || (at < count && strcmp(levels[at], level) == 0))
			continue;
		memmove(levels + at + 1, levels + at, (count++ - at) * sizeof *levels);
		levels[at] = level;
	}
	return count;
}

/* ---- the figures ---- */

/* Which heaps the panels show. */
static void say_heaps(const struct summary *summary, struct filter *filter,
		      char text[FIGURE_REMARK_MAX])
{
	uint64_t heaps[HEAPS_MAX];
	char heap[UNITS_TEXT_MAX];
	const size_t count = filter_heaps(summary, filter, heaps, HEAPS_MAX);
	*text = '\0';
	if (count)
		notes_append(text, FIGURE_REMARK_MAX, "smallest heap: %s",
			     units_format_bytes(heaps[0], heap));
	if (count > 1)
		notes_append(text, FIGURE_REMARK_MAX, "; larger: %s",
			     units_format_bytes(heaps[count / 2], heap));
	if (count)
		notes_append(text, FIGURE_REMARK_MAX,
			     "; each process has one of its own, threads share one");
}

/* The most starters, for all heaps. */
static bool choose_most(const struct summary *summary, struct filter *filter)
{
	const char *levels[LEVELS_MAX];
	struct filter any = *filter;
	any.level[AXIS_STARTERS] = FILTER_ANY;
	any.metric = "reaped_ns";
	const size_t count = find_levels(summary, &any, levels);
	if (count)
		filter->level[AXIS_STARTERS] = levels[count - 1];
	return count > 0;
}

static const struct face_figure figures[] = {
	{.name = "concurrent",
	 .what = "starters of children at the same time; " FIGURE_MEANS,
	 .filter.level[AXIS_STARTERS] = FILTER_ANY,
	 .over = CURVE_OVER_NUMBER,
	 .axis = AXIS_STARTERS,
	 .remark = say_heaps,
	 .files = {{.name = "concurrent-starts-small.dat",
		    .filter.metric = "starts_per_s",
		    .panel = 1},
		   {.name = "concurrent-starts-large.dat",
		    .filter.metric = "starts_per_s",
		    .panel = 2},
		   {.name = "concurrent-reaped-small.dat",
		    .filter.metric = "reaped_ns",
		    .panel = 1},
		   {.name = "concurrent-reaped-large.dat",
		    .filter.metric = "reaped_ns",
		    .panel = 2}}},
	{.name = "concurrent-tail",
	 .what = "starts from the call to reaped, {starters} at the same time, replicates pooled; "
		 "no "
		 "intervals; steps of the histogram: 1.1 %",
	 .filter.metric = "reaped_ns",
	 .choose_heap = choose_most,
	 .remark = say_heaps,
	 .files = {{.name = "concurrent-tail-small.dat", .put = distribution_put, .panel = 1},
		   {.name = "concurrent-tail-large.dat", .put = distribution_put, .panel = 2}}},
	{0},
};

/* ---- the table ---- */

static void put_case(const struct summary *summary, const struct filter *of_case,
		     const char *const *levels, size_t count, struct grid *grid)
{
	struct filter filter = *of_case;
	filter.metric = "starts_per_s";
	for (size_t c = 0; c < count; c++) {
		filter.level[AXIS_STARTERS] = levels[c];
		const struct row *row = filter_row(summary, &filter);
		if (row)
			block_number_cell(grid, &row->interval);
		else
			grid_cell(grid, "n/a");
	}
	filter.metric = "reaped_ns"; /* with the most starters */
	block_time_cell(grid, filter_row(summary, &filter));
	filter.metric = "reaped_p99_ns";
	block_time_cell(grid, filter_row(summary, &filter));
}

static void put_table(const struct summary *summary, struct grid *grid)
{
	struct filter filter = {.experiment = "concurrent", .level[AXIS_STARTERS] = FILTER_ANY};
	const char *levels[LEVELS_MAX], *cases[CASES_MAX];
	uint64_t heaps[HEAPS_MAX];
	filter_settle_levels(summary, &filter);
	size_t count = find_levels(summary, &filter, levels);
	const size_t case_count = filter_cases(summary, &filter, cases, CASES_MAX);
	const size_t heap_count = filter_heaps(summary, &filter, heaps, HEAPS_MAX);
	const size_t columns = count < COLUMNS_MAX ? count : COLUMNS_MAX;
	const char *const *shown = levels + count - columns;
	if (!count)
		return;
	block_begin(
		grid, 1, &filter,
		"children started and reaped a second, by how many start them at the same time");
	grid->lead = 2;
	grid_row(grid);
	grid_cell(grid, "starters");
	grid_cell(grid, "heap");
	for (size_t c = 0; c < columns; c++)
		grid_cell(grid, "%s", shown[c]);
	grid_cell(grid, "reaped");
	grid_cell(grid, "p99");
	filter.with_heap = true;
	for (size_t c = 0; c < case_count; c++)
		for (size_t h = 0; h < heap_count; h++) {
			filter.case_name = cases[c];
			filter.heap_bytes = heaps[h];
			grid_row(grid);
			grid_cell(grid, "%s", cases[c]);
			block_bytes_cell(grid, heaps[h]);
			put_case(summary, &filter, shown, columns, grid);
		}
	grid_note(grid,
		  "reaped and p99: a start from the call to reaped, with %s %s, median and 99th "
		  "percentile of a window",
		  shown[columns - 1],
		  strcmp(shown[columns - 1], "1") == 0 ? "starter" : "starters");
	grid_note(grid,
		  "each process has such a heap, threads share one; it is write-protected, as "
		  "the start before left it");
}

SHOW(concurrent, .place = 20, .axes = 1U << AXIS_STARTERS, .looks = looks, .tables = {put_table},
     .figures = figures);
