/* What is shown of the counters of all experiments: a figure, counters-by-arm, and a table. */
#ifndef FORKCOST_SHOW_COUNTERS_H
#define FORKCOST_SHOW_COUNTERS_H

#include "harness/driver/show/figures.h"
#include "harness/driver/show/grid.h"

/* Writes counters-by-arm.dat and its caption: a part for each face's `counted`, and for each
 * experiment without a face. */
enum outcome counters_figure(const struct figures *figures);

/* What was counted, what was not and why, and what counting cost. */
void counters_table(const struct summary *summary, struct grid *grid);

#endif
