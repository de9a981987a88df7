#include "harness/driver/show/tables/blocks.h"

#include "harness/common/units.h"
#include "harness/driver/show/level_words.h"

#include <stdlib.h>

static void put_slopes(const struct derived *derived, struct grid *grid)
{
	char heap[UNITS_TEXT_MAX], text[BLOCK_TEXT_MAX];
	for (size_t i = 0; i < derived->slope_count; i++) {
		const struct slope *slope = &derived->slopes[i];
		grid_row(grid);
		grid_cell(grid, "%s", slope->case_name);
		grid_cell(grid, "%s", slope->control ? slope->control : "-");
		grid_cell(grid, "%s", units_format_bytes(slope->heap_bytes, heap));
		if (!slope->replicates) {
			grid_cell(grid, "n/a");
			grid_cell(grid, "none");
			grid_note(grid, "%s, heap %s: %s", slope->case_name, heap, slope->why);
			continue;
		}
		grid_cell(grid, "%s", block_signed_ns(slope->per_thread.center, text));
		grid_cell(grid, "%s", block_signed_interval(&slope->per_thread, text));
	}
}

/* Where there is no line through points with and without running threads: the points that there are. */
static void put_calls(const struct summary *summary, const struct pick *levels, struct grid *grid)
{
	static const char *const heads[] = {"call", "heap", "running threads", "time"};
	char words[LEVEL_WORDS_MAX], heap[UNITS_TEXT_MAX], text[BLOCK_TEXT_MAX];
	grid_begin(grid, 1, "calls while threads of the caller run on other CPUs%s",
		   level_words(levels, 0, words));
	grid_row(grid);
	for (size_t i = 0; i < sizeof heads / sizeof *heads; i++)
		grid_cell(grid, "%s", heads[i]);
	for (size_t i = 0; i < summary->row_count; i++) {
		const struct row *row = &summary->rows[i];
		if (!row->count || !row->series->is_main || !pick_takes(levels, row->series))
			continue;
		grid_row(grid);
		grid_cell(grid, "%s", row->series->case_name);
		grid_cell(grid, "%s", units_format_bytes(row->series->heap_bytes, heap));
		grid_cell(grid, "%s", row->series->level[AXIS_THREADS]);
		grid_cell(grid, "%s", block_time(row, true, text));
	}
	grid_note(
		grid,
		"what a thread adds is not known: it takes calls without running threads; add 0 to "
		"--threads");
}

/* The row of fork_running with the most threads, at the heap of all that show one. */
static const struct row *with_most_threads(const struct summary *summary, const struct pick *levels,
					   const char *metric)
{
	struct pick pick = *levels;
	const struct row *most = NULL;
	pick_one_heap(summary, &pick);
	pick.metric = metric;
	pick.case_name = "fork_running";
	for (size_t i = 0; i < summary->row_count; i++) {
		const struct row *row = &summary->rows[i];
		if (row->count && pick_takes(&pick, row->series) &&
		    (!most || strtod(row->series->level[AXIS_THREADS], NULL) >
				      strtod(most->series->level[AXIS_THREADS], NULL)))
			most = row;
	}
	return most;
}

/* What each of those threads loses. */
static void put_losses(const struct summary *summary, const struct pick *levels, struct grid *grid)
{
	char gap[BLOCK_TEXT_MAX], idle[BLOCK_TEXT_MAX], pass[BLOCK_TEXT_MAX], warm[BLOCK_TEXT_MAX];
	char heap[UNITS_TEXT_MAX];
	const struct row *row = with_most_threads(summary, levels, "gap_ns");
	if (!row)
		return;
	grid_note(grid,
		  "a running thread, one of %s: its longest gap during fork is %s (%s without "
		  "one), its "
		  "next pass over 64 pages takes %s (%s); heap %s",
		  row->series->level[AXIS_THREADS], block_time(row, false, gap),
		  block_time(with_most_threads(summary, levels, "gap_idle_ns"), false, idle),
		  block_time(with_most_threads(summary, levels, "thread_pass_ns"), false, pass),
		  block_time(with_most_threads(summary, levels, "thread_warm_ns"), false, warm),
		  units_format_bytes(row->series->heap_bytes, heap));
}

void block_tlb_shootdown(const struct summary *summary, struct grid *grid)
{
	static const char *const heads[] = {"call", "less", "heap", "a thread", "95 % interval"};
	struct pick levels = {.experiment = "tlb_shootdown", .level[AXIS_THREADS] = PICK_ANY};
	char words[LEVEL_WORDS_MAX];
	pick_settle(summary, &levels);
	if (!summary->derived.slope_count) {
		put_calls(summary, &levels, grid);
		put_losses(summary, &levels, grid);
		return;
	}
	grid_begin(grid, 2,
		   "what each thread of the caller that runs on another CPU adds to a call%s",
		   level_words(&levels, 0, words));
	grid_row(grid);
	for (size_t i = 0; i < sizeof heads / sizeof *heads; i++)
		grid_cell(grid, "%s", heads[i]);
	put_slopes(&summary->derived, grid);
	put_losses(summary, &levels, grid);
}
