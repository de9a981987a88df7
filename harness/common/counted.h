/* Counters in the wire form: the driver turns names into complete perf_event_attrs, the worker only
 * opens and reads them. */
#ifndef FORKCOST_COUNTED_H
#define FORKCOST_COUNTED_H

#include <linux/perf_event.h>
#include <stdint.h>

enum {
	COUNTER_NAME_MAX = 64,
	COUNTER_FILTER_MAX = 48,
	COUNTERS_MAX = 96,      /* of a run */
	COUNTER_GROUP_MAX = 12, /* maximum number of counters that are counted together */
	COUNTER_GROUPS_MAX = 24,
};

struct wire_counter {
	char name[COUNTER_NAME_MAX]; /* also the metric: dtlb_load_walks_user */
	/* Counters with the same number fit the hardware together and share a pass. Numbers begin
	 * at 0, have no gap, and increase along the list. */
	uint32_t group;
	/* 1: counts of the caller and its children together (perf's `inherit`). All counters of a
	 * group have the same value here. The kernel cannot read such a group at once. */
	uint32_t with_child;
	char filter
		[COUNTER_FILTER_MAX]; /* of a tracepoint, as PERF_EVENT_IOC_SET_FILTER takes it */
	struct perf_event_attr attr; /* neither disabled nor inherit is set: the worker sets both */
};

#endif
