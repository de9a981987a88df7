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
