/* starters: how many processes, or threads of one, start children at the same time. The experiment makes them
 * (bench/concurrent.c), so nothing is left to do here. Each level has workers of its own, because a worker's threads ran
 * on many CPUs. */
#include "harness/worker/effects.h"

AXIS_EFFECT(STARTERS);
