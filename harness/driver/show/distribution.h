/* Distributions of single values, as data of a figure. */
#ifndef FORKCOST_DISTRIBUTION_H
#define FORKCOST_DISTRIBUTION_H

#include "harness/driver/show/filter.h"

#include <stdio.h>

/* A block for each series with a histogram that matches: its case, then lines of ns, the share of values that are no
 * longer, and the share of those that are. */
void distribution_put(FILE *file, const struct summary *summary, const struct filter *filter);

/* The most values that any of these has. */
double distribution_most(const struct summary *summary, const struct filter *filter);

#endif
