/* How tlb_refill is shown: tlb-refill; a table of cases by pages, and the reach of the TLBs. */
#include "harness/driver/show/counter_words.h"
#include "harness/driver/show/show.h"

#include "harness/common/units.h"
#include "harness/driver/analysis/compared.h"
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
	struct reach_point points[SIZES_MAX];
	double differences[DATASET_REPLICATES_MAX], resolution_ns = 0;
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
		size_t count = other ? compared_differences(other, row, differences) : 0;
		if (!count)
			continue;
		points[n].pages = filter_pages(summary, row->series);
		points[n].refill_ns = stats_difference_interval(differences, count);
		few = few || !points[n++].refill_ns.has_interval;
	}
	/* The difference of few processes falls to its half anywhere, by chance. */
	if (few)
		return (struct reach){.plateau_ns.center = NAN,
				      .why = "unavailable: " STATS_TOO_FEW " of some size"};
	fields_number(json_object_get(json_object_get(summary->dataset->environment, "clock"),
				      "resolution_ns"),
		      &resolution_ns);
	return reach_find(points, n, resolution_ns);
}

/* What the window itself, null's, is of each page's time: at the fewest pages measured, where it is most. A center of
 * NAN where there is no null, or no walk. */
static struct derived window_share(const struct summary *summary)
{
	struct filter warm = {.experiment = "tlb_refill", .metric = "page_ns", .case_name = "warm"};
	struct filter null = {.experiment = "null", .metric = "window_ns"};
	struct derived share = {.name = "tlb_refill_window",
				.metric = "page_ns",
				.unit = "ns",
				.value.center = NAN,
				.note = "unavailable: there is no empty window to compare with"};
	uint64_t heaps[SIZES_MAX];
	filter_settle_levels(summary, &warm);
	if (!filter_heaps(summary, &warm, heaps, SIZES_MAX))
		return share;
	warm.with_heap = share.with_heap = true;
	warm.heap_bytes = share.heap_bytes = heaps[0];
	const struct row *row = filter_row(summary, &null);
	if (!row)
		return share;
	const double pages = filter_pages(summary, filter_row(summary, &warm)->series);
	share.value.center = row->interval.center / pages;
	notes_fill(share.note, sizeof share.note,
		   "of each page's time at %.0f pages: the window itself, %.1f ns by null", pages,
		   row->interval.center);
	return share;
}

enum { REACH, COST, WINDOW, DERIVED };

static size_t derive(const struct summary *summary, struct derived rows[DERIVED_MAX])
{
	const struct reach reach = find_reach(summary);
	rows[REACH] = (struct derived){.name = "tlb_reach", .unit = "pages", .value = reach.pages};
	rows[COST] = (struct derived){
		.name = "tlb_refill_cost", .unit = "ns", .value = reach.plateau_ns};
	rows[WINDOW] = window_share(summary);
	if (!reach.found)
		rows[REACH].value = (struct stats_interval){.center = NAN};
	wire_copy(rows[REACH].note, sizeof rows[REACH].note,
		  !reach.found       ? reach.why
		  : reach.high_above ? "the upper bound is the largest number measured, or more"
				     : "");
	wire_copy(rows[COST].note, sizeof rows[COST].note,
		  isfinite(reach.plateau_ns.center) ? "per page, of 64 to 1024 pages" : reach.why);
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
		gnuplot_put(file, "%.6g\tTLB reach %.0f pages, %s\n", reach.pages.center,
			    reach.pages.center,
			    units_format_bytes((uint64_t)reach.pages.center * 4096, bytes));
}

static void say_reach(const struct summary *summary, struct filter *filter,
		      char text[FIGURE_REMARK_MAX])
{
	const struct reach reach = find_reach(summary);
	const char *counted = counted_walks(summary);
	char why[COUNTER_WORDS_MAX];
	if (!filter_row(summary, filter))
		return;
	notes_fill(text, FIGURE_REMARK_MAX, "TLB reach: %s; walks",
		   *reach.why ? reach.why
			      : "where after_flush less warm is half of what it is at 64 to 1024 "
				"pages");
	if (counted)
		notes_append(text, FIGURE_REMARK_MAX, ": %s", counted);
	else
		counters_why_missing(summary->dataset, "dtlb_load_walks", why);
	if (!counted)
		notes_append(text, FIGURE_REMARK_MAX, " not counted%s%s", *why ? ": " : "", why);
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

/* A row for each number of pages: the metric of each case, or its count per page. */
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
	const struct stats_interval *reach = &rows[REACH].value, *cost = &rows[COST].value;
	const double pages = reach->center;
	char bytes[UNITS_TEXT_MAX], refill[BLOCK_TEXT_MAX];
	if (isfinite(pages))
		grid_note(grid,
			  "TLB reach: %.0f (%.0f to %.0f%s) pages, %s: above this a flush costs "
			  "the next reads less than half of the %s per page that it costs at 64 "
			  "to 1,024",
			  pages, reach->low, reach->high, *rows[REACH].note ? " or more" : "",
			  units_format_bytes((uint64_t)pages * 4096, bytes),
			  block_interval(cost, refill));
	else
		grid_note(grid, "TLB reach: %s", rows[REACH].note);
	if (isfinite(rows[WINDOW].value.center))
		grid_note(grid, "%.1f ns %s", rows[WINDOW].value.center, rows[WINDOW].note);
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
