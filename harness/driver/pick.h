/* Which of a run's series a figure or a table shows: one place to say it, for all of them. */
#ifndef FORKCOST_PICK_H
#define FORKCOST_PICK_H

#include "harness/driver/summary.h"

/* A level that is NULL is the plain one: 4k, dirty, warm, same; sequential and 0 threads, or not varied.
 * Names that are NULL, and levels that are PICK_ANY, are not looked at. Twins are never picked. */
struct pick {
	const char *experiment, *metric, *primitive, *action, *case_name;
	const char *page_kind, *state, *cache, *child_cpu, *touch_order, *threads;
	uint64_t heap_bytes; /* with_heap alone */
	bool with_heap;
	bool counters; /* counters alone */
};

#define PICK_ANY "*"

bool pick_takes(const struct pick *pick, const struct series *series);

/* The first row with values that is picked; NULL if there is none. */
const struct row *pick_row(const struct summary *summary, const struct pick *pick);

/* As pick_row(), with or without values. */
const struct row *pick_any_row(const struct summary *summary, const struct pick *pick);

/* The heaps of the rows picked that have values, rising; returns how many, up to `capacity`. */
size_t pick_heaps(const struct summary *summary, const struct pick *pick, uint64_t *heap_bytes,
		  size_t capacity);

/* The heap that tables and figures of one heap show: the largest up to `most`, else the smallest. False
 * if nothing is picked. */
bool pick_middle_heap(const struct summary *summary, const struct pick *pick, uint64_t most,
		      uint64_t *heap_bytes);

enum { PICK_HEAP = 16 << 20 }; /* the usual `most` */

/* Pages that a pass over the series' heap touches: its metric `pages`, or heap over 4096. */
double pick_pages(const struct summary *summary, const struct series *series);

enum { PICK_WHY_MAX = 320 };

/* Why an experiment has no values, in words and without line ends: what its worker refused, its first
 * failed replicate, or that it was not part of the run. Empty if it has some. Returns `text`. */
const char *pick_why_none(const struct summary *summary, const char *experiment,
			  char text[PICK_WHY_MAX]);

/* "left out: after_evict (reason), ...": cases of an experiment that has values, which themselves have none in
 * this run; empty if there are no such. Returns `text`. */
const char *pick_cases_left_out(const struct summary *summary, const char *experiment,
				char text[PICK_WHY_MAX]);

/* "left out: hugetlb (not permitted: ...), ...": page kinds that the run could not have; empty if there
 * are none. Returns `text`. */
const char *pick_kinds_left_out(const struct summary *summary, char *text, size_t text_bytes);

#endif
