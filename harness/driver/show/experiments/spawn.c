/* How spawn is shown: spawn-by-heap, ratio-to-fork-by-heap, model-residuals, cache-states, timeline, samples-in-order; the main table. */
#include "harness/driver/show/show.h"

#include "harness/common/units.h"
#include "harness/driver/analysis/scatter.h"
#include "harness/driver/base/notes.h"
#include "harness/driver/model/view.h"
#include "harness/driver/show/exec_floor.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

/* Primitives, in the order of the legend, with the looks of the palette. */
static const struct look looks[] = {
	{.name = "fork"},        {.name = "clone"},       {.name = "clone3"},
	{.name = "clone_vfork"}, {.name = "vfork"},       {.name = "clone_vm_vfork"},
	{.name = "posix_spawn"}, {.name = "fork_server"}, {.name = "clone_vm"},
	{.name = "thread"},      {.name = "eager_copy"},  {0},
};

/* Below this heap the frames' order changes little; ranges of less are not told. */
enum { FRAMES_TOLD_HEAP_MIN = 64 << 20 };
static const double FRAMES_RANGE_TOLD = 0.05;

enum { HEAPS_MAX = 64, SAMPLES_SHOWN_MAX = 3000, COLUMNS_MAX = 4, LINES_MAX = 64 };

