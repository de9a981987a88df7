/* From names to counters that the worker can open: which events, which of them this machine counts
 * for us, and which fit together. */
#ifndef FORKCOST_COUNTERS_H
#define FORKCOST_COUNTERS_H

#include "harness/common/counted.h"
#include "harness/common/problem.h"
#include "harness/common/wire.h"
#include "harness/driver/counters/events.h"
#include "harness/driver/counters/permit.h"

#include <stdbool.h>
#include <stddef.h>

enum {
	COUNTERS_ROLES_MAX = 48,
	COUNTER_MODES = 3, /* user, kernel, both */
	COUNTERS_MISSING_MAX = COUNTERS_ROLES_MAX * COUNTER_MODES,
	/* Of a role's metric name, so that "_kernel_with_child" fits behind it. */
	COUNTER_STEM_MAX = COUNTER_NAME_MAX - (int)sizeof "_kernel_with_child" + 1,
};

/* A role that was asked for, or an event by its own name. */
struct counters_role {
	char name[COUNTER_STEM_MAX]; /* the metrics are this, or this and _user, _kernel, _both */
	char event[EVENT_NAME_MAX];  /* what counts it, or would; empty: this CPU has no event */
	char differs[WIRE_TEXT_MAX]; /* how that count differs from the role; empty: not at all */
	bool hardware;
	bool one_mode; /* a tracepoint: the metric has the bare name */
};

/* A metric, or a role with all its modes, that is not counted. */
struct counters_missing {
	char name[COUNTER_NAME_MAX];
	enum counter_state state;
	char why[WIRE_TEXT_MAX]; /* "unavailable: ..." or "not permitted: ..., the remedy" */
};

struct counters {
	size_t count; /* 0: nothing was asked for, or nothing can be counted */
	/* By group. The second half are the same as `..._with_child` of the first, in the same order,
	 * in groups of their own. */
	struct wire_counter counted[COUNTERS_MAX];
	size_t missing_count;
	struct counters_missing missing[COUNTERS_MISSING_MAX];
	size_t role_count;
	struct counters_role roles[COUNTERS_ROLES_MAX]; /* in the order asked for */
	uint32_t group_count;
	struct events events;
	struct permit permit;
};

/* Chooses, tries and groups what `list` names: NULL for all roles, "none", or names with commas
 * between, of roles or of libpfm4's events ("skx::DTLB_LOAD_MISSES:STLB_HIT"). Tries each with
 * perf_event_open on the calling thread, moved to `cpu` meanwhile (-1: left where it is), and each
 * group for a millisecond. Fails only if the list names something that is unknown or given twice,
 * or too much; what cannot be counted here is no failure but stands in `missing`. */
enum outcome counters_make(struct counters *counters, const char *list, int cpu,
			   struct problem *problem);

/* The counter or missing metric of this name; NULL if there is none. */
const struct wire_counter *counters_find(const struct counters *counters, const char *name);
const struct counters_missing *counters_find_missing(const struct counters *counters,
						     const char *name);

/* The role that a metric belongs to; NULL if none. */
const struct counters_role *counters_role_of(const struct counters *counters, const char *metric);

enum { COUNTERS_HELD_MAX = 8 };

/* Counters that are open, switched off, only so that others' are not a tracepoint's last. */
struct counters_held {
	size_t count;
	int fds[COUNTERS_HELD_MAX];
};

/* Opens one counter of each tracepoint, and the first of all. What cannot be opened is not held, which
 * only costs time: the kernel waits for RCU when a tracepoint's last counter is closed, 20 to 200 ms,
 * and when the system's first one is opened. */
void counters_hold(const struct counters *counters, struct counters_held *held);

/* Closes them, and so waits. */
void counters_release(struct counters_held *held);

#endif
