/* Counters as they cross the wire: the driver turns names into ready-made perf_event_attrs, the
 * worker only opens and reads them. */
#ifndef FORKCOST_COUNTED_H
#define FORKCOST_COUNTED_H

#include <linux/perf_event.h>
#include <stdint.h>

enum {
	COUNTER_NAME_MAX = 64,
	COUNTER_FILTER_MAX = 48,
	COUNTERS_MAX = 96,      /* of a run */
	COUNTER_GROUP_MAX = 12, /* counters that are counted together, at most */
	COUNTER_GROUPS_MAX = 24,
};

struct wire_counter {
	char name[COUNTER_NAME_MAX]; /* as a metric: dtlb_load_walks_user */
	/* Counters with the same number fit the hardware together and share a pass. Numbers begin at 0,
	 * leave no gap, and rise along the list. */
	uint32_t group;
	/* 1: the counts of the caller and of its children together (perf's `inherit`); all counters of
	 * a group are alike in this, and the kernel cannot read such a group at once. */
	uint32_t with_child;
	char filter
		[COUNTER_FILTER_MAX]; /* of a tracepoint, as PERF_EVENT_IOC_SET_FILTER takes it */
	struct perf_event_attr attr; /* neither disabled nor inherit set: the worker sees to both */
};

#endif
