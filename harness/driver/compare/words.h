/* The sentences of forkcost compare, for all forms of output. */
#ifndef FORKCOST_COMPARE_WORDS_H
#define FORKCOST_COMPARE_WORDS_H

#include "harness/driver/compare/compare.h"

#include "harness/driver/base/notes.h"

enum { COMPARE_LABEL_MAX = 640, COMPARE_NUMBER_MAX = 64 };

/* "spawn fork exit call_ns, 64 MiB, caches cold": what a row is of. Returns `label`. */
const char *compare_label(const struct compared_row *row, char label[COMPARE_LABEL_MAX]);

/* "1.10 ±3.1%", "1.10 ±3.1%*" where the variance between runs is assumed, "n/a": the ratio. "727 us", "12": a side's value. Both return `text`. */
const char *compare_ratio_words(const struct compared_row *row, char text[COMPARE_NUMBER_MAX]);
const char *compare_value_words(const struct compared_row *row, enum side_id side,
				char text[COMPARE_NUMBER_MAX]);

/* Why nothing can be told of a row, or "" */
const char *compare_why(const struct compared_row *row);

/* "A: results/before (ID; 1.2 % of samples disturbed)": one of a side's runs. */
void compare_run_words(const struct compare *compare, enum side_id side, size_t number,
		       char text[NOTE_BYTES]);

/* "kernel.release: A 6.1; B 6.18" of an entry of surroundings_differences(). */
void compare_surroundings_words(const json_t *difference, char text[NOTE_BYTES]);

/* How many rows of the headline and of all have which verdict, in one line. */
void compare_counts_words(const struct compare *compare, char text[NOTE_BYTES]);

/* What is to be known before the numbers are believed: what the intervals rest on, how many chances there were, what could
 * not be compared. */
void compare_cautions(const struct compare *compare, struct notes *notes);

#endif
