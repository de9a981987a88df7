#include "harness/driver/analysis/reach.h"

#include <math.h>
#include <stdio.h>

enum { REACH_POINTS_MIN = 3 };

/* Where the line from (log2 x0, y0) to (log2 x1, y1) is at y. */
static double crossing(double x0, double y0, double x1, double y1, double y)
{
	return exp2(log2(x0) + (log2(x1) - log2(x0)) * (y0 - y) / (y0 - y1));
}

struct reach reach_find(const double *pages, const double *refill_ns, size_t n, double step_ns)
{
	struct reach reach = {.pages = n ? pages[n - 1] : 0, .plateau_ns = NAN};
	size_t top = n;
	for (size_t i = 0; i < n; i++)
		if (refill_ns[i] > 0 && refill_ns[i] * pages[i] >= step_ns &&
		    (top == n || refill_ns[i] > refill_ns[top]))
			top = i;
	if (n < REACH_POINTS_MIN) {
		snprintf(reach.why, sizeof reach.why,
			 "unavailable: %zu sizes were measured warm and after a flush; at least %d "
			 "are needed",
			 n, REACH_POINTS_MIN);
		return reach;
	}
	if (top == n) {
		snprintf(reach.why, sizeof reach.why,
			 "unavailable: reads after a flush were never slower than warm ones by a "
			 "step of the clock");
		return reach;
	}
	reach.plateau_ns = refill_ns[top];
	double half = refill_ns[top] / 2;
	for (size_t i = top + 1; i < n && !reach.found; i++) {
		if (refill_ns[i] > half)
			continue;
		reach.found = true;
		reach.pages =
			crossing(pages[i - 1], refill_ns[i - 1], pages[i], refill_ns[i], half);
	}
	if (!reach.found)
		snprintf(reach.why, sizeof reach.why,
			 "above %.0f pages, the largest number measured", reach.pages);
	return reach;
}
