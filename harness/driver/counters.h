/* stub */
#ifndef FORKCOST_COUNTERS_H
#define FORKCOST_COUNTERS_H
#include "harness/common/problem.h"
#include "harness/common/wire.h"
struct counter_missing {
	char name[COUNTER_NAME_MAX];
	char why[WIRE_TEXT_MAX];
};
struct counters {
	size_t count;
	struct wire_counter counted[COUNTERS_MAX];
	size_t missing_count;
	struct counter_missing missing[COUNTERS_MAX];
};
enum outcome counters_choose(struct counters *counters, const char *list, struct problem *problem);
#endif
