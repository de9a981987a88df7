#include "harness/driver/show/tables/blocks.h"

#include "harness/driver/show/counter_words.h"

void block_counters(const struct summary *summary, struct grid *grid)
{
	char words[COUNTER_WORDS_MAX];
	const struct derived *derived = &summary->derived;
	grid_begin(grid, 1, "counters");
	counter_words_counted(summary->dataset, words);
	grid_note(grid, "counted: %s",
		  *words ? words
			 : "nothing; where counters are chosen and can be had, dirty and warm "
			   "cells in "
			   "order, with the child on the caller's CPU, are counted");
	grid_note(grid, "%s", counter_words_missing(summary->dataset, false, words));
	if (!derived->counting_count)
		return;
	grid_row(grid);
	grid_cell(grid, "counting changed");
	grid_cell(grid, "metric");
	grid_cell(grid, "by");
	grid_cell(grid, "arms");
	for (size_t i = 0; i < derived->counting_count; i++) {
		const struct counting_cost *cost = &derived->counting[i];
		grid_row(grid);
		grid_cell(grid, "%s%s", cost->experiment,
			  cost->with_child ? ", with its child" : "");
		grid_cell(grid, "%s", cost->metric);
		grid_cell(grid, "%+.1f %%", (cost->ratio - 1) * 100);
		grid_cell(grid, "%zu", cost->arms);
	}
}
