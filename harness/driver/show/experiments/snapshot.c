/* How snapshot is shown: as the whole of the fork bill, fork-bill; a table of its cases by heap and share written. */
#include "harness/driver/bill/bill_view.h"
#include "harness/driver/show/show.h"

#include "harness/common/units.h"
#include "harness/driver/analysis/compared.h"
#include "harness/driver/base/notes.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const struct look looks[] = {
	{.name = "fork_caller_writes"},
	{.name = "fork_child_writes"},
	{.name = "fork_written_later"},
	{.name = "clone_written_later"},
	{.name = "vfork_written_later"},
	{.name = "posix_spawn_written_later"},
	{0},
};

/* Items in the order in which they are paid, from left to right. */
static const struct look items[] = {
	[BILL_CREATE] = {"task creation", 0x444444, 0, {0}, 0, 0, NULL},
	[BILL_TABLES] = {"page-table copy", 0x0072B2, 0, {0}, 0, 0, NULL},
	[BILL_PROTECT] = {"write protection", 0x56B4E9, 0, {0}, 0, 0, NULL},
	[BILL_WRITES] = {"first writes", 0xD55E00, 0, {0}, 0, 0, NULL},
	[BILL_REFILL] = {"TLB and cache refill", 0xE69F00, 0, {0}, 0, 0, NULL},
	[BILL_SWITCH] = {"task switches", 0x999999, 0, {0}, 0, 0, NULL},
	[BILL_END] = {"child's start and end", 0x009E73, 0, {0}, 0, 0, NULL},
	[BILL_FREE] = {"freeing of copies", 0x8FD3BE, 0, {0}, 0, 0, NULL},
	[BILL_REAP] = {"reaping", 0xCC79A7, 0, {0}, 0, 0, NULL},
};

enum { PANELS_MAX = 4, HEAPS_MAX = 64 };

/* The bars of the figure, in the order of their places: clone's is fork's. */
static const struct {
	size_t story;
	const char *label;
} shown[] = {{0, "fork, caller writes"},
	     {1, "fork, child writes"},
	     {2, "fork, writes later"},
	     {4, "vfork, writes later"},
	     {5, "posix_spawn, writes later"}};
enum { BARS = sizeof shown / sizeof *shown };

/* Calls `put` with each bill of the figure: its panel, by heap, and its place in it. The heaps are the largest. */
static void each_bar(FILE *file, const struct summary *summary,
		     void (*put)(FILE *file, const struct bill *bill, size_t panel, size_t place))
{
	const struct bill *bill;
	struct bills bills;
	struct problem problem;
	if (bills_make(&bills, summary, &problem))
		return;
	const unsigned written = bill_usual_written(&bills);
	const uint64_t rate = bill_usual_rate(&bills);
	uint64_t heaps[HEAPS_MAX];
	struct size_list list = {.bytes = heaps, .capacity = HEAPS_MAX};
	for (size_t i = 0; i < bills.count; i++)
		size_list_add(&list, bills.all[i].heap_bytes);
	const size_t first = list.count > PANELS_MAX ? list.count - PANELS_MAX : 0;
	for (size_t h = first; h < list.count; h++)
		for (size_t b = 0; b < BARS; b++)
			if ((bill = bills_find(&bills, &bill_stories[shown[b].story], heaps[h],
					       written, rate)))
				put(file, bill, h - first, b);
	bills_free(&bills);
}

/* Each item from the sum of those before it on, in ns; of a bill that lacks one, none. One below 0, as a difference may
 * be, is taken off those before it, so that the bar ends at the sum. */
static void put_segments(FILE *file, const struct bill *bill, size_t panel, size_t place)
{
	double low_ns[BILL_ITEMS], high_ns[BILL_ITEMS], top_ns = 0;
	if (!bill->sum.known)
		return;
	for (enum bill_item item = 0; item < BILL_ITEMS; item++) {
		const struct bill_value *value = &bill->items[item];
		low_ns[item] = top_ns;
		if (value->known && value->counts)
			top_ns = fmax(0, top_ns + value->ns.center);
		high_ns[item] = top_ns;
		for (enum bill_item before = 0; before < item; before++)
			high_ns[before] = fmin(high_ns[before], top_ns);
	}
	for (enum bill_item item = 0; item < BILL_ITEMS; item++)
		if (high_ns[item] > low_ns[item])
			gnuplot_put(file, "%zu\t%zu\t%.6g\t%.6g\t%u\n", panel, place, low_ns[item],
				    high_ns[item], items[item].colour);
}

