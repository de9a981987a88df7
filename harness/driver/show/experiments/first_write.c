/* How first_write is shown: first-write-cdf, first-write-by-heap, first-write-by-page-kind; a table of its cases. */
#include "harness/driver/show/show.h"

#include "harness/common/units.h"
#include "harness/driver/show/level_words.h"

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

enum { REMARK_MAX = 800, CASES_MAX = 64 };

/* ---- first-write-cdf ---- */

static double total_of(const uint32_t *counts)
{
	double total = 0;
	for (unsigned b = 0; b < HISTOGRAM_BUCKETS; b++)
		total += counts[b];
	return total;
}

/* A line of the distribution: ns, share of writes below, share above. */
static void put_share(FILE *file, double bucket, double below, double total)
{
	gnuplot_put(file, "%.6g\t%.9g\t%.9g\n", exp2(bucket / HISTOGRAM_PER_OCTAVE), below / total,
		    (total - below) / total);
}

/* A block of a case: its name, then the distribution at the ends of each bucket that holds any. */
static void put_distribution(FILE *file, const struct series *series)
{
	double total = total_of(series->histogram), below = 0;
	gnuplot_text(file, series->case_name);
	gnuplot_put(file, "\n");
	for (unsigned b = 0; b < HISTOGRAM_BUCKETS; b++) {
		if (!series->histogram[b])
			continue;
		if (b == 0 || !series->histogram[b - 1]) /* level since the last */
			put_share(file, b, below, total);
		below += series->histogram[b];
		put_share(file, b + 1.0, below, total);
	}
	gnuplot_put(file, "\n\n");
}

/* What reading the clock around a single write takes, by the ruler. NULL: it is not known. */
static const struct row *clock_row(const struct summary *summary)
{
	struct filter filter = {.experiment = "null"};
	return filter_settled_row(summary, &filter);
}

static enum outcome put_cdf(const struct figures *figures)
{
	const struct summary *summary = figures->summary;
	struct filter filter = {.experiment = "first_write"};
	char remark[REMARK_MAX] = "", what[REMARK_MAX], kind[LEVEL_WORD_MAX], order[LEVEL_WORD_MAX];
	char heap[BLOCK_TEXT_MAX], clock[BLOCK_TEXT_MAX];
	double writes = 0;
	filter_settle_levels(summary, &filter);
	bool any = filter_one_heap(summary, &filter);
	filter.metric = "single_ns";
	FILE *file = figures_open(figures, "first-write-cdf.dat");
	if (!file)
		return OUTCOME_FAILED;
	for (size_t i = 0; any && i < summary->row_count; i++) {
		const struct series *series = summary->rows[i].series;
		if (!series->histogram || !filter_matches(&filter, series))
			continue;
		put_distribution(file, series);
		writes = fmax(writes, total_of(series->histogram));
	}
	if (figures_close(figures, file))
		return OUTCOME_FAILED;
	if (any)
		snprintf(remark, sizeof remark,
			 "up to %.0f writes per case; every time includes two clock readings, "
			 "which take %s",
			 writes,
			 clock_row(summary) ? block_time(clock_row(summary), false, clock)
					    : "an unknown time");
	snprintf(what, sizeof what,
		 "single writes, %s %s%s, replicates pooled; no intervals; steps of the "
		 "histogram: 1.1 %%",
		 level_words_one(&filter, AXIS_PAGE_KIND, kind),
		 level_words_one(&filter, AXIS_TOUCH_ORDER, order),
		 block_heap(", ", &filter, heap));
	const struct caption caption = {.figure = "first-write-cdf",
					.what = what,
					.filter = filter,
					.told = 1U << AXIS_PAGE_KIND | 1U << AXIS_TOUCH_ORDER,
					.remark = remark};
	return caption_write(figures, &caption);
}

/* ---- first-write-by-heap ---- */

