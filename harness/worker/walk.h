/* The worker's part of forkcost explain: caller and child take the request's steps in turn. */
#ifndef FORKCOST_WORKER_WALK_H
#define FORKCOST_WORKER_WALK_H

#include "harness/worker/bench.h"

/* Builds the heap, rehearses, then takes the shown walk: each step when the driver has set the turn
 * to it. The costs of the steps and what the processes read go to answer->walked. */
enum outcome walk_take(struct run *run, const struct arm *arm, struct wire_answer *answer);

#endif
