/* How first_write is shown: first-write-cdf, first-write-by-heap, first-write-by-page-kind; a table of its cases. */
#include "harness/driver/show/show.h"

#include "harness/common/units.h"
#include "harness/driver/base/notes.h"
#include "harness/driver/show/distribution.h"

#include <math.h>
#include <string.h>

/* Cases: one hue for each thing that can become of the page, in the order of the legend. */
static const struct look looks[] = {
	{"child_copy", 0xD55E00, 2.6, {0}, 7, 0.75, "page is copied"},
	{"parent_copy", 0xD55E00, 1.4, {12, 6}, 4, 1.15, NULL},
	{"before_exec", 0xD55E00, 1.4, {3, 4}, 8, 1.5, NULL},
	{"reuse_child_wrote", 0x0072B2, 2.6, {0}, 7, 0.75, "page is reused"},
	{"reuse_child_exited", 0x0072B2, 1.4, {12, 6}, 4, 1.15, NULL},
	{"after_exec", 0x0072B2, 1.4, {3, 4}, 8, 1.5, NULL},
	{"never_forked", 0x000000, 2.6, {0}, 7, 0.75, "nothing to do"},
	{"after_vfork", 0x777777, 1.4, {12, 6}, 4, 1.15, NULL},
	{"after_posix_spawn", 0x777777, 1.4, {3, 4}, 8, 1.5, NULL},
	{"after_clone_vm", 0x777777, 1.4, {12, 4, 3, 4}, 2, 1.0, NULL},
	{"fresh_zero", 0x009E73, 2.2, {0}, 13, 1.15, "page is new"},
	{0},
};

enum { CASES_MAX = 64, HEAPS_MAX = 64 };

/* ---- first-write-cdf ---- */

/* What reading the clock around a single write takes, by the ruler. NULL: it is not known. */
static const struct row *clock_row(const struct summary *summary)
{
	struct filter filter = {.experiment = "null"};
	return filter_settled_row(summary, &filter);
}

static void say_writes(const struct summary *summary, struct filter *filter,
		       char text[FIGURE_REMARK_MAX])
{
	char clock[BLOCK_TEXT_MAX];
	notes_fill(text, FIGURE_REMARK_MAX,
		   "up to %.0f writes per case; every time includes two clock readings, which take "
		   "%s",
		   distribution_most(summary, filter),
		   clock_row(summary) ? block_time(clock_row(summary), clock) : "an unknown time");
}

/* ---- first-write-by-page-kind ---- */

/* From the smallest page to the largest. */
static const char *const kinds[] = {"4k", "mthp", "thp", "hugetlb"};
enum { KINDS = sizeof kinds / sizeof *kinds };

/* The heap at which the other page kinds were measured; without them, the largest. */
static bool kind_heap(const struct summary *summary, struct filter *filter)
{
	static const char *const order[] = {"thp", "mthp", "hugetlb", "4k"};
	struct filter of_kind = *filter;
	uint64_t heaps[HEAPS_MAX];
	size_t count = 0;
	of_kind.metric = "write_ns";
	for (size_t k = 0; k < KINDS && !count; k++) {
		of_kind.level[AXIS_PAGE_KIND] = order[k];
		count = filter_heaps(summary, &of_kind, heaps, HEAPS_MAX);
	}
	filter->with_heap = count > 0;
	filter->heap_bytes = count ? heaps[count - 1] : 0;
	return filter->with_heap;
}

/* A block for each page kind: its name and the bytes from one write to the next, then a line for each case: its
 * number among those of all kinds, name, write_ns, low, high. */
static void put_kinds(FILE *file, const struct summary *summary, const struct filter *filter)
{
	const char *cases[CASES_MAX];
	const size_t count = filter_cases(summary, filter, cases, CASES_MAX);
	for (size_t k = 0; k < KINDS; k++) {
		struct filter of_kind = *filter;
		of_kind.level[AXIS_PAGE_KIND] = kinds[k];
		const struct row *row = filter_row(summary, &of_kind);
		if (!row)
			continue;
		gnuplot_text(file, kinds[k]);
		gnuplot_put(file, "\t%.0f\n",
			    (double)filter->heap_bytes / filter_pages(summary, row->series));
		for (size_t c = 0; c < count; c++) {
			of_kind.case_name = cases[c];
			row = filter_row(summary, &of_kind);
			if (!row)
				continue;
			gnuplot_put(file, "%zu\t", c);
			gnuplot_text(file, cases[c]);
			figures_put_interval(file, &row->interval, 1);
			gnuplot_put(file, "\n");
		}
		gnuplot_put(file, "\n\n");
	}
}

static void say_left_out(const struct summary *summary, struct filter *filter,
			 char text[FIGURE_REMARK_MAX])
{
	(void)filter;
	filter_levels_left_out(summary, "page_kinds_left_out", text, FIGURE_REMARK_MAX);
}

/* In the colours of the cases. */
static void put_floors(FILE *file, const struct summary *summary, const struct filter *filter)
{
	floor_put_line(file, summary, filter, FLOOR_COPY_FAULT, false, 0xD55E00);
	floor_put_line(file, summary, filter, FLOOR_FRESH_PAGE, false, 0x009E73);
	floor_put_line(file, summary, filter, FLOOR_REUSE_FAULT, false, 0x0072B2);
}

static void say_floors(const struct summary *summary, struct filter *filter,
		       char text[FIGURE_REMARK_MAX])
{
	(void)filter;
	floor_words(summary, FLOOR_REUSE_FAULT,
		    "a page that is copied, new or reused, in the colour of that case", text,
		    FIGURE_REMARK_MAX);
}

