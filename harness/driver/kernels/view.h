/* How paths through kernels are shown: a table, and kernels.json of docs/RESULTS-FORMAT.md. */
#ifndef FORKCOST_KERNELS_VIEW_H
#define FORKCOST_KERNELS_VIEW_H

#include "harness/driver/kernels/kernels.h"
#include "harness/driver/show/grid.h"

/* A row for each kernel, and one with the change to the first below each other. */
void kernels_table(const struct kernels *kernels, struct grid *grid);

/* "repeatable to the instruction", or why not. Returns `text`. */
const char *kernels_repeatability(const struct kernels *kernels, const struct kernel *kernel,
				  char *text, size_t bytes);

/* Writes kernels.json, tables/kernels.md and .tex into the folder. */
enum outcome kernels_write(const struct kernels *kernels, const char *folder,
			   struct problem *problem);

#endif
