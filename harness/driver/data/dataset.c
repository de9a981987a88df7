#include "harness/driver/data/dataset.h"

#include "harness/driver/base/stats.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

const char *series_key(const struct series *series, const char *metric, char key[SERIES_KEY_BYTES])
{
	const char *const texts[] = {series->experiment, series->primitive, series->case_name,
				     series->action, metric};
	char *end = key + snprintf(key, SERIES_KEY_BYTES, "%" PRIu64 " %d", series->heap_bytes,
				   series->aa_control);
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		end = stpcpy(stpcpy(end, "\n"), texts[i]);
	for (enum axis_id axis = 0; axis < AXIS_COUNT; axis++)
		end = stpcpy(stpcpy(end, "\n"), series->level[axis]);
	return key;
}

void *dataset_grow(void *array, size_t count, size_t *capacity, size_t element_bytes)
{
	if (count < *capacity)
		return array;
	size_t wider =
		*capacity ? *capacity * 2 : 4; /* a run of many arms has few replicates of each */
	void *grown = realloc(array, wider * element_bytes);
	if (grown)
		*capacity = wider;
	return grown;
}

struct series *dataset_find(const struct dataset *dataset, const struct series *like,
			    const char *metric)
{
	char key[SERIES_KEY_BYTES];
	const json_t *number = json_object_get(dataset->index, series_key(like, metric, key));
	return number ? &dataset->series[json_integer_value(number)] : NULL;
}

struct columns *dataset_columns(struct dataset *dataset, size_t count, bool with_windows,
				bool with_witnesses, bool with_steps)
{
	const size_t number_count = (1u + with_windows + 2u * with_witnesses + with_steps) * count;
	struct columns *columns = calloc(1, sizeof *columns + number_count * sizeof(double) +
						    2 * count * sizeof(unsigned));
	if (!columns)
		return NULL;
	double *numbers = (void *)(columns + 1);
	unsigned *steps = (void *)(numbers + number_count);
	*columns = (struct columns){
		.next = dataset->columns,
		.count = count,
		.at_us = numbers,
		.window_ns = with_windows ? numbers + count : NULL,
		.contention = with_witnesses ? numbers + (1u + with_windows) * count : NULL,
		.off_cpu_ns = with_witnesses ? numbers + (2u + with_windows) * count : NULL,
		.step_ns = with_steps ? numbers + number_count - count : NULL,
		.rounds = steps,
		.places = steps + count,
	};
	dataset->columns = columns;
	return columns;
}

const char *dataset_failure(const struct dataset *dataset, const char *experiment)
{
	for (size_t i = 0; i < dataset->failed_count; i++)
		if (strcmp(dataset->failed[i].experiment, experiment) == 0)
			return dataset->failed[i].why;
	return NULL;
}

struct series *dataset_series(struct dataset *dataset, const struct series *key)
{
	char text[SERIES_KEY_BYTES];
	struct series *found = dataset_find(dataset, key, key->metric);
	if (found)
		return found;
	struct series *grown = dataset_grow(dataset->series, dataset->series_count,
					    &dataset->series_capacity, sizeof *grown);
	if (!grown)
		return NULL;
	dataset->series = grown;
	if (!dataset->index)
		dataset->index = json_object();
	if (json_object_set_new_nocheck(dataset->index, series_key(key, key->metric, text),
					json_integer((json_int_t)dataset->series_count)) < 0)
		return NULL;
	grown[dataset->series_count] = *key;
	return &grown[dataset->series_count++];
}

void dataset_free(struct dataset *dataset)
{
	for (size_t i = 0; i < dataset->series_count; i++) {
		struct series *series = &dataset->series[i];
		for (size_t b = 0; b < series->block_count; b++)
			free(series->blocks[b].values);
		free(series->blocks);
		free(series->counted);
		free(series->histogram);
	}
	while (dataset->columns) {
		struct columns *columns = dataset->columns;
		dataset->columns = columns->next;
		free(columns);
	}
	free(dataset->series);
	json_decref(dataset->index);
	json_decref(dataset->environment);
	json_decref(dataset->run);
	json_decref(dataset->end);
	*dataset = (struct dataset){0};
}

double *series_values(const struct series *series, size_t *count)
{
	*count = 0;
	for (size_t b = 0; b < series->block_count; b++)
		*count += series->blocks[b].count;
	double *values = *count ? malloc(*count * sizeof *values) : NULL;
	double *at = values;
	for (size_t b = 0; values && b < series->block_count; b++) {
		memcpy(at, series->blocks[b].values, series->blocks[b].count * sizeof *at);
		at += series->blocks[b].count;
	}
	return values;
}

bool series_has_interval(const struct series *series)
{
	return strcmp(series->unit, "ns") == 0 || strcmp(series->unit, "1/s") == 0;
}

double *series_medians(const struct series *series)
{
	double *medians =
		series->block_count ? malloc(series->block_count * sizeof *medians) : NULL;
	for (size_t b = 0; medians && b < series->block_count; b++)
		medians[b] = stats_median(series->blocks[b].values, series->blocks[b].count);
	return medians;
}

static int compare_replicates(const void *wanted, const void *block)
{
	uint64_t a = *(const uint64_t *)wanted, b = ((const struct block *)block)->replicate;
	return (a > b) - (a < b);
}

const struct block *series_block(const struct series *series, uint64_t replicate)
{
	if (!series || !series->block_count)
		return NULL;
	return bsearch(&replicate, series->blocks, series->block_count, sizeof *series->blocks,
		       compare_replicates);
}
