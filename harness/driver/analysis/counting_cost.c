#include "harness/driver/analysis/counting_cost.h"

#include "harness/driver/analysis/differences.h"
#include "harness/driver/base/stats.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The median over a series' counted passes of counted over plain; NAN if it has none of this kind. */
static double ratio_of(const struct series *series, bool with_child)
{
	double *ratios = calloc(series->counted_count + 1, sizeof *ratios), result = NAN;
	size_t n = 0;
	for (size_t i = 0; ratios && i < series->counted_count; i++) {
		const struct counted *counted = &series->counted[i];
		double ratio = counted->median / differences_median(series, counted->replicate);
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

static bool is_done(const struct counting_cost *costs, size_t count, const char *experiment)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(costs[i].experiment, experiment) == 0)
			return true;
	return false;
}

size_t counting_costs(const struct dataset *dataset, struct counting_cost costs[COUNTING_COSTS_MAX])
{
	size_t count = 0;
	for (size_t i = 0; i < dataset->series_count && count + 2 <= COUNTING_COSTS_MAX; i++) {
		const struct series *series = &dataset->series[i];
		if (!series->counted_count || !series->is_main || strcmp(series->unit, "ns") != 0 ||
		    is_done(costs, count, series->experiment))
			continue;
		for (unsigned with_child = 0; with_child < 2; with_child++) {
			struct counting_cost cost = make_cost(dataset, series, with_child);
			if (cost.arms)
				costs[count++] = cost;
		}
	}
	return count;
}
