/* Differences within a replicate: between cases, and against a level of the same case. Replicates are
 * what differs by chance, so each gives one value and the interval is over those
 * (METHODOLOGY, "Statistics"). */
#ifndef FORKCOST_DIFFERENCES_H
#define FORKCOST_DIFFERENCES_H

#include "harness/driver/base/stats.h"
#include "harness/driver/data/dataset.h"

enum { DIFFERENCES_WHY_MAX = 120, DIFFERENCES_MAX = 64 };

/* What one more running thread costs: the slope over threads of (value minus value without threads), less
 * the same of a control where there is one (METHODOLOGY, "TLB"). */
struct slope {
	const char *case_name, *control, *metric; /* control NULL: none is subtracted */
	uint64_t heap_bytes;
	size_t replicates;                /* 0: `why` says why */
	struct stats_interval per_thread; /* ns */
	char why[DIFFERENCES_WHY_MAX];
};

/* What separate memory adds to a switch. */
struct switched {
	uint64_t heap_bytes;
	size_t replicates;
	struct stats_interval difference; /* ns */
};

/* The median of a series in one replicate; NAN if it has none, or is NULL. */
double differences_median(const struct series *series, uint64_t replicate);

/* The slope of y over x of a line through the origin, by least squares; NAN without an x beside 0. */
double differences_slope(const double *x, const double *y, size_t n);

/* Slopes of tlb_shootdown at every heap: net ones of fork_running and those of flushes alone. Returns how
 * many, at most DIFFERENCES_MAX. */
size_t differences_shootdown(const struct dataset *dataset, struct slope slopes[DIFFERENCES_MAX]);

/* Experiment `switch`, case separate minus shared, by heap. Returns how many. */
size_t differences_switch(const struct dataset *dataset, struct switched switches[DIFFERENCES_MAX]);

#endif
