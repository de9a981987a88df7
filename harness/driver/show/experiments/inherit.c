/* How inherit is shown: inherit; a table of what a child has of its caller's memory. */
#include "harness/driver/show/show.h"

#include "harness/common/units.h"

#include <math.h>

enum { TEXT_MAX = 300 };

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

/* What is told of a case. */
static const struct {
	const char *metric, *head, *title;
	bool a_page; /* divided by the pages of the memory */
} told[] = {
	{"child_tables", "page tables", "child's page tables, pages", false},
	{"child_resident", "resident", "child's resident pages", false},
	{"frames_shared", "same frame", "share in the caller's frames", true},
	{"mappings", "mappings", "mappings of each page", true},
};

enum { TOLD = sizeof told / sizeof *told };

/* The levels and the heap that are shown. False if there is none. */
static bool find_levels(const struct summary *summary, struct filter *filter)
{
	*filter = (struct filter){.experiment = "inherit"};
	filter_settle_levels(summary, filter);
	return filter_one_heap(summary, filter);
}

/* NAN if it was not measured. */
static double value_of(const struct summary *summary, const struct filter *levels,
		       const char *case_name, size_t index)
{
	struct filter filter = *levels;
	filter.case_name = case_name;
	filter.metric = told[index].metric;
	const struct row *row = filter_row(summary, &filter);
	if (!row)
		return NAN;
	return row->interval.center / (told[index].a_page ? filter_pages(summary, row->series) : 1);
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

/* ---- the figure ---- */

/* A block for each quantity: its title, then lines of the case's place, its name, the value, and that as text. */
static enum outcome put_values(const struct figures *figures, const struct filter *levels, bool any)
{
	char text[BLOCK_TEXT_MAX];
	FILE *file = figures_open(figures, "inherit.dat");
	if (!file)
		return OUTCOME_FAILED;
	for (size_t i = 0; any && i < TOLD; i++) {
		gnuplot_text(file, told[i].title);
		gnuplot_put(file, "\n");
		for (size_t c = 0; looks[c].name; c++) {
			double value = value_of(figures->summary, levels, looks[c].name, i);
			gnuplot_put(file, "%zu\t", c);
			gnuplot_text(file, looks[c].name);
			gnuplot_put(file, "\t%.6g\t%s\n", value, value_text(value, text));
		}
		gnuplot_put(file, "\n\n");
	}
	return figures_close(figures, file);
}

static enum outcome put_figures(const struct figures *figures)
{
	char what[TEXT_MAX], heap[BLOCK_TEXT_MAX];
	struct filter filter;
	bool any = find_levels(figures->summary, &filter);
	snprintf(what, sizeof what,
		 "what a child has of its caller's memory%s; medians of counts, without "
		 "intervals; n/a: see summary.csv",
		 block_heap(", ", &filter, heap));
	const struct caption caption = {.figure = "inherit", .what = what, .filter = filter};
	if (put_values(figures, &filter, any))
		return OUTCOME_FAILED;
	return caption_write(figures, &caption);
}

/* ---- the table ---- */

static void put_table(const struct summary *summary, struct grid *grid)
{
	char heap[UNITS_TEXT_MAX], text[BLOCK_TEXT_MAX], levels[LEVEL_WORDS_MAX];
	struct filter filter;
	if (!find_levels(summary, &filter))
		return;
	grid_begin(grid, 1, "what a child has of its caller's memory: heap %s%s",
		   units_format_bytes(filter.heap_bytes, heap), level_words(&filter, 0, levels));
	grid_row(grid);
	grid_cell(grid, "case");
	for (size_t i = 0; i < TOLD; i++)
		grid_cell(grid, "%s", told[i].head);
	for (size_t c = 0; looks[c].name; c++) {
		grid_row(grid);
		grid_cell(grid, "%s", looks[c].name);
		for (size_t i = 0; i < TOLD; i++)
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

SHOW(inherit, .place = 7, .looks = looks, .tables = {put_table}, .figures = put_figures);
