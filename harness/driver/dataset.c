#include "harness/driver/dataset.h"

#include "harness/driver/dataset_reader.h"
#include "harness/driver/stats.h"

#include <stdlib.h>
#include <string.h>

static bool same_place(const struct series *a, const struct series *b)
{
	return a->heap_bytes == b->heap_bytes && a->twin == b->twin &&
	       strcmp(a->experiment, b->experiment) == 0 &&
	       strcmp(a->primitive, b->primitive) == 0 && strcmp(a->case_name, b->case_name) == 0 &&
	       strcmp(a->action, b->action) == 0 && strcmp(a->page_kind, b->page_kind) == 0 &&
	       strcmp(a->state, b->state) == 0 && strcmp(a->cache, b->cache) == 0 &&
	       strcmp(a->child_cpu, b->child_cpu) == 0 &&
	       strcmp(a->touch_order, b->touch_order) == 0 && strcmp(a->threads, b->threads) == 0;
}

/* A run has some ten thousand series and looks each of them up for every line: a hash table. Chains
 * run through `next`, by number, since the array of series moves as it grows. */
enum { INDEX_BUCKETS = 1 << 14 };

struct series_index {
	size_t first[INDEX_BUCKETS]; /* 1 + the number of a series; 0: none */
	size_t *next;
	size_t capacity;
};

static uint64_t hash_text(uint64_t hash, const char *text)
{
	while (*text) /* FNV-1a */
		hash = (hash ^ (unsigned char)*text++) * UINT64_C(0x100000001b3);
	return (hash ^ 0xff) * UINT64_C(0x100000001b3);
}

static size_t hash_of(const struct series *series, const char *metric)
{
	const char *const texts[] = {series->experiment,
				     series->primitive,
				     series->case_name,
				     series->action,
				     series->page_kind,
				     series->state,
				     series->cache,
				     series->child_cpu,
				     series->touch_order,
				     series->threads,
				     metric};
	uint64_t hash = UINT64_C(0xcbf29ce484222325) ^ series->heap_bytes ^ series->twin;
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		hash = hash_text(hash, texts[i]);
	return hash % INDEX_BUCKETS;
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

static bool index_add(struct dataset *dataset, size_t number)
{
	if (!dataset->index)
		dataset->index = calloc(1, sizeof *dataset->index);
	struct series_index *index = dataset->index;
	size_t *next =
		index ? dataset_grow(index->next, number, &index->capacity, sizeof *next) : NULL;
	if (!next)
		return false;
	const struct series *series = &dataset->series[number];
	size_t *first = &index->first[hash_of(series, series->metric)];
	index->next = next;
	next[number] = *first;
	*first = number + 1;
	return true;
}

const struct series *dataset_find(const struct dataset *dataset, const struct series *like,
				  const char *metric)
{
	if (!dataset->index)
		return NULL;
	const struct series_index *index = dataset->index;
	for (size_t at = index->first[hash_of(like, metric)]; at; at = index->next[at - 1])
		if (same_place(&dataset->series[at - 1], like) &&
		    strcmp(dataset->series[at - 1].metric, metric) == 0)
			return &dataset->series[at - 1];
	return NULL;
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
		for (size_t b = 0; b < series->block_count; b++) {
			free(series->blocks[b].values);
			free(series->blocks[b].rounds);
			free(series->blocks[b].places);
			free(series->blocks[b].at_us);
			free(series->blocks[b].window_ns);
		}
		free(series->blocks);
		free(series->counted);
		free(series->histogram);
	}
	if (dataset->index)
		free(dataset->index->next);
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
