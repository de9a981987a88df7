/* The medians by which a run decides when to stop: of undisturbed samples, as those that are published (METHODOLOGY,
 * "Witnesses"). */
#ifndef FORKCOST_MAIN_MEDIAN_H
#define FORKCOST_MAIN_MEDIAN_H

#include "harness/common/wire.h"
#include "harness/driver/base/quiet.h"

/* Of the run's last seconds: enough to know its quiet level by, and few enough to look at after every replicate. */
enum { MAIN_MEDIAN_SEEN_MAX = 4096 };

struct main_median {
	size_t seen_count;
	struct quiet_seen seen[MAIN_MEDIAN_SEEN_MAX];
	struct quiet_levels levels;
	double began_s; /* of the replicate that was looked at last */
};

/* Takes in what was seen beside the samples of a replicate, which began so many seconds after the run. False: out of
 * memory. */
bool main_median_look(struct main_median *medians, const struct wire_area *area, double began_s);

/* The median of one arm's main metric, the first that its plain samples have, in one cell of the replicate looked at;
 * NAN if too few of them were undisturbed to take part. `scratch`: room for all samples. False: it has none. */
bool main_median_of(const struct main_median *medians, const struct wire_area *area, uint32_t cell,
		    uint32_t arm, double *scratch, double *median);

#endif
