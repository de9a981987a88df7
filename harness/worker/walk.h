/* The worker's part of forkcost explain: caller and child take the request's steps in turn. */
#ifndef FORKCOST_WORKER_WALK_H
#define FORKCOST_WORKER_WALK_H

#include "harness/common/problem.h"
#include "harness/worker/bench.h"

/* Builds the heap, rehearses, then takes the walk itself: each step when the driver has set the turn to
 * it. What the steps took and what the processes read goes to answer->walked. */
enum outcome walk_take(struct run *run, const struct arm *arm, struct wire_answer *answer);

#endif
