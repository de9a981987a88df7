/* The jobs of an experiment: its heap sizes, levels that need a worker of their own, and in each the cells. */
#ifndef FORKCOST_JOBS_H
#define FORKCOST_JOBS_H

#include "harness/driver/plan/plan.h"

/* Adds the jobs of an experiment whose arms are the plan's from `arm_from` on. Axes that it does not
 * vary stay at their plain levels. */
enum outcome jobs_add(struct plan *plan, const struct wire_experiment *experiment,
		      uint32_t arm_from, struct problem *problem);

#endif
