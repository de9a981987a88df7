/* How spawn is shown: spawn-by-heap, ratio-to-fork-by-heap, timeline, samples-in-order; the main table. */
#include "harness/driver/show/show.h"

#include "harness/common/units.h"
#include "harness/driver/base/forms/terminal.h"
#include "harness/driver/base/wrapped.h"
#include "harness/driver/show/level_words.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

/* Primitives, in the order of the legend, with the looks of the palette. */
static const struct look looks[] = {
	{.name = "fork"},
	{.name = "clone"},
	{.name = "clone3"},
	{.name = "clone_vfork"},
	{.name = "vfork"},
	{.name = "clone_vm_vfork"},
	{.name = "posix_spawn"},
	{.name = "clone_vm"},
	{.name = "thread"},
	{.name = "eager_copy"},
	{0},
};

enum { PANELS = 3, HEAPS_MAX = 64, SAMPLES_SHOWN_MAX = 3000, WHAT_MAX = 600 };
enum { COLUMNS_MAX = 4, LINES_MAX = 64 };

/* Until reaped; a thread, which is not reaped, is joined. */
static bool is_shown_end(const struct summary *summary, const struct series *series)
{
	return (strcmp(series->metric, "reaped_ns") == 0 ||
		strcmp(series->metric, "joined_ns") == 0) &&
	       curves_is_shown_action(summary, series);
}

/* The levels that the figures show; `state` is FILTER_ANY where both states of the heap have a panel. */
static struct filter shown_levels(const struct summary *summary, const char *state)
{
	struct filter filter = {.experiment = "spawn", .level[AXIS_STATE] = state};
	filter_settle_levels(summary, &filter);
	return filter;
}

static enum outcome put_curves(const struct figures *figures)
{
	static const char *const states[] = {"dirty", "write-protected"};
	for (size_t i = 0; i < 2; i++) {
		const struct filter any = shown_levels(figures->summary, FILTER_ANY);
		struct filter end = any, call;
		char names[3][WIRE_NAME_MAX + 32];
		static const char *const stems[] = {"spawn-by-heap-call", "spawn-by-heap-reaped",
						    "ratio"};
		end.level[AXIS_STATE] = states[i];
		call = end;
		call.metric = "call_ns";
		for (size_t f = 0; f < 3; f++)
			snprintf(names[f], sizeof names[f], "%s-%s.dat", stems[f], states[i]);
		const struct curves curves[] = {
			{.file = names[0], .filter = call, .takes = curves_is_shown_action},
			{.file = names[1], .filter = end, .takes = is_shown_end},
			{.file = names[2], .filter = end, .to_fork = true, .takes = is_shown_end},
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
	caption->filter.metric = "stamped_call_ns";
	caption->remark = "All moments of a row are of the same samples: those in which the child "
			  "or program stamps its start, or plain ones where no start is shown.";
	if (filter_row(summary, &caption->filter))
		return;
	caption->filter.metric = NULL;
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
		 "; geometric means of replicate medians, bands: 95 % t interval on their logs",
		 FILTER_ANY, NULL, cache},
		{"ratio-to-fork-by-heap", "reaped_ns relative to fork, round by round",
		 "; bands: 95 % t interval on logs of replicate ratios", FILTER_ANY, NULL, 0},
		{"timeline", "", "; no intervals", NULL, NULL, state | cache},
		{"samples-in-order", "",
		 "; raw samples, no interval; shade changes with the replicate", NULL, "call_ns",
		 state | cache},
	};
	for (size_t i = 0; i < sizeof captions / sizeof *captions; i++) {
		char what[WHAT_MAX], word[LEVEL_WORD_MAX], levels[LEVEL_WORDS_MAX];
		struct filter filter = shown_levels(figures->summary, captions[i].state);
		snprintf(what, sizeof what, "%s", captions[i].what);
		for (enum axis_id level = 0; level < AXIS_COUNT; level++)
			if (captions[i].told & 1U << level)
				add_words(what, level_words_one(&filter, level, word));
		level_words(&filter, captions[i].told, levels);
		add_words(what, *levels ? levels + 2 : ""); /* without its comma */
		strncat(what, captions[i].after, sizeof what - strlen(what) - 1);
		filter.metric = captions[i].metric;
		struct caption caption = {
			.figure = captions[i].figure, .what = what, .filter = filter, .told = ~0U};
		if (strcmp(captions[i].figure, "timeline") == 0)
			say_which_samples(figures->summary, &caption);
		if (caption_write(figures, &caption))
			return OUTCOME_FAILED;
	}
	return OUTCOME_OK;
}

