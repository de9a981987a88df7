/* Which samples were taken while the machine was quiet, by the witnesses beside them (METHODOLOGY, "Witnesses"). */
#ifndef FORKCOST_UNDISTURBED_H
#define FORKCOST_UNDISTURBED_H

#include "harness/driver/data/dataset.h"

#include <stdbool.h>

/* Of a run. A sample is quiet up to this contention. */
struct quiet_level {
	double contention_max; /* NAN: not known, and all samples count */
};

/* The level is that of the lowest mode of all that was seen: a core is never wider than when it is alone, and a step of
 * its frequency moves both loops of the witness alike. Where fewer samples than a mode takes have witnesses, it is not
 * known. */
enum outcome quiet_level_find(struct quiet_level *level, const struct dataset *dataset,
			      struct problem *problem);

/* The undisturbed samples of a series. */
struct undisturbed {
	struct series series;   /* like the original, but with these samples alone */
	bool owns_blocks;       /* else they are the original's */
	bool is_known;          /* there are witnesses and a level; else all samples are in it */
	bool all_count;         /* too few were undisturbed, so all samples are in it */
	size_t count;           /* how many were undisturbed, even if all count */
	double all_estimate;    /* what all samples come to, as the replicate medians' centre */
	double disturbed_ratio; /* median of the disturbed to that of the undisturbed; NAN: none */
};

/* Takes the samples of a series of times apart. One is disturbed if the core was more crowded than at the quiet level, or
 * if others had the CPU for over 20 us longer than in the quietest quarter of the series. A
 * replicate takes part with 3 undisturbed samples, or if all of it are. Too few are undisturbed if they leave fewer replicates than an interval takes, where all together have as many. */
enum outcome undisturbed_make(struct undisturbed *undisturbed, const struct series *series,
			      const struct quiet_level *level, struct problem *problem);

void undisturbed_free(struct undisturbed *undisturbed);

#endif
