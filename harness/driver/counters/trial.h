/* Opening counters on this thread, to see whether the kernel counts them. */
#ifndef FORKCOST_TRIAL_H
#define FORKCOST_TRIAL_H

#include "harness/common/counted.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What is read from a counter. */
struct trial_count {
	uint64_t value, enabled_ns, running_ns;
};

/* Opens a counter: a descriptor, or -1 and errno. `leader`: the first of the group, or -1 to begin one, disabled. */
int trial_open(const struct wire_counter *counter, int leader);

/* Opens a counter and closes it again. Returns 0 or the errno. Sets exclude_guest in the attr if the
 * PMU counts it only so. */
int trial_alone(struct wire_counter *counter);

/* Opens up to COUNTER_GROUP_MAX counters as one group and counts with it for a millisecond. True if
 * they ran all that time together: the kernel accepts groups that then never run, as when the NMI
 * watchdog holds a counter. */
bool trial_together(const struct wire_counter *const *members, size_t count);

#endif
