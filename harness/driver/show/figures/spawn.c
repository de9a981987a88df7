/* Experiment spawn: spawn-by-heap, ratio-to-fork-by-heap, timeline, samples-in-order. */
#include "harness/driver/show/figures/figures.h"

#include "harness/common/units.h"
#include "harness/driver/show/level_words.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

enum { PANELS = 3, HEAPS_MAX = 64, SAMPLES_SHOWN_MAX = 3000, WHAT_MAX = 600 };

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

/* The levels that the figures show; `state` is PICK_ANY where both states of the heap have a panel. */
static struct pick shown_levels(const struct summary *summary, const char *state)
{
	struct pick pick = {.experiment = "spawn", .level[AXIS_STATE] = state};
	pick_settle(summary, &pick);
	return pick;
}

static enum outcome put_curves(const struct figures *figures)
{
	static const char *const states[] = {"dirty", "clean"};
	for (size_t i = 0; i < 2; i++) {
		const struct pick any = shown_levels(figures->summary, PICK_ANY);
		struct pick end = any, call;
		char names[3][WIRE_NAME_MAX + 32];
		static const char *const stems[] = {"spawn-by-heap-call", "spawn-by-heap-reaped",
						    "ratio"};
		end.level[AXIS_STATE] = states[i];
		call = end;
		call.metric = "call_ns";
		for (size_t f = 0; f < 3; f++)
			snprintf(names[f], sizeof names[f], "%s-%s.dat", stems[f], states[i]);
		const struct curves curves[] = {
			{.file = names[0], .pick = call, .takes = has_shown_action},
			{.file = names[1], .pick = end, .takes = is_shown_end},
			{.file = names[2], .pick = end, .to_fork = true, .takes = is_shown_end},
		};
		if (curves_write(figures, curves, sizeof curves / sizeof *curves))
			return OUTCOME_FAILED;
	}
	return OUTCOME_OK;
}

/* Words after a comma; nothing if there are none. */
static void add_words(char text[WHAT_MAX], const char *words)
{
	size_t length = strlen(text);
	snprintf(text + length, WHAT_MAX - length, "%s%s", length && *words ? ", " : "", words);
}

/* A row of the timeline shows moments of the same samples: of stamped ones, where the run has their ends. */
static void say_which_samples(const struct summary *summary, struct caption *caption)
{
	caption->pick.metric = "stamped_call_ns";
	caption->remark =
		"The moments of a row are of the same samples, those in which the child or program "
		"stamps its start; without a start: of plain ones.";
	if (pick_row(summary, &caption->pick))
		return;
	caption->pick.metric = NULL;
	caption->remark =
		"No starts are shown: this run has none from the same samples as the ends.";
}

static enum outcome put_captions(const struct figures *figures)
{
	static const unsigned state = 1U << AXIS_STATE, cache = 1U << AXIS_CACHE;
	static const struct {
		const char *figure, *what, *after, *state, *metric;
		unsigned told; /* levels that are told even if they are plain */
	} captions[] = {
		{"spawn-by-heap", "exec (thread, eager_copy: exit)",
		 "; medians, bands: 95 % t interval on logs of replicate medians", PICK_ANY, NULL,
		 cache},
		{"ratio-to-fork-by-heap", "reaped_ns relative to fork, round by round",
		 "; bands: 95 % t interval on logs of replicate ratios", PICK_ANY, NULL, 0},
		{"timeline", "", "; medians without intervals", NULL, NULL, state | cache},
		{"samples-in-order", "",
		 "; raw samples, no interval; shade changes with the replicate", NULL, "call_ns",
		 state | cache},
	};
	for (size_t i = 0; i < sizeof captions / sizeof *captions; i++) {
		char what[WHAT_MAX], word[LEVEL_WORD_MAX], levels[LEVEL_WORDS_MAX];
		struct pick pick = shown_levels(figures->summary, captions[i].state);
		snprintf(what, sizeof what, "%s", captions[i].what);
		for (enum axis_id level = 0; level < AXIS_COUNT; level++)
			if (captions[i].told & 1U << level)
				add_words(what, level_words_one(&pick, level, word));
		level_words(&pick, captions[i].told, levels);
		add_words(what, *levels ? levels + 2 : ""); /* without its comma */
		strncat(what, captions[i].after, sizeof what - strlen(what) - 1);
		pick.metric = captions[i].metric;
		struct caption caption = {
			.figure = captions[i].figure, .what = what, .pick = pick, .told = ~0U};
		if (strcmp(captions[i].figure, "timeline") == 0)
			say_which_samples(figures->summary, &caption);
		if (caption_write(figures, &caption))
			return OUTCOME_FAILED;
	}
	return OUTCOME_OK;
}

