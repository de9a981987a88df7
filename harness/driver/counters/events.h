/* Events by name, through libpfm4. */
#ifndef FORKCOST_EVENTS_H
#define FORKCOST_EVENTS_H

#include "harness/common/problem.h"
#include "harness/driver/counters/roles.h"

#include <linux/perf_event.h>
#include <stdbool.h>

enum { EVENT_NAME_MAX = 160, EVENT_PMU_MAX = 64 };

/* What libpfm4 says of this machine. With LIBPFM_FORCE_PMU set, what it is made to say. */
struct events {
	bool started;                     /* libpfm4 initialised, or why it did not: */
	char why[EVENT_PMU_MAX];          /* its own words */
	char pmu[EVENT_PMU_MAX];          /* the core PMU: "skx"; empty: none is known */
	char pmu_words[EVENT_PMU_MAX];    /* "Intel Skylake X" */
	const struct role_family *family; /* NULL: there are no role events for this PMU */
};

/* Starts libpfm4; that reads LIBPFM_FORCE_PMU, once a process. */
void events_start(struct events *events);

/* Encodes a name, as "skx::DTLB_LOAD_MISSES:WALK_COMPLETED", into type and config of `attr`; sets
 * its size and zeroes the rest. `full` receives the name as libpfm4 completes it, without the
 * modifiers. False if libpfm4 does not know it; `why` then points to its words. */
bool events_encode(const struct events *events, const char *name, struct perf_event_attr *attr,
		   char full[EVENT_NAME_MAX], const char **why);

/* The event for a PMU role on this CPU; the kernel's generic one is none of these. False if there
 * is none. */
bool events_of_role(const struct events *events, enum role_index role, struct perf_event_attr *attr,
		    char full[EVENT_NAME_MAX]);

/* True if the name ends in a privilege modifier (":u", ":k=1"): the caller sets these himself. */
bool events_has_mode(const struct events *events, const char *name);

#endif
