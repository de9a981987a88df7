/* A line through points that have standard errors: robust, and with intervals that come from the points' own
 * replicates as well as from how far they lie off the line (METHODOLOGY, "The model"). */
#ifndef FORKCOST_LINE_H
#define FORKCOST_LINE_H

#include "harness/driver/base/stats.h"

enum { LINE_POINTS_MIN = 3, LINE_POINTS_MAX = 64 };

/* A line holds where it misses no point by more than this share of its whole. A point with an interval of more than this
 * share to either side is not known well enough to tell. */
#define LINE_BOUND 0.1

struct line_point {
	double x, y;
	double whole; /* above zero: what shares are of: y or, where that is a part of a time, the time */
	double error; /* the standard error of y */
	double half;  /* half of its interval */
	size_t count; /* replicates that it comes from; 2 at least */
};

/* A coefficient's interval, and what it is made of. */
struct line_interval {
	double error; /* its standard error */
	double off; /* the part of the error's square that is the misfit's: replicates do not narrow it */
	double t; /* half of the interval is so many errors */
};

struct line {
	struct stats_interval at_zero, slope;
	struct line_interval of_zero, of_slope;
	double misfit; /* beyond their errors, points scatter by this share of themselves; 1 % at least */
	double residual_max; /* largest miss of a known point, as a share of its whole; 0 without one */
	size_t first,
		last; /* the first and the last known point of those fitted; of all, where none is known */
	size_t known; /* points between, these included */
	bool holds;   /* for all known ones, of which there are LINE_POINTS_MIN at least */
};

/* Fits a line to points whose x rise: to the run of neighbours with the most known points for which it holds, of several the
 * one with the least residual_max; where it holds for none, to all. Such a run ends at known points: one beyond that nobody
 * knows may lie where the line no longer holds, and would bend it. False with fewer than LINE_POINTS_MIN points. */
bool line_fit(const struct line_point *points, size_t count, struct line *line);

/* A point's miss: what was measured less the line, as a share of the point's whole. */
double line_residual(const struct line *line, const struct line_point *point);

#endif
