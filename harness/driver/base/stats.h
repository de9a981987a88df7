/* Statistics of samples. All functions but stats_sort() leave their input as it is. */
#ifndef FORKCOST_STATS_H
#define FORKCOST_STATS_H

#include <stdbool.h>
#include <stddef.h>

/* Sorts values, none of them NAN. Of values that are sorted already the functions below that sort a copy take much
 * less time. */
void stats_sort(double *values, size_t n);

/* The q-quantile, 0 <= q <= 1, by linear interpolation of the order statistics (type 7 of Hyndman
 * and Fan 1996; GSL's gsl_stats_quantile_from_sorted_data). n > 0. */
double stats_quantile(const double *values, size_t n, double q);
double stats_median(const double *values, size_t n);

struct stats_summary {
	double min, p5, p50, p95, p99, max;
	double mad; /* median absolute deviation from the median, not scaled */
};

struct stats_summary stats_summarize(const double *values, size_t n);

/* Fewer values have no interval; in words, for users. */
#define STATS_INTERVAL_VALUES_MIN 5
#define STATS_TOO_FEW STATS_TOO_FEW_THAN(STATS_INTERVAL_VALUES_MIN)
#define STATS_TOO_FEW_THAN(number) STATS_TOO_FEW_TEXT(number)
#define STATS_TOO_FEW_TEXT(number) "fewer than " #number " replicates"

/* Below so many replicates a row never counts as precise, and no replicate is trimmed (METHODOLOGY, "Statistics"). */
enum { STATS_PRECISION_VALUES_MIN = 10 };

/* From there on so large a share of the replicates, rounded down, is trimmed at each end. */
#define STATS_TRIMMED 0.2

/* A centre and its 95 % interval. */
struct stats_interval {
	double center, low, high;
	bool has_interval; /* false with fewer than STATS_INTERVAL_VALUES_MIN */
	/* Of the centre, in its unit; where values are logs, of the centre's log times the centre. 0: not known here, or of
	 * values that never change. */
	double standard_error;
	double freedom; /* the standard error's degrees of freedom; 0: not known here */
};

/* Student's t on the logs of replicate medians (METHODOLOGY, "Statistics"): the geometric mean of the medians
 * and its interval. Where a median is not above zero, plain values instead of logs. From
 * STATS_PRECISION_VALUES_MIN values on, the trimmed mean, and its interval from the winsorized squares, with as many
 * degrees of freedom as values are kept, less one (Tukey and McLaughlin 1963). n > 0. */
struct stats_interval stats_interval(const double *replicate_medians, size_t n);

/* The same for arms that took turns in the same replicates, in the order of time: medians[arm][replicate], NAN where an
 * arm was not in one. Such arms share the host, so they tell of each other:
 * - How far they are correlated with the replicate before, in the mean over arms (0 to 0.8; the estimate's bias of 1/n
 *   added): the variance is multiplied by (1 + r) / (1 - r), for n such replicates count as n (1 - r) / (1 + r)
 *   (Bayley and Hammersley 1946). The degrees of freedom are divided by it, to no fewer than those of the fewest
 *   replicates that have an interval.
 * - Below STATS_PRECISION_VALUES_MIN replicates an arm's variance is drawn up towards the mean over arms, never below
 *   its own: as the moderated t does (Smyth 2004), with d0 = 2 / c^2 prior degrees of freedom, c^2 being the arms' true
 *   variances' squared coefficient of variation, by moments. Arms that are disturbed together are no new witnesses:
 *   there are no more degrees of freedom than Box (1954) gives a sum of correlated variances,
 *   (n - 1) trace(S)^2 / trace(S^2) of their covariances S.
 * Simulated in tests/unit/test_coverage.c. Arms with a median that is not above zero stand alone. n > 0. */
void stats_intervals(const double *const *medians, size_t arms, size_t n,
		     struct stats_interval *intervals);

/* stats_interval() on the values themselves: for differences, which may lie on both sides of zero. n > 0. */
struct stats_interval stats_difference_interval(const double *differences, size_t n);

/* One over the other, of independent geometric means above zero: on logs, where the half widths add in squares. None
 * has an interval if one of them has none. */
struct stats_interval stats_quotient(const struct stats_interval *one,
				     const struct stats_interval *other);

/* Half the width of Student's 95 % interval of `n` values of this standard deviation. n > 1. */
double stats_half_width(double sd, size_t n);

/* Half the interval's width over its centre; infinite without an interval. 0 if it is of no width.
 */
double stats_relative_half_width(const struct stats_interval *interval);

/* How wide an interval is beside its centre (METHODOLOGY, "Statistics"). What is STATS_TOO_WIDE, above 25 %, is no
 * basis for a verdict or a ratio; STATS_WIDE is above 10 %. STATS_NO_WIDTH: there is no interval. */
enum stats_width { STATS_NARROW, STATS_WIDE, STATS_TOO_WIDE, STATS_NO_WIDTH };
#define STATS_CITABLE_HALF_WIDTH 0.25
enum stats_width stats_width(const struct stats_interval *interval);

/* What stands before such a number: "~", "?", or nothing. */
const char *stats_width_mark(enum stats_width width);

/* From 20 samples on, two equal modes 1.4 apart that scatter by 3 % are found in over 95 % of simulated
 * runs, and a single mode, however skewed, is taken for two in under 5 % (tests/unit/test_coverage.c). */
enum { STATS_MODES_MAX = 4, STATS_MODES_SAMPLES_MIN = 20 };

/* Finds the modes of a sample: peaks of a Gaussian kernel density of the logs (bandwidth by
 * Silverman's rule of thumb, 1986, 3.31), each at least a tenth as high as the highest and of three
 * samples or more, 5 % from its neighbour and parted from it by a valley below half the lower peak.
 * Returns how many, up to STATS_MODES_MAX, with their places; 0 below STATS_MODES_SAMPLES_MIN
 * values or where a value is not above zero. */
size_t stats_modes(const double *values, size_t n, double modes[STATS_MODES_MAX]);

#endif
