/* Roles: what is counted, in words that hold on every CPU, and the events that count it on the CPUs
 * known here. Pure data; nothing here asks the machine or libpfm4. */
#ifndef FORKCOST_ROLES_H
#define FORKCOST_ROLES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum role_index {
#define ROLE(id, ...) ROLE_##id,
#include "harness/driver/counters/roles.def"
	ROLE_COUNT,
	ROLE_PMU_COUNT = ROLE_PAGE_FAULTS,             /* those before are counted by the PMU */
	ROLE_TRACE_FIRST = ROLE_TLB_FLUSH_TASK_SWITCH, /* from here on, tracepoints */
};

enum { ROLE_PMUS_MAX = 4, ROLES_MODES = 4 };

/* An event of a CPU family, as libpfm4 names it, without the PMU in front. */
struct role_event {
	const char *name;    /* NULL: the family has none */
	const char *differs; /* how the count differs from the role; NULL: it does not */
};

/* An event that the kernel translates itself, whatever the CPU. */
struct role_generic {
	const char *name; /* as in linux/perf_event.h; NULL: the role has none */
	const char *differs;
	uint64_t config;
	uint32_t type; /* PERF_TYPE_HARDWARE, _HW_CACHE or _SOFTWARE */
};

struct role_tracepoint {
	const char *path;   /* below tracefs's events/; NULL: the role is none */
	const char *filter; /* as PERF_EVENT_IOC_SET_FILTER takes it; NULL: every hit counts */
	/* What the tracepoint's format must say for the filter to mean the role; NULL: anything. */
	const char *format_says;
	/* Why it is never hit on other architectures, though it is there; NULL: it is hit. */
	const char *x86_only;
	const char *unseen; /* why no process's own counter sees it; NULL: it does */
};

/* A row of roles.def. */
struct role {
	const char *name;
	unsigned per_cycle_max; /* how many a cycle there can be; 0: as rare as page faults */
	const char *summary;
	struct role_generic generic; /* tried last */
	struct role_tracepoint tracepoint;
};

/* CPUs that name their events alike. */
struct role_family {
	const char *name;
	const char *pmus[ROLE_PMUS_MAX]; /* libpfm4's names, up to the first NULL */
	struct role_event events[ROLE_PMU_COUNT];
};

extern const struct role roles[ROLE_COUNT];

/* What a metric's name ends in, by mode; the last is of what is not split by mode. */
extern const char *const roles_modes[ROLES_MODES];

/* Which role has this name; ROLE_COUNT if none. */
enum role_index roles_find(const char *name);

/* Whether a metric is that of a role, or of an event by name: the stem itself, or with _user, _kernel
 * or _both; and with _with_child behind, or not. */
bool roles_is_metric(const char *stem, const char *metric);

/* The family that a PMU belongs to, by libpfm4's name for it ("skx"); NULL if it is not known. */
const struct role_family *roles_family(const char *pmu);

/* The families one by one, for tables and tests; NULL behind the last. */
const struct role_family *roles_family_at(size_t index);

#endif
