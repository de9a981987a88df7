#include "harness/driver/analysis/derived.h"

#include "harness/driver/base/fields.h"

#include <gsl/gsl_sort.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SIZES_MAX = 64, PAGE_BYTES = 4096 };

static double center_of(const struct series *series)
{
	double *medians = series ? series_medians(series) : NULL, center = NAN;
	if (medians)
		center = stats_interval(medians, series->block_count).center;
	free(medians);
	return center;
}

static bool is_warm_read(const struct series *series)
{
	return !series->aa_control && series->is_main &&
	       strcmp(series->experiment, "tlb_refill") == 0 &&
	       strcmp(series->case_name, "warm") == 0 &&
	       strcmp(series->level[AXIS_PAGE_KIND], "4k") == 0;
}

static struct reach find_reach(const struct dataset *dataset)
{
	double pages[SIZES_MAX], refill_ns[SIZES_MAX];
	size_t n = 0, fewest = SIZE_MAX;
	for (size_t i = 0; i < dataset->series_count && n < SIZES_MAX; i++) {
		const struct series *warm = &dataset->series[i];
		struct series key = *warm;
		if (!is_warm_read(warm))
			continue;
		wire_copy(key.case_name, sizeof key.case_name, "after_flush");
		const struct series *flushed = dataset_find(dataset, &key, warm->metric);
		double refill = center_of(flushed) - center_of(warm);
		if (!isfinite(refill))
			continue;
		fewest = warm->block_count < fewest ? warm->block_count : fewest;
		fewest = flushed->block_count < fewest ? flushed->block_count : fewest;
		const double count = center_of(dataset_find(dataset, warm, "pages"));
		pages[n] = count > 0 ? count : (double)warm->heap_bytes / PAGE_BYTES;
		refill_ns[n++] = refill;
	}
	gsl_sort2(pages, 1, refill_ns, 1, n);
	const json_t *clock = json_object_get(dataset->environment, "clock");
	double resolution_ns = 0;
	fields_number(json_object_get(clock, "resolution_ns"), &resolution_ns);
	/* The difference of two medians of few processes falls to its half anywhere, by chance. */
	if (n && fewest < STATS_INTERVAL_VALUES_MIN)
		return (struct reach){.plateau_ns = NAN,
				      .why = "unavailable: " STATS_TOO_FEW " of some size"};
	return reach_find(pages, refill_ns, n, resolution_ns);
}

void derived_make(struct derived *derived, const struct dataset *dataset)
{
	*derived = (struct derived){.reach = find_reach(dataset)};
	derived->slope_count = differences_shootdown(dataset, derived->slopes);
	derived->switch_count = differences_switch(dataset, derived->switches);
	derived->counting_count = counting_costs(dataset, derived->counting);
}

const char *derived_counting_text(const struct derived *derived, const char *experiment,
				  bool with_child, char *text, size_t text_bytes)
{
	*text = '\0';
	for (size_t i = 0; i < derived->counting_count; i++) {
		const struct counting_cost *cost = &derived->counting[i];
		if (strcmp(cost->experiment, experiment) == 0 && cost->with_child == with_child)
			snprintf(text, text_bytes, "counting changed %s by %+.1f %%", cost->metric,
				 (cost->ratio - 1) * 100);
	}
	return text;
}