/* The smallest, middle and largest heap measured. Returns how many differ. */
static size_t find_panels(const struct summary *summary, uint64_t panels[PANELS])
{
	const struct filter filter = shown_levels(summary, FILTER_ANY);
	uint64_t heaps[HEAPS_MAX];
	size_t count = filter_heaps(summary, &filter, heaps, HEAPS_MAX), found = 0;
	const size_t places[PANELS] = {0, count / 2, count ? count - 1 : 0};
	for (size_t i = 0; i < PANELS && count; i++)
		if (i == 0 || places[i] != places[i - 1])
			panels[found++] = heaps[places[i]];
	return found;
}

static double center_of(const struct summary *summary, const struct series *like,
			const char *metric)
{
	const struct row *row = summary_find(summary, like, NULL, NULL, metric);
	return row && row->count ? row->interval.center : NAN;
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

/* Where a primitive's time goes. */
static void put_timeline(FILE *file, const struct summary *summary, const struct filter *filter)
{
	char heap[UNITS_TEXT_MAX];
	bool titled = false;
	for (const struct row *row = NULL; (row = filter_next(summary, filter, row));) {
		if (!curves_is_shown_action(summary, row->series))
			continue;
		if (!titled)
			gnuplot_put(file, "heap %s\n",
				    units_format_bytes(filter->heap_bytes, heap));
		titled = true;
		put_moments(file, summary, row->series);
	}
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
static void put_samples(FILE *file, const struct summary *summary, const struct filter *filter)
{
	struct filter fork = *filter;
	fork.primitive = "fork";
	const struct row *row = filter_row(summary, &fork);
	row = row ? row : filter_row(summary, filter);
	if (row)
		put_series(file, row->series);
}

/* A panel's file, of call_ns at one heap. `heap_bytes` NULL: an empty file. */
static enum outcome
put_panel(const struct figures *figures, const char *stem, size_t panel, const uint64_t *heap_bytes,
	  void (*put)(FILE *file, const struct summary *summary, const struct filter *filter))
{
	struct filter filter = shown_levels(figures->summary, NULL);
	char name[32];
	snprintf(name, sizeof name, "%s-%zu.dat", stem, panel);
	FILE *file = figures_open(figures, name);
	if (!file)
		return OUTCOME_FAILED;
	filter.metric = "call_ns";
	filter.with_heap = true;
	filter.heap_bytes = heap_bytes ? *heap_bytes : 0;
	if (heap_bytes)
		put(file, figures->summary, &filter);
	return figures_close(figures, file);
}

static enum outcome put_figures(const struct figures *figures)
{
	uint64_t panels[PANELS];
	size_t count = find_panels(figures->summary, panels);
	if (put_curves(figures))
		return OUTCOME_FAILED;
	for (size_t panel = 0; panel < PANELS; panel++) {
		const uint64_t *heap_bytes = panel < count ? &panels[panel] : NULL;
		if (put_panel(figures, "timeline", panel, heap_bytes, put_timeline) ||
		    put_panel(figures, "samples", panel, heap_bytes, put_samples))
			return OUTCOME_FAILED;
	}
	return put_captions(figures);
}

/* ---- tables ---- */

/* The main table: a line per arm, a group of columns per heap size, at one state of heap and caches and one
 * place of the child: dirty, warm, same CPU where the run has that. */
struct table {
	size_t column_count, line_count;
	uint64_t heap_bytes[COLUMNS_MAX];
	const struct series *lines[LINES_MAX]; /* the call_ns series of the arm, at some heap */
	struct filter levels;
};

/* Up to four heaps, evenly picked from those measured in the table's own cell, first and last among them:
 * where the run's time was up before, other placements may have had a turn at larger ones. */
static void choose_columns(struct table *table, const struct summary *summary)
{
	uint64_t all[HEAPS_MAX];
	size_t count = filter_heaps(summary, &table->levels, all, HEAPS_MAX);
	table->column_count = count < COLUMNS_MAX ? count : COLUMNS_MAX;
	for (size_t i = 0; i < table->column_count; i++)
		table->heap_bytes[i] =
			all[table->column_count > 1 ? i * (count - 1) / (table->column_count - 1)
						    : 0];
}

/* `state` NULL: dirty, or what the run has instead. */
static void make_table(struct table *table, const struct summary *summary, const char *state)
{
	*table = (struct table){.levels = {.experiment = "spawn", .level[AXIS_STATE] = state}};
	filter_settle_levels(summary, &table->levels);
	const struct dataset *dataset = summary->dataset;
	choose_columns(table, summary);
	if (table->column_count == 0)
		return;
	/* An arm is in the table if the smallest heap has it; exit arms come before exec arms. */
	static const char *const actions[] = {"exit", "exec"};
	for (size_t a = 0; a < 2; a++)
		for (size_t i = 0; i < dataset->series_count; i++) {
			const struct series *series = &dataset->series[i];
			struct filter filter = table->levels;
			filter.action = actions[a];
			filter.heap_bytes = table->heap_bytes[0];
			filter.with_heap = true;
			if (series->is_main && filter_matches(&filter, series) &&
			    table->line_count < LINES_MAX)
				table->lines[table->line_count++] = series;
		}
}

/* A row of the table's own cell at one of its heaps. */
static const struct row *row_at(const struct summary *summary, const struct series *line,
				uint64_t heap_bytes, const char *metric)
{
	struct series key = *line;
	key.heap_bytes = heap_bytes;
	return summary_find(summary, &key, NULL, NULL, metric);
}

static const char *ratio_text(const struct summary *summary, const struct row *row,
			      char text[BLOCK_TEXT_MAX])
{
	const struct ratio *ratio = row ? summary_ratio(summary, row->series) : NULL;
	if (!ratio)
		return "n/a";
	double center = ratio->interval.center;
	snprintf(text, BLOCK_TEXT_MAX, "%.*f",
		 center < 0.01 ? 4
		 : center < 1  ? 3
		 : center < 10 ? 2
			       : 1,
		 center);
	return text;
}

/* Until reaped; for a thread, which is not reaped, until joined. */
static const struct row *end_row(const struct summary *summary, const struct series *line,
				 uint64_t heap_bytes)
{
	const struct row *row = row_at(summary, line, heap_bytes, "reaped_ns");
	if (row && row->count)
		return row;
	return row_at(summary, line, heap_bytes, "joined_ns");
}

static void print_table(const struct summary *summary, const struct table *table)
{
	char text[BLOCK_TEXT_MAX], heap[UNITS_TEXT_MAX];
	print("%-15s %-5s", "heap", "");
	for (size_t c = 0; c < table->column_count; c++)
		print("  %17s", units_format_bytes(table->heap_bytes[c], heap));
	print("\n%-15s %-5s", "primitive", "child");
	for (size_t c = 0; c < table->column_count; c++)
		print("  %8s %8s", "call", "reaped");
	print("\n");
	for (size_t i = 0; i < table->line_count; i++) {
		const struct series *line = table->lines[i];
		print("%-15.15s %-5.5s", line->primitive, line->action);
		for (size_t c = 0; c < table->column_count; c++) {
			print("  %8s", block_time(row_at(summary, line, table->heap_bytes[c], NULL),
						  false, text));
			print(" %8s", block_time(end_row(summary, line, table->heap_bytes[c]),
						 false, text));
		}
		print("\n");
	}
}

/* What the heap's and the caches' state does to one arm: cells of the grid of states. */
enum { STATES = 4 };
static const char *const states[STATES][2] = {{"dirty", "warm"},
					      {"write-protected", "warm"},
					      {"dirty", "cold"},
					      {"write-protected", "cold"}};

static const struct row *state_row(const struct summary *summary, const struct table *table,
				   const struct series *arm, const char *metric, size_t column,
				   size_t state)
{
	struct series key = *arm;
	key.heap_bytes = table->heap_bytes[column];
	wire_copy(key.level[AXIS_STATE], sizeof key.level[AXIS_STATE], states[state][0]);
	wire_copy(key.level[AXIS_CACHE], sizeof key.level[AXIS_CACHE], states[state][1]);
	const struct row *row = summary_find(summary, &key, NULL, NULL, metric);
	return row && row->count ? row : NULL;
}

/* The states that the arm was measured in at any heap of the table, as a mask. */
static unsigned states_of(const struct summary *summary, const struct table *table,
			  const struct series *arm, const char *metric)
{
	unsigned found = 0;
	for (size_t c = 0; c < table->column_count; c++)
		for (size_t i = 0; i < STATES; i++)
			if (state_row(summary, table, arm, metric, c, i))
				found |= 1U << i;
	return found;
}

/* Of a column: that of its head, "dirty warm". */
static int state_width(size_t state)
{
	return (int)(strlen(states[state][0]) + 1 + strlen(states[state][1]));
}

/* A line per heap, a column for each state of the mask. */
static void print_state_lines(const struct summary *summary, const struct table *table,
			      const struct series *arm, const char *metric, unsigned shown,
			      int width)
{
	char heap[UNITS_TEXT_MAX], text[BLOCK_TEXT_MAX];
	for (size_t c = 0; c < table->column_count; c++) {
		const struct row *rows[STATES];
		bool any = false;
		for (size_t i = 0; i < STATES; i++) {
			rows[i] = state_row(summary, table, arm, metric, c, i);
			any = any || rows[i];
		}
		if (!any)
			continue;
		print("%-*s %-10s %9s", width, arm->primitive, metric,
		      units_format_bytes(table->heap_bytes[c], heap));
		for (size_t i = 0; i < STATES; i++)
			if (shown & 1U << i)
				print("  %*s", state_width(i), block_time(rows[i], false, text));
		print("\n");
	}
}

/* The table's line of a primitive and action; NULL if there is none. */
static const struct series *line_of(const struct table *table, const char *primitive,
				    const char *action)
{
	for (size_t i = 0; i < table->line_count; i++)
		if (strcmp(table->lines[i]->primitive, primitive) == 0 &&
		    strcmp(table->lines[i]->action, action) == 0)
			return table->lines[i];
	return NULL;
}

/* For fork and vfork, or else the first arm. Nothing where one state alone was measured. */
static void print_states(const struct summary *summary, const struct table *table)
{
	const char *action = table->lines[0]->action; /* exit, unless exec alone was measured */
	char levels[LEVEL_WORDS_MAX];
	static const char *const metrics[] = {"call_ns", "reaped_ns"};
	const struct series *arms[] = {line_of(table, "fork", action),
				       line_of(table, "vfork", action)};
	unsigned shown = 0;
	int width = 0;
	if (!arms[0] && !arms[1])
		arms[0] = table->lines[0];
	for (size_t a = 0; a < 2; a++) {
		if (!arms[a])
			continue;
		shown |= states_of(summary, table, arms[a], metrics[a]);
		if ((int)strlen(arms[a]->primitive) > width)
			width = (int)strlen(arms[a]->primitive);
	}
	if (!(shown & (shown - 1)))
		return;
	print("effect of heap state (dirty: written since the last fork) and caches (child %ss%s)\n"
	      "\n",
	      action, level_words(&table->levels, 1U << AXIS_STATE | 1U << AXIS_CACHE, levels));
	print("%-*s %-10s %9s", width, "", "", "heap");
	for (size_t i = 0; i < STATES; i++)
		if (shown & 1U << i)
			print("  %s %s", states[i][0], states[i][1]);
	print("\n");
	for (size_t a = 0; a < 2; a++)
		if (arms[a])
			print_state_lines(summary, table, arms[a], metrics[a], shown, width);
	print("\n");
}

static void print_tables(const struct summary *summary)
{
	struct table table;
	char state[LEVEL_WORD_MAX], cache[LEVEL_WORD_MAX], cpu[LEVEL_WORD_MAX],
		others[LEVEL_WORDS_MAX];
	make_table(&table, summary, NULL);
	if (table.line_count == 0)
		return;
	const unsigned told = 1U << AXIS_STATE | 1U << AXIS_CACHE | 1U << AXIS_CHILD_CPU;
	print("what starting a process costs: %s, %s, %s%s\n\n",
	      level_words_one(&table.levels, AXIS_STATE, state),
	      level_words_one(&table.levels, AXIS_CACHE, cache),
	      level_words_one(&table.levels, AXIS_CHILD_CPU, cpu),
	      level_words(&table.levels, told, others));
	print_table(summary, &table);
	print("\n"
	      "  call: caller blocked in the call; reaped: until wait returned (a thread: "
	      "joined)\n");
	const unsigned states_told = 1U << AXIS_STATE | 1U << AXIS_CACHE;
	wrapped_print(stdout, level_words_others(summary, &table.levels, states_told, others), 2,
		      4);
	print("\n");
	print_states(summary, &table);
}

static void put_table(const struct summary *summary, const char *state, struct grid *grid)
{
	struct table table;
	char heap[UNITS_TEXT_MAX], text[BLOCK_TEXT_MAX];
	char words[LEVEL_WORD_MAX], cache[LEVEL_WORD_MAX], others[LEVEL_WORDS_MAX];
	make_table(&table, summary, state);
	if (table.line_count == 0)
		return;
	grid_begin(grid, 2, "%s, %s%s", level_words_one(&table.levels, AXIS_STATE, words),
		   level_words_one(&table.levels, AXIS_CACHE, cache),
		   level_words(&table.levels, 1U << AXIS_STATE | 1U << AXIS_CACHE, others));
	grid_row(grid);
	grid_cell(grid, "primitive");
	grid_cell(grid, "child");
	for (size_t c = 0; c < table.column_count; c++) {
		grid_cell(grid, "%s: call", units_format_bytes(table.heap_bytes[c], heap));
		grid_cell(grid, "reaped");
		grid_cell(grid, "of fork");
	}
	for (size_t i = 0; i < table.line_count; i++) {
		const struct series *line = table.lines[i];
		grid_row(grid);
		grid_cell(grid, "%s", line->primitive);
		grid_cell(grid, "%s", line->action);
		for (size_t c = 0; c < table.column_count; c++) {
			uint64_t bytes = table.heap_bytes[c];
			const struct row *reaped = end_row(summary, line, bytes);
			grid_cell(grid, "%s",
				  block_time(row_at(summary, line, bytes, NULL), true, text));
			grid_cell(grid, "%s", block_time(reaped, true, text));
			grid_cell(grid, "%s", ratio_text(summary, reaped, text));
		}
	}
	grid_note(grid, "%s", level_words_others(summary, &table.levels, 1U << AXIS_STATE, others));
}

static void put_dirty(const struct summary *summary, struct grid *grid)
{
	put_table(summary, "dirty", grid);
}

static void put_clean(const struct summary *summary, struct grid *grid)
{
	put_table(summary, "write-protected", grid);
}

static const struct counted_part counted[] = {
	{.title = "spawn, only the caller, per start"},
	{.title = "spawn, caller and child, per start", .suffix = "_with_child"},
	{0},
};

SHOW(spawn, .place = 1, .axes = 1U << AXIS_STATE | 1U << AXIS_CACHE, .looks = looks,
     .counted = counted, .tables = {put_dirty, put_clean}, .print = print_tables,
     .figures = put_figures);
