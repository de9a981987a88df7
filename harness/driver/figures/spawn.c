/* Experiment spawn: spawn-by-heap, ratio-to-fork-by-heap, timeline, samples-in-order. */
#include "harness/driver/figures/figures.h"

#include "harness/common/units.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

enum { PANELS = 3, HEAPS_MAX = 64, SAMPLES_SHOWN_MAX = 3000 };

/* Figures compare primitives with exec, which all processes can; thread and eager_copy, which
 * cannot, are shown with exit. */
static bool has_shown_action(const struct summary *summary, const struct series *series)
{
	if (strcmp(series->action, "exec") == 0)
		return true;
	const struct row *exec = summary_find(summary, series, NULL, "exec", "call_ns");
	return !exec || exec->count == 0;
}

/* Until reaped; a thread, which is not reaped, is joined. */
static bool is_shown_end(const struct summary *summary, const struct series *series)
{
	return (strcmp(series->metric, "reaped_ns") == 0 ||
		strcmp(series->metric, "joined_ns") == 0) &&
	       has_shown_action(summary, series);
}

static const struct curves curves[] = {
	{.file = "spawn-by-heap-call-dirty.dat",
	 .pick = {.experiment = "spawn", .metric = "call_ns", .state = "dirty"},
	 .takes = has_shown_action},
	{.file = "spawn-by-heap-call-clean.dat",
	 .pick = {.experiment = "spawn", .metric = "call_ns", .state = "clean"},
	 .takes = has_shown_action},
	{.file = "spawn-by-heap-reaped-dirty.dat",
	 .pick = {.experiment = "spawn", .state = "dirty"},
	 .takes = is_shown_end},
	{.file = "spawn-by-heap-reaped-clean.dat",
	 .pick = {.experiment = "spawn", .state = "clean"},
	 .takes = is_shown_end},
	{.file = "ratio-dirty.dat",
	 .pick = {.experiment = "spawn", .state = "dirty"},
	 .to_fork = true,
	 .takes = is_shown_end},
	{.file = "ratio-clean.dat",
	 .pick = {.experiment = "spawn", .state = "clean"},
	 .to_fork = true,
	 .takes = is_shown_end},
};

static const struct caption captions[] = {
	{.figure = "spawn-by-heap",
	 .what = "exec (thread, eager_copy: exit), caches warm; medians, bands: 95 % t interval on "
		 "logs of replicate medians",
	 .pick = {.experiment = "spawn", .state = PICK_ANY}},
	{.figure = "ratio-to-fork-by-heap",
	 .what = "reaped_ns relative to fork, round by round; bands: 95 % t interval on logs of "
		 "replicate ratios",
	 .pick = {.experiment = "spawn", .state = PICK_ANY}},
	{.figure = "samples-in-order",
	 .what = "dirty heap, caches warm; raw samples, no interval; shade changes with the "
		 "replicate",
	 .pick = {.experiment = "spawn", .metric = "call_ns"}},
};

/* The smallest, middle and largest heap measured. Returns how many differ. */
static size_t pick_panels(const struct summary *summary, uint64_t panels[PANELS])
{
	const struct pick pick = {.experiment = "spawn", .state = PICK_ANY};
	uint64_t heaps[HEAPS_MAX];
	size_t count = pick_heaps(summary, &pick, heaps, HEAPS_MAX), found = 0;
	const size_t picks[PANELS] = {0, count / 2, count ? count - 1 : 0};
	for (size_t i = 0; i < PANELS && count; i++)
		if (i == 0 || picks[i] != picks[i - 1])
			panels[found++] = heaps[picks[i]];
	return found;
}

static double center_or_nan(const struct row *row)
{
	return row && row->count ? row->interval.center : NAN;
}

static double center_of(const struct summary *summary, const struct series *like,
			const char *metric)
{
	return center_or_nan(summary_find(summary, like, NULL, NULL, metric));
}

/* A primitive's moments: call returned, child or program started, reaped or joined. All are of the same
 * samples: of the stamped ones, or without a start of the plain ones, where there are no stamped ones or
 * (in older runs) these did not give the ends. */
static void put_moments(FILE *file, const struct summary *summary, const struct series *series)
{
	double call = center_of(summary, series, "stamped_call_ns"), start = NAN;
	bool stamped = !isnan(call);
	double end = center_of(summary, series, stamped ? "stamped_reaped_ns" : "reaped_ns");
	if (isnan(end))
		end = center_of(summary, series, stamped ? "stamped_joined_ns" : "joined_ns");
	if (stamped)
		start = center_of(summary, series,
				  strcmp(series->action, "exec") == 0 ? "exec_start_ns"
								      : "child_start_ns");
	else
		call = center_of(summary, series, "call_ns");
	figures_put_text(file, series->primitive);
	fprintf(file, " %s\t%.6g\t%.6g\t%.6g\n", series->action, call, start, end);
}

