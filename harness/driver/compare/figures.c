#include "harness/driver/compare/figures.h"

#include "harness/driver/base/version.h"
#include "harness/driver/compare/words.h"
#include "harness/driver/show/draw.h"
#include "harness/driver/show/figures.h"

#include <math.h>
#include <string.h>

enum { RATIOS_MAX = 40, PANELS_MAX = 12, LABEL_SHOWN_MAX = 44, HEAPS_MAX = 64 };

static const struct look looks[] = {
	{"A", 0x000000, 3.0, {0}, 7, 0.9, NULL}, {"B", 0xD55E00, 1.6, {12, 6}, 4, 1.4, NULL}, {0}};

/* ---- the ratios of headline rows ---- */

static bool has_ratio(const struct compared_row *row)
{
	return row->is_headline && !row->difference.why && row->difference.ratio > 0 &&
	       isfinite(row->difference.ratio);
}

static size_t ratio_count(const struct compare *compare)
{
	size_t count = 0;
	for (size_t i = 0; i < compare->both; i++)
		count += has_ratio(&compare->rows[i]);
	return count;
}

/* Lines of place, ratio, low, high, whether it is sure, label, ratio in words. */
static void put_ratios(FILE *file, const struct compare *compare)
{
	char label[COMPARE_LABEL_MAX], words[COMPARE_NUMBER_MAX];
	size_t place = 0;
	for (size_t i = 0; i < compare->both && place < RATIOS_MAX; i++) {
		const struct compared_row *row = &compare->rows[i];
		const struct difference *difference = &row->difference;
		if (!has_ratio(row))
			continue;
		compare_label(row, label);
		if (strlen(label) > LABEL_SHOWN_MAX)
			memcpy(label + LABEL_SHOWN_MAX - 3, "...", 4);
		gnuplot_put(file, "%zu\t%.6g\t%.6g\t%.6g\t%d\t", place++, difference->ratio,
			    difference->low, difference->high,
			    row->verdict == VERDICT_LESS || row->verdict == VERDICT_MORE);
		gnuplot_text(file, label);
		gnuplot_put(file, "\t");
		gnuplot_text(file, compare_ratio_words(row, words));
		gnuplot_put(file, "\n");
	}
}

static void put_band(FILE *file, const struct compare *compare)
{
	gnuplot_put(file, "%.6g\n", 1 + compare->wish.same_within);
}

/* ---- calls over heap ---- */

/* Of spawn's actions the first that both sides have: with exec there is posix_spawn. */
static const char *const actions[] = {"exec", "exit"};

static bool is_call(const struct compared_row *row, const char *action)
{
	const struct series *series = &row->series;
	bool plain = true;
	for (enum axis_id axis = 0; axis < AXIS_COUNT; axis++)
		plain = plain && (!*series->level[axis] ||
				  strcmp(series->level[axis], axis_plain_name(&axes[axis])) == 0);
	return plain && strcmp(series->experiment, "spawn") == 0 && !*series->case_name &&
	       strcmp(series->metric, "call_ns") == 0 && strcmp(series->action, action) == 0;
}

static const char *action_of(const struct compare *compare)
{
	for (size_t a = 0; a < sizeof actions / sizeof *actions; a++)
		for (size_t i = 0; i < compare->both; i++)
			if (is_call(&compare->rows[i], actions[a]))
				return actions[a];
	return actions[0];
}

static bool has_panel(const char *const *panels, size_t count, const char *primitive)
{
	for (size_t p = 0; p < count; p++)
		if (strcmp(panels[p], primitive) == 0)
			return true;
	return false;
}

/* The primitives that have such rows, each once, those first that most programs use; returns how many, up to PANELS_MAX. */
static size_t find_panels(const struct compare *compare, const char *action,
			  const char *panels[PANELS_MAX])
{
	static const char *const first[] = {"fork", "vfork", "posix_spawn", NULL};
	size_t count = 0;
	for (size_t f = 0; f < sizeof first / sizeof *first; f++)
		for (size_t i = 0; i < compare->both && count < PANELS_MAX; i++) {
			const struct compared_row *row = &compare->rows[i];
			const char *primitive = row->series.primitive;
			if (is_call(row, action) &&
			    (!first[f] || strcmp(first[f], primitive) == 0) &&
			    !has_panel(panels, count, primitive))
				panels[count++] = primitive;
		}
	return count;
}

static const struct compared_row *next_heap(const struct compare *compare, const char *action,
					    const char *primitive, const struct compared_row *last)
{
	const struct compared_row *next = NULL;
	for (size_t i = 0; i < compare->both; i++) {
		const struct compared_row *row = &compare->rows[i];
		if (is_call(row, action) && strcmp(row->series.primitive, primitive) == 0 &&
		    (!last || row->series.heap_bytes > last->series.heap_bytes) &&
		    (!next || row->series.heap_bytes < next->series.heap_bytes))
			next = row;
	}
	return next;
}

