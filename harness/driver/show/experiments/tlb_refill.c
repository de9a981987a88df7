/* How tlb_refill is shown: tlb-refill; a table of cases by pages, and the reach of the TLBs. */
#include "harness/driver/show/show.h"

#include "harness/common/units.h"
#include "harness/driver/analysis/reach.h"
#include "harness/driver/base/fields.h"
#include "harness/driver/base/notes.h"

#include <math.h>
#include <string.h>

/* Cases, in the order of the legend. */
static const struct look looks[] = {
	{"warm", 0x000000, 3.0, {0}, 7, 0.75, NULL},
	{"again", 0x777777, 1.4, {12, 6}, 4, 1.15, NULL},
	{"after_flush", 0x0072B2, 3.0, {0}, 5, 0.75, NULL},
	{"after_evict", 0xE69F00, 1.8, {12, 4, 3, 4}, 12, 1.4, NULL},
	{"after_fork", 0xD55E00, 2.4, {0}, 13, 1.1, NULL},
	{"after_vfork", 0x56B4E9, 1.4, {3, 4}, 8, 1.4, NULL},
	{"after_posix_spawn", 0xCC79A7, 1.4, {12, 6}, 6, 1.25, NULL},
	{"after_switch", 0x009E73, 1.6, {6, 4}, 2, 1.0, NULL},
	{0},
};

enum { CASES_MAX = 12, SIZES_MAX = 64 };

/* From what a read costs more after a flush than warm, at 4 KiB pages. */
static struct reach find_reach(const struct summary *summary)
{
	struct filter warm = {.experiment = "tlb_refill",
			      .metric = "page_ns",
			      .case_name = "warm",
			      .level[AXIS_PAGE_KIND] = "4k"};
	double pages[SIZES_MAX], refill_ns[SIZES_MAX], resolution_ns = 0;
	uint64_t heaps[SIZES_MAX];
	bool few = false;
	size_t n = 0;
	filter_settle_levels(summary, &warm);
	size_t sizes = filter_heaps(summary, &warm, heaps, SIZES_MAX);
	warm.with_heap = true;
	struct filter flushed = warm;
	flushed.case_name = "after_flush";
	for (size_t s = 0; s < sizes; s++) {
		warm.heap_bytes = flushed.heap_bytes = heaps[s];
		const struct row *row = filter_row(summary, &warm),
				 *other = filter_row(summary, &flushed);
		if (!other)
			continue;
		const double more_ns = other->interval.center - row->interval.center;
		if (!isfinite(more_ns))
			continue;
		few = few || !row->interval.has_interval || !other->interval.has_interval;
		pages[n] = filter_pages(summary, row->series);
		refill_ns[n++] = more_ns;
	}
	/* The difference of two medians of few processes falls to its half anywhere, by chance. */
	if (few)
		return (struct reach){.plateau_ns = NAN,
				      .why = "unavailable: " STATS_TOO_FEW " of some size"};
	fields_number(json_object_get(json_object_get(summary->dataset->environment, "clock"),
				      "resolution_ns"),
		      &resolution_ns);
	return reach_find(pages, refill_ns, n, resolution_ns);
}

enum { REACH, COST, DERIVED };

static size_t derive(const struct summary *summary, struct derived rows[DERIVED_MAX])
{
	const struct reach reach = find_reach(summary);
	rows[REACH] = (struct derived){.name = "tlb_reach",
				       .unit = "pages",
				       .value.center = reach.found ? reach.pages : NAN};
	rows[COST] = (struct derived){
		.name = "tlb_refill_cost", .unit = "ns", .value.center = reach.plateau_ns};
	wire_copy(rows[REACH].note, sizeof rows[REACH].note, reach.why); /* empty if found */
	wire_copy(rows[COST].note, sizeof rows[COST].note,
		  isfinite(reach.plateau_ns) ? "per page" : reach.why);
	return DERIVED;
}

/* Page walks that the load TLB started; where the kernel's cannot be counted, the user's. NULL: neither is. */
static const char *counted_walks(const struct summary *summary)
{
	static const char *const names[] = {"dtlb_load_walks_both", "dtlb_load_walks_user"};
	struct filter filter = {.experiment = "tlb_refill"};
	filter_settle_levels(summary, &filter);
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		filter.metric = names[i];
		if (filter_row(summary, &filter))
			return names[i];
	}
	return NULL;
}

static bool is_walks(const struct summary *summary, const struct series *series)
{
	const char *counted = counted_walks(summary);
	return counted && strcmp(series->metric, counted) == 0;
}

