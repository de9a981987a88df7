/* What the rows of a run still need: by the medians of their replicates, which are kept to decide what runs next and when
 * to stop. What is published is computed from the results file. */
#ifndef FORKCOST_NEED_H
#define FORKCOST_NEED_H

#include "harness/driver/plan/kinds.h"
#include "harness/driver/plan/plan.h"

/* NULL: out of memory. The plan must stay. */
struct need *need_open(const struct plan *plan);
void need_close(struct need *need);

/* Keeps the main metric's median of each arm and cell of a replicate of the job of this index, which began so many seconds after the
 * run's begin. Fails if out of memory. */
enum outcome need_look(struct need *need, size_t index, const struct wire_area *area,
		       double began_s, struct problem *problem);

/* What the job's rows of a kind still need, all together, after so many replicates that take times; and the relative
 * half-width of the widest of them, infinite if that is not known. */
double need_of(const struct need *need, size_t index, enum wire_kind kind, unsigned long replicates,
	       double *worst);

#endif
