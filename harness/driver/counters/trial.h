/* Opening counters on this thread, to see whether the kernel counts them, and keeps apart what
 * perf_event_open(2) lets one ask for. The PMU of an emulated RISC-V machine accepts more than it does: it
 * counts an event in one counter only and leaves the others at zero, and counts some events alike
 * whichever mode is excluded. What was not counted must neither read zero nor as something else. */
#ifndef FORKCOST_TRIAL_H
#define FORKCOST_TRIAL_H

#include "harness/common/counted.h"

#include <stdbool.h>
#include <stddef.h>

/* Opens a counter and closes it again. Returns 0 or the errno. Sets exclude_guest in the attr if the
 * PMU counts it only so. */
int trial_alone(struct wire_counter *counter);

/* Opens up to COUNTER_GROUP_MAX counters as one group and counts with it for a millisecond. True if
 * they ran all that time together: the kernel accepts groups that then never run, as when the NMI
 * watchdog holds a counter. */
bool trial_together(const struct wire_counter *const *members, size_t count);

/* Whether two counters of one event that run together both count it; tried with instructions. True
 * where that cannot be tried. */
bool trial_counts_twice(void);

/* Whether a counter that excludes the user counts clearly less, while user code runs, than one that
 * excludes the kernel. True if not enough is counted to tell, or one does not run. */
bool trial_tells_modes(const struct wire_counter *user, const struct wire_counter *kernel);

/* Opens a counter, switched off, and leaves it open: its descriptor, or -1. */
int trial_hold(const struct wire_counter *counter);

#endif
