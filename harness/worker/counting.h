/* Counting events around a window, in workers of their own: in those that take times no counter
 * exists, so their times are as without (METHODOLOGY, "Counters"). Counters run only in windows. A window
 * switches them on and off, and reads them after its end; the increase since the last reading is
 * the count. They are never reset, and nothing is read right before a window: copying out a value
 * would disturb what the window measures (an emulated RISC-V CPU loses its TLB). */
#ifndef FORKCOST_COUNTING_H
#define FORKCOST_COUNTING_H

#include "harness/worker/bench.h"

#include <sys/ioctl.h>

/* One reading of a counter: perf_event_open(2), PERF_FORMAT_TOTAL_TIME_*. */
struct counting_read {
	uint64_t value, enabled_ns, running_ns;
};

/* One process's open counters. Lives in shared memory. */
struct counting {
	const struct wire_counter *counters; /* the first of the group */
	uint32_t first, count;               /* index in the request; number */
	int fds[COUNTER_GROUP_MAX];
	long failed[COUNTER_GROUP_MAX]; /* negative errno of the last read or open; 0: none */
	uint64_t from_ticks, to_ticks;
	struct counting_read from[COUNTER_GROUP_MAX], to[COUNTER_GROUP_MAX];
	/* This process's last reading: `from` and `to` may be taken over from a child. */
	struct counting_read last[COUNTER_GROUP_MAX];
	bool is_group; /* one switch for all: that of the first counter */
};

/* Opens group `group` of the request for the calling process into `counting`, switched off. A
 * counter that cannot be opened is recorded in `failed`. Raw system calls only: children may call
 * it. */
void counting_open(struct counting *counting, const struct wire_request *request, uint32_t group);

/* Closes what counting_open() opened. */
void counting_close(struct counting *counting);

/* The number of groups in the request, and whether one counts children too. */
uint32_t counting_groups(const struct wire_request *request);
bool counting_is_with_child(const struct wire_request *request, uint32_t group);

/* Switches all counters on or off, by raw system call. A group goes with its leader; switched one by one
 * (PERF_IOC_FLAG_GROUP), tracepoints behind a software event would stay off until the next switch of
 * context. Inlined, as all that happens in a window is: after a fork a call's return address alone
 * would be a page fault. */
INLINED void counting_switch(const struct counting *counting, unsigned long request)
{
	uint32_t count = counting->is_group ? 1 : counting->count;
	for (uint32_t i = 0; i < count; i++)
		if (counting->fds[i] >= 0)
			raw_syscall(SYS_ioctl, counting->fds[i], (long)request, 0, 0, 0);
}

INLINED void counting_read(struct counting *counting)
{
	for (uint32_t i = 0; i < counting->count; i++) {
		if (counting->fds[i] < 0)
			continue;
		counting->from[i] = counting->last[i];
		long got = raw_syscall(SYS_read, counting->fds[i], (long)&counting->to[i],
				       sizeof counting->to[i], 0, 0);
		if (got != sizeof counting->to[i])
			counting->failed[i] = got < 0 ? got : -1;
		counting->last[i] = counting->to[i];
	}
}

/* The counted window: between the two calls only what is measured. Does nothing if the sample is
 * not a counted one. */
INLINED void count_begin(struct run *run)
{
	if (__builtin_expect(run->counting != NULL, 0)) {
		counting_switch(run->counting, PERF_EVENT_IOC_ENABLE);
		run->counting->from_ticks = clock_ticks();
	}
}

INLINED void count_end(struct run *run)
{
	if (__builtin_expect(run->counting != NULL, 0)) {
		run->counting->to_ticks = clock_ticks_after();
		counting_switch(run->counting, PERF_EVENT_IOC_DISABLE);
		counting_read(run->counting);
	}
}

/* Whether the pass also counts the children of the window: then they must be reaped in it. */
INLINED bool count_is_with_child(const struct run *run)
{
	return run->counting && run->counting->counters->with_child;
}

/* Puts the counts into a sample. A count that cannot be trusted is left out, and the answer says
 * why: not opened, multiplexed, or decreased. */
void counting_report(const struct counting *counting, struct wire_answer *answer,
		     struct wire_sample *sample);

#endif
