/* Draws the figures of a run by gnuplot: every plots/NAME.gp, as SVG, PDF and PNG. */
#ifndef FORKCOST_PLOT_H
#define FORKCOST_PLOT_H

#include "harness/common/problem.h"

#include <stddef.h>

/* Draws RUN/plots/NAME.{svg,pdf,png} from RUN/plots/data. Fails if gnuplot is missing or a script
 * fails, with gnuplot's last words; what was drawn before stays. Sets how many figures there are.
 */
enum outcome plot_draw(const char *folder, size_t *figures, struct problem *problem);

#endif
