/* How thread_gap is shown: thread-gap; a table of what a thread of the caller loses to each way to start a program. */
#include "harness/driver/show/show.h"

/* Cases, in the order of the rows, then metrics, in the order of the legend. */
static const struct look looks[] = {
	{.name = "fork"},
	{.name = "clone_vfork"},
	{.name = "vfork"},
	{.name = "posix_spawn"},
	{"call_ns", 0x000000, 2.6, {0}, 7, 1.1, NULL},
	{"gap_ns", 0xD55E00, 2.6, {0}, 5, 1.1, NULL},
	{"gap_idle_ns", 0x0072B2, 2.6, {0}, 9, 1.1, NULL},
	{0},
};

enum { CASES = 4 };

static const struct row *row_of(const struct summary *summary, const struct filter *levels,
				const char *case_name, const char *metric)
{
	struct filter filter = *levels;
	filter.case_name = case_name;
	filter.metric = metric;
	return filter_row(summary, &filter);
}

/* A block for each metric: its name, then lines of the case's place, ns, low, high, the case. */
static void put_points(FILE *file, const struct summary *summary, const struct filter *filter)
{
	for (size_t m = CASES; looks[m].name; m++) {
		if (!row_of(summary, filter, NULL, looks[m].name))
			continue;
		gnuplot_text(file, looks[m].name);
		gnuplot_put(file, "\n");
		for (size_t c = 0; c < CASES; c++) {
			const struct row *row =
				row_of(summary, filter, looks[c].name, looks[m].name);
			if (!row)
				continue;
			gnuplot_put(file, "%zu", c);
			figures_put_interval(file, &row->interval, 1);
			gnuplot_put(file, "\t");
			gnuplot_text(file, looks[c].name);
			gnuplot_put(file, "\n");
		}
		gnuplot_put(file, "\n\n");
	}
}

static const struct face_figure figures[] = {
	{.name = "thread-gap",
	 .what = "another thread of the caller, on a CPU of its own, while the caller starts a "
		 "program{; heap}; " FIGURE_BARS,
	 .choose_heap = filter_one_heap,
	 .files = {{"thread-gap.dat", .put = put_points}}},
	{0},
};

static void put_table(const struct summary *summary, struct grid *grid)
{
	struct filter filter = {.experiment = "thread_gap"};
	filter_settle_levels(summary, &filter);
	if (!filter_one_heap(summary, &filter))
		return;
	block_begin(grid, 1, &filter,
		    "another thread of the caller while it starts a program: {heap}");
	grid_heads(grid, "start", "the caller waits", "the thread's longest gap", "without a call");
	for (size_t c = 0; c < CASES; c++) {
		grid_row(grid);
		grid_cell(grid, "%s", looks[c].name);
		block_time_cell(grid, row_of(summary, &filter, looks[c].name, "call_ns"));
		block_time_cell(grid, row_of(summary, &filter, looks[c].name, "gap_ns"));
		block_time_cell(grid, row_of(summary, &filter, looks[c].name, "gap_idle_ns"));
	}
	grid_note(grid, "the child stays for 100 us before its exec, but that of posix_spawn");
}

SHOW(thread_gap, .place = 8, .looks = looks, .tables = {put_table}, .figures = figures);
