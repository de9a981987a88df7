/* Verdicts on the claims, as a person or a program reads them. */
#ifndef FORKCOST_CLAIMS_VIEW_H
#define FORKCOST_CLAIMS_VIEW_H

#include "harness/common/problem.h"
#include "harness/driver/analysis/summary.h"
#include "harness/driver/claims/claims.h"

#include <stdio.h>

/* BRIEF: a line for each verdict. */
enum claims_form { CLAIMS_TERMINAL, CLAIMS_BRIEF, CLAIMS_MARKDOWN, CLAIMS_JSON };

/* Writes every verdict with its numbers; on a terminal in 80 columns. */
enum outcome claims_put(const struct summary *summary, enum claims_form form, FILE *file,
			struct problem *problem);

/* Writes claims.md and claims.json into the run folder. */
enum outcome claims_write(const struct summary *summary, const char *folder,
			  struct problem *problem);

/* A line for each verdict, for the table of a run. */
enum outcome claims_print_brief(const struct summary *summary, struct problem *problem);

#endif