/* A line: pages up to which the TLBs reach, and a label; empty if it was not found. */
static void put_reach(FILE *file, const struct summary *summary, const struct filter *filter)
{
	char bytes[UNITS_TEXT_MAX];
	const struct reach reach = find_reach(summary);
	(void)filter;
	if (reach.found)
		gnuplot_put(file, "%.6g\tTLB reach %.0f pages, %s\n", reach.pages, reach.pages,
			    units_format_bytes((uint64_t)reach.pages * 4096, bytes));
}

static void say_reach(const struct summary *summary, struct filter *filter,
		      char text[FIGURE_REMARK_MAX])
{
	const struct reach reach = find_reach(summary);
	const char *counted = counted_walks(summary);
	if (filter_row(summary, filter))
		notes_fill(text, FIGURE_REMARK_MAX,
			   "TLB reach: where after_flush minus warm falls to half of its "
			   "highest%s%s; %s%s",
			   *reach.why ? ": " : "", reach.why,
			   counted ? "walks: " : "walks were not counted, see below",
			   counted ? counted : "");
}

static const struct face_figure figures[] = {
	{.name = "tlb-refill",
	 .what = "a dependent read in each page; " FIGURE_MEANS,
	 .filter.metric = "page_ns",
	 .over = CURVE_OVER_PAGES,
	 .remark = say_reach,
	 .files = {{.name = "tlb-refill.dat"},
		   {.name = "tlb-refill-walks.dat",
		    .filter.metric = FILTER_ANY,
		    .a_page = true,
		    .takes = is_walks},
		   {.name = "tlb-reach.dat", .put = put_reach}}},
	{0},
};

/* Without "after_", which all but two begin with. */
static const char *short_name(const char *case_name)
{
	static const char start[] = "after_";
	size_t length = sizeof start - 1;
	return strncmp(case_name, start, length) == 0 ? case_name + length : case_name;
}

/* A row for each number of pages: the metric of each case, or its count a page. */
static void put_rows(const struct summary *summary, struct grid *grid, const struct filter *levels,
		     const char *metric, const char *heads)
{
	struct filter filter = *levels;
	const char *cases[CASES_MAX];
	uint64_t heaps[SIZES_MAX];
	filter.metric = "page_ns";
	size_t case_count = filter_cases(summary, &filter, cases, CASES_MAX);
	filter.metric = metric;
	size_t sizes = filter_heaps(summary, &filter, heaps, SIZES_MAX);
	grid_row(grid);
	grid_cell(grid, "%s", heads);
	for (size_t c = 0; c < case_count; c++)
		grid_cell(grid, "%s", short_name(cases[c]));
	filter.with_heap = true;
	for (size_t s = 0; s < sizes; s++) {
		filter.heap_bytes = heaps[s];
		filter.case_name = NULL;
		grid_row(grid);
		grid_cell(grid, "%.0f",
			  filter_pages(summary, filter_row(summary, &filter)->series));
		for (size_t c = 0; c < case_count; c++) {
			filter.case_name = cases[c];
			const struct row *row = filter_row(summary, &filter);
			if (!row)
				grid_cell(grid, "n/a");
			else if (row->series->is_counter)
				grid_cell(grid, "%.3g",
					  row->interval.center /
						  filter_pages(summary, row->series));
			else
				block_number_cell(grid, &row->interval);
		}
	}
}

static void note_reach(const struct summary *summary, struct grid *grid)
{
	struct derived rows[DERIVED_MAX];
	derive(summary, rows);
	const double pages = rows[REACH].value.center;
	char bytes[UNITS_TEXT_MAX];
	if (isfinite(pages))
		grid_note(grid,
			  "TLB reach: %.0f pages (%s): above this a flush costs the next reads "
			  "less than half of the %.1f ns per page that it costs below",
			  pages, units_format_bytes((uint64_t)pages * 4096, bytes),
			  rows[COST].value.center);
	else
		grid_note(grid, "TLB reach: %s", rows[REACH].note);
}

static void put_table(const struct summary *summary, struct grid *grid)
{
	struct filter levels = {.experiment = "tlb_refill"};
	filter_settle_levels(summary, &levels);
	const char *counted = counted_walks(summary);
	block_begin(
		grid, 0, &levels,
		counted ? "reading pages again, ns per page, and page walks per page: warm, and "
			  "after (flush, evict, ...)"
			: "reading pages again, ns per page: warm, and after (flush, evict, ...)");
	put_rows(summary, grid, &levels, "page_ns", counted ? "pages: ns" : "pages");
	if (counted)
		put_rows(summary, grid, &levels, counted, "pages: walks");
	note_reach(summary, grid);
}

SHOW(tlb_refill, .place = 3, .looks = looks,
     .counted = {{.title = "tlb_refill, the reader, per page",
		  .per = "pages",
		  .heap_max = 1 << 20}}, /* within the TLB's reach, where what emptied it shows */
     .derive = derive, .tables = {put_table}, .figures = figures);
