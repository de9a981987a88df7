/* Values that are computed from several rows of a run. Each experiment's face yields its own (show.h); derived.csv
 * has all of them, and claims ask for them by name. */
#ifndef FORKCOST_DERIVED_H
#define FORKCOST_DERIVED_H

#include "harness/driver/show/show.h"

/* All that the experiment's face yields; returns how many. */
size_t derived_rows(const struct summary *summary, const char *experiment,
		    struct derived rows[DERIVED_MAX]);

/* Writes derived.csv into the run folder: what the faces yield, what counting costs, and hyperfine's second
 * opinion. */
enum outcome derived_write(const struct summary *summary, const char *folder,
			   struct problem *problem);

#endif
