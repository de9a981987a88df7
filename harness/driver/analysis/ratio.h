/* One series over another, round by round within a worker: what disturbs a whole round cancels out
 * (METHODOLOGY, "Statistics"). */
#ifndef FORKCOST_RATIO_H
#define FORKCOST_RATIO_H

#include "harness/common/problem.h"
#include "harness/driver/base/stats.h"
#include "harness/driver/data/dataset.h"

struct ratio {
	const struct series *series;
	size_t replicates; /* 0: the two share none */
	struct stats_interval interval;
};

/* series over reference, where both were taken in the same worker; an A/A control over its arm without it. Fails if
 * there is no memory. */
enum outcome ratio_make(struct ratio *ratio, const struct series *series,
			const struct series *reference, struct problem *problem);

#endif
