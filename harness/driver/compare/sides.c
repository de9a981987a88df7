#include "harness/driver/compare/sides.h"

#include "harness/driver/base/stats.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_sort.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double CHANCE_MAX = 0.05, INTERVAL_QUANTILE = 0.975;

/* t is the normal by then, and GSL takes no infinite freedom. */
static const double FREEDOM_MAX = 1e6;

/* The mean of a side's logs. */
struct side {
	double mean;
	double variance, freedom; /* of the mean */
	double runs_variance;     /* between runs; NAN of one run */
	const char *why;          /* NULL; else why there is no variance */
};

/* Degrees of freedom of a sum of variances (Satterthwaite 1946; Welch 1947). A part without variance has no say. */
static double joint_freedom(double one, double one_freedom, double other, double other_freedom)
{
	const double parts = (one > 0 ? one * one / one_freedom : 0) +
			     (other > 0 ? other * other / other_freedom : 0);
	const double sum = one + other;
	return parts > 0 ? fmin(sum * sum / parts, FREEDOM_MAX) : FREEDOM_MAX;
}

static struct side several_runs(const struct estimate *runs, size_t count)
{
	struct side side = {.freedom = (double)count - 1};
	double squares = 0, within = 0;
	size_t known = 0;
	for (size_t i = 0; i < count; i++)
		side.mean += log(runs[i].center) / (double)count;
	for (size_t i = 0; i < count; i++) {
		squares += pow(log(runs[i].center) - side.mean, 2);
		if (isnan(runs[i].log_error))
			continue;
		within += pow(runs[i].log_error, 2);
		known++;
	}
	side.runs_variance = squares / side.freedom;
	/* By chance runs may lie closer than each of them is known. How many there are still says how well that is known. */
	side.variance =
		fmax(side.runs_variance, known ? within / (double)known : 0) / (double)count;
	return side;
}

static struct side one_run(const struct estimate *run)
{
	const double within = pow(run->log_error, 2), assumed = pow(run->between, 2);
	return (struct side){
		.mean = log(run->center),
		.variance = within + assumed,
		.freedom = joint_freedom(within, run->freedom, assumed, FREEDOM_MAX),
		.runs_variance = NAN,
		.why = isnan(within) ? STATS_TOO_FEW : NULL,
	};
}

static struct side make_side(const struct estimate *runs, size_t count)
{
	return count > 1 ? several_runs(runs, count) : one_run(runs);
}

/* One run may scatter as the other side's runs are seen to. */
static void widen(struct side *one, const struct side *other)
{
	if (!isnan(one->runs_variance) || !(other->runs_variance > one->variance))
		return;
	one->variance = other->runs_variance;
	one->freedom = other->freedom;
}

/* Whether all are the same constant. */
static bool is_one_constant(const struct estimate *runs, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (!runs[i].is_constant || runs[i].center != runs[0].center)
			return false;
	return true;
}

static bool has_zero(const struct estimate *runs, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (runs[i].has_zero || !(runs[i].center > 0))
			return true;
	return false;
}

static size_t all_replicates(const struct estimate *runs, size_t count)
{
	size_t all = 0;
	for (size_t i = 0; i < count; i++)
		all += runs[i].replicates;
	return all;
}

/* Two values that never vary. */
static struct difference exactly(double a, double b, size_t fewest)
{
	const double ratio = a > 0 ? b / a : a == b ? 1 : (double)NAN;
	return (struct difference){
		.why = fewest < STATS_INTERVAL_VALUES_MIN ? STATS_TOO_FEW : NULL,
		.ratio = ratio,
		.low = ratio,
		.high = ratio,
		.p_differs = NAN,
		.p_same = NAN,
		.freedom = NAN,
		.between = BETWEEN_NONE,
	};
}

static struct difference by_chance(const struct side *a, const struct side *b, enum between between,
				   double same_within)
{
	const double apart = b->mean - a->mean, error = sqrt(a->variance + b->variance);
	const double freedom = joint_freedom(a->variance, a->freedom, b->variance, b->freedom);
	const double half = gsl_cdf_tdist_Pinv(INTERVAL_QUANTILE, freedom) * error;
	const double edge = log1p(same_within);
	return (struct difference){
		.ratio = exp(apart),
		.low = exp(apart - half),
		.high = exp(apart + half),
		.p_differs = 2 * gsl_cdf_tdist_Q(fabs(apart) / error, freedom),
		/* The worse of the two tests, each against one edge. */
		.p_same = gsl_cdf_tdist_Q((edge - fabs(apart)) / error, freedom),
		.freedom = freedom,
		.between = between,
	};
}

struct difference sides_compare(const struct estimate *a, size_t a_count, const struct estimate *b,
				size_t b_count, double same_within)
{
	const size_t a_all = all_replicates(a, a_count), b_all = all_replicates(b, b_count);
	if (is_one_constant(a, a_count) && is_one_constant(b, b_count))
		return exactly(a->center, b->center, a_all < b_all ? a_all : b_all);
	if (has_zero(a, a_count) || has_zero(b, b_count))
		return (struct difference){.why = "some values are 0, and some are not"};
	struct side one = make_side(a, a_count), other = make_side(b, b_count);
	if (one.why || other.why)
		return (struct difference){.why = one.why ? one.why : other.why};
	widen(&one, &other);
	widen(&other, &one);
	if (!(one.variance + other.variance >
	      0)) /* no run differs from another, nor any replicate */
		return exactly(a->center, b->center, a_all < b_all ? a_all : b_all);
	return by_chance(&one, &other,
			 a_count > 1 && b_count > 1 ? BETWEEN_MEASURED : BETWEEN_ASSUMED,
			 same_within);
}

bool sides_adjust(const double *chances, size_t count, double *adjusted)
{
	size_t *order = calloc(count + 1, sizeof *order), tested = 0;
	double *taken = calloc(count + 1, sizeof *taken);
	const bool room = order && taken;
	for (size_t i = 0; room && i < count; i++)
		if (!isnan(chances[i]))
			taken[tested++] = chances[i];
	if (room && tested)
		gsl_sort_index(order, taken, 1, tested);
	/* From the largest down: each times their number over its rank, and never more than those above. */
	double least = 1;
	for (size_t rank = room ? tested : 0; rank > 0; rank--) {
		double *chance = &taken[order[rank - 1]];
		least = fmin(least, *chance * (double)tested / (double)rank);
		*chance = least;
	}
	for (size_t i = 0, at = 0; room && i < count; i++)
		adjusted[i] = isnan(chances[i]) ? chances[i] : taken[at++];
	free(taken);
	free(order);
	return room;
}

enum verdict sides_verdict(const struct difference *difference, double same_within)
{
	const double apart = fabs(log(difference->ratio)); /* infinite where B's count is 0 */
	const bool no_chance = difference->between == BETWEEN_NONE;
	if (difference->why)
		return VERDICT_UNSURE;
	if (no_chance ? apart <= log1p(same_within) : difference->p_same <= CHANCE_MAX)
		return VERDICT_SAME;
	if (!no_chance && !(difference->p_differs <= CHANCE_MAX))
		return VERDICT_UNSURE;
	return difference->ratio < 1 ? VERDICT_LESS : VERDICT_MORE;
}