static enum outcome put_by_heap(const struct figures *figures)
{
	struct filter filter = {.experiment = "first_write", .level[AXIS_TOUCH_ORDER] = FILTER_ANY};
	char what[REMARK_MAX], kind[LEVEL_WORD_MAX];
	filter_settle_levels(figures->summary, &filter);
	filter.metric = "write_ns";
	struct curves curves[] = {
		{.file = "first-write-by-heap-sequential.dat",
		 .filter = filter,
		 .split = CURVE_BY_CASE},
		{.file = "first-write-by-heap-shuffled.dat",
		 .filter = filter,
		 .split = CURVE_BY_CASE},
	};
	curves[0].filter.level[AXIS_TOUCH_ORDER] = "sequential";
	curves[1].filter.level[AXIS_TOUCH_ORDER] = "shuffled";
	snprintf(what, sizeof what,
		 "whole passes over %s; geometric means of replicate medians, bands: 95 %% t "
		 "interval on their logs",
		 level_words_one(&filter, AXIS_PAGE_KIND, kind));
	const struct caption caption = {.figure = "first-write-by-heap",
					.what = what,
					.filter = filter,
					.told = 1U << AXIS_PAGE_KIND};
	if (curves_write(figures, curves, sizeof curves / sizeof *curves))
		return OUTCOME_FAILED;
	return caption_write(figures, &caption);
}

/* ---- first-write-by-page-kind ---- */

/* The heap at which the other page kinds were measured; without them, the largest. */
static bool kind_heap(const struct summary *summary, const struct filter *levels,
		      uint64_t *heap_bytes)
{
	struct filter filter = *levels;
	static const char *const kinds[] = {"thp", "mthp", "hugetlb", "4k"};
	uint64_t heaps[64];
	size_t count = 0;
	for (size_t k = 0; k < sizeof kinds / sizeof *kinds && !count; k++) {
		filter.level[AXIS_PAGE_KIND] = kinds[k];
		count = filter_heaps(summary, &filter, heaps, sizeof heaps / sizeof *heaps);
	}
	if (count)
		*heap_bytes = heaps[count - 1];
	return count > 0;
}

/* The place of a series' case among those of all page kinds, in the order of the run. */
static size_t case_number(const struct summary *summary, const struct filter *filter,
			  const struct series *series)
{
	struct filter any = *filter;
	const char *cases[CASES_MAX];
	size_t at = 0;
	any.level[AXIS_PAGE_KIND] = FILTER_ANY;
	size_t count = filter_cases(summary, &any, cases, CASES_MAX);
	while (at < count && strcmp(cases[at], series->case_name) != 0)
		at++;
	return at;
}

/* A block for each page kind: its name and the bytes from one write to the next, then a line for each case: its
 * number, name, write_ns, low, high. */
static void put_kind(FILE *file, const struct summary *summary, const struct filter *filter)
{
	bool titled = false;
	for (const struct row *row = NULL; (row = filter_next(summary, filter, row));) {
		if (!titled) {
			gnuplot_text(file, filter->level[AXIS_PAGE_KIND]);
			gnuplot_put(file, "\t%.0f\n",
				    (double)filter->heap_bytes /
					    filter_pages(summary, row->series));
		}
		titled = true;
		gnuplot_put(file, "%zu\t", case_number(summary, filter, row->series));
		gnuplot_text(file, row->series->case_name);
		figures_put_interval(file, &row->interval, 1);
		gnuplot_put(file, "\n");
	}
	if (titled)
		gnuplot_put(file, "\n\n");
}