/* The sum and the whole, where both end, and the time that stands there: of the whole, else of the sum. */
static void put_whole(FILE *file, const struct bill *bill, size_t panel, size_t place)
{
	char time[BLOCK_TEXT_MAX];
	const struct stats_interval none = {.center = NAN};
	const struct stats_interval *whole = bill->whole.known ? &bill->whole.ns : &none;
	const struct stats_interval *sum = bill->sum.known ? &bill->sum.ns : &none;
	if (!bill->whole.known && !bill->sum.known)
		return;
	gnuplot_put(file, "%zu\t%zu", panel, place);
	figures_put_interval(file, sum, 1);
	figures_put_interval(file, whole, 1);
	gnuplot_put(file, "\t%.6g\t%s%s\n",
		    fmax(sum->center, whole->has_interval ? whole->high : whole->center),
		    bill->whole.known ? "" : "items: ",
		    block_interval(bill->whole.known ? whole : sum, time));
}

static void put_panel(FILE *file, const struct bill *bill, size_t panel, size_t place)
{
	char heap[UNITS_TEXT_MAX];
	if (place == 0)
		gnuplot_put(file, "%zu\theap %s\n", panel,
			    units_format_bytes(bill->heap_bytes, heap));
}

static void put_bars(FILE *file, const struct summary *summary, const struct filter *filter)
{
	(void)filter;
	each_bar(file, summary, put_segments);
}

static void put_wholes(FILE *file, const struct summary *summary, const struct filter *filter)
{
	(void)filter;
	each_bar(file, summary, put_whole);
}

static void put_panels(FILE *file, const struct summary *summary, const struct filter *filter)
{
	(void)filter;
	each_bar(file, summary, put_panel);
}

static void put_name(FILE *file, unsigned kind, size_t number, const char *name)
{
	gnuplot_put(file, "%u\t%zu\t", kind, number);
	gnuplot_text(file, name);
	gnuplot_put(file, "\n");
}

/* What colours and places mean: rows of 0, the item and its colour; then of 1, the place and what the program does. */
static void put_names(FILE *file, const struct summary *summary, const struct filter *filter)
{
	(void)summary;
	(void)filter;
	for (enum bill_item item = 0; item < BILL_ITEMS; item++)
		if (items[item].name)
			put_name(file, 0, items[item].colour, items[item].name);
	for (size_t b = 0; b < BARS; b++)
		put_name(file, 1, b, shown[b].label);
}

/* What the wholes that are drawn have in common. */
struct drawn {
	double least, most; /* explained */
	size_t wholes, intervals;
};

static void look_at(const struct bill *bill, struct drawn *drawn)
{
	drawn->wholes += bill->whole.known;
	drawn->intervals += bill->whole.known && bill->whole.ns.has_interval;
	if (!isfinite(bill->explained))
		return;
	drawn->least = fmin(drawn->least, bill->explained);
	drawn->most = fmax(drawn->most, bill->explained);
}

/* Which share is written, and at which rate; whether the wholes have intervals, and how much of them the items are. */
static void say_share(const struct summary *summary, struct filter *filter,
		      char text[FIGURE_REMARK_MAX])
{
	static char level[AXIS_TEXT_MAX], at[AXIS_TEXT_MAX];
	struct bills bills;
	struct problem problem;
	struct drawn drawn = {.least = INFINITY, .most = -INFINITY};
	if (bills_make(&bills, summary, &problem))
		return;
	const unsigned written = bill_usual_written(&bills);
	const uint64_t rate = bill_usual_rate(&bills);
	filter->level[AXIS_WRITTEN] = axis_text(&axes[AXIS_WRITTEN], written, level);
	if (rate)
		filter->level[AXIS_WRITE_RATE] = axis_text(&axes[AXIS_WRITE_RATE], rate, at);
	for (size_t i = 0; i < bills.count; i++)
		if (bills.all[i].written == written && bills.all[i].write_rate == rate)
			look_at(&bills.all[i], &drawn);
	if (drawn.wholes)
		notes_fill(text, FIGURE_REMARK_MAX, "%s%s",
			   rate ? "the whole is without the waits between writes; " : "",
			   drawn.intervals == drawn.wholes ? "diamonds have their 95 % interval"
			   : drawn.intervals
				   ? "diamonds have their 95 % interval, where there is one"
				   : "no diamond has an interval: too few replicates");
	if (isfinite(drawn.least))
		notes_append(text, FIGURE_REMARK_MAX,
			     "; the items are %.0f to %.0f %% of the whole", drawn.least * 100,
			     drawn.most * 100);
	bills_free(&bills);
}

