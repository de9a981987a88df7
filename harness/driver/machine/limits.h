/* The limits that this process runs under (ulimit), against what measuring takes. */
#ifndef FORKCOST_LIMITS_H
#define FORKCOST_LIMITS_H

#include "harness/common/problem.h"

/* One of them: what it limits, and how it stands. */
struct limit {
	const char *what;            /* "open files" */
	unsigned long long at_most;  /* ULLONG_MAX: no limit */
	unsigned long long at_least; /* without so many nothing can be measured */
	unsigned long long advised;  /* leaves room for all that else runs */
	const char *option;          /* of ulimit */
};

enum { LIMITS_COUNT = 2 };

/* Reads them. */
void limits_read(struct limit limits[LIMITS_COUNT]);

/* Fails with the first that is too low to measure. A run would otherwise end in its midst, or leave
 * out what it could not open. */
enum outcome limits_check(struct problem *problem);

#endif
