#include "harness/driver/export/export.h"

#include "harness/driver/analysis/differences.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

extern const struct export_format *const __start_forkcost_exports[];
extern const struct export_format *const __stop_forkcost_exports[];

const struct export_format *export_at(size_t index)
{
	return index < (size_t)(__stop_forkcost_exports - __start_forkcost_exports)
		       ? __start_forkcost_exports[index]
		       : NULL;
}

const struct export_format *export_find(const char *name)
{
	const struct export_format *format;
	for (size_t i = 0; (format = export_at(i)); i++)
		if (strcmp(format->name, name) == 0)
			return format;
	return NULL;
}

bool export_takes(const struct row *row, const char *experiment)
{
	return row->count && !row->series->aa_control &&
	       (!experiment || strcmp(row->series->experiment, experiment) == 0);
}

const char *export_name(const struct row *row, char text[EXPORT_NAME_MAX])
{
	const struct series *series = row->series;
	const char *const parts[] = {series->experiment, series->primitive, series->action,
				     series->case_name};
	size_t at = 0;
	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
		if (*parts[i])
			at += (size_t)snprintf(text + at, EXPORT_NAME_MAX - at, "%s/", parts[i]);
	at += (size_t)snprintf(text + at, EXPORT_NAME_MAX - at, "heap_bytes:%" PRIu64 "/",
			       series->heap_bytes);
	for (enum axis_id axis = 0; axis < AXIS_COUNT; axis++) {
		const char *level = series->level[axis];
		if (*level && strcmp(level, axis_plain_name(&axes[axis])) != 0 &&
		    at < EXPORT_NAME_MAX)
			at += (size_t)snprintf(text + at, EXPORT_NAME_MAX - at, "%s:%s/",
					       axes[axis].name, level);
	}
	if (at < EXPORT_NAME_MAX)
		snprintf(text + at, EXPORT_NAME_MAX - at, "%s", series->metric);
	return text;
}

size_t export_replicates(const struct row *row, double values[DATASET_REPLICATES_MAX],
			 size_t samples[DATASET_REPLICATES_MAX])
{
	const struct series *series = &row->undisturbed.series;
	size_t n = 0;
	for (size_t b = 0; b < series->block_count && n < DATASET_REPLICATES_MAX; b++) {
		double median = differences_median(series, series->blocks[b].replicate);
		if (!isfinite(median))
			continue;
		if (samples)
			samples[n] = series->blocks[b].count;
		values[n++] = median;
	}
	return n;
}
