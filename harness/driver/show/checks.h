/* Checks of the rulers and of the run, and a second opinion, on the terminal. */
#ifndef FORKCOST_CHECKS_H
#define FORKCOST_CHECKS_H

#include "harness/driver/analysis/summary.h"
#include "harness/driver/show/grid.h"

void checks_print(const struct summary *summary);

/* Whether hyperfine's times of whole commands agree with ours, in words. Nothing if the run has none. */
void checks_print_crosscheck(const struct summary *summary);
/* The same as a table. */
void checks_crosscheck_table(const struct summary *summary, struct grid *grid);

#endif
