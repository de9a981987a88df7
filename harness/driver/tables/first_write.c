#include "harness/driver/tables/blocks.h"

#include "harness/common/units.h"

#include <math.h>
#include <string.h>

/* A quantile of the pooled single writes; a longest one from their metric. */
static void put_singles(const struct summary *summary, const struct row *row, struct grid *grid)
{
	static const double shares[] = {0.5, 0.99};
	char text[UNITS_TEXT_MAX];
	const struct row *single = summary_find(summary, row->series, NULL, NULL, "single_ns");
	const struct row *longest = summary_find(summary, row->series, NULL, NULL, "single_max_ns");
	for (size_t i = 0; i < sizeof shares / sizeof *shares; i++) {
		double ns = single && single->series->histogram
				    ? histogram_quantile(single->series->histogram, shares[i])
				    : NAN;
		grid_cell(grid, "%s", isnan(ns) ? "n/a" : units_format_ns(ns, text));
	}
	grid_cell(grid, "%s",
		  longest && longest->count ? units_format_ns(longest->spread.max, text) : "n/a");
}

/* Faults a page, and how many of a pass's pages changed their frame. */
static void put_proof(const struct summary *summary, const struct row *row, struct grid *grid)
{
	const struct row *faults = summary_find(summary, row->series, NULL, NULL, "faults");
	const struct row *moved = summary_find(summary, row->series, NULL, NULL, "frames_changed");
	double pages = pick_pages(summary, row->series);
	if (faults && faults->count)
		grid_cell(grid, "%.3g", faults->interval.center / pages);
	else
		grid_cell(grid, "n/a");
	if (moved && moved->count)
		grid_cell(grid, "%.3g", moved->interval.center / pages);
	else
		grid_cell(grid, "n/a");
}

void block_first_write(const struct summary *summary, struct grid *grid)
{
	struct pick pick = {.experiment = "first_write", .metric = "write_ns"};
	const struct pick ruler = {.experiment = "null", .state = PICK_ANY, .cache = PICK_ANY};
	char heap[UNITS_TEXT_MAX], text[BLOCK_TEXT_MAX], left_out[GRID_NOTE_MAX];
	static const char *const heads[] = {"case", "mean of a pass", "p50",   "p99",
					    "max",  "faults",         "copied"};
	pick.with_heap = pick_middle_heap(summary, &pick, PICK_HEAP, &pick.heap_bytes);
	grid_begin(grid, 1, "first write to a page: heap %s, 4 KiB pages in order",
		   units_format_bytes(pick.heap_bytes, heap));
	grid_row(grid);
	for (size_t i = 0; i < sizeof heads / sizeof *heads; i++)
		grid_cell(grid, "%s", heads[i]);
	for (size_t i = 0; i < summary->row_count; i++) {
		const struct row *row = &summary->rows[i];
		if (!pick_takes(&pick, row->series))
			continue;
		grid_row(grid);
		grid_cell(grid, "%s", row->series->case_name);
		grid_cell(grid, "%s", block_time(row, true, text));
		put_singles(summary, row, grid);
		put_proof(summary, row, grid);
	}
	grid_note(grid,
		  "p50, p99 and max are of single writes, each with two clock readings, %s; faults "
		  "and copied (frames changed) are a page",
		  block_time(pick_row(summary, &ruler), false, text));
	grid_note(grid, "%s", pick_kinds_left_out(summary, left_out, sizeof left_out));
}
