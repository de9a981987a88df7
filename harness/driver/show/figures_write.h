/* All data files of a run's figures. docs/RESULTS-FORMAT.md describes each. */
#ifndef FORKCOST_FIGURES_WRITE_H
#define FORKCOST_FIGURES_WRITE_H

#include "harness/driver/analysis/summary.h"

/* Writes them below FOLDER/plots/data. A figure without data gets empty files, and a caption that says why. */
enum outcome figures_write(const struct summary *summary, const char *folder,
			   struct problem *problem);

#endif
