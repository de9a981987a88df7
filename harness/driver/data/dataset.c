#include "harness/driver/data/dataset.h"

#include "harness/driver/base/stats.h"
#include "harness/driver/data/dataset_reader.h"

#include <stdlib.h>
#include <string.h>

static bool same_place(const struct series *a, const struct series *b)
{
	bool same = a->heap_bytes == b->heap_bytes && a->aa_control == b->aa_control &&
		    strcmp(a->experiment, b->experiment) == 0 &&
		    strcmp(a->primitive, b->primitive) == 0 &&
		    strcmp(a->case_name, b->case_name) == 0 && strcmp(a->action, b->action) == 0;
	for (enum axis_id axis = 0; same && axis < AXIS_COUNT; axis++)
		same = strcmp(a->level[axis], b->level[axis]) == 0;
	return same;
}

/* A run has some ten thousand series and looks each of them up for every line: a hash table, with at least
 * as many chains as series. Chains run through `next`, by number, since the array of series moves as it
 * grows. */
struct series_index {
	size_t *first; /* 1 + the number of a series; 0: none */
	size_t *next;
	size_t chains; /* a power of two */
};

static uint64_t hash_text(uint64_t hash, const char *text)
{
	while (*text) /* FNV-1a */
		hash = (hash ^ (unsigned char)*text++) * UINT64_C(0x100000001b3);
	return (hash ^ 0xff) * UINT64_C(0x100000001b3);
}

static uint64_t hash_of(const struct series *series, const char *metric)
{
	const char *const texts[] = {series->experiment, series->primitive, series->case_name,
				     series->action, metric};
	uint64_t hash = UINT64_C(0xcbf29ce484222325) ^ series->heap_bytes ^ series->aa_control;
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		hash = hash_text(hash, texts[i]);
	for (enum axis_id axis = 0; axis < AXIS_COUNT; axis++)
		hash = hash_text(hash, series->level[axis]);
	return hash;
}

void *dataset_grow(void *array, size_t count, size_t *capacity, size_t element_bytes)
{
	if (count < *capacity)
		return array;
	size_t wider = *capacity ? *capacity * 2 : 16;
	void *grown = realloc(array, wider * element_bytes);
	if (grown)
		*capacity = wider;
	return grown;
}

static void index_link(struct series_index *index, const struct series *series, size_t number)
{
	size_t *first = &index->first[series[number].hash & (index->chains - 1)];
	index->next[number] = *first;
	*first = number + 1;
}

/* Twice as many chains, with all of `count` series in them. */
static bool index_widen(struct series_index *index, const struct series *series, size_t count)
{
	size_t chains = index->chains ? 2 * index->chains : 1024;
	size_t *first = calloc(chains, sizeof *first);
	size_t *next = realloc(index->next, chains * sizeof *next);
	index->next = next ? next : index->next;
	if (!first || !next) {
		free(first);
		return false;
	}
	free(index->first);
	index->first = first;
	index->chains = chains;
	for (size_t i = 0; i < count; i++)
		index_link(index, series, i);
	return true;
}

static bool index_add(struct dataset *dataset, size_t number)
{
	if (!dataset->index)
		dataset->index = calloc(1, sizeof *dataset->index);
	struct series_index *index = dataset->index;
	if (!index || (number >= index->chains && !index_widen(index, dataset->series, number)))
		return false;
	dataset->series[number].hash =
		hash_of(&dataset->series[number], dataset->series[number].metric);
	index_link(index, dataset->series, number);
	return true;
}

const struct series *dataset_find(const struct dataset *dataset, const struct series *like,
				  const char *metric)
{
	const struct series_index *index = dataset->index;
	if (!index || !index->chains)
		return NULL;
	uint64_t hash = hash_of(like, metric);
	for (size_t at = index->first[hash & (index->chains - 1)]; at; at = index->next[at - 1])
		if (dataset->series[at - 1].hash == hash &&
		    same_place(&dataset->series[at - 1], like) &&
		    strcmp(dataset->series[at - 1].metric, metric) == 0)
			return &dataset->series[at - 1];
	return NULL;
}

struct columns *dataset_columns(struct dataset *dataset, size_t count, bool with_windows)
{
	struct columns *columns = calloc(1, sizeof *columns);
	double *numbers = calloc(count, (with_windows ? 2 : 1) * sizeof *numbers);
	unsigned *steps = calloc(count, 2 * sizeof *steps);
	if (!columns || !numbers || !steps) {
		free(columns);
		free(numbers);
		free(steps);
		return NULL;
	}
	*columns = (struct columns){
		.next = dataset->columns,
		.count = count,
		.at_us = numbers,
		.window_ns = with_windows ? numbers + count : NULL,
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
	const struct series *found = dataset_find(dataset, key, key->metric);
	if (found)
		return &dataset->series[found - dataset->series];
	struct series *grown = dataset_grow(dataset->series, dataset->series_count,
					    &dataset->series_capacity, sizeof *grown);
	if (!grown)
		return NULL;
	dataset->series = grown;
	grown[dataset->series_count] = *key;
	if (!index_add(dataset, dataset->series_count))
		return NULL;
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
		free(columns->at_us);
		free(columns->rounds);
		free(columns);
	}
	if (dataset->index) {
		free(dataset->index->first);
		free(dataset->index->next);
	}
	free(dataset->index);
	free(dataset->series);
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

double *series_medians(const struct series *series)
{
	double *medians =
		series->block_count ? malloc(series->block_count * sizeof *medians) : NULL;
	for (size_t b = 0; medians && b < series->block_count; b++)
		medians[b] = stats_median(series->blocks[b].values, series->blocks[b].count);
	return medians;
}

const struct block *series_block(const struct series *series, uint64_t replicate)
{
	size_t low = 0, high = series ? series->block_count : 0;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (series->blocks[middle].replicate == replicate)
			return &series->blocks[middle];
		if (series->blocks[middle].replicate < replicate)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}
