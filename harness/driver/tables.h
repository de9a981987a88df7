/* The tables a person reads: on the terminal, as Markdown and as LaTeX. */
#ifndef FORKCOST_TABLES_H
#define FORKCOST_TABLES_H

#include "harness/common/problem.h"
#include "harness/driver/summary.h"

/* Prints the run's table, checks and second opinion on stdout, at most 100 columns wide. */
void tables_print(const struct summary *summary, const char *folder);

/* Writes RUN/tables/spawn.md and spawn.tex. */
enum outcome tables_write(const struct summary *summary, const char *folder,
			  struct problem *problem);

/* Our own reaped_ns row (clean, warm) that a second opinion is held against; NULL if there is none.
 */
const struct row *tables_crosscheck_row(const struct summary *summary,
					const struct crosscheck_entry *entry);

#endif
