/* Looking at the machine without measuring anything: for forkcost doctor. */
#ifndef FORKCOST_WATCH_H
#define FORKCOST_WATCH_H

#include "harness/worker/arena.h"

/* For the request's cell_ns: a sample for each quarter of a millisecond in which the worker did nothing but keep its CPU
 * busy, with the witnesses of all samples, and as value 0 the time of a step of a chain in ns, which a step of the
 * frequency changes. The facts of cell 0 say who else had the CPU. Ends early where there is no room for samples. */
void watch_take(const struct run *run, struct wire_area *area, struct arena *arena);

#endif
