#include "harness/driver/show/tables/blocks.h"

#include "harness/common/units.h"
#include "harness/driver/base/forms/terminal.h"
#include "harness/driver/base/wrapped.h"
#include "harness/driver/show/level_words.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

enum { COLUMNS_MAX = 4, LINES_MAX = 64, HEAPS_MAX = 64 };

/* The main table: a line per arm, a group of columns per heap size, at one state of heap and caches and one
 * place of the child: dirty, warm, same CPU where the run has that. */
struct table {
	size_t column_count, line_count;
	uint64_t heap_bytes[COLUMNS_MAX];
	const struct series *lines[LINES_MAX]; /* the call_ns series of the arm, at some heap */
	struct pick levels;
};

/* Up to four heaps, evenly picked from those measured in the table's own cell, first and last among them:
 * where the run's time was up before, other placements may have had a turn at larger ones. */
static void pick_columns(struct table *table, const struct summary *summary)
{
	uint64_t all[HEAPS_MAX];
	size_t count = pick_heaps(summary, &table->levels, all, HEAPS_MAX);
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
	pick_settle(summary, &table->levels);
	const struct dataset *dataset = summary->dataset;
	pick_columns(table, summary);
	if (table->column_count == 0)
		return;
	/* An arm is in the table if the smallest heap has it; exit arms come before exec arms. */
	static const char *const actions[] = {"exit", "exec"};
	for (size_t a = 0; a < 2; a++)
		for (size_t i = 0; i < dataset->series_count; i++) {
			const struct series *series = &dataset->series[i];
			struct pick pick = table->levels;
			pick.action = actions[a];
			pick.heap_bytes = table->heap_bytes[0];
			pick.with_heap = true;
			if (series->is_main && pick_takes(&pick, series) &&
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
static const char *const states[STATES][2] = {
	{"dirty", "warm"}, {"clean", "warm"}, {"dirty", "cold"}, {"clean", "cold"}};

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
				print("  %10s", block_time(rows[i], false, text));
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
	const struct series *call = line_of(table, "fork", action);
	const struct series *reaped = line_of(table, "vfork", action);
	if (!call && !reaped)
		call = table->lines[0];
	unsigned shown = (call ? states_of(summary, table, call, "call_ns") : 0) |
			 (reaped ? states_of(summary, table, reaped, "reaped_ns") : 0);
	if (!(shown & (shown - 1)))
		return;
	print("what the state of heap and caches does (child %ss%s)\n\n", action,
	      level_words(&table->levels, 1U << AXIS_STATE | 1U << AXIS_CACHE, levels));
	size_t call_width = call ? strlen(call->primitive) : 0;
	size_t reaped_width = reaped ? strlen(reaped->primitive) : 0;
	int width = (int)(call_width > reaped_width ? call_width : reaped_width);
	print("%-*s %-10s %9s", width, "", "", "heap");
	for (size_t i = 0; i < STATES; i++)
		if (shown & 1U << i)
			print("  %5s %4s", states[i][0], states[i][1]);
	print("\n");
	if (call)
		print_state_lines(summary, table, call, "call_ns", shown, width);
	if (reaped)
		print_state_lines(summary, table, reaped, "reaped_ns", shown, width);
	print("\n");
}

void block_spawn_print(const struct summary *summary)
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
	print("\n  call: inside the call; reaped: until wait returned (a thread: joined)\n");
	const unsigned states_told = 1U << AXIS_STATE | 1U << AXIS_CACHE;
	wrapped_print(stdout, level_words_others(summary, &table.levels, states_told, others), 2,
		      4);
	print("\n");
	print_states(summary, &table);
}

bool block_spawn(const struct summary *summary, const char *state, struct grid *grid)
{
	struct table table;
	char heap[UNITS_TEXT_MAX], text[BLOCK_TEXT_MAX];
	char words[LEVEL_WORD_MAX], cache[LEVEL_WORD_MAX], others[LEVEL_WORDS_MAX];
	make_table(&table, summary, state);
	if (table.line_count == 0)
		return false;
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
	return true;
}
