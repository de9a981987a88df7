/* Whether the PMU keeps apart what perf_event_open(2) lets one ask for. That of an emulated RISC-V
 * machine accepts more than it does: it counts an event in one counter only and leaves the others at
 * zero, and counts some events alike whichever mode is excluded. What was not counted must neither
 * read zero nor as something else. */
#ifndef FORKCOST_PROBE_H
#define FORKCOST_PROBE_H

#include "harness/common/counted.h"

#include <stdbool.h>

/* Whether two counters of one event that run together both count it; tried with instructions. True
 * where that cannot be tried. */
bool probe_counts_twice(void);

/* Whether a counter that excludes the user counts clearly less, while user code runs, than one that
 * excludes the kernel. True if not enough is counted to tell, or one does not run. */
bool probe_tells_modes(const struct wire_counter *user, const struct wire_counter *kernel);

#endif
