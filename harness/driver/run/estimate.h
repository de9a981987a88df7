/* How long a plan will take, and how much memory: from a short pilot on this machine. */
#ifndef FORKCOST_ESTIMATE_H
#define FORKCOST_ESTIMATE_H

#include "harness/common/problem.h"
#include "harness/driver/plan/plan.h"

struct estimate {
	double replicate_s[PLAN_JOBS_MAX][WIRE_KIND_COUNT]; /* one replicate of each job; 0: none */
	double kind_s[WIRE_KIND_COUNT]; /* all workers of a kind, within the budget */
	double total_s;                 /* of the whole plan, within its budget */
	double fewest_s;                /* the budget with which each job gets as many replicates
	                                 * as an interval takes */
	bool budget_binds;
	uint64_t peak_bytes;
	struct plan_gaps gaps; /* what the pilots found out, besides the plan's */
};

/* Runs one short replicate with the smallest heap and one with a middling heap, and from the length
 * of every arm's sequence there works out what the round loop will do at the other sizes. Whether a
 * cell reaches its precision early cannot be foreseen: the estimate takes it that none does. */
enum outcome estimate_make(struct estimate *estimate, const struct plan *plan,
			   struct problem *problem);

/* Prints the plan and the estimate. */
void estimate_print(const struct estimate *estimate, const struct plan *plan);

#endif
