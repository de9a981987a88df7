/* The kinds of workers between which a run's time is divided (METHODOLOGY, "Statistics"), and what each of them runs. */
#ifndef FORKCOST_KINDS_H
#define FORKCOST_KINDS_H

#include "harness/driver/plan/plan.h"

struct worker_kind {
	const char *name;            /* in samples and plans */
	const char *summary;         /* for plans */
	double share;                /* of the budget, while the others have work, too */
	double cell_share;           /* of --cell-time, in a plan with a headline */
	unsigned long first, enough; /* replicates that each job gets in any case, and at most */
	unsigned long
		in_share; /* up to so many a job, where it pays most, as long as the share lasts */
};

extern const struct worker_kind worker_kinds[WIRE_KIND_COUNT];

/* Whether an arm is of the headline in the cells that are: one of the primitives that are marked so, or named by
 * --primitive. */
bool kinds_is_headline(const struct plan *plan, uint32_t arm);

/* Sets which kinds of workers run a cell of this job, whose levels are set. */
void kinds_set(const struct plan *plan, const struct plan_job *job, bool counted,
	       struct wire_cell *cell);

/* Whether workers of the kind have anything to do in a job; in some job of the plan. */
bool kinds_runs(const struct plan *plan, const struct plan_job *job, enum wire_kind kind);
bool kinds_has(const struct plan *plan, enum wire_kind kind);

/* Whether such a worker takes no samples of the job's arm in a cell that it runs. */
bool kinds_skips(const struct plan *plan, const struct plan_job *job, enum wire_kind kind,
		 uint32_t cell, uint32_t arm);

/* How long such a worker repeats rounds in a cell. */
uint64_t kinds_cell_ns(const struct plan *plan, enum wire_kind kind);

/* Of the budget; 0 if the plan has none of the kind. */
double kinds_share(const struct plan *plan, enum wire_kind kind);

#endif
