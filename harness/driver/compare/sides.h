/* Two sides of runs held against each other in one row: numbers in, a ratio and chances out (METHODOLOGY, "Compare"). */
#ifndef FORKCOST_SIDES_H
#define FORKCOST_SIDES_H

#include "harness/driver/base/stats.h"

#include <stdbool.h>
#include <stddef.h>

/* What one run says of a row. */
struct estimate {
	double center; /* in the row's unit; 0 only of a count */
	double log_error; /* standard error of the centre's log within the run; NAN: too few replicates */
	double freedom;    /* its degrees of freedom */
	size_t replicates; /* that it rests on */
	bool is_constant;  /* a count that was the same in all of them */
	bool has_zero;     /* some replicate's value is not above zero */
	double between; /* standard deviation of logs between runs, assumed if it is its side's only run */
	size_t run; /* its place among its side's runs, from 0 on */
};

/* What the runs' own variance between each other is taken from. */
enum between {
	BETWEEN_MEASURED, /* both sides have several runs */
	BETWEEN_ASSUMED,  /* a side has one run */
	BETWEEN_PAIRED,   /* both have several, in rounds: of a round's two runs the ratio counts */
	BETWEEN_NONE,     /* what never varies, as most counts, needs none */
};

/* B over A. */
struct difference {
	const char *why; /* NULL; else why nothing can be told, and no number below holds */
	double ratio;    /* NAN: of counts, A's is 0 */
	double low, high;
	/* Chances of seeing this or more if the two were equal, and if they were just outside the range of sameness; NAN
	 * of BETWEEN_NONE, where nothing is left to chance. */
	double p_differs, p_same;
	double freedom;
	enum between between;
};

/* Holds one side's estimates against the other's. `same_within`: up to which ratio, 1 + this or its inverse, the two are
 * the same.
 * Several runs a side: Welch's t (1947) on the logs, where a side's variance is no less than its runs' own, within, allow.
 * One run: its variance within and what is assumed, or the other side's between its runs, if that is more.
 * Sameness: two one-sided tests (Schuirmann 1987). Both counts are above zero. */
struct difference sides_compare(const struct estimate *a, size_t a_count, const struct estimate *b,
				size_t b_count, double same_within);

/* The same of runs that were made in rounds: a[i] and b[i] are of one. What hits both runs of a round cancels: Student's t on the
 * rounds' log ratios, of `count` - 1 degrees of freedom; their variance is no less than the runs' own, within, allow. */
struct difference sides_compare_paired(const struct estimate *a, const struct estimate *b,
				       size_t count, double same_within);

/* One side's geometric mean and its 95 % interval, by the variance that sides_compare() takes; without an interval if nothing
 * is known of it. Of a constant and of counts with zeros the first run's value, without one. */
struct stats_interval sides_interval(const struct estimate *runs, size_t count);

/* Chances adjusted for how many there are, by Benjamini and Hochberg (1995): where those up to 5 % are taken, 5 % of what is taken is
 * luck. NAN: not one of them, and stays. `adjusted` may be `chances`. False: out of memory. */
bool sides_adjust(const double *chances, size_t count, double *adjusted);

enum verdict {
	VERDICT_LESS,
	VERDICT_MORE,
	VERDICT_SAME,
	VERDICT_UNSURE,
	VERDICTS,
};

/* By chances that were adjusted. Sameness goes first: it is what the user called so. */
enum verdict sides_verdict(const struct difference *difference, double same_within);

#endif
