/* How switch is shown: switch; a table of both cases and their difference by pages. */
#include "harness/driver/show/show.h"

#include "harness/driver/analysis/compared.h"

#include <string.h>

/* Cases, in the order of the legend. */
static const struct look looks[] = {
	{"shared", 0x000000, 2.6, {0}, 7, 0.9, NULL},
	{"separate", 0xD55E00, 2.6, {0}, 5, 0.9, NULL},
	{0},
};

/* What separate memory adds to a switch, for each heap at which both cases share replicates. */
static size_t derive(const struct summary *summary, struct derived rows[DERIVED_MAX])
{
	const struct dataset *dataset = summary->dataset;
	size_t count = 0;
	for (size_t i = 0; i < dataset->series_count && count < DERIVED_MAX; i++) {
		const struct series *shared = &dataset->series[i];
		double values[DATASET_REPLICATES_MAX];
		if (shared->aa_control || !shared->is_main ||
		    strcmp(shared->experiment, "switch") != 0 ||
		    strcmp(shared->case_name, "shared") != 0)
			continue;
		struct series key = *shared;
		wire_copy(key.case_name, sizeof key.case_name, "separate");
		const struct row *separate = summary_find(summary, &key, NULL, NULL, NULL);
		size_t n = separate ? compared_differences(separate, &summary->rows[i], values) : 0;
		if (n)
			rows[count++] =
				(struct derived){.name = "separate_minus_shared",
						 .metric = "switch_ns",
						 .unit = "ns",
						 .with_heap = true,
						 .heap_bytes = shared->heap_bytes,
						 .replicates = n,
						 .value = stats_difference_interval(values, n)};
	}
	return count;
}

/* Lines of pages, separate minus shared, low, high. */
static void put_differences(FILE *file, const struct summary *summary, const struct filter *filter)
{
	struct derived rows[DERIVED_MAX];
	size_t count = derive(summary, rows);
	(void)filter;
	for (size_t i = 0; i < count; i++) {
		gnuplot_put(file, "%g", (double)rows[i].heap_bytes / 4096);
		figures_put_interval(file, &rows[i].value, 1);
		gnuplot_put(file, "\n");
	}
}

static const struct face_figure figures[] = {
	{.name = "switch",
	 .what = "parent and child take turns on one CPU, over the same futex; " FIGURE_MEANS
		 ", of the difference on its values",
	 .filter.metric = "switch_ns",
	 .over = CURVE_OVER_PAGES,
	 .files = {{.name = "switch.dat"},
		   {.name = "switch-difference.dat", .put = put_differences}}},
	{0},
};

enum { SIZES_MAX = 32 };

static const struct derived *row_at(const struct derived *rows, size_t count, uint64_t heap_bytes)
{
	for (size_t i = 0; i < count; i++)
		if (rows[i].heap_bytes == heap_bytes)
			return &rows[i];
	return NULL;
}

static void put_table(const struct summary *summary, struct grid *grid)
{
	static const char *const cases[] = {"shared", "separate"};
	struct filter filter = {.experiment = "switch", .metric = "switch_ns"};
	uint64_t heaps[SIZES_MAX];
	struct derived rows[DERIVED_MAX];
	size_t count = derive(summary, rows);
	filter_settle_levels(summary, &filter);
	size_t sizes = filter_heaps(summary, &filter, heaps, SIZES_MAX);
	block_begin(grid, 0, &filter,
		    "a switch between two processes on one CPU, by the pages each reads between");
	grid_heads(grid, "pages", "shared", "separate", "difference");
	filter.with_heap = true;
	for (size_t s = 0; s < sizes; s++) {
		const struct derived *difference = row_at(rows, count, heaps[s]);
		filter.heap_bytes = heaps[s];
		filter.case_name = NULL;
		grid_row(grid);
		grid_cell(grid, "%.0f",
			  filter_pages(summary, filter_row(summary, &filter)->series));
		for (size_t c = 0; c < 2; c++) {
			filter.case_name = cases[c];
			block_time_cell(grid, filter_row(summary, &filter));
		}
		if (difference)
			block_difference_cell(grid, &difference->value);
		else
			grid_cell(grid, "n/a");
	}
}

SHOW(switch, .place = 5, .looks = looks,
     .counted = {{.title = "switch, one of two processes, per switch", .per = "switches"}},
     .derive = derive, .tables = {put_table}, .figures = figures);
