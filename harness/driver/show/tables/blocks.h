/* The tables' contents, one file for each experiment, and how they write times. */
#ifndef FORKCOST_TABLES_BLOCKS_H
#define FORKCOST_TABLES_BLOCKS_H

#include "harness/driver/analysis/summary.h"
#include "harness/driver/show/pick.h"
#include "harness/driver/show/tables/grid.h"

/* Each fills in a table of its experiment, which has values. */
void block_first_write(const struct summary *summary, struct grid *grid);
void block_tlb_refill(const struct summary *summary, struct grid *grid);
void block_tlb_shootdown(const struct summary *summary, struct grid *grid);
void block_switch(const struct summary *summary, struct grid *grid);
void block_teardown(const struct summary *summary, struct grid *grid);
void block_counters(const struct summary *summary, struct grid *grid);

/* The spawn experiment's tables: on the terminal at most 100 columns wide, and for files, by state; false
 * if it has no cell in that state. */
void block_spawn_print(const struct summary *summary);
bool block_spawn(const struct summary *summary, const char *state, struct grid *grid);

/* Checks of the ruler and the run, and the second opinion. */
void block_checks_print(const struct summary *summary);
void block_crosscheck_print(const struct summary *summary);

enum { BLOCK_TEXT_MAX = 64 };

/* "21.3 us"; with_interval "21.3 us +-3%", or "+-?" without one; "n/a" without values. */
const char *block_time(const struct row *row, bool with_interval, char text[BLOCK_TEXT_MAX]);

/* "+1.20 us", "-300 ns". */
const char *block_signed_ns(double ns, char text[BLOCK_TEXT_MAX]);

/* "+0.9 us to +1.5 us", or why there is none. */
const char *block_signed_interval(const struct stats_interval *interval, char text[BLOCK_TEXT_MAX]);

#endif
