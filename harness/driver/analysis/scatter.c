#include "harness/driver/analysis/scatter.h"

#include "harness/driver/base/stats.h"
#include "harness/driver/data/dataset.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_statistics_double.h>
#include <math.h>
#include <stdlib.h>

/* Shares that differ by less say nothing of times. */
static const double RANGE_TOLD = 0.1;

/* Shares and logs of medians of the replicates that have both; how many. */
static size_t collect(const struct series *series, double *shares, double *logs)
{
	size_t count = 0;
	for (size_t b = 0; b < series->block_count; b++) {
		const struct block *block = &series->blocks[b];
		double median = stats_median(block->values, block->count);
		shares[count] = block->worker_facts.frames_scattered_ppm / 1e6;
		logs[count] = log(median);
		if (!isnan(shares[count]))
			count++;
	}
	return count;
}

static double explained(const double *shares, const double *logs, size_t n, double range)
{
	for (size_t i = 0; i < n; i++)
		if (!isfinite(logs[i]))
			return NAN;
	if (n < STATS_INTERVAL_VALUES_MIN || range < RANGE_TOLD)
		return NAN;
	double r = gsl_stats_correlation(shares, 1, logs, 1, n);
	double t = gsl_cdf_tdist_Pinv(0.975, (double)n - 2);
	return r > t / sqrt(t * t + (double)n - 2) ? r * r : NAN;
}

bool scatter_make(struct scatter *scatter, const struct series *series)
{
	double *shares = calloc(2 * series->block_count + 2, sizeof *shares);
	double *logs = shares ? shares + series->block_count + 1 : NULL;
	size_t n = shares && series->heap_bytes ? collect(series, shares, logs) : 0;
	if (n) {
		scatter->median = stats_median(shares, n);
		scatter->low = gsl_stats_min(shares, 1, n);
		scatter->high = gsl_stats_max(shares, 1, n);
		scatter->explained = explained(shares, logs, n, scatter->high - scatter->low);
	}
	free(shares);
	return n != 0;
}
