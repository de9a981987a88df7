/* Where the scatter of a row comes from: samples in a visit, visits in a replicate, replicates. A visit is a
 * burst: what an arm did in a row in one round. */
#ifndef FORKCOST_VARIANCE_H
#define FORKCOST_VARIANCE_H

#include "harness/driver/data/dataset.h"

/* Standard deviations of the logs, so nearly relative ones. NAN: the run does not tell this level from the one
 * below, which holds both: a visit of one sample, a replicate of one visit. */
struct variance {
	size_t samples, visits, replicates; /* in all */
	double samples_sd, visits_sd, replicates_sd;
};

/* Nested analysis of variance with unequal counts, by the method of moments (Searle, Casella and
 * McCulloch 1992, "Variance Components", 3.6 and 5.3). An estimate below zero is zero. False where a value is
 * not above zero, or there are fewer than two replicates. */
bool variance_split(const struct series *series, struct variance *variance);

/* Of samples in a visit and of visits in a replicate. */
enum { VARIANCE_SAMPLES_MAX = 5, VARIANCE_VISITS_MAX = 64 };

/* What a row asks for. */
struct variance_wish {
	size_t samples, visits; /* of a visit; of a replicate */
	size_t replicates;      /* 0: more than a job may have */
};

/* What brings the 95 % interval to `half_width` on either side. Of samples, and then of visits, so many that they
 * add no more than the level above, for more would not pay; then as many replicates as it takes, and at
 * least STATS_PRECISION_VALUES_MIN. The median of skewed samples, and the trimmed mean of replicates some of which are
 * unlike the others, scatter less than this says, which is about means. */
struct variance_wish variance_wish(const struct variance *variance, double half_width);

#endif
