/* Where worker and child run (METHODOLOGY, "Placement"). */
#ifndef FORKCOST_ISOLATION_H
#define FORKCOST_ISOLATION_H

#include "harness/common/problem.h"
#include "harness/worker/bench.h"

/* Pins the worker as the request's child_cpu says, and sets the CPUs that children move to. */
enum outcome isolation_pin(struct run *run);

/* The number of CPUs that the worker may use. */
unsigned isolation_cpus_allowed(void);

#endif
