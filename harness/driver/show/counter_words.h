/* In words: what a run counted and what it did not, for captions and tables. */
#ifndef FORKCOST_COUNTER_WORDS_H
#define FORKCOST_COUNTER_WORDS_H

#include "harness/driver/data/dataset.h"

#include <stdbool.h>
#include <stddef.h>

enum { COUNTER_WORDS_MAX = 2048 };

/* "not counted: a, b (reason); c (reason)", counters with the same reason together; empty if all that were
 * asked for were counted. In short, reasons end at their first comma or semicolon, so without
 * remedies, and do not say "unavailable". Returns `text`. */
const char *counter_words_missing(const struct dataset *dataset, bool in_short,
				  char text[COUNTER_WORDS_MAX]);

/* "cycles, page_faults, ...": names without mode and without those that count children as well; empty if
 * nothing was counted. Returns `text`. */
const char *counter_words_counted(const struct dataset *dataset, char text[COUNTER_WORDS_MAX]);

enum { COUNTER_COLUMNS_MAX = 32 };

/* The metrics to show where there is room for one an event: user and kernel together where that was counted, else
 * what was. Without those that count children as well. Returns how many. */
size_t counter_words_columns(const struct dataset *dataset,
			     char columns[COUNTER_COLUMNS_MAX][COUNTER_NAME_MAX]);

/* A metric's name without "_both". Returns `text`. */
const char *counter_words_label(const char *metric, char text[COUNTER_NAME_MAX]);

#endif
