/* How many pages the TLBs reach, from what refilling them costs: up to there a walk over warm pages finds
 * all translations, and a flush before it makes them missing; beyond, they are missing anyway and a
 * flush costs nothing more. */
#ifndef FORKCOST_REACH_H
#define FORKCOST_REACH_H

#include "harness/driver/base/stats.h"

#include <stdbool.h>
#include <stddef.h>

enum { REACH_WHY_MAX = 120 };

/* The sizes that tell what a refill costs: fewer pages share a window's fixed part among them, and more are beyond the
 * reach of some TLBs. */
enum { REACH_PLATEAU_FIRST = 64, REACH_PLATEAU_LAST = 1024 };

/* What a page costs more after a flush than warm, at one size. */
struct reach_point {
	double pages;
	struct stats_interval refill_ns;
};

struct reach {
	bool found;
	bool high_above; /* the upper bound lies beyond what was measured, which is .high */
	struct stats_interval pages;      /* found: half of the refill cost is left here */
	struct stats_interval plateau_ns; /* what a refill costs, a page; center NAN: not known */
	char why[REACH_WHY_MAX];          /* unless found */
};

/* The pages of the points rise. The plateau is the median of the points from REACH_PLATEAU_FIRST to _LAST,
 * but for those that have lost half of the second highest of them: the highest may be a disturbed one. The
 * reach is where the refill cost falls to half of that, from the plateau's last point on, interpolated over
 * the log of the pages. Its bounds are where the lower ends of all intervals fall to half of the plateau's
 * upper end, and the upper ends to half of its lower. What a whole walk costs more must not be less than a
 * step of the clock, step_ns, or is taken for nothing. */
struct reach reach_find(const struct reach_point *points, size_t n, double step_ns);

#endif
