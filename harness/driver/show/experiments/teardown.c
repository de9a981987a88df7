/* How teardown is shown: teardown; a table of cases by heap. */
#include "harness/driver/show/show.h"

#include <string.h>

/* Cases, in the order of the legend. */
static const struct look looks[] = {
	{"exit_copied", 0xD55E00, 2.6, {0}, 7, 0.9, NULL},
	{"exit_written", 0xE69F00, 1.6, {12, 6}, 4, 1.15, NULL},
	{"exit_shared", 0xD55E00, 1.6, {3, 4}, 8, 1.4, NULL},
	{"exec_copied", 0x0072B2, 2.6, {0}, 5, 0.9, NULL},
	{"exec_shared", 0x0072B2, 1.6, {3, 4}, 12, 1.5, NULL},
	{"read_private", 0x000000, 2.6, {0}, 7, 0.9, NULL},
	{"read_shared", 0x009E73, 1.6, {12, 6}, 4, 1.15, NULL},
	{"read_file", 0xCC79A7, 1.6, {3, 4}, 8, 1.4, NULL},
	{0},
};

static const struct face_figure figures[] = {
	{.name = "teardown",
	 .what = "end: exit to reaped, or exec to the new program; " FIGURE_MEANS,
	 .files = {{"teardown-end.dat", .filter.metric = "end_ns"},
		   {"teardown-read.dat", .filter.metric = "page_read_ns"}}},
	{0},
};

enum { CASES_MAX = 16, HEAPS_MAX = 5, ALL_HEAPS_MAX = 64 };

/* What a case measures is its main metric: its end, or a page's first read, whose rows say that they are a
 * page. */
static void put_case(const struct summary *summary, struct grid *grid, const struct series *first,
		     const uint64_t *heaps, size_t count)
{
	static const char *const parts[] = {"wait_ns", "reap_ns"};
	struct series key = *first;
	grid_row(grid);
	grid_cell(grid, "%s%s", first->case_name,
		  strcmp(first->metric, "page_read_ns") == 0 ? ", per page" : "");
	for (size_t h = 0; h < count; h++) {
		key.heap_bytes = heaps[h];
		block_time_cell(grid, summary_find(summary, &key, NULL, NULL, NULL));
	}
	for (size_t p = 0; p < 2; p++) /* of the largest heap */
		block_time_cell(grid, summary_find(summary, &key, NULL, NULL, parts[p]));
}

static void put_table(const struct summary *summary, struct grid *grid)
{
	struct filter filter = {.experiment = "teardown", .mains = true};
	const char *cases[CASES_MAX];
	uint64_t heaps[ALL_HEAPS_MAX];
	filter_settle_levels(summary, &filter);
	size_t count = filter_heaps(summary, &filter, heaps, ALL_HEAPS_MAX);
	size_t case_count = filter_cases(summary, &filter, cases, CASES_MAX);
	const uint64_t *shown = count > HEAPS_MAX ? heaps + count - HEAPS_MAX : heaps;
	count = count > HEAPS_MAX ? HEAPS_MAX : count;
	block_begin(
		grid, 1, &filter,
		"a child's end (exit to reaped; exec to the new program), and its first read of a "
		"page (read_), by heap");
	grid_row(grid);
	grid_cell(grid, "case");
	for (size_t h = 0; h < count; h++)
		block_bytes_cell(grid, shown[h]);
	grid_cell(grid, "caller waits");
	grid_cell(grid, "reaping");
	for (size_t c = 0; c < case_count; c++) {
		filter.case_name = cases[c];
		put_case(summary, grid, filter_any_row(summary, &filter)->series, shown, count);
	}
	grid_note(grid, "the last two columns are parts of the end with the largest heap");
	grid_note(grid, "read_ cases are means over all pages of the heap; one page fault in "
			"shared or file memory maps several of them");
}

SHOW(teardown, .place = 6, .looks = looks,
     .counted = {{.title = "teardown, caller and child, per end", .suffix = "_with_child"}},
     .tables = {put_table}, .figures = figures);
