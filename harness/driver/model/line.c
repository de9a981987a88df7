#include "harness/driver/model/line.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_fit.h>
#include <math.h>
#include <stdlib.h>

enum { PARAMETERS = 2, TURNS = 50, HALVINGS = 24 };

/* Turns end when no point's weight moves by more. */
static const double SETTLED = 1e-6;

/* Points miss a line by this share at least: costs are not straight lines, and a few that lie on one by chance do not make
 * it one. Without it the interval of a call's fixed part held it in 82 of 100 simulated runs. Precise lines miss by 0.7 to
 * 2.2 % (reference-2cpu-vm). */
static const double MISFIT_MIN = 0.01;

/* Of Tukey's bisquare: 99 % as efficient as least squares where the errors are normal (Holland and Welsch 1977), so that
 * the variance is larger by the second. Of normal errors in units of their own: the mean weight, and the mean of weight times
 * square. */
static const double BISQUARE = 7, INEFFICIENCY = 1.0103, MEAN_WEIGHT = 0.9604, MEAN_SQUARE = 0.8838;

/* What weighs less is set aside: of normal errors, one in a million. */
static const double SET_ASIDE = 0.25;

/* At least so many of the points must count, lest a few that are very precise decide alone. */
static const double COUNTED = 0.75;

/* A fit, and what each point counts in it. */
struct fit {
	double at_zero, slope, counted;
	double squares; /* of what is missed, in standard errors, each as it counts */
	double weight[LINE_POINTS_MAX];  /* 0 to 1, the bisquare's */
	double precise[LINE_POINTS_MAX]; /* 1 over the variance of a point */
};

static double missed(const struct fit *fit, const struct line_point *point)
{
	return point->y - fit->at_zero - fit->slope * point->x;
}

struct weighed {
	double value, weight;
};

static int by_value(const void *a, const void *b)
{
	const struct weighed *left = a, *right = b;
	return (left->value > right->value) - (left->value < right->value);
}

/* The first value up to which lies half of the weight; sorts them. */
static double weighed_median(struct weighed *values, size_t count)
{
	double whole = 0, sum = 0;
	size_t i = 0;
	qsort(values, count, sizeof *values, by_value);
	for (size_t k = 0; k < count; k++)
		whole += values[k].weight;
	while (i + 1 < count && (sum += values[i].weight) < whole / 2)
		i++;
	return values[i].value;
}

/* The median of all slopes between two points (Theil 1950, Sen 1968), which outliers do not move. Of what is left the median,
 * too, with all points alike or each as precise as it is: in the second the small heaps tell what a call costs without
 * any, and a few that are noisy do not outvote them. */
static void begin(struct fit *fit, const struct line_point *points, size_t count, bool alike)
{
	double slopes[LINE_POINTS_MAX * (LINE_POINTS_MAX - 1) / 2];
	struct weighed rest[LINE_POINTS_MAX] = {{0}};
	size_t n = 0;
	slopes[0] = 0;
	for (size_t i = 0; i < count; i++)
		for (size_t k = i + 1; k < count; k++)
			slopes[n++] = (points[k].y - points[i].y) / (points[k].x - points[i].x);
	fit->slope = stats_median(slopes, n);
	for (size_t i = 0; i < count; i++)
		rest[i] = (struct weighed){points[i].y - fit->slope * points[i].x,
					   alike ? 1 : 1 / points[i].error};
	fit->at_zero = weighed_median(rest, count);
}

/* Weighted least squares, again and again with the weights of the last time; from the fit's own line on. */
static void reweigh(struct fit *fit, const struct line_point *points, size_t count, double misfit)
{
	double x[LINE_POINTS_MAX], y[LINE_POINTS_MAX], weight[LINE_POINTS_MAX], unused[4];
	double moved = 1;
	for (int turn = 0; turn < TURNS && moved > SETTLED; turn++) {
		fit->counted = fit->squares = moved = 0;
		for (size_t i = 0; i < count; i++) {
			const double spread = hypot(points[i].error, misfit * points[i].y);
			const double miss = missed(fit, &points[i]) / spread;
			const double far = miss / BISQUARE;
			fit->precise[i] = 1 / (spread * spread);
			const double now = fabs(far) < 1 ? pow(1 - far * far, 2) : 0;
			moved = fmax(moved, turn ? fabs(now - fit->weight[i]) : 1);
			fit->weight[i] = now;
			fit->counted += fit->weight[i];
			fit->squares += fit->weight[i] * miss * miss;
			x[i] = points[i].x;
			y[i] = points[i].y;
			weight[i] = fit->weight[i] * fit->precise[i];
		}
		if (fit->counted < COUNTED * (double)count)
			return;
		gsl_fit_wlinear(x, 1, weight, 1, y, 1, count, &fit->at_zero, &fit->slope,
				&unused[0], &unused[1], &unused[2], &unused[3]);
	}
}

/* Whether points miss the line by more than their errors and such a misfit explain; from the line `first` on. */
static bool misses_more(struct fit *fit, const struct fit *first, const struct line_point *points,
			size_t count, double misfit)
{
	fit->at_zero = first->at_zero;
	fit->slope = first->slope;
	reweigh(fit, points, count, misfit);
	return fit->counted < COUNTED * (double)count ||
	       fit->squares / MEAN_SQUARE > fit->counted / MEAN_WEIGHT - PARAMETERS;
}

