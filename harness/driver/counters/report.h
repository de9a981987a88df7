/* `forkcost counters`: what can be counted here, by which events, and why the rest cannot. */
#ifndef FORKCOST_COUNTERS_REPORT_H
#define FORKCOST_COUNTERS_REPORT_H

#include "harness/common/problem.h"
#include "harness/driver/counters/counters.h"

#include <stddef.h>

/* Tries the counters of a list (as --counters takes it; NULL: all roles) on the CPU that workers get by default,
 * and prints. Fails on a wrong list. */
enum outcome counters_report(const char *list, struct problem *problem);

enum counters_kind { COUNTERS_HARDWARE, COUNTERS_SOFTWARE, COUNTERS_TRACE };

/* Metrics of one kind, those with children left out. */
struct counters_tally {
	size_t counted, all;
	const char *why; /* why the first one missing is; NULL if none is */
};

struct counters_tally counters_tally(const struct counters *counters, enum counters_kind kind);

#endif