/* A row of the timeline shows moments of the same samples: of stamped ones, where the run has their ends. */
static void say_which_samples(const struct summary *summary, struct filter *filter,
			      char text[FIGURE_REMARK_MAX])
{
	filter->metric = "stamped_call_ns";
	bool stamped = filter_row(summary, filter);
	if (!stamped)
		filter->metric = NULL;
	snprintf(
		text, FIGURE_REMARK_MAX, "%s",
		stamped ? "all moments of a row are of the same samples"
			: "no starts are shown: this run has none of the same samples as the ends");
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

/* Its place in the legend; behind all that are there if it is not. */
static size_t place_of(const char *primitive)
{
	size_t i = 0;
	while (looks[i].name && strcmp(looks[i].name, primitive) != 0)
		i++;
	return i;
}

/* Where a primitive's time goes, in the order of the legend. */
static void put_timeline(FILE *file, const struct summary *summary, const struct filter *filter)
{
	char heap[UNITS_TEXT_MAX];
	bool titled = false;
	for (size_t place = 0; place < sizeof looks / sizeof *looks; place++)
		for (const struct row *row = NULL; (row = filter_next(summary, filter, row));) {
			if (place_of(row->series->primitive) != place ||
			    !curves_is_shown_action(summary, row->series))
				continue;
			if (!titled)
				gnuplot_put(file, "heap %s\n",
					    units_format_bytes(filter->heap_bytes, heap));
			titled = true;
			put_moments(file, summary, row->series);
		}
}

static size_t own_count(const struct block *block)
{
	return block->count - block->control_count;
}

/* A title line, then samples by number, without the A/A control's; every k-th if there are too many. */
static void put_series(FILE *file, const struct series *series)
{
	char heap[UNITS_TEXT_MAX];
	size_t count = 0, index = 0;
	for (size_t b = 0; b < series->block_count; b++)
		count += own_count(&series->blocks[b]);
	size_t step = count > SAMPLES_SHOWN_MAX ? (count - 1) / SAMPLES_SHOWN_MAX + 1 : 1;
	gnuplot_text(file, series->primitive);
	gnuplot_put(file, " ");
	gnuplot_text(file, series->action);
	gnuplot_put(file, " call_ns, heap %s", units_format_bytes(series->heap_bytes, heap));
	if (step > 1)
		gnuplot_put(file, ", 1 of %zu samples", step);
	gnuplot_put(file, "\n");
	for (size_t b = 0; b < series->block_count; b++)
		for (size_t i = 0; i < own_count(&series->blocks[b]); i++, index++)
			if (index % step == 0)
				gnuplot_put(file, "%zu\t%.6g\t%" PRIu64 "\n", index,
					    series->blocks[b].values[i],
					    series->blocks[b].replicate);
}

/* fork's; without fork, those of the first primitive. */
static const struct row *sampled_row(const struct summary *summary, const struct filter *filter)
{
	struct filter fork = *filter;
	fork.primitive = "fork";
	const struct row *row = filter_row(summary, &fork);
	return row ? row : filter_row(summary, filter);
}

/* The samples in the order they were taken. */
static void put_samples(FILE *file, const struct summary *summary, const struct filter *filter)
{
	const struct row *row = sampled_row(summary, filter);
	if (row)
		put_series(file, row->series);
}

/* Says nothing: it narrows the filter to the arm that is shown. */
static void count_sampled(const struct summary *summary, struct filter *filter,
			  char text[FIGURE_REMARK_MAX])
{
	const struct row *row = sampled_row(summary, filter);
	*text = '\0';
	if (!row)
		return;
	filter->primitive = row->series->primitive;
	filter->action = row->series->action;
}

/* Primitives that have other caches than warm ones, with the action that figures show. */
static bool has_cache_states(const struct summary *summary, const struct series *series)
{
	struct series key = *series;
	if (!curves_is_shown_action(summary, series))
		return false;
	for (unsigned level = CACHE_WARM + 1; level < CACHE_COUNT; level++) {
		wire_copy(key.level[AXIS_CACHE], WIRE_NAME_MAX,
			  axis_name(&axes[AXIS_CACHE], level));
		const struct row *row = summary_find(summary, &key, NULL, NULL, NULL);
		if (row && row->count)
			return true;
	}
	return false;
}

static bool choose_smallest_heap(const struct summary *summary, struct filter *filter)
{
	uint64_t heaps[HEAPS_MAX];
	filter->with_heap = filter_heaps(summary, filter, heaps, HEAPS_MAX) > 0;
	filter->heap_bytes = heaps[0];
	return filter->with_heap;
}

/* The states by their places. */
static void put_cache_names(FILE *file, const struct summary *summary, const struct filter *filter)
{
	(void)summary;
	(void)filter;
	for (unsigned level = 0; level < CACHE_COUNT; level++)
		gnuplot_put(file, "%u\t%s\n", level, axis_name(&axes[AXIS_CACHE], level));
}

/* The least that copying the page tables takes. */
static void put_floor(FILE *file, const struct summary *summary, const struct filter *filter)
{
	floor_put_line(file, summary, filter, FLOOR_FORK_PAGE, true, 0x555555);
}

static void say_floor(const struct summary *summary, struct filter *filter,
		      char text[FIGURE_REMARK_MAX])
{
	(void)filter;
	floor_words(summary, FLOOR_FORK_PAGE, "the copy of the page tables", text,
		    FIGURE_REMARK_MAX);
}

/* The end of a process is when it is reaped; a thread, which is not reaped, is joined. */
static const struct face_figure figures[] = {
	{.name = "spawn-by-heap",
	 .what = "exec (thread, eager_copy: exit), {cache}{levels}; " FIGURE_MEANS,
	 .remark = say_floor,
	 .filter.level[AXIS_STATE] = FILTER_ANY,
	 .takes = curves_is_shown_action,
	 .files = {{"spawn-by-heap-call-dirty.dat",
		    .filter = {.metric = "call_ns", .level[AXIS_STATE] = "dirty"}},
		   {"spawn-by-heap-call-write-protected.dat",
		    .filter = {.metric = "call_ns", .level[AXIS_STATE] = "write-protected"}},
		   {"spawn-by-heap-reaped-dirty.dat", .filter = {.metric = "reaped_ns",
								 .or_metric = "joined_ns",
								 .level[AXIS_STATE] = "dirty"}},
		   {"spawn-by-heap-reaped-write-protected.dat",
		    .filter = {.metric = "reaped_ns",
			       .or_metric = "joined_ns",
			       .level[AXIS_STATE] = "write-protected"}},
		   {"spawn-by-heap-floor.dat", .filter.metric = "call_ns", .put = put_floor}}},
	{.name = "ratio-to-fork-by-heap",
	 .what = "reaped_ns relative to fork, round by round{levels}; " FIGURE_MEANS,
	 .filter.level[AXIS_STATE] = FILTER_ANY,
	 .takes = curves_is_shown_action,
	 .files = {{"ratio-dirty.dat",
		    .filter = {.metric = "reaped_ns",
			       .or_metric = "joined_ns",
			       .level[AXIS_STATE] = "dirty"},
		    .to_fork = true},
		   {"ratio-write-protected.dat",
		    .filter = {.metric = "reaped_ns",
			       .or_metric = "joined_ns",
			       .level[AXIS_STATE] = "write-protected"},
		    .to_fork = true}}},
	{.name = "cost-of-contention",
	 .what = "reaped_ns on a crowded core relative to a quiet one, replicate by "
		 "replicate{levels}; " FIGURE_MEANS,
	 .filter.level[AXIS_STATE] = FILTER_ANY,
	 .takes = curves_is_shown_action,
	 .files = {{"contention-dirty.dat",
		    .filter = {.metric = "reaped_ns",
			       .or_metric = "joined_ns",
			       .level[AXIS_STATE] = "dirty"},
		    .of_crowded = true},
		   {"contention-write-protected.dat",
		    .filter = {.metric = "reaped_ns",
			       .or_metric = "joined_ns",
			       .level[AXIS_STATE] = "write-protected"},
		    .of_crowded = true}}},
	{.name = "model-residuals",
	 .what = "exit, or exec where there is no exit, {cache}{levels}: call_ns less its line "
		 "over pages; bars: 95 % intervals; dotted: 10 %",
	 .filter = {.metric = "call_ns", .level[AXIS_STATE] = FILTER_ANY},
	 .files = {{"model-residuals-dirty.dat", .filter.level[AXIS_STATE] = "dirty",
		    .put = model_put_residuals},
		   {"model-residuals-write-protected.dat",
		    .filter.level[AXIS_STATE] = "write-protected", .put = model_put_residuals}}},
	{.name = "cache-states",
	 .what = "exec, by what the caches hold, {heap}, {state}{levels}; " FIGURE_BARS,
	 .filter.level[AXIS_CACHE] = FILTER_ANY,
	 .choose_heap = choose_smallest_heap,
	 .over = CURVE_OVER_NAME,
	 .axis = AXIS_CACHE,
	 .takes = has_cache_states,
	 .files = {{"cache-states-call.dat", .filter.metric = "call_ns"},
		   {"cache-states-reaped.dat", .filter.metric = "reaped_ns"},
		   {"cache-states-names.dat", .put = put_cache_names}}},
	{.name = "timeline",
	 .what = "{state}, {cache}{levels}; no intervals",
	 .filter.metric = "call_ns",
	 .remark = say_which_samples,
	 .files = {{"timeline-0.dat", .put = put_timeline, .panel = 1},
		   {"timeline-1.dat", .put = put_timeline, .panel = 2},
		   {"timeline-2.dat", .put = put_timeline, .panel = 3}}},
	{.name = "samples-in-order",
	 .what = "{state}, {cache}{levels}; raw samples, no intervals",
	 .filter.metric = "call_ns",
	 .remark = count_sampled,
	 .files = {{"samples-0.dat", .put = put_samples, .panel = 1},
		   {"samples-1.dat", .put = put_samples, .panel = 2},
		   {"samples-2.dat", .put = put_samples, .panel = 3}}},
	{0},
};

static const struct floored floored[] = {
	{"fork_write_protected_over_floor",
	 "fork, a write-protected heap",
	 {.metric = "call_ns", .primitive = "fork", .level[AXIS_STATE] = "write-protected"},
	 FLOOR_FORK_PAGE,
	 true},
	{"fork_dirty_over_floor",
	 "fork, a dirty heap",
	 {.metric = "call_ns", .primitive = "fork", .level[AXIS_STATE] = "dirty"},
	 FLOOR_FORK_PAGE,
	 true},
	{0},
};

/* ---- tables ---- */

/* One column, which takes less room than two. */
#define ARM_CELL "%-14s %-5s"

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
			all[count > COLUMNS_MAX ? i * (count - 1) / (COLUMNS_MAX - 1) : i];
}

