#include "harness/driver/base/stats.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_math.h>
#include <gsl/gsl_sort.h>
#include <gsl/gsl_statistics_double.h>
#include <stdlib.h>
#include <string.h>

/* A sorted copy; the caller frees it. Running out of memory on some kilobytes is not survivable. */
static double *sorted_copy(const double *values, size_t n)
{
	double *copy = malloc(n * sizeof *copy);
	if (!copy)
		abort();
	memcpy(copy, values, n * sizeof *copy);
	gsl_sort(copy, 1, n);
	return copy;
}

double stats_quantile(const double *values, size_t n, double q)
{
	double *sorted = sorted_copy(values, n);
	double result = gsl_stats_quantile_from_sorted_data(sorted, 1, n, q);
	free(sorted);
	return result;
}

double stats_median(const double *values, size_t n)
{
	return stats_quantile(values, n, 0.5);
}

struct stats_summary stats_summarize(const double *values, size_t n)
{
	double *sorted = sorted_copy(values, n);
	struct stats_summary summary = {
		.min = sorted[0],
		.p5 = gsl_stats_quantile_from_sorted_data(sorted, 1, n, 0.05),
		.p50 = gsl_stats_quantile_from_sorted_data(sorted, 1, n, 0.5),
		.p95 = gsl_stats_quantile_from_sorted_data(sorted, 1, n, 0.95),
		.p99 = gsl_stats_quantile_from_sorted_data(sorted, 1, n, 0.99),
		.max = sorted[n - 1],
	};
	for (size_t i = 0; i < n; i++)
		sorted[i] = fabs(sorted[i] - summary.p50);
	summary.mad = stats_median(sorted, n);
	free(sorted);
	return summary;
}

double stats_half_width(double sd, size_t n)
{
	return gsl_cdf_tdist_Pinv(0.975, (double)n - 1) * sd / sqrt((double)n);
}

/* Student's t on a copy of values or, if they are above zero, on their logs: the mean, and 95 % around it. */
static struct stats_interval t_interval(const double *unsorted, size_t n, bool logs)
{
	double *values = sorted_copy(unsorted, n), half = 0;
	bool has_interval = n >= STATS_INTERVAL_VALUES_MIN;
	logs = logs && values[0] > 0;
	for (size_t i = 0; logs && i < n; i++)
		values[i] = log(values[i]);
	double mean = gsl_stats_mean(values, 1, n);
	if (has_interval)
		half = stats_half_width(gsl_stats_sd_m(values, 1, n, mean), n);
	free(values);
	if (logs)
		return (struct stats_interval){exp(mean), exp(mean - half), exp(mean + half),
					       has_interval};
	return (struct stats_interval){mean, mean - half, mean + half, has_interval};
}

struct stats_interval stats_difference_interval(const double *differences, size_t n)
{
	return t_interval(differences, n, false);
}

struct stats_interval stats_interval(const double *replicate_medians, size_t n)
{
	return t_interval(replicate_medians, n, true);
}

/* What is left of the logs of arms' medians once each arm's mean is taken out. */
struct residuals {
	size_t arms, n;
	double *left; /* [arm * n + replicate] */
	double *mean, *variance;
};

static void take_residuals(struct residuals *residuals, const double *const *medians,
			   const size_t *chosen)
{
	size_t n = residuals->n;
	for (size_t k = 0; k < residuals->arms; k++) {
		double *left = &residuals->left[k * n];
		for (size_t i = 0; i < n; i++)
			left[i] = log(medians[chosen[k]][i]);
		residuals->mean[k] = gsl_stats_mean(left, 1, n);
		residuals->variance[k] = gsl_stats_variance_m(left, 1, n, residuals->mean[k]);
		for (size_t i = 0; i < n; i++)
			left[i] -= residuals->mean[k];
	}
}

