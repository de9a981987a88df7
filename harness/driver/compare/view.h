/* What forkcost compare prints. */
#ifndef FORKCOST_COMPARE_VIEW_H
#define FORKCOST_COMPARE_VIEW_H

#include "harness/driver/compare/compare.h"

#include <stdio.h>

enum compare_form { COMPARE_TEXT, COMPARE_MARKDOWN, COMPARE_CSV, COMPARE_JSON };

/* Writes all of it. Text is for standard output. */
enum outcome compare_put(const struct compare *compare, enum compare_form form, FILE *file,
			 struct problem *problem);

/* One line on standard output. */
void compare_put_brief(const struct compare *compare);

#endif
