/* Where worker and child run (METHODOLOGY, "Placement"). */
#ifndef FORKCOST_ISOLATION_H
#define FORKCOST_ISOLATION_H

#include "harness/common/problem.h"
#include "harness/worker/bench.h"

/* Pins the worker as the request's child_cpu asks, and sets where children move themselves. */
enum outcome isolation_pin(struct run *run);

/* How many CPUs the worker may use. */
unsigned isolation_cpus_allowed(void);

#endif
