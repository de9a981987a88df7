#include "harness/driver/base/stats.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_math.h>
#include <gsl/gsl_sort.h>
#include <gsl/gsl_statistics_double.h>
#include <stdlib.h>
#include <string.h>

void stats_sort(double *values, size_t n)
{
	for (size_t i = 1; i < n; i++)
		if (values[i - 1] > values[i]) {
			gsl_sort(values, 1, n);
			return;
		}
}

/* A sorted copy; the caller frees it. Running out of memory on some kilobytes is not survivable. */
static double *sorted_copy(const double *values, size_t n)
{
	double *copy = malloc(n * sizeof *copy);
	if (!copy)
		abort();
	memcpy(copy, values, n * sizeof *copy);
	stats_sort(copy, n);
	return copy;
}

/* As GSL's from sorted data, without sorting all of it. */
double stats_quantile(const double *values, size_t n, double q)
{
	const double place = q * (double)(n - 1);
	const size_t below = (size_t)place;
	const double part = place - (double)below;
	double *copy = malloc(n * sizeof *copy);
	if (!copy)
		abort();
	memcpy(copy, values, n * sizeof *copy);
	double result = gsl_stats_select(copy, 1, n, below);
	if (below + 1 < n)
		result = (1 - part) * result +
			 part * gsl_stats_min(copy + below + 1, 1, n - below - 1);
	free(copy);
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

/* Where values lie: the mean of those that are kept, and what scatters. */
struct location {
	double center;
	double low,
		high; /* the least and the largest kept; all others count as these where it is about scatter */
	double scatter;  /* the variance of the values, those taken for these */
	double variance; /* n times that of the centre: without any trimmed, the values' variance */
	double freedom;
};

static struct location locate(const double *sorted, size_t n)
{
	const size_t cut = n < STATS_PRECISION_VALUES_MIN ? 0 : (size_t)(STATS_TRIMMED * (double)n);
	const double kept = (double)(n - 2 * cut), all = (double)n, ends = (double)cut;
	struct location location = {.center = gsl_stats_mean(sorted + cut, 1, n - 2 * cut),
				    .low = sorted[cut],
				    .high = sorted[n - 1 - cut],
				    .freedom = kept - 1};
	const double mean = (kept * location.center + ends * (location.low + location.high)) / all;
	double squares = ends * (gsl_pow_2(location.low - mean) + gsl_pow_2(location.high - mean));
	for (size_t i = cut; i < n - cut; i++)
		squares += gsl_pow_2(sorted[i] - mean);
	location.scatter = squares / (all - 1);
	location.variance = squares / (kept - 1) * all / kept;
	return location;
}

/* Student's t on a copy of values or, if they are above zero, on their logs: where they lie, and 95 % around it. */
static struct stats_interval t_interval(const double *unsorted, size_t n, bool logs)
{
	double *values = sorted_copy(unsorted, n), half = 0, error = 0, freedom = 0;
	bool has_interval = n >= STATS_INTERVAL_VALUES_MIN;
	logs = logs && values[0] > 0;
	for (size_t i = 0; logs && i < n; i++)
		values[i] = log(values[i]);
	const struct location location = locate(values, n);
	const double center = location.center;
	if (has_interval) {
		error = sqrt(location.variance / (double)n);
		freedom = location.freedom;
		half = gsl_cdf_tdist_Pinv(0.975, freedom) * error;
	}
	free(values);
	if (logs)
		return (struct stats_interval){exp(center),         exp(center - half),
					       exp(center + half),  has_interval,
					       error * exp(center), freedom};
	return (struct stats_interval){center,       center - half, center + half,
				       has_interval, error,         freedom};
}

struct stats_interval stats_difference_interval(const double *differences, size_t n)
{
	return t_interval(differences, n, false);
}

struct stats_interval stats_interval(const double *replicate_medians, size_t n)
{
	return t_interval(replicate_medians, n, true);
}

struct stats_interval stats_quotient(const struct stats_interval *one,
				     const struct stats_interval *other)
{
	const double center = one->center / other->center;
	const double wide =
		exp(hypot(log(one->high / one->center), log(other->high / other->center)));
	return (struct stats_interval){center, center / wide, center * wide,
				       .has_interval = one->has_interval && other->has_interval};
}

/* What is left of the logs of arms' medians, the extreme ones taken for the last kept, once each arm's mean is taken
 * out. */
struct residuals {
	size_t arms, n;
	double *left; /* [arm * n + replicate]; 0 where it was missing */
	struct arm {
		double count, pairs; /* replicates that it has; those that follow one that it has */
		struct location at;
	} * arm;
};

/* How many replicates an arm has; their medians, one after the other, in `present`. */
static size_t compact(const double *medians, size_t n, double *present)
{
	size_t count = 0;
	for (size_t i = 0; i < n; i++)
		if (!isnan(medians[i]))
			present[count++] = medians[i];
	return count;
}

/* `present`: room for n values. */
static void take_residuals(struct residuals *residuals, const double *const *medians,
			   const size_t *chosen, double *present)
{
	size_t n = residuals->n;
	for (size_t k = 0; k < residuals->arms; k++) {
		const double *of_arm = medians[chosen[k]];
		double *left = &residuals->left[k * n];
		size_t count = compact(of_arm, n, present);
		for (size_t i = 0; i < count; i++)
			present[i] = log(present[i]);
		stats_sort(present, count);
		const struct location at = locate(present, count);
		double mean = 0, pairs = 0;
		for (size_t i = 0; i < n; i++) {
			left[i] = isnan(of_arm[i])
					  ? 0
					  : GSL_MIN(GSL_MAX(log(of_arm[i]), at.low), at.high);
			mean += left[i] / (double)count;
			pairs += i > 0 && !isnan(of_arm[i] + of_arm[i - 1]);
		}
		for (size_t i = 0; i < n; i++)
			left[i] -= isnan(of_arm[i]) ? 0 : mean;
		residuals->arm[k] = (struct arm){.count = (double)count, .pairs = pairs, .at = at};
	}
}

/* By what factor the variance of a mean grows, because replicates resemble those before. */
static double growth_by_correlation(const struct residuals *residuals)
{
	const double most = 0.8;
	double sum = 0, counted = 0;
	for (size_t k = 0; k < residuals->arms; k++) {
		const double *left = &residuals->left[k * residuals->n];
		const struct arm *arm = &residuals->arm[k];
		double lagged = 0;
		for (size_t i = 1; i < residuals->n; i++)
			lagged += left[i] * left[i - 1];
		if (arm->at.scatter <= 0 || arm->pairs <= 0)
			continue;
		sum += lagged / (arm->at.scatter * arm->pairs) + 1 / arm->count;
		counted++;
	}
	double r = counted > 0 ? GSL_MIN(GSL_MAX(sum / counted, 0), most) : 0;
	return (1 + r) / (1 - r);
}

/* Box's degrees of freedom of the arms' mean variance, of which each has so many. The trace of the squared product is
 * the same of arms by arms and of replicates by replicates: there may be a thousand of either. */
static double joint_freedom(const struct residuals *residuals, double free)
{
	const bool by_arm = residuals->arms < residuals->n;
	const size_t rows = by_arm ? residuals->arms : residuals->n;
	const size_t columns = by_arm ? residuals->n : residuals->arms;
	const size_t row = by_arm ? residuals->n : 1, column = by_arm ? 1 : residuals->n;
	double trace = 0, squares = 0;
	for (size_t i = 0; i < rows; i++)
		for (size_t j = 0; j < rows; j++) {
			double sum = 0;
			for (size_t k = 0; k < columns; k++)
				sum += residuals->left[i * row + k * column] *
				       residuals->left[j * row + k * column];
			squares += sum * sum;
			trace += i == j ? sum : 0;
		}
	return squares > 0 ? free * trace * trace / squares : free;
}

/* Of the prior: as many degrees of freedom as a variance has that scatters as the arms' true ones do. */
static double prior_freedom(const struct residuals *residuals, double mean_variance, double free)
{
	const double most = 1000;
	double squares = 0;
	if (residuals->arms < 2 || mean_variance <= 0)
		return 0;
	for (size_t k = 0; k < residuals->arms; k++)
		squares += gsl_pow_2(residuals->arm[k].at.variance - mean_variance);
	double seen = squares / ((double)residuals->arms - 1) / (mean_variance * mean_variance);
	double squared = (seen - 2 / free) / (1 + 2 / free);
	return squared > 2 / most ? 2 / squared : most;
}

static void intervals_of(const struct residuals *residuals, const size_t *chosen,
			 struct stats_interval *intervals)
{
	double mean_variance = 0, mean_free = 0, arms = (double)residuals->arms;
	bool any_few = false;
	for (size_t k = 0; k < residuals->arms; k++) {
		mean_variance += residuals->arm[k].at.variance / arms;
		mean_free += residuals->arm[k].at.freedom / arms;
		any_few = any_few || residuals->arm[k].count < STATS_PRECISION_VALUES_MIN;
	}
	double all_prior = any_few ? prior_freedom(residuals, mean_variance, mean_free) : 0;
	double joint = any_few ? joint_freedom(residuals, mean_free) : 0;
	double growth = growth_by_correlation(residuals);
	for (size_t k = 0; k < residuals->arms; k++) {
		const struct arm *arm = &residuals->arm[k];
		const struct location *at = &arm->at;
		double free = at->freedom;
		bool few = arm->count < STATS_PRECISION_VALUES_MIN;
		double prior = few ? all_prior : 0;
		double freedom = few ? GSL_MIN(free + prior, joint) : free;
		double drawn = (free * at->variance + prior * mean_variance) / (free + prior);
		/* As many as the replicates count for; but five of them are trusted to be five. */
		freedom = GSL_MAX(freedom, free) / growth;
		freedom = GSL_MAX(freedom, STATS_INTERVAL_VALUES_MIN - 1);
		double error = sqrt(GSL_MAX(at->variance, drawn) * growth / arm->count);
		double half = gsl_cdf_tdist_Pinv(0.975, freedom) * error;
		intervals[chosen[k]] =
			(struct stats_interval){exp(at->center),         exp(at->center - half),
						exp(at->center + half),  true,
						error * exp(at->center), freedom};
	}
}

void stats_intervals(const double *const *medians, size_t arms, size_t n,
		     struct stats_interval *intervals)
{
	struct residuals residuals = {.n = n, .left = malloc((arms * n + 1) * sizeof(double))};
	residuals.arm = malloc((arms + 1) * sizeof *residuals.arm);
	size_t *chosen = calloc(arms + 1, sizeof *chosen);
	double *present = malloc((n + 1) * sizeof *present);
	if (!residuals.left || !residuals.arm || !chosen || !present)
		abort();
	for (size_t k = 0; k < arms; k++) {
		size_t count = compact(medians[k], n, present);
		intervals[k] = (struct stats_interval){.center = NAN};
		if (count)
			intervals[k] = stats_interval(present, count);
		if (intervals[k].has_interval && gsl_stats_min(present, 1, count) > 0)
			chosen[residuals.arms++] = k;
	}
	if (residuals.arms) {
		take_residuals(&residuals, medians, chosen, present);
		intervals_of(&residuals, chosen, intervals);
	}
	free(present);
	free(chosen);
	free(residuals.arm);
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

const char *stats_width_mark(enum stats_width width)
{
	return width == STATS_WIDE ? "~" : width == STATS_TOO_WIDE ? "?" : "";
}

enum { GRID = 256 };

/* Modes nearer than 5 % are one: the clock's steps and drift between replicates look like that. */
static const double STATS_MODES_APART = 0.05;

/* The density at a point counts the samples about it: two outliers side by side are no mode. */
static const double STATS_MODES_PEAK_MIN = 3;

/* A kernel's height at the next point of the grid is that at the last times a factor, which shrinks by another factor that is
 * always the same. So each value takes three exponentials, and not one for each point within six bandwidths. */
static void density_on_grid(const double *logs, size_t n, double low, double step, double bandwidth,
			    double density[GRID])
{
	const double stride = step / bandwidth, shrinks = exp(-stride * stride);
	memset(density, 0, GRID * sizeof *density);
	for (size_t i = 0; i < n; i++) {
		const double first = floor((logs[i] - low) / step - 6 / stride) + 1;
		const int from = first > 0 ? (int)GSL_MIN(first, GRID) : 0;
		double z = (low + from * step - logs[i]) / bandwidth;
		double height = exp(-z * z / 2), factor = exp(-z * stride - stride * stride / 2);
		for (int g = from; g < GRID && z < 6; g++) {
			density[g] += height;
			height *= factor;
			factor *= shrinks;
			z += stride;
		}
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
