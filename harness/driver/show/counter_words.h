/* Which counters of a run were counted and which were not, in words. */
#ifndef FORKCOST_COUNTER_WORDS_H
#define FORKCOST_COUNTER_WORDS_H

#include "harness/driver/analysis/summary.h"

enum { COUNTER_WORDS_MAX = 2048, COUNTER_COLUMNS_MAX = 32 };

/* "not counted: a, b (reason); c (reason)", counters with the same reason together; empty if all that were
 * asked for were counted. Returns `text`. */
const char *counters_missing(const struct dataset *dataset, char text[COUNTER_WORDS_MAX]);

/* How many of those that were asked for were not counted. */
size_t counters_missing_count(const struct dataset *dataset);

/* Why a role was not counted, up to the first comma or semicolon, so without the remedy; empty if it was counted, or not
 * asked for. Returns `text`. */
const char *counters_why_missing(const struct dataset *dataset, const char *role,
				 char text[COUNTER_WORDS_MAX]);

/* "cycles, page_faults, ...": names without mode and without those that count children as well; empty if
 * nothing was counted. Returns `text`. */
const char *counters_counted(const struct dataset *dataset, char text[COUNTER_WORDS_MAX]);

/* The metrics to show where there is room for one an event: user and kernel together where that was counted, else
 * what was. Without those that count children as well. Returns how many. */
size_t counters_columns(const struct dataset *dataset,
			char columns[COUNTER_COLUMNS_MAX][COUNTER_NAME_MAX]);

/* A metric's name without "_both". Returns `text`. */
const char *counters_label(const char *metric, char text[COUNTER_NAME_MAX]);

#endif
