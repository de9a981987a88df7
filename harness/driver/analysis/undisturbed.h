/* Which samples were taken while the machine was quiet, by the witnesses beside them (METHODOLOGY, "Witnesses"). */
#ifndef FORKCOST_UNDISTURBED_H
#define FORKCOST_UNDISTURBED_H

#include "harness/driver/base/quiet.h"
#include "harness/driver/base/stats.h"
#include "harness/driver/data/dataset.h"

#include <stdbool.h>

/* The run's quiet levels, by what stands beside all samples of main metrics; undisturbed_free_levels() frees them. */
enum outcome undisturbed_find_levels(struct quiet_levels *levels, const struct dataset *dataset,
				     struct problem *problem);

void undisturbed_free_levels(struct quiet_levels *levels);

/* The undisturbed samples of a series. */
struct undisturbed {
	struct series series;   /* like the original, but with these samples alone */
	bool owns_blocks;       /* else they are the original's */
	bool is_known;          /* there are witnesses and a level; else all samples are in it */
	bool all_count;         /* too few were undisturbed, so all samples are in it */
	size_t count;           /* how many were undisturbed, even if all count */
	double all_estimate;    /* what all samples come to, as the replicate medians' centre */
	double disturbed_ratio; /* median of the disturbed to that of the undisturbed; NAN: none */
	/* What a crowded core costs: of the samples disturbed by that alone. */
	size_t crowded_count,
		crowded_replicates; /* replicates: those that have undisturbed ones, too */
	struct stats_interval
		crowded_ratio; /* of the medians of both in a replicate; without interval below 5 */
};

/* Takes the samples of a series of times apart. One is disturbed if the core was more crowded than at the quiet level of
 * its time, or if others had the CPU for longer than beside its like (base/quiet.h). A replicate takes part with 3
 * undisturbed samples, or half of its own. Too few are undisturbed if they leave fewer replicates than an interval
 * takes, where all together have as many. */
enum outcome undisturbed_make(struct undisturbed *undisturbed, const struct series *series,
			      const struct quiet_levels *levels, struct problem *problem);

/* Gives it samples of its own, which may be changed. False: out of memory. */
bool undisturbed_own(struct undisturbed *undisturbed);

void undisturbed_free(struct undisturbed *undisturbed);

#endif