/* By what factor the variance of a mean grows, because replicates resemble those before. */
static double growth_by_correlation(const struct residuals *residuals)
{
	const double most = 0.8;
	double sum = 0, n = (double)residuals->n;
	size_t counted = 0;
	for (size_t k = 0; k < residuals->arms; k++) {
		const double *left = &residuals->left[k * residuals->n];
		double lagged = 0;
		for (size_t i = 1; i < residuals->n; i++)
			lagged += left[i] * left[i - 1];
		if (residuals->variance[k] <= 0)
			continue;
		sum += lagged / (residuals->variance[k] * (n - 1));
		counted++;
	}
	double r = counted ? sum / (double)counted + 1 / n : 0;
	r = GSL_MIN(GSL_MAX(r, 0), most);
	return (1 + r) / (1 - r);
}

/* Box's degrees of freedom of the arms' mean variance. Of replicates by replicates: the trace of the squared
 * product is the same, and there may be thousands of arms. */
static double joint_freedom(const struct residuals *residuals)
{
	size_t n = residuals->n;
	double trace = 0, squares = 0;
	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j < n; j++) {
			double sum = 0;
			for (size_t k = 0; k < residuals->arms; k++)
				sum += residuals->left[k * n + i] * residuals->left[k * n + j];
			squares += sum * sum;
			trace += i == j ? sum : 0;
		}
	return squares > 0 ? ((double)n - 1) * trace * trace / squares : (double)n - 1;
}

/* Of the prior: as many degrees of freedom as a variance has that scatters as the arms' true ones do. */
static double prior_freedom(const struct residuals *residuals, double mean_variance)
{
	const double most = 1000;
	double free = (double)residuals->n - 1;
	if (residuals->arms < 2 || mean_variance <= 0)
		return 0;
	double seen = gsl_stats_variance_m(residuals->variance, 1, residuals->arms, mean_variance) /
		      (mean_variance * mean_variance);
	double squared = (seen - 2 / free) / (1 + 2 / free);
	return squared > 2 / most ? 2 / squared : most;
}

static void intervals_of(const struct residuals *residuals, const size_t *chosen,
			 struct stats_interval *intervals)
{
	double n = (double)residuals->n, free = n - 1;
	double mean_variance = gsl_stats_mean(residuals->variance, 1, residuals->arms);
	bool few = residuals->n < STATS_PRECISION_VALUES_MIN;
	double prior = few ? prior_freedom(residuals, mean_variance) : 0;
	double freedom = few ? GSL_MIN(free + prior, joint_freedom(residuals)) : free;
	double growth = growth_by_correlation(residuals);
	for (size_t k = 0; k < residuals->arms; k++) {
		double mean = residuals->mean[k], own = residuals->variance[k];
		double drawn = (free * own + prior * mean_variance) / (free + prior);
		double half = gsl_cdf_tdist_Pinv(0.975, GSL_MAX(freedom, free)) *
			      sqrt(GSL_MAX(own, drawn) * growth / n);
		intervals[chosen[k]] = (struct stats_interval){exp(mean), exp(mean - half),
							       exp(mean + half), true};
	}
}

void stats_intervals(const double *const *medians, size_t arms, size_t n,
		     struct stats_interval *intervals)
{
	struct residuals residuals = {.n = n, .left = malloc((arms * n + 1) * sizeof(double))};
	residuals.mean = malloc((arms + 1) * sizeof(double));
	residuals.variance = malloc((arms + 1) * sizeof(double));
	size_t *chosen = calloc(arms + 1, sizeof *chosen);
	if (!residuals.left || !residuals.mean || !residuals.variance || !chosen)
		abort();
	for (size_t k = 0; k < arms; k++) {
		intervals[k] = stats_interval(medians[k], n);
		if (intervals[k].has_interval && gsl_stats_min(medians[k], 1, n) > 0)
			chosen[residuals.arms++] = k;
	}
	if (residuals.arms) {
		take_residuals(&residuals, medians, chosen);
		intervals_of(&residuals, chosen, intervals);
	}
	free(chosen);
	free(residuals.variance);
	free(residuals.mean);
	free(residuals.left);
}