/* Where a primitive's time goes. `heap_bytes` NULL: an empty file. */
static enum outcome put_timeline(const struct figures *figures, size_t panel,
				 const uint64_t *heap_bytes)
{
	const struct summary *summary = figures->summary;
	struct pick pick = {.experiment = "spawn", .metric = "call_ns", .with_heap = true};
	char name[32], heap[UNITS_TEXT_MAX];
	bool titled = false;
	snprintf(name, sizeof name, "timeline-%zu.dat", panel);
	FILE *file = figures_open(figures, name);
	if (!file)
		return OUTCOME_FAILED;
	pick.heap_bytes = heap_bytes ? *heap_bytes : 0;
	for (size_t i = 0; heap_bytes && i < summary->row_count; i++) {
		const struct row *row = &summary->rows[i];
		if (!row->count || !pick_takes(&pick, row->series) ||
		    !has_shown_action(summary, row->series))
			continue;
		if (!titled)
			fprintf(file, "heap %s\n", units_format_bytes(*heap_bytes, heap));
		titled = true;
		put_moments(file, summary, row->series);
	}
	return figures_close(figures, file);
}

/* A title line, then samples by number; every k-th if there are too many. */
static void put_series(FILE *file, const struct series *series)
{
	char heap[UNITS_TEXT_MAX];
	size_t count = 0, index = 0;
	for (size_t b = 0; b < series->block_count; b++)
		count += series->blocks[b].count;
	size_t step = count > SAMPLES_SHOWN_MAX ? (count - 1) / SAMPLES_SHOWN_MAX + 1 : 1;
	figures_put_text(file, series->primitive);
	fprintf(file, " %s call_ns, heap %s", series->action,
		units_format_bytes(series->heap_bytes, heap));
	if (step > 1)
		fprintf(file, ", 1 of %zu samples", step);
	putc('\n', file);
	for (size_t b = 0; b < series->block_count; b++)
		for (size_t i = 0; i < series->blocks[b].count; i++, index++)
			if (index % step == 0)
				fprintf(file, "%zu\t%.6g\t%" PRIu64 "\n", index,
					series->blocks[b].values[i], series->blocks[b].replicate);
}

/* fork's samples in the order they were taken; without fork, those of the first primitive. */
static enum outcome put_samples(const struct figures *figures, size_t panel,
				const uint64_t *heap_bytes)
{
	struct pick pick = {.experiment = "spawn",
			    .metric = "call_ns",
			    .primitive = "fork",
			    .heap_bytes = heap_bytes ? *heap_bytes : 0,
			    .with_heap = true};
	char name[32];
	snprintf(name, sizeof name, "samples-%zu.dat", panel);
	FILE *file = figures_open(figures, name);
	if (!file)
		return OUTCOME_FAILED;
	const struct row *row = heap_bytes ? pick_row(figures->summary, &pick) : NULL;
	pick.primitive = NULL;
	if (heap_bytes && !row)
		row = pick_row(figures->summary, &pick);
	if (row)
		put_series(file, row->series);
	return figures_close(figures, file);
}

static enum outcome write_timeline_caption(const struct figures *figures)
{
	struct caption caption = {
		.figure = "timeline",
		.what = "dirty heap, caches warm; medians without intervals",
		.pick = {.experiment = "spawn", .metric = "stamped_call_ns"},
		.remark =
			"The moments of a row are of the same samples, those in which the child or "
			"program stamps its start; without a start: of plain ones.",
	};
	if (pick_row(figures->summary, &caption.pick))
		return caption_write(figures, &caption);
	caption.pick.metric = NULL;
	caption.remark =
		"No starts are shown: this run has none from the same samples as the ends.";
	return caption_write(figures, &caption);
}

enum outcome figures_spawn(const struct figures *figures)
{
	uint64_t panels[PANELS];
	size_t count = pick_panels(figures->summary, panels);
	if (curves_write(figures, curves, sizeof curves / sizeof *curves))
		return OUTCOME_FAILED;
	for (size_t panel = 0; panel < PANELS; panel++) {
		const uint64_t *heap_bytes = panel < count ? &panels[panel] : NULL;
		if (put_timeline(figures, panel, heap_bytes) ||
		    put_samples(figures, panel, heap_bytes))
			return OUTCOME_FAILED;
	}
	for (size_t i = 0; i < sizeof captions / sizeof *captions; i++)
		if (caption_write(figures, &captions[i]))
			return OUTCOME_FAILED;
	return write_timeline_caption(figures);
}
