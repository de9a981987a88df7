#include "harness/worker/counting.h"

#include "harness/common/plausible.h"

#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>

uint32_t counting_groups(const struct wire_request *request)
{
	return request->counter_count ? request->counters[request->counter_count - 1].group + 1 : 0;
}

/* The index of a group's first counter; counter_count if there is no such group. */
static uint32_t first_of(const struct wire_request *request, uint32_t group)
{
	uint32_t first = 0;
	while (first < request->counter_count && request->counters[first].group != group)
		first++;
	return first;
}

bool counting_is_with_child(const struct wire_request *request, uint32_t group)
{
	return request->counters[first_of(request, group)].with_child;
}

static long open_one(const struct wire_counter *counter, int leader)
{
	struct perf_event_attr attr = counter->attr;
	attr.read_format = PERF_FORMAT_TOTAL_TIME_ENABLED | PERF_FORMAT_TOTAL_TIME_RUNNING;
	attr.inherit = counter->with_child ? 1 : 0;
	attr.disabled = leader < 0; /* the leader switches the others */
	long fd =
		raw_syscall(SYS_perf_event_open, (long)&attr, 0, -1, leader, PERF_FLAG_FD_CLOEXEC);
	if (fd < 0 || !counter->filter[0])
		return fd;
	long set =
		raw_syscall(SYS_ioctl, fd, PERF_EVENT_IOC_SET_FILTER, (long)counter->filter, 0, 0);
	if (set == 0)
		return fd;
	raw_syscall(SYS_close, fd, 0, 0, 0, 0);
	return set;
}

void counting_open(struct counting *counting, const struct wire_request *request, uint32_t group)
{
	uint32_t first = first_of(request, group);
	int leader = -1;
	counting->first = first;
	counting->counters = &request->counters[first];
	counting->count = 0;
	/* Inherited counters cannot be switched as a group. */
	counting->is_group = !counting->counters->with_child;
	for (uint32_t i = first; i < request->counter_count && request->counters[i].group == group;
	     i++) {
		uint32_t at = counting->count++;
		long fd = open_one(&request->counters[i], counting->is_group ? leader : -1);
		counting->to[at] = counting->last[at] = (struct counting_read){0};
		counting->fds[at] = (int)fd;
		counting->failed[at] = fd < 0 ? fd : 0;
		/* Without its leader there is no group: then each of the others is alone. */
		if (at == 0 && fd < 0)
			counting->is_group = false;
		if (at == 0)
			leader = (int)fd;
	}
}

void counting_close(struct counting *counting)
{
	for (uint32_t i = counting->count; i > 0; i--)
		if (counting->fds[i - 1] >= 0)
			raw_syscall(SYS_close, counting->fds[i - 1], 0, 0, 0, 0);
	counting->count = 0;
}

/* Why a counter's two readings give no count; NULL if they do. */
static const char *distrust(const struct counting *counting, uint32_t i, char *text, size_t bytes)
{
	const struct counting_read *from = &counting->from[i], *to = &counting->to[i];
	if (counting->failed[i]) {
		snprintf(text, bytes, "unavailable: %s in the worker",
			 strerror((int)-counting->failed[i]));
		return text;
	}
	char why[PLAUSIBLE_TEXT_MAX];
	if (plausible_times(to->enabled_ns - from->enabled_ns, to->running_ns - from->running_ns,
			    why) &&
	    plausible_growth(from->value, to->value, why))
		return NULL;
	snprintf(text, bytes, "refused: it %.*s", (int)(bytes - sizeof "refused: it "), why);
	return text;
}

void counting_report(const struct counting *counting, struct wire_answer *answer,
		     struct wire_sample *sample)
{
	sample->window_ns = clock_ns(counting->from_ticks, counting->to_ticks);
	for (uint32_t i = 0; i < counting->count; i++) {
		char text[WIRE_TEXT_MAX];
		const char *why = distrust(counting, i, text, sizeof text);
		if (why) {
			wire_copy(answer->counter_refused[counting->first + i], WIRE_TEXT_MAX, why);
			continue;
		}
		sample->count[i] = counting->to[i].value - counting->from[i].value;
		sample->counted = (uint16_t)(sample->counted | 1u << i);
	}
}
