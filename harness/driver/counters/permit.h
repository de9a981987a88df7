/* Why a counter was refused, and what permits it. */
#ifndef FORKCOST_PERMIT_H
#define FORKCOST_PERMIT_H

#include "harness/common/wire.h"

#include <stdbool.h>

enum counter_state { COUNTER_COUNTED, COUNTER_UNAVAILABLE, COUNTER_NOT_PERMITTED };

enum { PERMIT_PARANOID_UNKNOWN = 100 }; /* greater than any that a kernel knows */

/* What decides about perf_event_open(2) in this process. */
struct permit {
	int paranoid;    /* kernel.perf_event_paranoid; PERMIT_PARANOID_UNKNOWN: no such file */
	bool privileged; /* CAP_PERFMON or CAP_SYS_ADMIN is effective */
	bool nested;     /* in a user namespace: its capabilities mean nothing to perf */
	bool filtered;   /* a seccomp filter is on */
	bool no_pmu;     /* the kernel does not even count cycles: ENOENT */
};

/* Reads /proc; `no_pmu` is found out by perf_event_open itself. */
void permit_read(struct permit *permit);

/* What is asked for, as far as it bears on whether it is granted. */
struct permit_request {
	bool hardware;  /* by a PMU; else software event or tracepoint */
	bool in_kernel; /* the kernel's part is counted */
	bool part;      /* not user and kernel together */
};

/* What an errno of perf_event_open means for such a counter. Writes "unavailable: ..." or
 * "not permitted: ..., the remedy" into `why`. */
enum counter_state permit_explain(const struct permit *permit, const struct permit_request *request,
				  int error, char why[WIRE_TEXT_MAX]);

/* The same for tracefs_open and tracefs_event, of the tracepoint `path`. */
enum counter_state permit_explain_tracefs(int error, const char *path, char why[WIRE_TEXT_MAX]);

#endif
