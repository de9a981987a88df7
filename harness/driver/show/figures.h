/* What the figures' data files are made of. Which there are, each experiment's face says (show.h). Files lie in
 * RUN/plots/data/, fields with tabs between, blocks with two blank lines between. */
#ifndef FORKCOST_FIGURES_H
#define FORKCOST_FIGURES_H

#include "harness/common/problem.h"
#include "harness/driver/analysis/summary.h"
#include "harness/driver/base/forms/gnuplot.h"
#include "harness/driver/base/outfile.h"

#include <stdio.h>

struct figures {
	const struct summary *summary;
	const char *folder;      /* RUN */
	struct outfile *outfile; /* the one that is open */
	struct problem *problem;
};

/* ---- files and their fields ---- */

/* One at a time. NULL, with the problem filled in, if it cannot be written. */
FILE *figures_open(const struct figures *figures, const char *name);
enum outcome figures_close(const struct figures *figures, FILE *file);

/* Centre, low and high as fields with tabs before; NaN where there is no interval. */
void figures_put_interval(FILE *file, const struct stats_interval *interval, double divisor);

/* ---- looks, by name: data as well, so that plot scripts need no list of names ---- */

/* Their order is that of the legend. One without a width looks as the palette has it at its place. */
struct look {
	const char *name; /* a case, a primitive or a metric; NULL ends the list */
	unsigned colour;  /* 0xRRGGBB */
	double width;
	unsigned char dash[4]; /* on, off, on, off; all 0: solid */
	unsigned char marker;  /* gnuplot's point type */
	double size;
	const char *heading; /* begins a column of the legend with this above it; NULL: none */
};

/* Writes look-NAME.dat: the looks, and after them what of the palette is left, for other names. `looks` NULL:
 * the palette alone. */
enum outcome looks_write(const struct figures *figures, const char *name, const struct look *looks);

#endif