static const struct face_figure figures[] = {
	{.name = "first-write-by-heap",
	 .what = "whole passes over {page_kind}; " FIGURE_MEANS,
	 .remark = say_floors,
	 .filter = {.metric = "write_ns", .level[AXIS_TOUCH_ORDER] = FILTER_ANY},
	 .files = {{"first-write-by-heap-sequential.dat",
		    .filter.level[AXIS_TOUCH_ORDER] = "sequential"},
		   {"first-write-by-heap-shuffled.dat",
		    .filter.level[AXIS_TOUCH_ORDER] = "shuffled"},
		   {"first-write-floors.dat", .put = put_floors}}},
	{.name = "first-write-cdf",
	 .what = "single writes, {page_kind} {touch_order}{, heap}, replicates pooled; no "
		 "intervals; steps of the histogram: 1.1 %",
	 .filter.metric = "single_ns",
	 .choose_heap = filter_one_heap,
	 .remark = say_writes,
	 .files = {{"first-write-cdf.dat", .put = distribution_put}}},
	{.name = "first-write-by-page-kind",
	 .what = "whole passes {touch_order}{, heap}: the time of a pass divided by its "
		 "writes; " FIGURE_BARS,
	 .filter = {.metric = "write_ns", .level[AXIS_PAGE_KIND] = FILTER_ANY},
	 .choose_heap = kind_heap,
	 .remark = say_left_out,
	 .files = {{"first-write-by-page-kind.dat", .put = put_kinds}}},
	{0},
};

static const struct floored floored[] = {
	{"copy_fault_over_floor",
	 "a fault that copies",
	 {.metric = "write_ns", .case_name = "parent_copy"},
	 FLOOR_COPY_FAULT,
	 false},
	{"fresh_page_over_floor",
	 "a fresh page",
	 {.metric = "write_ns", .case_name = "fresh_zero"},
	 FLOOR_FRESH_PAGE,
	 false},
	{"reuse_fault_over_floor",
	 "a fault that reuses",
	 {.metric = "write_ns", .case_name = "reuse_child_exited"},
	 FLOOR_REUSE_FAULT,
	 false},
	{0},
};

/* ---- the table ---- */

/* Single writes: the median and the 99th percentile of a pass, over replicates, and the longest of all. */
static void put_singles(const struct summary *summary, const struct row *row, struct grid *grid)
{
	char text[UNITS_TEXT_MAX];
	const struct row *longest = summary_find(summary, row->series, NULL, NULL, "single_max_ns");
	block_time_cell(grid, summary_find(summary, row->series, NULL, NULL, "single_ns"));
	block_time_cell(grid, summary_find(summary, row->series, NULL, NULL, "single_p99_ns"));
	grid_cell(grid, "%s",
		  longest && longest->count ? units_format_ns(longest->spread.max, text) : "n/a");
}

/* Faults a page, and how many of a pass's pages changed their frame. */
static void put_proof(const struct summary *summary, const struct row *row, struct grid *grid)
{
	static const char *const metrics[] = {"faults", "frames_changed"};
	for (size_t i = 0; i < sizeof metrics / sizeof *metrics; i++) {
		const struct row *count =
			summary_find(summary, row->series, NULL, NULL, metrics[i]);
		if (count && count->count)
			grid_cell(grid, "%.3g",
				  count->interval.center / filter_pages(summary, row->series));
		else
			grid_cell(grid, "n/a");
	}
}

static void put_table(const struct summary *summary, struct grid *grid)
{
	struct filter filter = {.experiment = "first_write", .metric = "write_ns"};
	char text[BLOCK_TEXT_MAX], step[UNITS_TEXT_MAX], others[LEVEL_WORDS_MAX];
	char left_out[GRID_NOTE_MAX];
	filter_settle_levels(summary, &filter);
	filter_one_heap(summary, &filter);
	block_begin(grid, 1, &filter,
		    "first write to a page: {heap}, {page_kind} {touch_order}{levels}");
	grid_heads(grid, "case", "mean of a pass", "p50", "p99", "max", "faults", "copied");
	for (size_t i = 0; i < summary->row_count; i++) {
		const struct row *row = &summary->rows[i];
		if (!filter_matches(&filter, row->series))
			continue;
		grid_row(grid);
		grid_cell(grid, "%s", row->series->case_name);
		block_time_cell(grid, row);
		put_singles(summary, row, grid);
		put_proof(summary, row, grid);
	}
	const struct row *first = filter_row(summary, &filter);
	if (first && filter.level[AXIS_PAGE_KIND])
		grid_note(grid, "a write in every %s",
			  units_format_bytes((uint64_t)((double)filter.heap_bytes /
							filter_pages(summary, first->series)),
					     step));
	grid_note(grid, "%s", level_words_others(summary, &filter, 0, others));
	grid_note(
		grid,
		"p50 and p99 of a pass, and max, the longest of all, are of single writes, each "
		"including two clock readings, %s; faults and copied (frames changed) are per page",
		block_time(clock_row(summary), text));
	grid_note(
		grid, "%s",
		filter_levels_left_out(summary, "page_kinds_left_out", left_out, sizeof left_out));
}

SHOW(first_write, .place = 2, .axes = 1U << AXIS_PAGE_KIND | 1U << AXIS_TOUCH_ORDER, .looks = looks,
     .counted = {{.title = "first_write, the writer, per page", .per = "pages"}},
     .tables = {put_table}, .figures = figures, .floored = floored);