/* The smallest, middle and largest heap measured. Returns how many differ. */
static size_t pick_panels(const struct summary *summary, uint64_t panels[PANELS])
{
	const struct pick pick = shown_levels(summary, PICK_ANY);
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
	gnuplot_text(file, series->primitive);
	gnuplot_put(file, " ");
	gnuplot_text(file, series->action);
	gnuplot_put(file, "\t%.6g\t%.6g\t%.6g\n", call, start, end);
}

/* Where a primitive's time goes. `heap_bytes` NULL: an empty file. */
static enum outcome put_timeline(const struct figures *figures, size_t panel,
				 const uint64_t *heap_bytes)
{
	const struct summary *summary = figures->summary;
	struct pick pick = shown_levels(summary, NULL);
	char name[32], heap[UNITS_TEXT_MAX];
	bool titled = false;
	snprintf(name, sizeof name, "timeline-%zu.dat", panel);
	FILE *file = figures_open(figures, name);
	if (!file)
		return OUTCOME_FAILED;
	pick.metric = "call_ns";
	pick.with_heap = true;
	pick.heap_bytes = heap_bytes ? *heap_bytes : 0;
	for (size_t i = 0; heap_bytes && i < summary->row_count; i++) {
		const struct row *row = &summary->rows[i];
		if (!row->count || !pick_takes(&pick, row->series) ||
		    !has_shown_action(summary, row->series))
			continue;
		if (!titled)
			gnuplot_put(file, "heap %s\n", units_format_bytes(*heap_bytes, heap));
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
	gnuplot_text(file, series->primitive);
	gnuplot_put(file, " ");
	gnuplot_text(file, series->action);
	gnuplot_put(file, " call_ns, heap %s", units_format_bytes(series->heap_bytes, heap));
	if (step > 1)
		gnuplot_put(file, ", 1 of %zu samples", step);
	gnuplot_put(file, "\n");
	for (size_t b = 0; b < series->block_count; b++)
		for (size_t i = 0; i < series->blocks[b].count; i++, index++)
			if (index % step == 0)
				gnuplot_put(file, "%zu\t%.6g\t%" PRIu64 "\n", index,
					    series->blocks[b].values[i],
					    series->blocks[b].replicate);
}

/* fork's samples in the order they were taken; without fork, those of the first primitive. */
static enum outcome put_samples(const struct figures *figures, size_t panel,
				const uint64_t *heap_bytes)
{
	struct pick pick = shown_levels(figures->summary, NULL);
	char name[32];
	snprintf(name, sizeof name, "samples-%zu.dat", panel);
	FILE *file = figures_open(figures, name);
	if (!file)
		return OUTCOME_FAILED;
	pick.metric = "call_ns";
	pick.primitive = "fork";
	pick.with_heap = true;
	pick.heap_bytes = heap_bytes ? *heap_bytes : 0;
	const struct row *row = heap_bytes ? pick_row(figures->summary, &pick) : NULL;
	pick.primitive = NULL;
	if (heap_bytes && !row)
		row = pick_row(figures->summary, &pick);
	if (row)
		put_series(file, row->series);
	return figures_close(figures, file);
}

enum outcome figures_spawn(const struct figures *figures)
{
	uint64_t panels[PANELS];
	size_t count = pick_panels(figures->summary, panels);
	if (put_curves(figures))
		return OUTCOME_FAILED;
	for (size_t panel = 0; panel < PANELS; panel++) {
		const uint64_t *heap_bytes = panel < count ? &panels[panel] : NULL;
		if (put_timeline(figures, panel, heap_bytes) ||
		    put_samples(figures, panel, heap_bytes))
			return OUTCOME_FAILED;
	}
	return put_captions(figures);
}
