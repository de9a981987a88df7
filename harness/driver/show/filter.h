/* Which of a run's series a figure or a table shows: one place to say it, for all of them. */
#ifndef FORKCOST_FILTER_H
#define FORKCOST_FILTER_H

#include "harness/driver/analysis/summary.h"

/* A level that is NULL is the plain one (common/axes.def), or not varied.
 * Names that are NULL, and levels that are FILTER_ANY, are not looked at. A/A controls never match. */
struct filter {
	const char *experiment, *metric, *primitive, *action, *case_name;
	const char *or_metric; /* besides `metric` */
	const char *level[AXIS_COUNT];
	uint64_t heap_bytes; /* with_heap alone */
	bool with_heap;
	bool counters; /* counters alone */
	bool mains;    /* main metrics alone */
};

#define FILTER_ANY "*"

bool filter_matches(const struct filter *filter, const struct series *series);

/* Puts, for each level that is NULL, the first one with values in its place where the plain one has none: a
 * run of other levels alone is shown as well. level_words() names what was chosen. */
void filter_settle_levels(const struct summary *summary, struct filter *filter);

/* The next row with values that matches behind `last` (NULL: of all); NULL if there is none. */
const struct row *filter_next(const struct summary *summary, const struct filter *filter,
			      const struct row *last);

/* The first row with values that matches; NULL if there is none. */
const struct row *filter_row(const struct summary *summary, const struct filter *filter);

/* As filter_row(), at the levels that filter_settle_levels() puts into the filter. */
const struct row *filter_settled_row(const struct summary *summary, struct filter *filter);

/* As filter_row(), with or without values. */
const struct row *filter_any_row(const struct summary *summary, const struct filter *filter);

/* Of the rows with values that match the first with the most running threads; NULL if there is none. */
const struct row *filter_most_threads(const struct summary *summary, const struct filter *filter);

/* The heaps of the rows that match that have values, rising; returns how many, up to `capacity`. */
size_t filter_heaps(const struct summary *summary, const struct filter *filter,
		    uint64_t *heap_bytes, size_t capacity);

/* As filter_heaps(), without those that have too few replicates for an interval: a run whose time was up before
 * its largest heap's turn still tells of the next. All of them, if none has enough. */
size_t filter_heaps_with_interval(const struct summary *summary, const struct filter *filter,
				  uint64_t *heap_bytes, size_t capacity);

/* Of the heaps that filter_heaps_with_interval() names the largest up to `most`, else the smallest. False if nothing
 * matches. */
bool filter_middle_heap(const struct summary *summary, const struct filter *filter, uint64_t most,
			uint64_t *heap_bytes);

/* Sets the filter's heap to the one that every table, figure and claim of one heap shows: the middle one of its
 * experiment at its levels, whatever its metric or case. False if there is none. */
bool filter_one_heap(const struct summary *summary, struct filter *filter);

enum { FILTER_HEAP = 16 << 20 }; /* the usual `most` */

/* Whether an experiment was part of the run, if only by replicates that failed. */
bool filter_was_run(const struct summary *summary, const char *experiment);

/* The cases of the rows that match, with or without values, in the order of the run. Returns how many, up to
 * `capacity`. */
size_t filter_cases(const struct summary *summary, const struct filter *filter, const char **cases,
		    size_t capacity);

/* Pages that a pass over the series' heap touches: its metric `pages`, or heap over 4096. */
double filter_pages(const struct summary *summary, const struct series *series);

enum { FILTER_WHY_MAX = 320 };

/* Why an experiment has no values, in words and without line ends: what its worker refused, its first
 * failed replicate, or that it was not part of the run. Empty if it has some. Returns `text`. */
const char *filter_why_none(const struct summary *summary, const char *experiment,
			    char text[FILTER_WHY_MAX]);

/* "left out: after_evict (reason), ...": cases of an experiment that has values, which themselves have none in
 * this run; empty if there are no such. Returns `text`. */
const char *filter_cases_left_out(const struct summary *summary, const char *experiment,
				  char text[FILTER_WHY_MAX]);

/* "left out: hugetlb (not permitted: ...), ...": levels that the run could not have, by the name of their list in the
 * run line, as "page_kinds_left_out"; empty if there are none. Returns `text`. */
const char *filter_levels_left_out(const struct summary *summary, const char *list, char *text,
				   size_t text_bytes);

#endif
