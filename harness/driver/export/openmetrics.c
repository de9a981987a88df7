/* OpenMetrics text, as Prometheus scrapes it from a file: each row's estimate, and the ends of its interval where it has
 * one. Times are in seconds, as that form wants. */
#include "harness/driver/base/forms/openmetrics.h"
#include "harness/driver/export/export.h"

#include <inttypes.h>
#include <string.h>

static const struct family {
	const char *name, *unit;
	const char *of; /* the unit of its rows; NULL: all others */
	double scale;
	const char *help;
} families[] = {
	{"forkcost_time_seconds", "seconds", "ns", 1e-9,
	 "What starting a process costs; median over replicates, or the low or high end of its 95 "
	 "% "
	 "interval"},
	{"forkcost_value", NULL, NULL, 1,
	 "Counts and what else is not a time, in the unit that the label gives; as for times"},
};

static bool belongs(const struct family *family, const char *unit)
{
	return (strcmp(unit, families[0].of) == 0) == (family->of != NULL);
}

static void put(FILE *file, const struct family *family, const struct row *row, const char *stat,
		double value)
{
	const struct series *series = row->series;
	char heap[24];
	snprintf(heap, sizeof heap, "%" PRIu64, series->heap_bytes);
	openmetrics_sample(file, family->name);
	openmetrics_label(file, true, "stat", stat);
	openmetrics_label(file, false, "experiment", series->experiment);
	openmetrics_label(file, false, "primitive", series->primitive);
	openmetrics_label(file, false, "action", series->action);
	openmetrics_label(file, false, "case", series->case_name);
	openmetrics_label(file, false, "heap_bytes", heap);
	for (enum axis_id axis = 0; axis < AXIS_COUNT; axis++)
		if (*series->level[axis])
			openmetrics_label(file, false, axes[axis].name, series->level[axis]);
	openmetrics_label(file, false, "metric", series->metric);
	if (!family->of)
		openmetrics_label(file, false, "in", series->unit);
	openmetrics_value(file, value * family->scale);
}

static enum outcome write(FILE *file, const struct summary *summary, const char *experiment,
			  struct problem *problem)
{
	(void)problem;
	for (size_t f = 0; f < sizeof families / sizeof *families; f++) {
		const struct family *family = &families[f];
		openmetrics_family(file, family->name, family->unit, family->help);
		for (size_t i = 0; i < summary->row_count; i++) {
			const struct row *row = &summary->rows[i];
			if (!export_takes(row, experiment) || !belongs(family, row->series->unit))
				continue;
			put(file, family, row, "estimate", row->interval.center);
			if (!row->interval.has_interval)
				continue;
			put(file, family, row, "ci_low", row->interval.low);
			put(file, family, row, "ci_high", row->interval.high);
		}
	}
	openmetrics_end(file);
	return OUTCOME_OK;
}

EXPORT(openmetrics, .name = "openmetrics",
       .summary = "text for Prometheus: estimates and intervals", .write = write);
