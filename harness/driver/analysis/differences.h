/* Differences within a replicate: between cases, and against a level of the same case. Replicates are
 * what differs by chance, so each gives one value and the interval is over those
 * (METHODOLOGY, "Statistics"). */
#ifndef FORKCOST_DIFFERENCES_H
#define FORKCOST_DIFFERENCES_H

#include "harness/driver/data/dataset.h"

/* The median of a series in one replicate; NAN if it has none, or is NULL. */
double differences_median(const struct series *series, uint64_t replicate);

/* A value for each replicate that both have, out of its two medians; returns how many. */
size_t differences_each(const struct series *one, const struct series *other,
			double (*combine)(double one, double other),
			double values[DATASET_REPLICATES_MAX]);

/* One minus the other, to combine by. */
double differences_minus(double one, double other);

/* The slope of y over x of a line through the origin, by least squares; NAN without an x beside 0. */
double differences_slope(const double *x, const double *y, size_t n);

#endif