/* A block for each side: its name, then lines of heap, centre, low, high. */
static void put_calls(FILE *file, const struct compare *compare, const char *action,
		      const char *primitive)
{
	for (enum side_id side = SIDE_A; side < SIDES; side++) {
		gnuplot_put(file, "%s%s\n", side ? "\n\n" : "", side ? "B" : "A");
		const struct compared_row *row = NULL;
		while ((row = next_heap(compare, action, primitive, row))) {
			const struct stats_interval interval =
				sides_interval(row->runs[side], row->count[side]);
			gnuplot_put(file, "%llu", (unsigned long long)row->series.heap_bytes);
			figures_put_interval(file, &interval, 1);
			gnuplot_put(file, "\n");
		}
	}
}

/* ---- both ---- */

static void put_caption(FILE *file, const struct compare *compare, const char *what)
{
	gnuplot_text(file, what);
	gnuplot_put(file, "\n%zu run%s a side A, %zu B%s%s; forkcost %s\n",
		    compare->run_count[SIDE_A], compare->run_count[SIDE_A] == 1 ? "" : "s",
		    compare->run_count[SIDE_B], compare->wish.paired ? ", in rounds" : "",
		    compare->any_assumed ? "; variance between runs assumed (*)" : "",
		    FORKCOST_VERSION);
}

static enum outcome write_ratios(const struct figures *figures, const struct compare *compare)
{
	char what[NOTE_BYTES];
	const size_t count = ratio_count(compare);
	FILE *file = figures_open(figures, "compare-ratios.dat");
	if (!file)
		return OUTCOME_FAILED;
	put_ratios(file, compare);
	if (figures_close(figures, file) ||
	    !(file = figures_open(figures, "compare-ratios-band.dat")))
		return OUTCOME_FAILED;
	put_band(file, compare);
	if (figures_close(figures, file) ||
	    !(file = figures_open(figures, "caption-compare-ratios.dat")))
		return OUTCOME_FAILED;
	notes_fill(what, sizeof what,
		   "B over A with its 95 %% interval, of headline rows, what matters first; full: "
		   "surely another; grey: the same within %g %%",
		   100 * compare->wish.same_within);
	if (count > RATIOS_MAX)
		notes_append(what, sizeof what, "; %zu more are not shown", count - RATIOS_MAX);
	put_caption(file, compare, what);
	return figures_close(figures, file);
}

static enum outcome write_calls(const struct figures *figures, const struct compare *compare)
{
	const char *panels[PANELS_MAX], *action = action_of(compare);
	const size_t count = find_panels(compare, action, panels);
	char text[NOTE_BYTES];
	FILE *file = figures_open(figures, "compare-calls-panels.dat");
	if (!file)
		return OUTCOME_FAILED;
	for (size_t i = 0; i < count; i++) {
		gnuplot_put(file, "%zu\t", i + 1);
		gnuplot_text(file, panels[i]);
		gnuplot_put(file, "\n");
	}
	if (figures_close(figures, file))
		return OUTCOME_FAILED;
	for (size_t i = 0; i < count; i++) {
		snprintf(text, sizeof text, "compare-calls-%zu.dat", i + 1);
		if (!(file = figures_open(figures, text)))
			return OUTCOME_FAILED;
		put_calls(file, compare, action, panels[i]);
		if (figures_close(figures, file))
			return OUTCOME_FAILED;
	}
	if (looks_write(figures, "compare", looks) ||
	    !(file = figures_open(figures, "caption-compare-calls.dat")))
		return OUTCOME_FAILED;
	notes_fill(text, sizeof text,
		   "call_ns of spawn with %s over heap, at plain levels: geometric means of each "
		   "side's runs with 95 %% intervals",
		   action);
	put_caption(file, compare, text);
	return figures_close(figures, file);
}

enum outcome compare_draw(const struct compare *compare, const char *folder,
			  struct problem *problem)
{
	struct studio studio = {.result = folder};
	struct outfile outfile;
	if (outfile_folder(folder, problem) || draw_open(&studio, problem))
		return OUTCOME_FAILED;
	const struct figures figures = {
		.folder = studio.folder, .outfile = &outfile, .problem = problem};
	enum outcome outcome = OUTCOME_OK;
	if (write_ratios(&figures, compare) || write_calls(&figures, compare))
		outcome = OUTCOME_FAILED;
	if (!outcome) {
		draw_begin(&studio, "compare-ratios", "compare-ratios", "");
		draw_begin(&studio, "compare-calls", "compare-calls", "");
		outcome = draw_end(&studio, problem);
	}
	draw_close(&studio);
	return outcome;
}
