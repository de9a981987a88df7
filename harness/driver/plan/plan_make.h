/* Chooses the arms of a plan and has its jobs made. */
#ifndef FORKCOST_PLAN_MAKE_H
#define FORKCOST_PLAN_MAKE_H

#include "harness/driver/plan/plan.h"

/* Makes the plan. Fails if a combination was asked for that makes no sense, with the reason, if an option
 * would have no effect, or if a heap does not fit; what was not asked for by name is left out instead, and
 * whatever is left out is said. */
enum outcome plan_make(struct plan *plan, const struct settings *settings,
		       const struct wire_catalog *catalog, struct problem *problem);

#endif