static const struct face_figure figures[] = {
	{.name = "fork-bill",
	 .what = "what a program pays for a child{levels}; bars: items, each measured apart; "
		 "diamonds: the whole, measured as one program; later: when "
		 "the child is reaped",
	 .filter = {.metric = "total_ns"},
	 .remark = say_share,
	 .files = {{"fork-bill-bars.dat", .put = put_bars},
		   {"fork-bill-wholes.dat", .put = put_wholes},
		   {"fork-bill-panels.dat", .put = put_panels},
		   {"fork-bill-names.dat", .put = put_names}}},
	{0},
};

/* A column for each heap, a row for each case and share. */
static void put_table(const struct summary *summary, struct grid *grid)
{
	struct filter filter = {
		.experiment = "snapshot", .mains = true, .level[AXIS_WRITTEN] = FILTER_ANY};
	uint64_t heaps[HEAPS_MAX];
	const size_t all = filter_heaps(summary, &filter, heaps, HEAPS_MAX);
	const size_t count = all > PANELS_MAX ? PANELS_MAX : all;
	const uint64_t *shown_heaps = heaps + (all - count);
	block_begin(grid, 2, &filter,
		    "a program that starts a child, writes, and reaps it, whole, by heap");
	grid_heads(grid, "case", "written");
	for (size_t h = 0; h < count; h++)
		block_bytes_cell(grid, shown_heaps[h]);
	filter.with_heap = true;
	filter.heap_bytes = count ? shown_heaps[0] : 0;
	for (const struct row *row = NULL; (row = filter_next(summary, &filter, row));) {
		struct series key = *row->series;
		grid_row(grid);
		grid_cell(grid, "%s", key.case_name);
		grid_cell(grid, "%s %%", key.level[AXIS_WRITTEN]);
		for (size_t h = 0; h < count; h++) {
			key.heap_bytes = shown_heaps[h];
			block_time_cell(grid, summary_find(summary, &key, NULL, NULL, NULL));
		}
	}
	grid_note(grid, "written: of the heap's pages, after the call; forkcost bill says what "
			"this is made of");
}

/* ---- at a rate ---- */

/* Whose writes are shown, and the program that they are held against: its pages are never shared. */
static const char *const paced[] = {"fork_caller_writes", "fork_child_writes",
				    "fork_written_later"};
enum { PACED = sizeof paced / sizeof *paced };
static const char control[] = "vfork_written_later";

static bool is_paced(const struct series *series)
{
	return *series->level[AXIS_WRITE_RATE] &&
	       strcmp(series->level[AXIS_WRITE_RATE], axis_plain_name(&axes[AXIS_WRITE_RATE])) != 0;
}

/* Rows of a metric at any share, rate and heap. */
static struct filter of_paced(const char *case_name, const char *metric)
{
	return (struct filter){.experiment = "snapshot",
			       .case_name = case_name,
			       .metric = metric,
			       .level[AXIS_WRITTEN] = FILTER_ANY,
			       .level[AXIS_WRITE_RATE] = FILTER_ANY};
}

static const struct row *of_case(const struct summary *summary, const struct row *like,
				 const char *case_name, const char *metric)
{
	struct series key = *like->series;
	wire_copy(key.case_name, sizeof key.case_name, case_name);
	return summary_find(summary, &key, NULL, NULL, metric);
}

/* `writes`: writes_ns of a case. The control's is subtracted within replicates. */
static struct derived added(const struct summary *summary, const struct row *writes)
{
	double values[DATASET_REPLICATES_MAX];
	const struct series *series = writes->series;
	const struct row *without = of_case(summary, writes, control, NULL);
	const double pages = filter_pages(summary, series);
	struct derived row = {.name = "paced_write_added",
			      .unit = "ns",
			      .case_name = series->case_name,
			      .metric = series->metric,
			      .control = control,
			      .with_heap = true,
			      .heap_bytes = series->heap_bytes,
			      .value.center = NAN};
	row.replicates = without ? compared_differences(writes, without, values) : 0;
	for (size_t i = 0; i < row.replicates; i++)
		values[i] /= pages;
	if (row.replicates)
		row.value = stats_difference_interval(values, row.replicates);
	snprintf(row.note, sizeof row.note, "%s%s %% written at %s pages/s%s%s",
		 row.replicates ? "" : "unavailable: no replicate has both: ",
		 series->level[AXIS_WRITTEN], series->level[AXIS_WRITE_RATE],
		 row.replicates ? ", minus " : "", row.replicates ? control : "");
	return row;
}

