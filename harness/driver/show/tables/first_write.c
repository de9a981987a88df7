#include "harness/driver/show/tables/blocks.h"

#include "harness/common/units.h"
#include "harness/driver/show/level_words.h"

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
	struct pick ruler = {.experiment = "null"};
	char heap[UNITS_TEXT_MAX], text[BLOCK_TEXT_MAX], step[UNITS_TEXT_MAX];
	char kind[LEVEL_WORD_MAX], order[LEVEL_WORD_MAX], others[LEVEL_WORDS_MAX];
	char left_out[GRID_NOTE_MAX];
	const unsigned told = 1U << AXIS_PAGE_KIND | 1U << AXIS_TOUCH_ORDER;
	static const char *const heads[] = {"case", "mean of a pass", "p50",   "p99",
					    "max",  "faults",         "copied"};
	pick_settle(summary, &pick);
	pick_one_heap(summary, &pick);
	grid_begin(grid, 1, "first write to a page: heap %s, %s %s%s",
		   units_format_bytes(pick.heap_bytes, heap),
		   level_words_one(&pick, AXIS_PAGE_KIND, kind),
		   level_words_one(&pick, AXIS_TOUCH_ORDER, order),
		   level_words(&pick, told, others));
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
	const struct row *first = pick_row(summary, &pick);
	if (first && pick.level[AXIS_PAGE_KIND])
		grid_note(grid, "a write in every %s",
			  units_format_bytes((uint64_t)((double)pick.heap_bytes /
							pick_pages(summary, first->series)),
					     step));
	grid_note(grid, "%s", level_words_others(summary, &pick, 0, others));
	grid_note(grid,
		  "p50, p99 and max are of single writes, each with two clock readings, %s; faults "
		  "and copied (frames changed) are a page",
		  block_time(pick_settled_row(summary, &ruler), false, text));
	grid_note(grid, "%s", pick_kinds_left_out(summary, left_out, sizeof left_out));
}
