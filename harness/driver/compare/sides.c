#include "harness/driver/compare/sides.h"

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

/* The mean variance that the runs themselves have; 0: not known of any. */
static double variance_within(const struct estimate *runs, size_t count)
{
	double within = 0;
	size_t known = 0;
	for (size_t i = 0; i < count; i++) {
		if (isnan(runs[i].log_error))
			continue;
		within += pow(runs[i].log_error, 2);
		known++;
	}
	return known ? within / (double)known : 0;
}

static double log_of(const struct estimate *runs, const struct estimate *over, size_t i)
{
	return log(runs[i].center) - (over ? log(over[i].center) : 0);
}

/* The mean of the runs' logs; of rounds, `over` NULL or one run of the other side each, of the log ratios. */
static struct side several_runs(const struct estimate *runs, const struct estimate *over,
				size_t count)
{
	struct side side = {.freedom = (double)count - 1};
	double squares = 0;
	for (size_t i = 0; i < count; i++)
		side.mean += log_of(runs, over, i) / (double)count;
	for (size_t i = 0; i < count; i++)
		squares += pow(log_of(runs, over, i) - side.mean, 2);
	side.runs_variance = squares / side.freedom;
	/* By chance runs may lie closer than each of them is known. How many there are still says how well that is known. */
	const double within =
		variance_within(runs, count) + (over ? variance_within(over, count) : 0);
	side.variance = fmax(side.runs_variance, within) / (double)count;
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
	return count > 1 ? several_runs(runs, NULL, count) : one_run(runs);
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

static size_t fewest_replicates(const struct estimate *a, size_t a_count, const struct estimate *b,
				size_t b_count)
{
	const size_t of_a = all_replicates(a, a_count), of_b = all_replicates(b, b_count);
	return of_a < of_b ? of_a : of_b;
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

/* What has no logs, or needs no chance. */
static bool is_without_chance(const struct estimate *a, size_t a_count, const struct estimate *b,
			      size_t b_count, struct difference *difference)
{
	const bool constant = is_one_constant(a, a_count) && is_one_constant(b, b_count);
	const bool zero = has_zero(a, a_count) || has_zero(b, b_count);
	if (constant)
		*difference =
			exactly(a->center, b->center, fewest_replicates(a, a_count, b, b_count));
	else if (zero)
		*difference = (struct difference){.why = "some values are 0, and some are not"};
	return constant || zero;
}

static struct difference by_chance(double apart, double variance, double freedom,
				   enum between between, double same_within)
{
	const double error = sqrt(variance);
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
	struct difference difference;
	if (is_without_chance(a, a_count, b, b_count, &difference))
		return difference;
	struct side one = make_side(a, a_count), other = make_side(b, b_count);
	if (one.why || other.why)
		return (struct difference){.why = one.why ? one.why : other.why};
	widen(&one, &other);
	widen(&other, &one);
	if (!(one.variance + other.variance >
	      0)) /* no run differs from another, nor any replicate */
		return exactly(a->center, b->center, fewest_replicates(a, a_count, b, b_count));
	return by_chance(other.mean - one.mean, one.variance + other.variance,
			 joint_freedom(one.variance, one.freedom, other.variance, other.freedom),
			 a_count > 1 && b_count > 1 ? BETWEEN_MEASURED : BETWEEN_ASSUMED,
			 same_within);
}

struct difference sides_compare_paired(const struct estimate *a, const struct estimate *b,
				       size_t count, double same_within)
{
	struct difference difference;
	if (count < 2)
		return (struct difference){.why = "fewer than 2 rounds have it on both sides"};
	if (is_without_chance(a, count, b, count, &difference))
		return difference;
	const struct side rounds = several_runs(b, a, count);
	if (!(rounds.variance > 0))
		return exactly(a->center, b->center, fewest_replicates(a, count, b, count));
	return by_chance(rounds.mean, rounds.variance, rounds.freedom, BETWEEN_PAIRED, same_within);
}

struct stats_interval sides_interval(const struct estimate *runs, size_t count)
{
	if (is_one_constant(runs, count) || has_zero(runs, count))
		return (struct stats_interval){.center = runs->center};
	const struct side side = make_side(runs, count);
	const double center = exp(side.mean);
	if (side.why)
		return (struct stats_interval){.center = center};
	const double half =
		gsl_cdf_tdist_Pinv(INTERVAL_QUANTILE, side.freedom) * sqrt(side.variance);
	return (struct stats_interval){.center = center,
				       .low = center * exp(-half),
				       .high = center * exp(half),
				       .has_interval = true};
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