/* The variance between points that makes what is missed as large as it should be (Paule and Mandel 1982). */
static double find_misfit_from(struct fit *fit, const struct fit *first,
			       const struct line_point *points, size_t count)
{
	double low = MISFIT_MIN, high = 1;
	if (!misses_more(fit, first, points, count, low))
		return low;
	for (int i = 0; i < HALVINGS; i++) {
		const double middle = (low + high) / 2;
		*(misses_more(fit, first, points, count, middle) ? &low : &high) = middle;
	}
	misses_more(fit, first, points, count, high);
	return high;
}

/* From both lines that one may begin with: the fit that needs less of it, or else sets less aside. */
static double find_misfit(struct fit *fit, const struct line_point *points, size_t count)
{
	struct fit first, other;
	begin(&first, points, count, true);
	const double misfit = find_misfit_from(fit, &first, points, count);
	begin(&first, points, count, false);
	const double others = find_misfit_from(&other, &first, points, count);
	if (others > misfit || (others == misfit && other.counted <= fit->counted))
		return misfit;
	*fit = other;
	return others;
}

/* Of a coefficient that is the sum of `share` times y: the variances of the points add up. A misfit that is estimated from
 * the points has no more degrees of freedom than these leave (Knapp and Hartung 2003). The least one has as many as
 * Satterthwaite (1946) gives the sum of what the points' replicates and what the points themselves tell. */
static struct stats_interval interval(const struct line_point *points, size_t count, double center,
				      const double *share, double misfit,
				      struct line_interval *parts)
{
	const double left = (double)(count - PARAMETERS);
	double variance = 0, between = 0, over_freedom = 0;
	for (size_t i = 0; i < count; i++) {
		const double own = pow(share[i] * points[i].error, 2);
		const double off = pow(share[i] * misfit * points[i].y, 2);
		between += off;
		variance += own + off;
		over_freedom += own * own / (double)(points[i].count - 1);
	}
	over_freedom += between * between / left;
	const double freedom = misfit > MISFIT_MIN ? left : variance * variance / over_freedom;
	*parts = (struct line_interval){
		.error = sqrt(INEFFICIENCY * variance),
		.off = between / variance,
		.t = gsl_cdf_tdist_Pinv(0.975, freedom),
	};
	const double half = parts->t * parts->error;
	return (struct stats_interval){center, center - half, center + half, .has_interval = true};
}

static void fit_all(struct line *line, const struct line_point *points, size_t count)
{
	double weight[LINE_POINTS_MAX], slope[LINE_POINTS_MAX], at_zero[LINE_POINTS_MAX];
	double sum = 0, mean = 0, squares = 0;
	struct fit fit;
	line->misfit = find_misfit(&fit, points, count);
	for (size_t i = 0; i < count; i++) {
		weight[i] = fit.weight[i] < SET_ASIDE ? 0 : fit.precise[i];
		sum += weight[i];
		mean += weight[i] * points[i].x;
	}
	mean /= sum;
	for (size_t i = 0; i < count; i++)
		squares += weight[i] * pow(points[i].x - mean, 2);
	for (size_t i = 0; i < count; i++) {
		slope[i] = weight[i] * (points[i].x - mean) / squares;
		at_zero[i] = weight[i] / sum - mean * slope[i];
	}
	line->slope = interval(points, count, fit.slope, slope, line->misfit, &line->of_slope);
	line->at_zero = interval(points, count, fit.at_zero, at_zero, line->misfit, &line->of_zero);
}

double line_residual(const struct line *line, const struct line_point *point)
{
	return (point->y - line->at_zero.center - line->slope.center * point->x) / point->whole;
}

static bool is_known(const struct line_point *point)
{
	return point->half <= LINE_BOUND * point->whole;
}

/* Fits it to so many points from `first` on, and looks where it holds. What is not known well enough to tell still has its
 * small weight. */
static void fit_part(struct line *line, const struct line_point *points, size_t first, size_t count)
{
	*line = (struct line){.first = first, .last = first + count - 1};
	fit_all(line, points + first, count);
	for (size_t i = first; i < first + count; i++) {
		if (!is_known(&points[i]))
			continue;
		line->first = line->known++ ? line->first : i;
		line->last = i;
		line->residual_max =
			fmax(line->residual_max, fabs(line_residual(line, &points[i])));
	}
	line->holds = line->known >= LINE_POINTS_MIN && line->residual_max <= LINE_BOUND;
}

bool line_fit(const struct line_point *points, size_t count, struct line *line)
{
	size_t known[LINE_POINTS_MAX], known_count = 0;
	struct line part;
	if (count < LINE_POINTS_MIN || count > LINE_POINTS_MAX)
		return false;
	for (size_t i = 0; i < count; i++)
		if (is_known(&points[i]))
			known[known_count++] = i;
	fit_part(line, points, 0, count);
	bool found = false;
	for (size_t n = known_count; n >= LINE_POINTS_MIN && !found; n--)
		for (size_t i = 0; i + n <= known_count; i++) {
			fit_part(&part, points, known[i], known[i + n - 1] - known[i] + 1);
			if (!part.holds || (found && part.residual_max >= line->residual_max))
				continue;
			*line = part;
			found = true;
		}
	return true;
}
