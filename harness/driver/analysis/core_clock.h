/* The core's clock, by what a multiplication takes beside each sample (METHODOLOGY, "The core's clock"): what it was for
 * most of the run, and times as they would have been at it. */
#ifndef FORKCOST_CORE_CLOCK_H
#define FORKCOST_CORE_CLOCK_H

#include "harness/driver/analysis/undisturbed.h"

/* The run's usual step in ns: the median beside the undisturbed samples of main metrics. NAN: not recorded. False: out
 * of memory. */
bool core_clock_find(double *usual_ns, const struct dataset *dataset,
		     const struct quiet_levels *levels);

/* How a row's replicates were taken to the usual clock. */
struct core_clock {
	double exponent; /* times go with the step's length to this power, 0 to 1; NAN: they were left as they are */
	double slow, fast; /* nine in ten replicates had steps between these, in usual ones */
};

/* Takes the undisturbed samples of rows of times to the usual clock: each replicate's by one factor, the usual step over
 * the median of its steps, to the power that the replicates show. The power is the median slope of the logs, between
 * halves by step (Theil 1950, incomplete), of all arms that took turns in a cell, in one metric; of a case alone, of its
 * own. It lies in 0 to 1: what waits for memory does not go with the core's clock, and nothing goes further than it. Rows
 * without witnesses, those where all samples count, and those of fewer than CORE_CLOCK_SLOPES_MIN slopes stay as they
 * are; so does all if no steps were recorded. clocks[i] tells of rows[i], which may be NULL. False: out of memory. */
enum { CORE_CLOCK_SLOPES_MIN = 5 };
bool core_clock_adjust(struct undisturbed *const *rows, size_t count, double usual_ns,
		       struct core_clock *clocks);

#endif