static enum outcome put_page_kinds(const struct figures *figures)
{
	struct filter filter = {.experiment = "first_write", .level[AXIS_PAGE_KIND] = FILTER_ANY};
	static const char *const kinds[] = {"4k", "mthp", "thp", "hugetlb"};
	char remark[REMARK_MAX] = "", what[REMARK_MAX], heap[BLOCK_TEXT_MAX];
	char order[LEVEL_WORD_MAX];
	filter_settle_levels(figures->summary, &filter);
	filter.metric = "write_ns";
	bool any = filter.with_heap = kind_heap(figures->summary, &filter, &filter.heap_bytes);
	FILE *file = figures_open(figures, "first-write-by-page-kind.dat");
	if (!file)
		return OUTCOME_FAILED;
	for (size_t k = 0; any && k < sizeof kinds / sizeof *kinds; k++) {
		filter.level[AXIS_PAGE_KIND] = kinds[k];
		put_kind(file, figures->summary, &filter);
	}
	if (figures_close(figures, file))
		return OUTCOME_FAILED;
	if (any)
		filter_kinds_left_out(figures->summary, remark, sizeof remark);
	snprintf(what, sizeof what,
		 "whole passes %s%s: the time of a pass divided by its writes; geometric means "
		 "of replicate medians, bars: 95 %% t interval on their logs",
		 level_words_one(&filter, AXIS_TOUCH_ORDER, order),
		 block_heap(", ", &filter, heap));
	filter.level[AXIS_PAGE_KIND] = FILTER_ANY;
	const struct caption caption = {.figure = "first-write-by-page-kind",
					.what = what,
					.filter = filter,
					.told = 1U << AXIS_TOUCH_ORDER,
					.remark = remark};
	return caption_write(figures, &caption);
}

static enum outcome put_figures(const struct figures *figures)
{
	if (put_by_heap(figures) || put_cdf(figures))
		return OUTCOME_FAILED;
	return put_page_kinds(figures);
}

/* A quantile of the pooled single writes; a longest one from their metric. */
static void put_singles(const struct summary *summary, const struct row *row, struct grid *grid)
{
	static const double shares[] = {0.5, 0.99};
	char text[UNITS_TEXT_MAX];
	const struct row *single = summary_find(summary, row->series, NULL, NULL, "single_ns");
	const struct row *longest = summary_find(summary, row->series, NULL, NULL, "single_max_ns");
	for (size_t i = 0; i < sizeof shares / sizeof *shares; i++) {
		double ns = single && single->series->histogram
				    ? histogram_quantile(single->series->histogram, shares[i])
				    : NAN;
		grid_cell(grid, "%s", isnan(ns) ? "n/a" : units_format_ns(ns, text));
	}
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
	char heap[UNITS_TEXT_MAX], text[BLOCK_TEXT_MAX], step[UNITS_TEXT_MAX];
	char kind[LEVEL_WORD_MAX], order[LEVEL_WORD_MAX], others[LEVEL_WORDS_MAX];
	char left_out[GRID_NOTE_MAX];
	const unsigned told = 1U << AXIS_PAGE_KIND | 1U << AXIS_TOUCH_ORDER;
	filter_settle_levels(summary, &filter);
	filter_one_heap(summary, &filter);
	grid_begin(grid, 1, "first write to a page: heap %s, %s %s%s",
		   units_format_bytes(filter.heap_bytes, heap),
		   level_words_one(&filter, AXIS_PAGE_KIND, kind),
		   level_words_one(&filter, AXIS_TOUCH_ORDER, order),
		   level_words(&filter, told, others));
	grid_heads(grid, "case", "mean of a pass", "p50", "p99", "max", "faults", "copied");
	for (size_t i = 0; i < summary->row_count; i++) {
		const struct row *row = &summary->rows[i];
		if (!filter_matches(&filter, row->series))
			continue;
		grid_row(grid);
		grid_cell(grid, "%s", row->series->case_name);
		grid_cell(grid, "%s", block_time(row, true, text));
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
	grid_note(grid,
		  "p50, p99 and max are of single writes, each including two clock readings, %s; "
		  "faults and copied (frames changed) are per page",
		  block_time(clock_row(summary), false, text));
	grid_note(grid, "%s", filter_kinds_left_out(summary, left_out, sizeof left_out));
}

static const struct counted_part counted[] = {
	{.title = "first_write, the writer, per page", .per = "pages"},
	{0},
};

SHOW(first_write, .place = 2, .axes = 1U << AXIS_PAGE_KIND | 1U << AXIS_TOUCH_ORDER, .looks = looks,
     .counted = counted, .tables = {put_table}, .figures = put_figures);
