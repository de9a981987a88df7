/* How inherit is shown: inherit; a table of what a child has of its caller's memory. */
#include "harness/driver/show/show.h"

#include <math.h>

/* Cases, in the order in which they are drawn. */
static const struct look looks[] = {
	{.name = "forked"},
	{.name = "wrote_one"},
	{.name = "after_exec"},
	{.name = "without_heap"},
	{.name = "shared_memory"},
	{.name = "file_memory"},
	{0},
};

/* What is shown of a case. */
static const struct {
	const char *metric, *head, *title;
	bool a_page; /* divided by the pages of the memory */
} columns[] = {
	{"child_tables", "page tables", "child's page tables, pages", false},
	{"child_resident", "resident", "child's resident pages", false},
	{"frames_shared", "same frame", "share in the caller's frames", true},
	{"mappings", "mappings", "mappings of each page", true},
};

enum { COLUMNS = sizeof columns / sizeof *columns };

/* NAN if it was not measured. */
static double value_of(const struct summary *summary, const struct filter *levels,
		       const char *case_name, size_t index)
{
	struct filter filter = *levels;
	filter.case_name = case_name;
	filter.metric = columns[index].metric;
	const struct row *row = filter_row(summary, &filter);
	if (!row)
		return NAN;
	return row->interval.center /
	       (columns[index].a_page ? filter_pages(summary, row->series) : 1);
}

static const char *value_text(double value, char text[BLOCK_TEXT_MAX])
{
	snprintf(text, BLOCK_TEXT_MAX, isnan(value) ? "n/a" : value < 100 ? "%.4g" : "%.0f", value);
	return text;
}

/* Pages of page tables that a forked child has more than one without the heap: what inheriting it costs. */
static double heap_tables(const struct summary *summary, const struct filter *levels)
{
	return value_of(summary, levels, "forked", 0) -
	       value_of(summary, levels, "without_heap", 0);
}

/* A block for each quantity: its title, then lines of the case's place, its name, the value, and that as text. */
static void put_values(FILE *file, const struct summary *summary, const struct filter *filter)
{
	char text[BLOCK_TEXT_MAX];
	for (size_t i = 0; i < COLUMNS; i++) {
		gnuplot_text(file, columns[i].title);
		gnuplot_put(file, "\n");
		for (size_t c = 0; looks[c].name; c++) {
			double value = value_of(summary, filter, looks[c].name, i);
			gnuplot_put(file, "%zu\t", c);
			gnuplot_text(file, looks[c].name);
			gnuplot_put(file, "\t%.6g\t%s\n", value, value_text(value, text));
		}
		gnuplot_put(file, "\n\n");
	}
}

static const struct face_figure figures[] = {
	{.name = "inherit",
	 .what = "what a child has of its caller's memory{, heap}; medians of counts, without "
		 "intervals; n/a: see summary.csv",
	 .choose_heap = filter_one_heap,
	 .files = {{"inherit.dat", .put = put_values}}},
	{0},
};

static void put_table(const struct summary *summary, struct grid *grid)
{
	char text[BLOCK_TEXT_MAX];
	struct filter filter = {.experiment = "inherit"};
	filter_settle_levels(summary, &filter);
	if (!filter_one_heap(summary, &filter))
		return;
	block_begin(grid, 1, &filter, "what a child has of its caller's memory: {heap}");
	grid_row(grid);
	grid_cell(grid, "case");
	for (size_t i = 0; i < COLUMNS; i++)
		grid_cell(grid, "%s", columns[i].head);
	for (size_t c = 0; looks[c].name; c++) {
		grid_row(grid);
		grid_cell(grid, "%s", looks[c].name);
		for (size_t i = 0; i < COLUMNS; i++)
			grid_cell(grid, "%s",
				  value_text(value_of(summary, &filter, looks[c].name, i), text));
	}
	double tables = heap_tables(summary, &filter);
	if (!isnan(tables))
		grid_note(grid,
			  "inheriting the heap costs %.4g pages of page tables for %.0f pages "
			  "(forked less without_heap)",
			  tables, (double)filter.heap_bytes / 4096);
	grid_note(grid, "page tables and resident are the child's, in pages (VmPTE, VmRSS); same "
			"frame: the share of the pages that are in the caller's frame; mappings: "
			"of each such frame, on average");
}

SHOW(inherit, .place = 7, .looks = looks, .tables = {put_table}, .figures = figures);
