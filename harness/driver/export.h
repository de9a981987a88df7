/* The data files that the plots read: RUN/plots/data/, tab-separated, blocks parted by two blank
 * lines. docs/RESULTS-FORMAT.md describes each. */
#ifndef FORKCOST_EXPORT_H
#define FORKCOST_EXPORT_H

#include "harness/common/problem.h"
#include "harness/driver/summary.h"

/* Writes all of them. A figure without data gets empty files. */
enum outcome export_write(const struct summary *summary, const char *folder,
			  struct problem *problem);

/* Makes text safe as one field of a data file: control characters, quotes, backslashes, backticks and
 * ">" (gnuplot writes "]]>" into SVG as it is) become spaces. */
void export_clean_text(char *text);

#endif
