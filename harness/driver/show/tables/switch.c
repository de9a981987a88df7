#include "harness/driver/show/tables/blocks.h"

#include "harness/driver/show/level_words.h"

enum { SIZES_MAX = 32 };

static const struct switched *difference_at(const struct derived *derived, uint64_t heap_bytes)
{
	for (size_t i = 0; i < derived->switch_count; i++)
		if (derived->switches[i].heap_bytes == heap_bytes)
			return &derived->switches[i];
	return NULL;
}

void block_switch(const struct summary *summary, struct grid *grid)
{
	static const char *const heads[] = {"pages", "shared", "separate", "difference",
					    "95 % interval"};
	static const char *const cases[] = {"shared", "separate"};
	struct pick pick = {.experiment = "switch", .metric = "switch_ns"};
	char text[BLOCK_TEXT_MAX], levels[LEVEL_WORDS_MAX];
	uint64_t heaps[SIZES_MAX];
	pick_settle(summary, &pick);
	size_t sizes = pick_heaps(summary, &pick, heaps, SIZES_MAX);
	grid_begin(grid, 0,
		   "a switch between two processes on one CPU, by the pages each reads between%s",
		   level_words(&pick, 0, levels));
	grid_row(grid);
	for (size_t i = 0; i < sizeof heads / sizeof *heads; i++)
		grid_cell(grid, "%s", heads[i]);
	pick.with_heap = true;
	for (size_t s = 0; s < sizes; s++) {
		const struct switched *entry = difference_at(&summary->derived, heaps[s]);
		pick.heap_bytes = heaps[s];
		pick.case_name = NULL;
		grid_row(grid);
		grid_cell(grid, "%.0f", pick_pages(summary, pick_row(summary, &pick)->series));
		for (size_t c = 0; c < 2; c++) {
			pick.case_name = cases[c];
			grid_cell(grid, "%s", block_time(pick_row(summary, &pick), false, text));
		}
		grid_cell(grid, "%s",
			  entry ? block_signed_ns(entry->difference.center, text) : "n/a");
		grid_cell(grid, "%s",
			  entry ? block_signed_interval(&entry->difference, text) : "n/a");
	}
}
