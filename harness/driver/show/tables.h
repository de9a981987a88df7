/* The tables a person reads: on the terminal, as Markdown and as LaTeX. */
#ifndef FORKCOST_TABLES_H
#define FORKCOST_TABLES_H

#include "harness/common/problem.h"
#include "harness/driver/analysis/summary.h"
#include "harness/driver/show/grid.h"

/* Prints the run's tables, checks and second opinion on stdout, in a terminal's width (base/wrapped.h). */
void tables_print(const struct summary *summary);

/* Writes RUN/tables/NAME.md and NAME.tex for each experiment, and for the counters. */
enum outcome tables_write(const struct summary *summary, const char *folder,
			  struct problem *problem);

/* Writes RUN/tables/NAME.md and NAME.tex of one table. */
enum outcome tables_write_grid(const struct summary *summary, const char *folder, const char *name,
			       const struct grid *grid, struct problem *problem);

/* Writes RUN/tables/NAME.md and NAME.tex of the tables that `each` hands on to `take`. */
enum outcome tables_write_named(const struct summary *summary, const char *folder, const char *name,
				void (*each)(const void *of,
					     void (*take)(const struct grid *grid, void *to),
					     void *to),
				const void *of, struct problem *problem);

#endif
