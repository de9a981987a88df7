/* The figures of a comparison (READING-THE-PLOTS, "compare-ratios", "compare-calls"). */
#ifndef FORKCOST_COMPARE_FIGURES_H
#define FORKCOST_COMPARE_FIGURES_H

#include "harness/driver/compare/compare.h"

/* Draws FOLDER/plots/compare-ratios and compare-calls, as SVG, PDF and PNG; FOLDER is made if it is not there. After
 * compare_end(). Fails as plot_draw() does. */
enum outcome compare_draw(const struct compare *compare, const char *folder,
			  struct problem *problem);

#endif
