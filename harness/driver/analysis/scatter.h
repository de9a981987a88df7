/* How scattered the frames of a cell's heaps were, by the memory witness (METHODOLOGY, "Frames"). Runs made before it
 * was recorded have none. */
#ifndef FORKCOST_SCATTER_H
#define FORKCOST_SCATTER_H

#include <stdbool.h>

struct series;

/* Shares of scattered pages, over replicates. */
struct scatter {
	double median, low, high;
	/* Of the variance of the replicates' medians, what the share explains (R squared of the logs). NAN unless
	 * the replicates' frames differ, times rise with the share, and chance alone would give as much in under
	 * 2.5 % of cases. */
	double explained;
};

/* False if no replicate of the series has a witness, or the heap is 0. */
bool scatter_make(struct scatter *scatter, const struct series *series);

#endif
