/* What a run shows of the things that claims are about: numbers with the range that they lie in, or the
 * reason why there is none. A row of findings.def for each. */
#ifndef FORKCOST_FINDINGS_H
#define FORKCOST_FINDINGS_H

#include "harness/driver/show/filter.h"

#include <stdbool.h>

enum finding_id {
#define FINDING(id, ...) id,
#include "harness/driver/claims/findings.def"
#undef FINDING
	FINDING_COUNT
};

enum finding_unit { FINDING_COUNTS, FINDING_SHARE, FINDING_TIMES, FINDING_NS, FINDING_BYTES };

enum { FINDING_WHY_MAX = 160, FINDING_WHERE_MAX = 120 };

struct computation;

struct finding {
	bool known;
	bool absent; /* unless known: what it takes was no part of the run */
	/* Of a heap from which on something is so: it was so already at the smallest heap
	 * measured, or was not yet at the largest, and the number is that heap. */
	bool center_at_most, low_at_most, high_above;
	/* Of times, center and 95 % interval over replicates; of counts, median, least and most. */
	double center, low, high;
	size_t replicates;
	char where[FINDING_WHERE_MAX]; /* "heap 4 MiB" */
	char why[FINDING_WHY_MAX];     /* unless known */
};

/* What a finding is taken from: one series, and mostly another that it is held against. */
struct definition {
	const char *name, *words; /* in JSON; what it is */
	enum finding_unit unit;
	enum outcome (*take)(const struct computation *task);
	double parameter; /* what it means, `take` says in findings.c */
	struct filter one, other;
	const char *axis, *level; /* of take_level(): names; level NULL: the highest number */
};

extern const struct definition definitions[FINDING_COUNT];

/* Whether its range is the least and most of samples, not an interval. */
bool finding_is_count(enum finding_id id);

/* Works all of them out. Fails only if there is no memory. */
enum outcome findings_make(const struct summary *summary, struct finding findings[FINDING_COUNT],
			   struct problem *problem);

/* Where a ratio reaches a factor. BEFORE: at the first heap or below it; AFTER: not at the last, if at all. */
enum crossing { CROSSING_BEFORE, CROSSING_FOUND, CROSSING_AFTER };

/* The heap from which on `ratio` stays at `factor` or above, read off straight lines between the heaps
 * measured, for which the cost of copying page tables is the reason. BEFORE sets the first heap, an upper
 * bound; AFTER the last, a lower one. `heap_bytes` rises. */
enum crossing findings_crossing(const double *heap_bytes, const double *ratio, size_t n,
				double factor, double *from_bytes);

#endif
