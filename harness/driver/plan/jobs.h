/* The jobs of an experiment: its heap sizes, page kinds and placements, and in each the cells. */
#ifndef FORKCOST_JOBS_H
#define FORKCOST_JOBS_H

#include "harness/driver/plan/plan.h"

/* Adds the jobs of an experiment whose arms are the plan's from `arm_from` on. Axes that it does not
 * vary stay at dirty, warm, same, 4k, sequential. */
enum outcome jobs_add(struct plan *plan, const struct wire_experiment *experiment,
		      uint32_t arm_from, struct problem *problem);

#endif
