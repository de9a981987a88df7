/* What is shown of the counters of all experiments: a figure, counters-by-arm, a table, and in words what was not
 * counted. */
#ifndef FORKCOST_SHOW_COUNTERS_H
#define FORKCOST_SHOW_COUNTERS_H

#include "harness/driver/show/figures.h"
#include "harness/driver/show/grid.h"

/* Writes counters-by-arm.dat and its caption: a part for each face's `counted`, and for each
 * experiment without a face. */
enum outcome counters_figure(const struct figures *figures);

/* What was counted, what was not and why, and what counting cost. */
void counters_table(const struct summary *summary, struct grid *grid);

enum { COUNTER_WORDS_MAX = 2048 };

/* "not counted: a, b (reason); c (reason)", counters with the same reason together; empty if all that were
 * asked for were counted. In short, reasons end at their first comma or semicolon, so without
 * remedies, and do not say "unavailable". Returns `text`. */
const char *counters_missing(const struct dataset *dataset, bool in_short,
			     char text[COUNTER_WORDS_MAX]);

/* "cycles, page_faults, ...": names without mode and without those that count children as well; empty if
 * nothing was counted. Returns `text`. */
const char *counters_counted(const struct dataset *dataset, char text[COUNTER_WORDS_MAX]);

#endif
