#include "harness/driver/analysis/reach.h"

#include <math.h>
#include <stdio.h>

enum { REACH_POINTS_MIN = 3, PLATEAU_POINTS_MAX = 32 };

enum end { CENTER, LOW, HIGH, ENDS };

static double end_of(const struct stats_interval *interval, enum end end)
{
	return end == LOW ? interval->low : end == HIGH ? interval->high : interval->center;
}

/* Where the line from (log2 x0, y0) to (log2 x1, y1) is at y. */
static double crossing(double x0, double y0, double x1, double y1, double y)
{
	return exp2(log2(x0) + (log2(x1) - log2(x0)) * (y0 - y) / (y0 - y1));
}

/* Where one end of the points' intervals falls to `half`, from point `first` on. False if it does not: then the last
 * measured. */
static bool fall(const struct reach_point *points, size_t n, size_t first, enum end end,
		 double half, double *pages)
{
	*pages = points[n - 1].pages;
	for (size_t i = first; i < n; i++) {
		double at = end_of(&points[i].refill_ns, end);
		if (at > half)
			continue;
		*pages = i == first ? points[i].pages
				    : crossing(points[i - 1].pages,
					       end_of(&points[i - 1].refill_ns, end),
					       points[i].pages, at, half);
		return true;
	}
	return false;
}

static bool counts(const struct reach_point *point, double step_ns)
{
	return point->pages >= REACH_PLATEAU_FIRST && point->pages <= REACH_PLATEAU_LAST &&
	       point->refill_ns.center > 0 && point->refill_ns.center * point->pages >= step_ns;
}

/* Returns the number of the plateau's last point; n if there is none. */
static size_t find_plateau(const struct reach_point *points, size_t n, double step_ns,
			   struct stats_interval *plateau)
{
	double values[ENDS][PLATEAU_POINTS_MAX], highest = 0, second = 0;
	size_t count = 0, last = n;
	for (size_t i = 0; i < n; i++)
		if (counts(&points[i], step_ns)) {
			second = fmax(second, fmin(highest, points[i].refill_ns.center));
			highest = fmax(highest, points[i].refill_ns.center);
		}
	second = second > 0 ? second : highest;
	for (size_t i = 0; i < n && count < PLATEAU_POINTS_MAX; i++) {
		if (!counts(&points[i], step_ns) || points[i].refill_ns.center < second / 2)
			continue;
		last = i;
		for (enum end end = 0; end < ENDS; end++)
			values[end][count] = end_of(&points[i].refill_ns, end);
		count++;
	}
	*plateau = (struct stats_interval){.center = NAN};
	if (count)
		*plateau = (struct stats_interval){.center = stats_median(values[CENTER], count),
						   .low = stats_median(values[LOW], count),
						   .high = stats_median(values[HIGH], count),
						   .has_interval = true};
	return last;
}

struct reach reach_find(const struct reach_point *points, size_t n, double step_ns)
{
	struct reach reach = {.plateau_ns.center = NAN, .pages.has_interval = true};
	if (n < REACH_POINTS_MIN) {
		snprintf(reach.why, sizeof reach.why,
			 "unavailable: %zu sizes were measured warm and after a flush; at least %d "
			 "are needed",
			 n, REACH_POINTS_MIN);
		return reach;
	}
	size_t last = find_plateau(points, n, step_ns, &reach.plateau_ns);
	if (last == n) {
		snprintf(reach.why, sizeof reach.why,
			 "unavailable: of %d to %d pages no reads after a flush were slower than "
			 "warm ones by a step of the clock",
			 REACH_PLATEAU_FIRST, REACH_PLATEAU_LAST);
		return reach;
	}
	const struct stats_interval *plateau = &reach.plateau_ns;
	reach.found = fall(points, n, last, CENTER, plateau->center / 2, &reach.pages.center);
	fall(points, n, last, LOW, plateau->high / 2, &reach.pages.low);
	reach.high_above = !fall(points, n, last, HIGH, plateau->low / 2, &reach.pages.high);
	if (!reach.found)
		snprintf(reach.why, sizeof reach.why,
			 "above %.0f pages, the largest number measured", reach.pages.center);
	return reach;
}
