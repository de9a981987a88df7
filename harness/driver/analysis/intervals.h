/* The intervals of a run's times: arms of one cell, measured in the same replicates, are looked at together. */
#ifndef FORKCOST_INTERVALS_H
#define FORKCOST_INTERVALS_H

#include "harness/driver/base/stats.h"
#include "harness/driver/data/dataset.h"

/* Fills in the interval of each series of times that has values, in the order of the series. */
enum outcome intervals_make(const struct series *const *series, size_t series_count,
			    struct stats_interval *intervals, struct problem *problem);

#endif
