/* Experiment first_write: first-write-cdf, first-write-by-heap, first-write-by-page-kind. */
#include "harness/driver/figures/figures.h"

#include "harness/common/units.h"

#include <math.h>
#include <string.h>

enum { REMARK_MAX = 800 };

static const struct curves curves[] = {
	{.file = "first-write-by-heap-sequential.dat",
	 .pick = {.experiment = "first_write", .metric = "write_ns"},
	 .split = CURVE_BY_CASE},
	{.file = "first-write-by-heap-shuffled.dat",
	 .pick = {.experiment = "first_write", .metric = "write_ns", .touch_order = "shuffled"},
	 .split = CURVE_BY_CASE},
};

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

/* What reading the clock around a single write takes, as `null` has it. */
static const char *clock_text(const struct summary *summary, char text[UNITS_TEXT_MAX])
{
	const struct pick pick = {.experiment = "null", .state = PICK_ANY, .cache = PICK_ANY};
	const struct row *row = pick_row(summary, &pick);
	return row ? units_format_ns(row->interval.center, text) : "an unknown time";
}

static enum outcome put_cdf(const struct figures *figures)
{
	const struct summary *summary = figures->summary;
	struct pick pick = {.experiment = "first_write", .metric = "single_ns", .with_heap = true};
	struct pick at_any_heap = pick;
	char remark[REMARK_MAX] = "", what[REMARK_MAX];
	char heap[UNITS_TEXT_MAX], clock[UNITS_TEXT_MAX];
	double writes = 0;
	at_any_heap.with_heap = false;
	bool any = pick_middle_heap(summary, &at_any_heap, PICK_HEAP, &pick.heap_bytes);
	FILE *file = figures_open(figures, "first-write-cdf.dat");
	if (!file)
		return OUTCOME_FAILED;
	for (size_t i = 0; any && i < summary->row_count; i++) {
		const struct series *series = summary->rows[i].series;
		if (!series->histogram || !pick_takes(&pick, series))
			continue;
		put_distribution(file, series);
		writes = fmax(writes, total_of(series->histogram));
	}
	if (figures_close(figures, file))
		return OUTCOME_FAILED;
	if (any)
		snprintf(remark, sizeof remark,
			 "up to %.0f writes a case; every time holds two clock readings, which "
			 "take %s by "
			 "themselves",
			 writes, clock_text(summary, clock));
	snprintf(what, sizeof what,
		 "single writes, 4 KiB pages in order%s%s, replicates pooled; no intervals; steps "
		 "of the "
		 "histogram: 1.1 %%",
		 any ? ", heap " : "", any ? units_format_bytes(pick.heap_bytes, heap) : "");
	const struct caption caption = {
		.figure = "first-write-cdf", .what = what, .pick = pick, .remark = remark};
	return caption_write(figures, &caption);
}

/* ---- first-write-by-page-kind ---- */

/* The heap at which the other page kinds were measured; without them, the largest. */
static bool kind_heap(const struct summary *summary, uint64_t *heap_bytes)
{
	struct pick pick = {.experiment = "first_write", .metric = "write_ns"};
	static const char *const kinds[] = {"thp", "mthp", "hugetlb", "4k"};
	uint64_t heaps[64];
	size_t count = 0;
	for (size_t k = 0; k < sizeof kinds / sizeof *kinds && !count; k++) {
		pick.page_kind = kinds[k];
		count = pick_heaps(summary, &pick, heaps, sizeof heaps / sizeof *heaps);
	}
	if (count)
		*heap_bytes = heaps[count - 1];
	return count > 0;
}

/* The place of a series' case among the run's cases. */
static size_t case_number(const struct summary *summary, const struct series *series)
{
	const struct pick pick = {.experiment = "first_write",
				  .metric = series->metric,
				  .heap_bytes = series->heap_bytes,
				  .with_heap = true};
	size_t number = 0;
	for (size_t i = 0; i < summary->row_count; i++) {
		const struct series *other = summary->rows[i].series;
		if (!pick_takes(&pick, other))
			continue;
		if (strcmp(other->case_name, series->case_name) == 0)
			break;
		number++;
	}
	return number;
}

/* A block for each page kind: its name, then a line for each case: its number, name, write_ns, low,
 * high. */
static void put_kind(FILE *file, const struct summary *summary, const struct pick *pick)
{
	bool titled = false;
	for (size_t i = 0; i < summary->row_count; i++) {
		const struct row *row = &summary->rows[i];
		if (!row->count || !pick_takes(pick, row->series))
			continue;
		if (!titled) {
			gnuplot_text(file, pick->page_kind);
			gnuplot_put(file, "\n");
		}
		titled = true;
		gnuplot_put(file, "%zu\t", case_number(summary, row->series));
		gnuplot_text(file, row->series->case_name);
		figures_put_interval(file, &row->interval, 1);
		gnuplot_put(file, "\n");
	}
	if (titled)
		gnuplot_put(file, "\n\n");
}

/* "left out: hugetlb (not permitted: ...)". */
static void add_left_out(const struct dataset *dataset, char *text, size_t text_bytes)
{
	const char *kind;
	json_t *why;
	json_object_foreach(json_object_get(dataset->run, "page_kinds_left_out"), kind, why)
	{
		size_t length = strlen(text);
		const char *words = json_string_value(why);
		snprintf(text + length, text_bytes - length, "%s%s (%s)",
			 length ? ", " : "left out: ", kind, words ? words : "no reason given");
	}
}

static enum outcome put_page_kinds(const struct figures *figures)
{
	struct pick pick = {.experiment = "first_write", .metric = "write_ns", .with_heap = true};
	static const char *const kinds[] = {"4k", "mthp", "thp", "hugetlb"};
	char remark[REMARK_MAX] = "", what[REMARK_MAX], heap[UNITS_TEXT_MAX];
	bool any = kind_heap(figures->summary, &pick.heap_bytes);
	FILE *file = figures_open(figures, "first-write-by-page-kind.dat");
	if (!file)
		return OUTCOME_FAILED;
	for (size_t k = 0; any && k < sizeof kinds / sizeof *kinds; k++) {
		pick.page_kind = kinds[k];
		put_kind(file, figures->summary, &pick);
	}
	if (figures_close(figures, file))
		return OUTCOME_FAILED;
	if (any)
		add_left_out(figures->summary->dataset, remark, sizeof remark);
	snprintf(what, sizeof what,
		 "whole passes in order%s%s, a write in every 4 KiB, of hugetlb in every 2 MiB; "
		 "medians, "
		 "bars: 95 %% t interval on logs of replicate medians",
		 any ? ", heap " : "", any ? units_format_bytes(pick.heap_bytes, heap) : "");
	pick.page_kind = PICK_ANY;
	const struct caption caption = {
		.figure = "first-write-by-page-kind", .what = what, .pick = pick, .remark = remark};
	return caption_write(figures, &caption);
}

enum outcome figures_first_write(const struct figures *figures)
{
	static const struct caption by_heap = {
		.figure = "first-write-by-heap",
		.what = "whole passes over 4 KiB pages; medians, bands: 95 % t interval on logs of "
			"replicate medians",
		.pick = {.experiment = "first_write",
			 .metric = "write_ns",
			 .touch_order = PICK_ANY},
	};
	if (curves_write(figures, curves, sizeof curves / sizeof *curves) ||
	    caption_write(figures, &by_heap) || put_cdf(figures))
		return OUTCOME_FAILED;
	return put_page_kinds(figures);
}