double stats_relative_half_width(const struct stats_interval *interval)
{
	double width = interval->high - interval->low;
	if (!interval->has_interval)
		return INFINITY;
	if (width <= 0)
		return 0;
	return interval->center > 0 ? width / 2 / interval->center : INFINITY;
}

enum stats_width stats_width(const struct stats_interval *interval)
{
	const double half = stats_relative_half_width(interval);
	if (!interval->has_interval)
		return STATS_NO_WIDTH;
	if (half > STATS_CITABLE_HALF_WIDTH)
		return STATS_TOO_WIDE;
	return half > 0.1 ? STATS_WIDE : STATS_NARROW;
}

enum { GRID = 256 };

/* Modes nearer than 5 % are one: the clock's steps and drift between replicates look like that. */
static const double STATS_MODES_APART = 0.05;

/* The density at a point counts the samples about it: two outliers side by side are no mode. */
static const double STATS_MODES_PEAK_MIN = 3;

/* `logs` rise, and so do the points of the grid: what lies too far below one lies too far below the next. */
static void density_on_grid(const double *logs, size_t n, double low, double step, double bandwidth,
			    double density[GRID])
{
	size_t from = 0;
	for (int g = 0; g < GRID; g++) {
		double at = low + g * step, sum = 0;
		while (from < n && (logs[from] - at) / bandwidth <= -6)
			from++;
		for (size_t i = from; i < n; i++) {
			double z = (logs[i] - at) / bandwidth;
			if (z >= 6)
				break;
			sum += exp(-z * z / 2);
		}
		density[g] = sum;
	}
}

size_t stats_modes(const double *values, size_t n, double modes[STATS_MODES_MAX])
{
	if (n < STATS_MODES_SAMPLES_MIN)
		return 0;
	double *logs = sorted_copy(values, n);
	size_t found = 0;
	if (logs[0] > 0) {
		for (size_t i = 0; i < n; i++)
			logs[i] = log(logs[i]);
		double sd = gsl_stats_sd(logs, 1, n);
		double iqr = gsl_stats_quantile_from_sorted_data(logs, 1, n, 0.75) -
			     gsl_stats_quantile_from_sorted_data(logs, 1, n, 0.25);
		double spread = GSL_MIN(sd, iqr / 1.34);
		double bandwidth = 0.9 * spread * pow((double)n, -0.2);
		/* Outliers would stretch the grid until a mode falls between two of its points. */
		double low = gsl_stats_quantile_from_sorted_data(logs, 1, n, 0.02);
		double high = gsl_stats_quantile_from_sorted_data(logs, 1, n, 0.98);
		double step = (high - low) / (GRID - 1), density[GRID], highest = 0;
		bandwidth = GSL_MAX(bandwidth, step);
		if (step > 0) {
			density_on_grid(logs, n, low, step, bandwidth, density);
			for (int g = 0; g < GRID; g++)
				highest = GSL_MAX(highest, density[g]);
			double valley = 0, last = 0;
			for (int g = 0; g < GRID; g++) {
				bool peak =
					density[g] >= GSL_MAX(highest / 10, STATS_MODES_PEAK_MIN) &&
					(g == 0 || density[g] > density[g - 1]) &&
					(g == GRID - 1 || density[g] >= density[g + 1]);
				valley = GSL_MIN(valley, density[g]);
				if (!peak)
					continue;
				bool near = found && low + g * step - log(modes[found - 1]) <
							     STATS_MODES_APART;
				if (near || (found && valley >= GSL_MIN(last, density[g]) / 2)) {
					/* The same mode as the last: keep the higher place. */
					if (density[g] <= last)
						continue;
					found--;
				}
				if (found == STATS_MODES_MAX)
					break;
				modes[found++] = exp(low + g * step);
				last = valley = density[g];
			}
		}
	}
	free(logs);
	return found;
}
