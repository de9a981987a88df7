#include "harness/driver/analysis/counting_cost.h"

#include "harness/driver/analysis/differences.h"
#include "harness/driver/base/stats.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* What a counted pass is held against: plain passes of the same replicate, as older runs have them, else of
 * all replicates. */
static double plain_median(const struct series *series, uint64_t replicate)
{
	double median = differences_median(series, replicate);
	double *medians = isfinite(median) ? NULL : series_medians(series);
	if (medians)
		median = stats_median(medians, series->block_count);
	free(medians);
	return median;
}

/* The median over a series' counted passes of counted over plain; NAN if it has none of this kind. */
static double ratio_of(const struct series *series, bool with_child)
{
	double *ratios = calloc(series->counted_count + 1, sizeof *ratios), result = NAN;
	size_t n = 0;
	for (size_t i = 0; ratios && i < series->counted_count; i++) {
		const struct counted *counted = &series->counted[i];
		double ratio = counted->median / plain_median(series, counted->replicate);
		if (counted->with_child == with_child && isfinite(ratio))
			ratios[n++] = ratio;
	}
	if (n)
		result = stats_median(ratios, n);
	free(ratios);
	return result;
}

/* The median over the arms and cells of the same experiment and metric as `first`. */
static struct counting_cost make_cost(const struct dataset *dataset, const struct series *first,
				      bool with_child)
{
	struct counting_cost cost = {first->experiment, first->metric, with_child, 0, NAN};
	double *ratios = calloc(dataset->series_count, sizeof *ratios);
	for (size_t i = 0; ratios && i < dataset->series_count; i++) {
		const struct series *series = &dataset->series[i];
		if (strcmp(series->experiment, first->experiment) != 0 ||
		    strcmp(series->metric, first->metric) != 0 || series->aa_control)
			continue;
		double ratio = ratio_of(series, with_child);
		if (isfinite(ratio))
			ratios[cost.arms++] = ratio;
	}
	if (cost.arms)
		cost.ratio = stats_median(ratios, cost.arms);
	free(ratios);
	return cost;
}

const struct counting_cost *counting_cost_find(const struct counting_costs *all,
					       const char *experiment, bool with_child)
{
	for (size_t i = 0; i < all->count; i++)
		if (strcmp(all->costs[i].experiment, experiment) == 0 &&
		    all->costs[i].with_child == with_child)
			return &all->costs[i];
	return NULL;
}

void counting_costs_make(struct counting_costs *all, const struct dataset *dataset)
{
	all->count = 0;
	for (size_t i = 0; i < dataset->series_count && all->count + 2 <= COUNTING_COSTS_MAX; i++) {
		const struct series *series = &dataset->series[i];
		if (!series->counted_count || !series->is_main || strcmp(series->unit, "ns") != 0 ||
		    counting_cost_find(all, series->experiment, false) ||
		    counting_cost_find(all, series->experiment, true))
			continue;
		for (unsigned with_child = 0; with_child < 2; with_child++) {
			struct counting_cost cost = make_cost(dataset, series, with_child);
			if (cost.arms)
				all->costs[all->count++] = cost;
		}
	}
}
