/* How what is drawn looks, by name: data of the figures as well, so that plot scripts need no list of names. */
#ifndef FORKCOST_LOOKS_H
#define FORKCOST_LOOKS_H

#include "harness/driver/show/figures.h"

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
