/* How write_tracking is shown: write-tracking; a table of arming, first write and finding by case. */
#include "harness/driver/show/show.h"

/* Cases, in the order of the legend. */
static const struct look looks[] = {
	{"fork", 0xD55E00, 2.6, {0}, 7, 0.9, NULL},
	{"userfaultfd", 0x0072B2, 2.6, {0}, 5, 0.9, NULL},
	{"userfaultfd_async", 0x0072B2, 1.6, {12, 6}, 4, 1.3, NULL},
	{"soft_dirty", 0x009E73, 1.6, {12, 6}, 8, 1.4, NULL},
	{"mprotect", 0xCC79A7, 2.6, {0}, 9, 1.1, NULL},
	{"unprotected", 0x000000, 1.6, {3, 4}, 6, 1.2, NULL},
	{0},
};

static const struct face_figure figures[] = {
	{.name = "write-tracking",
	 .what = "arming of the whole heap, and the first write to each page after it, whole "
		 "passes; " FIGURE_MEANS,
	 .files = {{"write-tracking-arm.dat", .filter.metric = "arm_ns"},
		   {"write-tracking-write.dat", .filter.metric = "write_ns"}}},
	{0},
};

/* An interval divided by the row's pages. */
static struct stats_interval a_page(const struct summary *summary, const struct row *row)
{
	struct stats_interval interval = row->interval;
	const double pages = filter_pages(summary, row->series);
	interval.center /= pages;
	interval.low /= pages;
	interval.high /= pages;
	return interval;
}

static void put_a_page(const struct summary *summary, const struct row *row, struct grid *grid)
{
	if (!row) {
		grid_cell(grid, "-");
		return;
	}
	const struct stats_interval interval = a_page(summary, row);
	block_interval_cell(grid, &interval);
}

static void put_table(const struct summary *summary, struct grid *grid)
{
	struct filter filter = {.experiment = "write_tracking"};
	filter_settle_levels(summary, &filter);
	if (!filter_one_heap(summary, &filter))
		return;
	block_begin(grid, 1, &filter, "ways to know or keep what a program writes: {heap}");
	grid_heads(grid, "case", "arming", "a page", "first write", "finding, a page");
	for (size_t i = 0; looks[i].name; i++) {
		filter.case_name = looks[i].name;
		filter.metric = "write_ns";
		const struct row *write = filter_row(summary, &filter);
		if (!write)
			continue;
		grid_row(grid);
		grid_cell(grid, "%s", looks[i].name);
		filter.metric = "arm_ns";
		const struct row *arm = filter_row(summary, &filter);
		if (arm)
			block_time_cell(grid, arm);
		else
			grid_cell(grid, "-");
		put_a_page(summary, arm, grid);
		block_time_cell(grid, write);
		filter.metric = "find_ns";
		put_a_page(summary, filter_row(summary, &filter), grid);
	}
	grid_note(grid, "first write: of every page, the mean of a pass; finding: which pages were "
			"written, where nobody is told");
}

SHOW(write_tracking, .place = 21, .looks = looks, .tables = {put_table}, .figures = figures);
