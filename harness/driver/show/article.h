/* Rows that a user chose, as a table in the form that is asked for: forkcost show --format. */
#ifndef FORKCOST_ARTICLE_H
#define FORKCOST_ARTICLE_H

#include "harness/driver/analysis/row_choice.h"

/* Writes them to the file; text, which is laid out for a terminal, always to standard output. `form`: text, markdown, latex,
 * typst or csv. Without a metric the main ones. Columns are what differs between the rows; the rest is in the caption. Rows
 * without values are counted below the table, with the reason. Fails where the run has no such rows, or a table for people
 * would have too many. */
enum outcome article_put(FILE *file, const struct summary *summary, const struct row_choice *choice,
			 const char *form, struct problem *problem);

/* "text, markdown, ...": whether a form is among them. */
#define ARTICLE_FORMS "text markdown latex typst csv"
bool article_has_form(const char *form);

#endif
