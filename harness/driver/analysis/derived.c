#include "harness/driver/analysis/derived.h"

#include "harness/driver/base/fields.h"
#include "harness/driver/base/forms/json.h"

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
	return !series->twin && series->is_main && strcmp(series->experiment, "tlb_refill") == 0 &&
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

static json_t *interval_json(const struct stats_interval *interval)
{
	if (!interval->has_interval)
		return json_string("unavailable: " STATS_TOO_FEW);
	return json_pack("[f,f]", interval->low, interval->high);
}

static json_t *reach_json(const struct reach *reach)
{
	json_t *result = json_pack("{s:b}", "found", (int)reach->found);
	if (reach->found)
		json_object_set_new(result, "pages", json_real(reach->pages));
	else
		json_object_set_new(result, "why", json_text(reach->why));
	if (isfinite(reach->plateau_ns))
		json_object_set_new(result, "refill_ns", json_real(reach->plateau_ns));
	return result;
}

static json_t *slope_json(const struct slope *slope)
{
	json_t *result = json_pack("{s:s,s:s,s:s,s:I}", "case", slope->case_name, "control",
				   slope->control ? slope->control : "", "metric", slope->metric,
				   "heap_bytes", (json_int_t)slope->heap_bytes);
	if (slope->replicates)
		json_object_update_new(result,
				       json_pack("{s:I,s:f,s:o}", "replicates",
						 (json_int_t)slope->replicates, "ns_per_thread",
						 slope->per_thread.center, "interval",
						 interval_json(&slope->per_thread)));
	else
		json_object_set_new(result, "why", json_text(slope->why));
	return result;
}

json_t *derived_json(const struct derived *derived)
{
	json_t *slopes = json_array(), *switches = json_array(), *counting = json_array();
	for (size_t i = 0; i < derived->slope_count; i++)
		json_array_append_new(slopes, slope_json(&derived->slopes[i]));
	for (size_t i = 0; i < derived->switch_count; i++) {
		const struct switched *entry = &derived->switches[i];
		json_array_append_new(switches,
				      json_pack("{s:I,s:I,s:f,s:o}", "heap_bytes",
						(json_int_t)entry->heap_bytes, "replicates",
						(json_int_t)entry->replicates, "difference_ns",
						entry->difference.center, "interval",
						interval_json(&entry->difference)));
	}
	for (size_t i = 0; i < derived->counting_count; i++) {
		const struct counting_cost *cost = &derived->counting[i];
		json_array_append_new(counting,
				      json_pack("{s:s,s:s,s:b,s:I,s:f}", "experiment",
						cost->experiment, "metric", cost->metric,
						"with_child", (int)cost->with_child, "arms",
						(json_int_t)cost->arms, "ratio", cost->ratio));
	}
	return json_pack("{s:o,s:o,s:o,s:o}", "tlb_reach", reach_json(&derived->reach),
			 "thread_slopes", slopes, "separate_minus_shared", switches, "counting",
			 counting);
}
