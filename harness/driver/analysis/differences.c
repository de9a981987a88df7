#include "harness/driver/analysis/differences.h"

#include "harness/driver/base/stats.h"

#include <gsl/gsl_fit.h>
#include <math.h>

double differences_median(const struct series *series, uint64_t replicate)
{
	const struct block *block = series_block(series, replicate);
	return block ? stats_median(block->values, block->count) : NAN;
}

size_t differences_each(const struct series *one, const struct series *other,
			double (*combine)(double one, double other),
			double values[DATASET_REPLICATES_MAX])
{
	size_t n = 0;
	for (size_t b = 0; b < one->block_count && n < DATASET_REPLICATES_MAX; b++) {
		uint64_t replicate = one->blocks[b].replicate;
		double value = combine(differences_median(one, replicate),
				       differences_median(other, replicate));
		if (isfinite(value))
			values[n++] = value;
	}
	return n;
}

double differences_minus(double one, double other)
{
	return one - other;
}

double differences_slope(const double *x, const double *y, size_t n)
{
	double slope, variance, squares;
	gsl_fit_mul(x, 1, y, 1, n, &slope, &variance, &squares);
	return slope;
}
