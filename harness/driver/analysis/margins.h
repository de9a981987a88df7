/* How many of a run's main times are too wide to cite, and how much longer it would have to be to fix that. */
#ifndef FORKCOST_MARGINS_H
#define FORKCOST_MARGINS_H

#include "harness/driver/analysis/summary.h"

enum { MARGINS_TEXT_MAX = 320 };

struct margins {
	size_t rows; /* main ones with a time */
	size_t too_wide;
	/* So many times as long the run must be for nine in ten of those to be as narrow as can be cited, and for all:
	 * width falls with the square root of replicates. */
	double nine_in_ten, all;
	size_t replicates; /* the most that the nine in ten have then */
};

struct margins margins_find(const struct summary *summary);

/* "62 of 783 main rows are wider than ±25 %, too wide to cite: ...". Empty if none is. Returns `text`. */
const char *margins_words(const struct summary *summary, char text[MARGINS_TEXT_MAX]);

#endif
