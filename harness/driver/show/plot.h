/* Draws the figures of a run by gnuplot, as SVG, PDF and PNG: every plots/NAME.gp, and by plots/by-axis.gp what has
 * no script of its own (by_axis.h). */
#ifndef FORKCOST_PLOT_H
#define FORKCOST_PLOT_H

#include "harness/common/problem.h"
#include "harness/driver/analysis/summary.h"
#include "harness/driver/show/published.h"

#include <stddef.h>

/* Draws FOLDER/plots/NAME.{svg,pdf,png} of a run. Nothing that lies in FOLDER is read by gnuplot: it works in a private folder below TMPDIR, on data written for it there, by scripts named by their
 * absolute paths, without init files; what it drew is moved over when it is whole. Fails if gnuplot is
 * missing, takes longer than a minute over a figure, or a script fails, with gnuplot's last words; what was
 * drawn before stays, and the others are drawn all the same. Sets how many figures were drawn. Figures that this
 * program made of the run before and that it no longer has are removed: their captions tell them, and are the one
 * thing in FOLDER that is read, beside a profile. Without a summary the profile's figure alone is drawn.
 * `published`: points to draw over spawn-by-heap; NULL: none. */
enum outcome plot_draw(const struct summary *summary, const struct published *published,
		       const char *folder, size_t *figures, struct problem *problem);

#endif
