/* How many pages the TLBs reach, from what refilling them costs: up to there a walk over warm pages finds
 * all translations, and a flush before it makes them missing; beyond, they are missing anyway and a
 * flush costs nothing more. */
#ifndef FORKCOST_REACH_H
#define FORKCOST_REACH_H

#include <stdbool.h>
#include <stddef.h>

enum { REACH_WHY_MAX = 120 };

struct reach {
	bool found;
	double pages;      /* found: half of the refill cost is left here; else the last measured */
	double plateau_ns; /* the highest refill cost, a page; NAN: none */
	char why[REACH_WHY_MAX]; /* unless found */
};

/* `pages` rises; refill_ns[i] is what a page costs more after a flush than warm. The reach is where that
 * falls to half of its highest, beyond it, interpolated over the log of the pages. What a whole walk
 * costs more must not be less than a step of the clock, step_ns, or is taken for nothing. */
struct reach reach_find(const double *pages, const double *refill_ns, size_t n, double step_ns);

#endif
