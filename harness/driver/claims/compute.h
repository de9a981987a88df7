/* How a finding is taken from a run's rows: shares, differences, ratios, and from which heap on. */
#ifndef FORKCOST_CLAIMS_COMPUTE_H
#define FORKCOST_CLAIMS_COMPUTE_H

#include "harness/driver/claims/findings.h"
#include "harness/driver/show/filter.h"

struct computation;
typedef enum outcome compute_finding(const struct computation *task);

/* What a finding is taken from: one series, and mostly another that it is held against. */
struct definition {
	const char *name, *words; /* in JSON; what it is */
	enum finding_unit unit;
	compute_finding *take;
	struct filter one, other;
	double parameter; /* what it means, `take` says */
};

extern const struct definition definitions[FINDING_COUNT];

/* A finding to be worked out. */
struct computation {
	const struct summary *summary;
	const struct definition *definition;
	struct finding *finding;
	struct problem *problem; /* only of a lack of memory */
};

enum { LARGEST_HEAP = -1, SMALLEST_HEAP = -2 }; /* of compute_time_ratio */

/* All of them set the finding, or the reason why it is not known; they fail only if there is no memory. Each
 * says in compute.c what it takes. */
compute_finding compute_share, compute_count, compute_count_difference, compute_time_ratio,
	compute_switch, compute_states, compute_share_of_difference, compute_thread, compute_growth,
	compute_win_from;

/* Sets the reason why a finding is not known, cut to its room. Always OUTCOME_OK. */
enum outcome compute_unknown(struct finding *finding, const char *why);

/* Where a ratio reaches a factor. BEFORE: at the first heap or below it; AFTER: not at the last, if at all. */
enum crossing { CROSSING_BEFORE, CROSSING_FOUND, CROSSING_AFTER };

/* The heap from which on `ratio` stays at `factor` or above, read off straight lines between the heaps
 * measured, for which the cost of copying page tables is the reason. BEFORE sets the first heap, an upper
 * bound; AFTER the last, a lower one. `heap_bytes` rises. */
enum crossing compute_crossing(const double *heap_bytes, const double *ratio, size_t n,
			       double factor, double *from_bytes);

#endif
