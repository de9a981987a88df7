/* The fork bill as tables and as bill.csv. */
#ifndef FORKCOST_BILL_VIEW_H
#define FORKCOST_BILL_VIEW_H

#include "harness/driver/bill/bill.h"
#include "harness/driver/show/grid.h"

/* What is shown: all heaps, or one; all percents written, or one; all rates, or one. */
struct bill_choice {
	const struct bills *bills;
	bool one_heap, one_written, one_rate;
	uint64_t heap_bytes, write_rate;
	unsigned written;
};

/* Hands on a table for each heap, percent written and rate that are chosen (`of`: a struct bill_choice), then one of how much
 * of the whole the items of each bill are. */
void bill_each_table(const void *of, void (*take)(const struct grid *grid, void *to), void *to);

/* Whether any bill is chosen. */
bool bill_has(const struct bill_choice *choice);

/* The percent that is shown where nobody asks for one: 10, else the largest; of a run without any 0. */
unsigned bill_usual_written(const struct bills *bills);

/* The rate of the figure: 0, full speed; else the lowest. */
uint64_t bill_usual_rate(const struct bills *bills);

/* Writes bill.csv and tables/fork-bill.md and .tex into the run folder. */
enum outcome bill_write(const struct summary *summary, const char *folder, struct problem *problem);

#endif
