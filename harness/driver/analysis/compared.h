/* Rows that are held against each other: ratios, differences, slopes. */
#ifndef FORKCOST_COMPARED_H
#define FORKCOST_COMPARED_H

#include "harness/driver/analysis/row.h"

/* The samples of rows to compare: the undisturbed ones of each, or all of each, where in one of them all count, or
 * where the undisturbed ones leave fewer shared replicates than an interval takes, and than there are. Else quiet
 * samples of one would stand against disturbed ones of another. Of NULL, a row that is not there, it makes NULL. */
void compared_take(const struct row *const *rows, size_t count, const struct series **taken);

/* Of samples so taken, one row's minus the other's in each replicate that both have. Returns how many. */
size_t compared_differences(const struct row *one, const struct row *other,
			    double values[DATASET_REPLICATES_MAX]);

#endif
