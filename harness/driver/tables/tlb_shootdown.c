#include "harness/driver/tables/blocks.h"

#include "harness/common/units.h"

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

/* The row of fork_running with the most threads. */
static const struct row *with_most_threads(const struct summary *summary, const char *metric)
{
	const struct pick pick = {.experiment = "tlb_shootdown",
				  .metric = metric,
				  .case_name = "fork_running",
				  .threads = PICK_ANY};
	const struct row *most = NULL;
	for (size_t i = 0; i < summary->row_count; i++) {
		const struct row *row = &summary->rows[i];
		if (row->count && pick_takes(&pick, row->series) &&
		    (!most ||
		     strtod(row->series->threads, NULL) > strtod(most->series->threads, NULL)))
			most = row;
	}
	return most;
}

/* What each of those threads loses. */
static void put_losses(const struct summary *summary, struct grid *grid)
{
	char gap[BLOCK_TEXT_MAX], idle[BLOCK_TEXT_MAX], pass[BLOCK_TEXT_MAX], warm[BLOCK_TEXT_MAX];
	const struct row *row = with_most_threads(summary, "gap_ns");
	if (!row)
		return;
	grid_note(grid,
		  "each of %s running threads stood still for %s during fork (%s without it), and "
		  "its "
		  "next pass over 64 pages took %s (%s)",
		  row->series->threads, block_time(row, false, gap),
		  block_time(with_most_threads(summary, "gap_idle_ns"), false, idle),
		  block_time(with_most_threads(summary, "thread_pass_ns"), false, pass),
		  block_time(with_most_threads(summary, "thread_warm_ns"), false, warm));
}

void block_tlb_shootdown(const struct summary *summary, struct grid *grid)
{
	static const char *const heads[] = {"call", "less", "heap", "a thread", "95 % interval"};
	grid_begin(grid, 2,
		   "what each thread of the caller that runs on another CPU adds to a call");
	grid_row(grid);
	for (size_t i = 0; i < sizeof heads / sizeof *heads; i++)
		grid_cell(grid, "%s", heads[i]);
	put_slopes(&summary->derived, grid);
	put_losses(summary, grid);
}
