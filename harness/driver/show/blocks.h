/* How tables and captions write times, and where they were measured. */
#ifndef FORKCOST_BLOCKS_H
#define FORKCOST_BLOCKS_H

#include "harness/driver/show/grid.h"
#include "harness/driver/show/level_words.h"

enum { BLOCK_TEXT_MAX = 64, BLOCK_WHERE_MAX = LEVEL_WORDS_MAX + 48 };

/* "21.3 us ±3.4%", "~21.3 us ±13%", "?21.3 us ±33%", or "±?" without an interval; of a row, "n/a" without values. */
const char *block_interval(const struct stats_interval *interval, char text[BLOCK_TEXT_MAX]);
const char *block_time(const struct row *row, char text[BLOCK_TEXT_MAX]);

/* The same of a number without a unit: "4.05 ±3.4%". */
const char *block_number(const struct stats_interval *interval, char text[BLOCK_TEXT_MAX]);

/* "+1.20 us ±13%", "-300 ns ±25%" of a difference of times. */
const char *block_difference(const struct stats_interval *difference, char text[BLOCK_TEXT_MAX]);

/* "22.15(31)" in units of `scale`: the margin in units of the last digit, as siunitx reads it. */
const char *block_parentheses(const struct stats_interval *interval, double scale,
			      char text[BLOCK_TEXT_MAX]);

/* Cells: block_interval() of a time; block_time(); block_difference(); a number without a unit that has an interval;
 * and a size as "16 MiB". In LaTeX the margin stands
 * in parentheses, as siunitx has it: "22.15(31) us". */
void block_interval_cell(struct grid *grid, const struct stats_interval *interval);
void block_time_cell(struct grid *grid, const struct row *row);
void block_difference_cell(struct grid *grid, const struct stats_interval *difference);
void block_number_cell(struct grid *grid, const struct stats_interval *interval);
void block_bytes_cell(struct grid *grid, uint64_t bytes);

/* Puts words on a filter into a text, each for its name in braces: "{heap}" is "heap 16 MiB", "{state}" and the
 * other axes are level_words_one(), "{levels}" is level_words() of all that are not named; without that name they
 * follow at the end. Blanks and commas between brace and name go with the words: "{, heap}" leaves none
 * where there is no heap. Returns `words`. */
const char *block_words(const struct filter *filter, const char *text, char *words, size_t bytes);

/* Begins a table with a title of such a text. */
void block_begin(struct grid *grid, size_t left, const struct filter *filter, const char *title);

/* "heap 16 MiB" behind `before`, such as ", "; empty if the filter has no heap. Returns `text`. */
const char *block_heap(const char *before, const struct filter *filter, char text[BLOCK_TEXT_MAX]);

/* Sets a filter's levels and heap to those of its first row with values, and writes ", heap 0, write-protected heap": the
 * heap, and which of the levels are not plain. Empty if there is no such row. Returns `text`. */
const char *block_where(const struct summary *summary, struct filter *filter,
			char text[BLOCK_WHERE_MAX]);

#endif
