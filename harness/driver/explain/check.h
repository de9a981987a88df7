/* Holds a step against the theory. */
#ifndef FORKCOST_CHECK_H
#define FORKCOST_CHECK_H

#include "harness/driver/explain/step.h"

/* Fills in told->checks from everything else in it, and from what rehearsals of the step took. */
void check_step(struct step_result *result, const struct walk_took *rehearsals, size_t rehearsed);

#endif