/* What a child adds to a write at a rate, for each heap, share, rate and case. */
static size_t derive(const struct summary *summary, struct derived rows[DERIVED_MAX])
{
	size_t count = 0;
	for (size_t c = 0; c < PACED; c++) {
		const struct filter filter = of_paced(paced[c], "writes_ns");
		for (const struct row *row = NULL;
		     count < DERIVED_MAX && (row = filter_next(summary, &filter, row));)
			if (is_paced(row->series))
				rows[count++] = added(summary, row);
	}
	if (!count)
		rows[count++] = (struct derived){
			.name = "paced_write_added",
			.unit = "ns",
			.metric = "writes_ns",
			.value.center = NAN,
			.note = "unavailable: not part of this run: snapshot at a --write-rate"};
	return count;
}

/* A metric of the row's samples, by the page where `pages` is more than 1. */
static void put_time(struct grid *grid, const struct summary *summary, const struct row *row,
		     const char *metric, double pages)
{
	const struct row *time = summary_find(summary, row->series, NULL, NULL, metric);
	if (!time || !time->count) {
		grid_cell(grid, "n/a");
		return;
	}
	struct stats_interval value = time->interval;
	value.center /= pages;
	value.low /= pages;
	value.high /= pages;
	block_interval_cell(grid, &value);
}

/* How long so many pages take at a rate. */
static void put_duration(struct grid *grid, const struct row *rate, double pages)
{
	if (!rate || !rate->count || !(rate->interval.low > 0)) {
		grid_cell(grid, "n/a");
		return;
	}
	struct stats_interval ns = rate->interval;
	ns.center = pages / rate->interval.center * 1e9;
	ns.low = pages / rate->interval.high * 1e9;
	ns.high = pages / rate->interval.low * 1e9;
	block_interval_cell(grid, &ns);
}

static void put_paced_row(struct grid *grid, const struct summary *summary, const struct row *row)
{
	const struct row *reached = summary_find(summary, row->series, NULL, NULL, "pages_per_s");
	const struct row *longest = summary_find(summary, row->series, NULL, NULL, "single_max_ns");
	const double pages = filter_pages(summary, row->series);
	const uint64_t asked = strtoull(row->series->level[AXIS_WRITE_RATE], NULL, 10);
	const double rate = reached && reached->count ? reached->interval.center : NAN;
	const struct derived more = added(summary, row);
	char text[UNITS_TEXT_MAX];
	grid_row(grid);
	grid_cell(grid, "%s", row->series->case_name);
	block_bytes_cell(grid, row->series->heap_bytes);
	grid_cell(grid, "%s %%", row->series->level[AXIS_WRITTEN]);
	grid_cell(grid, "%s", row->series->level[AXIS_WRITE_RATE]);
	if (bill_keeps_rate(rate, asked))
		grid_cell(grid, "kept");
	else if (isfinite(rate))
		block_number_cell(grid, &reached->interval);
	else
		grid_cell(grid, "n/a");
	put_time(grid, summary, row, "writes_ns", pages);
	if (strcmp(row->series->case_name, control) == 0)
		grid_cell(grid, "-");
	else if (isfinite(more.value.center))
		block_difference_cell(grid, &more.value);
	else
		grid_cell(grid, "n/a");
	put_time(grid, summary, row, "single_ns", 1);
	put_time(grid, summary, row, "single_p99_ns", 1);
	grid_cell(grid, "%s",
		  longest && longest->count ? units_format_ns(longest->spread.max, text) : "n/a");
	put_duration(grid, reached, pages);
}

/* A row for each case, heap, share and rate; the control last. */
static void put_paced(const struct summary *summary, struct grid *grid)
{
	bool any = false;
	for (size_t c = 0; c <= PACED; c++) {
		const struct filter filter = of_paced(c < PACED ? paced[c] : control, "writes_ns");
		for (const struct row *row = NULL; (row = filter_next(summary, &filter, row));) {
			if (!is_paced(row->series))
				continue;
			if (!any) {
				block_begin(grid, 1, &filter,
					    "writes at a given rate, by heap, share of its pages "
					    "and pages a second");
				grid_heads(grid, "case", "heap", "written", "pages/s", "reached",
					   "a write", "added", "p50", "p99", "max", "for");
			}
			any = true;
			put_paced_row(grid, summary, row);
		}
	}
	if (!any)
		return;
	grid_note(grid,
		  "a write: the mean of a pass, without the waits between; added: minus %s, "
		  "whose pages no child shares, within replicates; p50 and p99 of a pass, "
		  "and max, the longest of all, are of single writes; all include two clock "
		  "readings; for: as long as the pass lasts",
		  control);
}

SHOW(snapshot, .place = 9, .axes = 1U << AXIS_WRITTEN | 1U << AXIS_WRITE_RATE, .looks = looks,
     .derive = derive, .tables = {put_table, put_paced}, .figures = figures);
