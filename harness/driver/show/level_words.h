/* The levels that a table, a figure or a claim rests on, in words. */
#ifndef FORKCOST_LEVEL_WORDS_H
#define FORKCOST_LEVEL_WORDS_H

#include "harness/driver/show/filter.h"

enum { LEVEL_WORD_MAX = AXIS_WORDS_MAX, LEVEL_WORDS_MAX = 240 };

/* One level of a filter: "4 KiB pages", "write-protected heap", "caches cold", "child on another CPU", "in shuffled order",
 * "2 running threads". Empty if any level matches. Returns `text`. */
const char *level_words_one(const struct filter *filter, enum axis_id axis,
			    char text[LEVEL_WORD_MAX]);

/* The levels of a filter that are not plain, each after ", ": ", write-protected heap, caches cold". Empty if all are plain.
 * Levels of `named` (a mask of 1 << axis) are left out: the caller names them. Returns `text`. */
const char *level_words(const struct filter *filter, unsigned named, char text[LEVEL_WORDS_MAX]);

/* What the filter's experiment was measured at besides: "not shown: thp pages (2 MiB), in shuffled order; see
 * summary.csv". Levels of `named` are left out. Empty if there is no more. Returns `text`. */
const char *level_words_others(const struct summary *summary, const struct filter *filter,
			       unsigned named, char text[LEVEL_WORDS_MAX]);

#endif
