/* The data files that the plots read: RUN/plots/data/. What stands in which file, and where it comes
 * from, each experiment's face says (show.h); docs/RESULTS-FORMAT.md describes each. */
#ifndef FORKCOST_EXPORT_H
#define FORKCOST_EXPORT_H

#include "harness/common/problem.h"
#include "harness/driver/analysis/summary.h"

/* Writes all of them. A figure without data gets empty files, and a caption that says why. */
enum outcome export_write(const struct summary *summary, const char *folder,
			  struct problem *problem);

#endif
