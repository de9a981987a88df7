#include "harness/driver/forms/terminal.h"
#include "harness/driver/tables/blocks.h"

#include "harness/common/units.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

enum { COLUMNS_MAX = 4, LINES_MAX = 64, HEAPS_MAX = 64 };

/* The main table: a line per arm, a group of columns per heap size; dirty, warm, same CPU. */
struct table {
	size_t column_count, line_count;
	uint64_t heap_bytes[COLUMNS_MAX];
	const struct series *lines[LINES_MAX]; /* the call_ns series of the arm, at some heap */
	const char *state, *cache;
};

/* Up to four heaps, evenly picked from those measured, first and last among them. */
static void pick_columns(struct table *table, const struct summary *summary)
{
	const struct pick pick = {
		.experiment = "spawn", .state = PICK_ANY, .cache = PICK_ANY, .child_cpu = PICK_ANY};
	uint64_t all[HEAPS_MAX];
	size_t count = pick_heaps(summary, &pick, all, HEAPS_MAX);
	table->column_count = count < COLUMNS_MAX ? count : COLUMNS_MAX;
	for (size_t i = 0; i < table->column_count; i++)
		table->heap_bytes[i] =
			all[table->column_count > 1 ? i * (count - 1) / (table->column_count - 1)
						    : 0];
}

static void make_table(struct table *table, const struct summary *summary, const char *state,
		       const char *cache)
{
	*table = (struct table){.state = state, .cache = cache};
	const struct dataset *dataset = summary->dataset;
	pick_columns(table, summary);
	if (table->column_count == 0)
		return;
	/* An arm is in the table if the smallest heap has it; exit arms come before exec arms. */
	static const char *const actions[] = {"exit", "exec"};
	for (size_t a = 0; a < 2; a++)
		for (size_t i = 0; i < dataset->series_count; i++) {
			const struct series *series = &dataset->series[i];
			const struct pick pick = {.experiment = "spawn",
						  .action = actions[a],
						  .state = state,
						  .cache = cache,
						  .heap_bytes = table->heap_bytes[0],
						  .with_heap = true};
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

/* What the heap's and the caches' state does to one arm: a line per heap. */
static void print_state_lines(const struct summary *summary, const struct table *table,
			      const char *primitive, const char *metric)
{
	static const char *const cells[][2] = {
		{"dirty", "warm"}, {"clean", "warm"}, {"dirty", "cold"}, {"clean", "cold"}};
	for (size_t c = 0; c < table->column_count; c++) {
		char heap[UNITS_TEXT_MAX], text[BLOCK_TEXT_MAX];
		const struct row *rows[4];
		bool any = false;
		for (size_t i = 0; i < 4; i++) {
			struct series key = *table->lines[0];
			key.heap_bytes = table->heap_bytes[c];
			wire_copy(key.state, sizeof key.state, cells[i][0]);
			wire_copy(key.cache, sizeof key.cache, cells[i][1]);
			rows[i] = summary_find(summary, &key, primitive, "exit", metric);
			any = any || (rows[i] && rows[i]->count);
		}
		if (!any)
			continue;
		print("%-6s %-10s %9s", primitive, metric,
		      units_format_bytes(table->heap_bytes[c], heap));
		for (size_t i = 0; i < 4; i++)
			print("  %10s", block_time(rows[i], false, text));
		print("\n");
	}
}

static void print_states(const struct summary *summary, const struct table *table)
{
	print("what the state of heap and caches does (child exits)\n\n");
	print("%-6s %-10s %9s  %10s  %10s  %10s  %10s\n", "", "", "heap", "dirty warm",
	      "clean warm", "dirty cold", "clean cold");
	print_state_lines(summary, table, "fork", "call_ns");
	print_state_lines(summary, table, "vfork", "reaped_ns");
	print("\n");
}

void block_spawn_print(const struct summary *summary)
{
	struct table table;
	make_table(&table, summary, "dirty", "warm");
	if (table.line_count == 0)
		make_table(&table, summary, "clean", "warm");
	if (table.line_count == 0)
		return;
	print("what starting a process costs: %s heap, caches %s, child on the caller's CPU\n\n",
	      table.state, table.cache);
	print_table(summary, &table);
	print("\n  call: inside the call; reaped: until wait returned (a thread: joined)\n\n");
	print_states(summary, &table);
}

bool block_spawn(const struct summary *summary, const char *state, struct grid *grid)
{
	struct table table;
	char heap[UNITS_TEXT_MAX], text[BLOCK_TEXT_MAX];
	make_table(&table, summary, state, "warm");
	if (table.line_count == 0)
		return false;
	grid_begin(grid, 2, "%s heap, warm caches", state);
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
	return true;
}