/* `state` NULL: dirty, or what the run has instead. An arm is in the table if the smallest heap has it; exit arms
 * come before exec arms. */
static void make_table(struct table *table, const struct summary *summary, const char *state)
{
	*table = (struct table){.levels = {.experiment = "spawn", .level[AXIS_STATE] = state}};
	filter_settle_levels(summary, &table->levels);
	choose_columns(table, summary);
	struct filter filter = table->levels;
	filter.heap_bytes = table->heap_bytes[0];
	filter.with_heap = filter.mains = true;
	static const char *const actions[] = {"exit", "exec"};
	for (size_t a = 0; a < 2 && table->column_count; a++) {
		filter.action = actions[a];
		for (size_t i = 0; i < summary->row_count && table->line_count < LINES_MAX; i++)
			if (filter_matches(&filter, summary->rows[i].series))
				table->lines[table->line_count++] = summary->rows[i].series;
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

/* The ratio to fork; none where its time, or fork's, is too wide to be cited. */
static void put_ratio(const struct summary *summary, const struct row *row, struct grid *grid)
{
	const struct ratio *ratio = row ? summary_ratio(summary, row->series) : NULL;
	const struct row *fork =
		row ? summary_find(summary, row->series, "fork", NULL, NULL) : NULL;
	if (!ratio)
		grid_cell(grid, "n/a");
	else if (stats_width(&row->interval) == STATS_TOO_WIDE ||
		 (fork && fork->count && stats_width(&fork->interval) == STATS_TOO_WIDE))
		grid_cell(grid, "too wide");
	else
		block_number_cell(grid, &ratio->interval);
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

/* A line for each arm, under a line that says what it is. */
static void put_ends(const struct summary *summary, const struct table *table, bool reaped,
		     struct grid *grid)
{
	grid_row(grid);
	grid_cell(grid, ARM_CELL, "primitive", "child");
	for (size_t c = 0; c < table->column_count; c++)
		grid_cell(grid, "%s", reaped ? "reaped" : "call");
	for (size_t i = 0; i < table->line_count; i++) {
		const struct series *line = table->lines[i];
		grid_row(grid);
		grid_cell(grid, ARM_CELL, line->primitive, line->action);
		for (size_t c = 0; c < table->column_count; c++) {
			const uint64_t bytes = table->heap_bytes[c];
			block_time_cell(grid, reaped ? end_row(summary, line, bytes)
						     : row_at(summary, line, bytes, NULL));
		}
	}
}

/* "frames scattered, of the heap's pages: 64 MiB 3 %, 1 GiB 40 % (2 to 97 %)": the memory witness, at heaps whose
 * frames' order matters; and orders that could not be had. */
static void put_frames(const struct summary *summary, const struct table *table, struct grid *grid)
{
	char text[GRID_NOTE_MAX] = "", heap[UNITS_TEXT_MAX];
	struct scatter scatter;
	for (size_t c = 0; c < table->column_count; c++) {
		const struct row *row =
			row_at(summary, table->lines[0], table->heap_bytes[c], NULL);
		if (table->heap_bytes[c] < FRAMES_TOLD_HEAP_MIN || !row ||
		    !scatter_make(&scatter, row->series))
			continue;
		notes_append(text, sizeof text, "%s%s %.0f %%",
			     *text ? ", " : "frames scattered, of the heap's pages: ",
			     units_format_bytes(table->heap_bytes[c], heap), 100 * scatter.median);
		if (scatter.high - scatter.low >= FRAMES_RANGE_TOLD)
			notes_append(text, sizeof text, " (%.0f to %.0f %%)", 100 * scatter.low,
				     100 * scatter.high);
	}
	grid_note(grid, "%s", text);
	filter_levels_left_out(summary, "frames_left_out", text, sizeof text);
	grid_note(grid, "%s", text);
}

static void put_exec_floor(const struct summary *summary, const struct table *table,
			   struct grid *grid)
{
	char text[EXEC_FLOOR_MAX];
	grid_note(grid, "%s", exec_floor_words(summary, &table->levels, text));
}

/* For the terminal: first the calls, then the ends, by heap. */
static void put_costs(const struct summary *summary, struct grid *grid)
{
	struct table table;
	char others[LEVEL_WORDS_MAX];
	make_table(&table, summary, NULL);
	if (table.line_count == 0)
		return;
	block_begin(grid, 1, &table.levels,
		    "what starting a process costs: {state}, {cache}, {child_cpu}{levels}");
	grid_row(grid);
	grid_cell(grid, "heap");
	for (size_t c = 0; c < table.column_count; c++)
		block_bytes_cell(grid, table.heap_bytes[c]);
	put_ends(summary, &table, false, grid);
	grid_row(grid);
	put_ends(summary, &table, true, grid);
	grid_note(
		grid,
		"call: caller blocked in the call; reaped: until wait returned (a thread: joined)");
	put_exec_floor(summary, &table, grid);
	put_frames(summary, &table, grid);
	grid_note(grid, "%s",
		  level_words_others(summary, &table.levels, 1U << AXIS_STATE | 1U << AXIS_CACHE,
				     others));
}

/* What the heap's and the caches' state does to one arm. */
enum { STATES = 5 };
static const char *const states[STATES][2] = {{"dirty", "warm"},
					      {"write-protected", "warm"},
					      {"dirty", "used"},
					      {"dirty", "cold"},
					      {"write-protected", "cold"}};

/* An arm's rows in those states, at the heaps of the table; NULL without values. Returns the states that any
 * of them has, as a mask. */
static unsigned find_states(const struct summary *summary, const struct table *table,
			    const struct series *arm, const char *metric,
			    const struct row *rows[COLUMNS_MAX][STATES])
{
	struct series key = *arm;
	unsigned found = 0;
	for (size_t c = 0; c < table->column_count; c++)
		for (size_t i = 0; i < STATES; i++) {
			wire_copy(key.level[AXIS_STATE], WIRE_NAME_MAX, states[i][0]);
			wire_copy(key.level[AXIS_CACHE], WIRE_NAME_MAX, states[i][1]);
			const struct row *row = row_at(summary, &key, table->heap_bytes[c], metric);
			rows[c][i] = row && row->count ? row : NULL;
			found |= rows[c][i] ? 1U << i : 0;
		}
	return found;
}

/* fork and vfork, or else the first arm. None where one state alone was measured. */
static void put_states(const struct summary *summary, struct grid *grid)
{
	static const struct {
		const char *primitive, *metric;
	} wanted[] = {{"fork", "call_ns"}, {"vfork", "reaped_ns"}};
	const struct series *arms[2] = {NULL};
	const struct row *rows[2][COLUMNS_MAX][STATES] = {0};
	struct table table;
	char words[LEVEL_WORDS_MAX];
	unsigned shown = 0;
	make_table(&table, summary, NULL);
	if (table.line_count == 0)
		return;
	const char *action = table.lines[0]->action; /* exit, unless exec alone was measured */
	for (size_t i = 0; i < table.line_count; i++)
		for (size_t a = 0; a < 2; a++)
			if (strcmp(table.lines[i]->primitive, wanted[a].primitive) == 0 &&
			    strcmp(table.lines[i]->action, action) == 0)
				arms[a] = table.lines[i];
	if (!arms[0] && !arms[1])
		arms[0] = table.lines[0];
	for (size_t a = 0; a < 2; a++) {
		if (!arms[a])
			continue;
		shown |= find_states(summary, &table, arms[a], wanted[a].metric, rows[a]);
	}
	if (!(shown & (shown - 1)))
		return;
	grid_begin(grid, 2,
		   "effect of heap state (dirty: written since the last fork) and caches (child "
		   "%ss%s)",
		   action, level_words(&table.levels, 1U << AXIS_STATE | 1U << AXIS_CACHE, words));
	grid->lead = 3;
	grid_heads(grid, "primitive", "metric", "heap");
	for (size_t i = 0; i < STATES; i++)
		if (shown & 1U << i)
			grid_cell(grid, "%s %s", states[i][0], states[i][1]);
	for (size_t a = 0; a < 2; a++)
		for (size_t c = 0; c < table.column_count; c++) {
			const struct row *const *at = rows[a][c];
			size_t first = 0;
			while (first < STATES && !at[first])
				first++;
			if (first == STATES)
				continue;
			grid_row(grid);
			grid_cell(grid, "%s", arms[a]->primitive);
			grid_cell(grid, "%s", wanted[a].metric);
			block_bytes_cell(grid, table.heap_bytes[c]);
			for (size_t i = 0; i < STATES; i++)
				if (shown & 1U << i)
					block_time_cell(grid, at[i]);
		}
}

/* The ratio, and how many samples were crowded and undisturbed. */
static void put_crowded(const struct row *row, struct grid *grid)
{
	const struct undisturbed *undisturbed = row ? &row->undisturbed : NULL;
	if (!undisturbed || !undisturbed->is_known || !row->count)
		grid_cell(grid, "n/a");
	else if (undisturbed->crowded_ratio.has_interval)
		block_number_cell(grid, &undisturbed->crowded_ratio);
	else
		grid_cell(grid, "inconclusive");
	if (undisturbed && undisturbed->is_known)
		grid_cell(grid, "%zu, %zu", undisturbed->crowded_count, undisturbed->count);
	else
		grid_cell(grid, "n/a");
}

static bool has_crowded(const struct summary *summary, const struct table *table, size_t line)
{
	for (size_t c = 0; c < table->column_count; c++) {
		const struct row *row = end_row(summary, table->lines[line], table->heap_bytes[c]);
		if (row && row->undisturbed.crowded_ratio.has_interval)
			return true;
	}
	return false;
}

/* Arms for which it can be told at some heap; no table where there are none. */
static void put_contention(const struct summary *summary, struct grid *grid)
{
	struct table table;
	char heap[UNITS_TEXT_MAX];
	size_t lines = 0;
	make_table(&table, summary, NULL);
	for (size_t i = 0; i < table.line_count; i++)
		if (has_crowded(summary, &table, i))
			table.lines[lines++] = table.lines[i];
	if (!lines)
		return;
	block_begin(grid, 2, &table.levels,
		    "what a crowded core costs, until reaped: {state}, {cache}{levels}");
	grid_row(grid);
	grid_cell(grid, "primitive");
	grid_cell(grid, "child");
	for (size_t c = 0; c < table.column_count; c++) {
		units_format_bytes(table.heap_bytes[c], heap);
		grid_cell(grid, "%s: times", heap);
		grid_cell(grid, "n");
	}
	for (size_t i = 0; i < lines; i++) {
		grid_row(grid);
		grid_cell(grid, "%s", table.lines[i]->primitive);
		grid_cell(grid, "%s", table.lines[i]->action);
		for (size_t c = 0; c < table.column_count; c++)
			put_crowded(end_row(summary, table.lines[i], table.heap_bytes[c]), grid);
	}
	grid_note(grid, "times: a replicate's samples on a crowded core (a busy sibling hardware "
			"thread) over its undisturbed ones; n: how many there are of each; "
			"inconclusive: fewer than 5 replicates have both");
	put_exec_floor(summary, &table, grid);
}

static void put_table(const struct summary *summary, const char *state, struct grid *grid)
{
	struct table table;
	char heap[UNITS_TEXT_MAX], others[LEVEL_WORDS_MAX];
	make_table(&table, summary, state);
	if (table.line_count == 0)
		return;
	block_begin(grid, 2, &table.levels, "{state}, {cache}{levels}");
	grid_row(grid);
	grid_cell(grid, "primitive");
	grid_cell(grid, "child");
	for (size_t c = 0; c < table.column_count; c++) {
		units_format_bytes(table.heap_bytes[c], heap);
		grid_cell(grid, "%s: call", heap);
		grid_cell(grid, "%s: reaped", heap);
		grid_cell(grid, "%s: of fork", heap);
	}
	for (size_t i = 0; i < table.line_count; i++) {
		const struct series *line = table.lines[i];
		grid_row(grid);
		grid_cell(grid, "%s", line->primitive);
		grid_cell(grid, "%s", line->action);
		for (size_t c = 0; c < table.column_count; c++) {
			uint64_t bytes = table.heap_bytes[c];
			const struct row *reaped = end_row(summary, line, bytes);
			block_time_cell(grid, row_at(summary, line, bytes, NULL));
			block_time_cell(grid, reaped);
			put_ratio(summary, reaped, grid);
		}
	}
	put_exec_floor(summary, &table, grid);
	put_frames(summary, &table, grid);
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

SHOW(spawn, .place = 1, .axes = 1U << AXIS_STATE | 1U << AXIS_CACHE, .looks = looks,
     .counted = {{.title = "spawn, only the caller, per start"},
		 {.title = "spawn, caller and child, per start", .suffix = "_with_child"}},
     .derive = exec_floor_derive, .tables = {put_dirty, put_clean, put_states, put_contention},
     .terminal = {put_costs, put_states, put_contention}, .figures = figures, .floored = floored);
