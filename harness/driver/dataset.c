#include "harness/driver/dataset.h"

#include "harness/driver/stats.h"
#include "harness/driver/version.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Where in the file we are, for messages. */
struct reader {
	struct dataset *dataset;
	const char *folder;
	size_t line;
	json_int_t seed; /* of the last cell line: a replicate has one of its own */
	struct problem *problem;
};

static enum outcome malformed(const struct reader *reader, const char *what)
{
	return fail(reader->problem,
		    "cannot read %s/samples.jsonl, line %zu: %s; was it edited? see "
		    "docs/RESULTS-FORMAT.md",
		    reader->folder, reader->line, what);
}

static bool copy_text(const json_t *object, const char *key, char *text, size_t text_bytes)
{
	const char *value = json_string_value(json_object_get(object, key));
	return value && wire_copy(text, text_bytes, value);
}

#define COPY(object, key, field) copy_text(object, key, field, sizeof(field))

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

/* Room for one more element; doubles the array. */
static void *grow(void *array, size_t count, size_t *capacity, size_t element_bytes)
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
	size_t *next = index ? grow(index->next, number, &index->capacity, sizeof *next) : NULL;
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

/* Finds the series of `key`, or adds it. */
static struct series *series_for(struct dataset *dataset, const struct series *key)
{
	const struct series *found = dataset_find(dataset, key, key->metric);
	if (found)
		return &dataset->series[found - dataset->series];
	struct series *grown = grow(dataset->series, dataset->series_count,
				    &dataset->series_capacity, sizeof *grown);
	if (!grown)
		return NULL;
	dataset->series = grown;
	grown[dataset->series_count] = *key;
	if (!index_add(dataset, dataset->series_count))
		return NULL;
	return &grown[dataset->series_count++];
}

/* The columns of a pass, side by side. */
struct columns {
	const json_t *round, *place, *at_us, *values, *window_ns;
	size_t count;
};

static enum outcome add_block(struct reader *reader, struct series *series,
			      const struct columns *columns, uint64_t replicate, double began_s)
{
	struct block *grown =
		grow(series->blocks, series->block_count, &series->block_capacity, sizeof *grown);
	if (!grown)
		return malformed(reader, "out of memory");
	series->blocks = grown;
	struct block *block = &grown[series->block_count++];
	*block = (struct block){
		.replicate = replicate,
		.began_s = began_s,
		.count = columns->count,
		.values = calloc(columns->count, sizeof *block->values),
		.rounds = calloc(columns->count, sizeof *block->rounds),
		.places = calloc(columns->count, sizeof *block->places),
		.at_us = calloc(columns->count, sizeof *block->at_us),
		.window_ns = columns->window_ns ? calloc(columns->count, sizeof *block->window_ns)
						: NULL,
	};
	if ((columns->window_ns && !block->window_ns) || !block->values || !block->rounds ||
	    !block->places || !block->at_us)
		return malformed(reader, "out of memory");
	for (size_t i = 0; i < columns->count; i++) {
		const json_t *value = json_array_get(columns->values, i);
		if (!json_is_number(value) || !isfinite(json_number_value(value)))
			return malformed(reader, "a value is not a number");
		block->values[i] = json_number_value(value);
		block->rounds[i] = (unsigned)json_integer_value(json_array_get(columns->round, i));
		block->places[i] = (unsigned)json_integer_value(json_array_get(columns->place, i));
		block->at_us[i] = json_number_value(json_array_get(columns->at_us, i));
		if (block->window_ns)
			block->window_ns[i] =
				json_number_value(json_array_get(columns->window_ns, i));
	}
	return OUTCOME_OK;
}

/* The columns of a pass that go with `values`. */
static enum outcome set_columns(struct reader *reader, const json_t *samples, const json_t *values,
				struct columns *columns)
{
	*columns = (struct columns){
		.round = json_object_get(samples, "round"),
		.place = json_object_get(samples, "place"),
		.at_us = json_object_get(samples, "at_us"),
		.values = values,
		.window_ns = json_object_get(samples, "window_ns"),
		.count = json_array_size(values),
	};
	if (json_array_size(columns->round) == columns->count &&
	    json_array_size(columns->place) == columns->count &&
	    json_array_size(columns->at_us) == columns->count &&
	    (!columns->window_ns || json_array_size(columns->window_ns) == columns->count) &&
	    columns->count > 0)
		return OUTCOME_OK;
	return malformed(reader, "the columns of a pass differ in length");
}

/* The metric's column in whichever pass has it. Counted passes are no source of times. */
static enum outcome find_columns(struct reader *reader, json_t *passes, const char *metric,
				 struct columns *columns)
{
	const char *pass;
	json_t *samples;
	*columns = (struct columns){0};
	json_object_foreach(passes, pass, samples)
	{
		const json_t *values = json_object_get(json_object_get(samples, "metrics"), metric);
		if (values && !json_object_get(samples, "counts") &&
		    set_columns(reader, samples, values, columns))
			return OUTCOME_FAILED;
	}
	return OUTCOME_OK;
}

static const json_t *experiment_of(const struct dataset *dataset, const char *experiment)
{
	size_t i;
	json_t *entry;
	json_array_foreach(json_object_get(dataset->run, "experiments"), i, entry)
	{
		const char *name = json_string_value(json_object_get(entry, "name"));
		if (name && strcmp(name, experiment) == 0)
			return entry;
	}
	return NULL;
}

/* Where one arm's values go, in one cell of one replicate. */
struct arm_place {
	struct series key;
	uint64_t replicate;
	double began_s;
};

static enum outcome add_values(struct reader *reader, const struct arm_place *place,
			       const struct columns *columns)
{
	struct series *series = series_for(reader->dataset, &place->key);
	if (!series)
		return malformed(reader, "out of memory");
	if (!columns->values)
		return OUTCOME_OK;
	*series->missing = '\0'; /* of a replicate that lacked what this one has */
	return add_block(reader, series, columns, place->replicate, place->began_s);
}

/* One counter of an arm: its column in the pass that counted it, or the reason why there is none. */
static enum outcome read_counter(struct reader *reader, const json_t *counter, json_t *passes,
				 struct arm_place *place)
{
	const char *pass;
	json_t *samples;
	struct columns columns = {0};
	if (!COPY(counter, "name", place->key.metric))
		return malformed(reader, "a counter has no or too long a name");
	if (!COPY(counter, "missing", place->key.missing))
		wire_copy(place->key.missing, sizeof place->key.missing,
			  "the arm's counted pass did not run");
	json_object_foreach(passes, pass, samples)
	{
		const json_t *counts =
			json_object_get(json_object_get(samples, "counts"), place->key.metric);
		if (json_is_string(counts))
			wire_copy(place->key.missing, sizeof place->key.missing,
				  json_string_value(counts));
		else if (counts && set_columns(reader, samples, counts, &columns))
			return OUTCOME_FAILED;
	}
	return add_values(reader, place, &columns);
}

static enum outcome read_counters(struct reader *reader, const json_t *experiment, json_t *passes,
				  struct arm_place *place)
{
	const json_t *counters = json_object_get(reader->dataset->run, "counters");
	bool children = json_is_true(json_object_get(experiment, "counts_children"));
	wire_copy(place->key.unit, sizeof place->key.unit, "count");
	place->key.is_main = false;
	place->key.is_counter = true;
	for (size_t i = 0; i < json_array_size(counters); i++) {
		const json_t *counter = json_array_get(counters, i);
		if (json_is_true(json_object_get(counter, "with_child")) && !children)
			continue;
		if (read_counter(reader, counter, passes, place))
			return OUTCOME_FAILED;
	}
	return OUTCOME_OK;
}

/* Whether a counted pass counted children as well: all counters of a pass are alike in that. */
static bool counts_with_child(const struct reader *reader, const json_t *counts)
{
	const json_t *counters = json_object_get(reader->dataset->run, "counters");
	for (size_t i = 0; i < json_array_size(counters); i++) {
		const json_t *counter = json_array_get(counters, i);
		const char *name = json_string_value(json_object_get(counter, "name"));
		if (name && json_object_get(counts, name))
			return json_is_true(json_object_get(counter, "with_child"));
	}
	return false;
}

static enum outcome add_counted(struct reader *reader, struct series *series, const json_t *values,
				uint64_t replicate, bool with_child)
{
	size_t count = json_array_size(values);
	double *copy = count ? malloc(count * sizeof *copy) : NULL;
	struct counted *grown = grow(series->counted, series->counted_count,
				     &series->counted_capacity, sizeof *grown);
	if (grown)
		series->counted = grown;
	if (!copy || !grown) {
		free(copy);
		return malformed(reader, count ? "out of memory" : "a counted pass has no values");
	}
	for (size_t i = 0; i < count; i++)
		copy[i] = json_number_value(json_array_get(values, i));
	grown[series->counted_count++] =
		(struct counted){replicate, with_child, stats_median(copy, count)};
	free(copy);
	return OUTCOME_OK;
}

/* What the metrics came to in the counted passes, where a plain pass gives them as well. */
static enum outcome read_counted_times(struct reader *reader, json_t *passes,
				       const struct arm_place *place)
{
	const char *pass, *metric;
	json_t *samples, *values;
	json_object_foreach(passes, pass, samples)
	{
		const json_t *counts = json_object_get(samples, "counts");
		json_t *metrics = counts ? json_object_get(samples, "metrics") : NULL;
		json_object_foreach(metrics, metric, values)
		{
			const struct series *found =
				dataset_find(reader->dataset, &place->key, metric);
			if (!found || !found->block_count)
				continue;
			if (add_counted(reader,
					&reader->dataset->series[found - reader->dataset->series],
					values, place->replicate,
					counts_with_child(reader, counts)))
				return OUTCOME_FAILED;
		}
	}
	return OUTCOME_OK;
}

static enum outcome read_histogram(struct reader *reader, const json_t *histogram,
				   const struct arm_place *place)
{
	const char *metric = json_string_value(json_object_get(histogram, "metric"));
	const json_t *buckets = json_object_get(histogram, "buckets");
	if (!metric ||
	    json_integer_value(json_object_get(histogram, "per_octave")) != HISTOGRAM_PER_OCTAVE)
		return malformed(reader, "a histogram of another kind");
	const struct series *found = dataset_find(reader->dataset, &place->key, metric);
	if (!found)
		return malformed(reader, "a histogram is of no metric");
	struct series *series = &reader->dataset->series[found - reader->dataset->series];
	if (!series->histogram)
		series->histogram = calloc(HISTOGRAM_BUCKETS, sizeof *series->histogram);
	if (!series->histogram)
		return malformed(reader, "out of memory");
	for (size_t i = 0; i < json_array_size(buckets); i++) {
		const json_t *pair = json_array_get(buckets, i);
		json_int_t bucket = json_integer_value(json_array_get(pair, 0));
		json_int_t count = json_integer_value(json_array_get(pair, 1));
		if (bucket < 0 || bucket >= HISTOGRAM_BUCKETS || count < 0)
			return malformed(reader, "a histogram's bucket is out of range");
		series->histogram[bucket] += (uint32_t)count;
	}
	return OUTCOME_OK;
}

/* The metrics that the experiment itself names. */
static enum outcome read_metrics(struct reader *reader, const json_t *metrics, const json_t *arm,
				 struct arm_place *place)
{
	json_t *passes = json_object_get(arm, "passes");
	bool has_main = false;
	for (size_t m = 0; m < json_array_size(metrics); m++) {
		const json_t *metric = json_array_get(metrics, m);
		struct columns columns;
		if (!COPY(metric, "name", place->key.metric) ||
		    !COPY(metric, "unit", place->key.unit))
			return malformed(reader, "a metric has no or too long names");
		if (find_columns(reader, passes, place->key.metric, &columns))
			return OUTCOME_FAILED;
		*place->key.missing = '\0';
		if (!columns.values &&
		    !COPY(json_object_get(arm, "missing"), place->key.metric, place->key.missing))
			return malformed(reader, "a metric has neither values nor a reason");
		place->key.is_main = columns.values && !has_main;
		has_main = has_main || columns.values;
		if (add_values(reader, place, &columns))
			return OUTCOME_FAILED;
	}
	return OUTCOME_OK;
}

static enum outcome read_arm(struct reader *reader, const json_t *line, const json_t *arm,
			     const struct series *levels)
{
	struct arm_place place = {
		.key = *levels,
		.replicate = (uint64_t)json_integer_value(json_object_get(line, "replicate")),
		.began_s = json_number_value(json_object_get(line, "began_s")),
	};
	struct series *key = &place.key;
	if (!COPY(arm, "experiment", key->experiment) || !COPY(arm, "primitive", key->primitive) ||
	    !COPY(arm, "action", key->action) || !COPY(arm, "case", key->case_name))
		return malformed(reader, "an arm has no or too long names");
	key->twin = json_is_true(json_object_get(arm, "twin"));
	const json_t *experiment = experiment_of(reader->dataset, key->experiment);
	const json_t *metrics = json_object_get(experiment, "metrics");
	if (!json_is_array(metrics))
		return malformed(reader,
				 "an arm is of an experiment that the run line does not name");
	if (read_metrics(reader, metrics, arm, &place))
		return OUTCOME_FAILED;
	const json_t *histogram = json_object_get(arm, "histogram");
	if (histogram && read_histogram(reader, histogram, &place))
		return OUTCOME_FAILED;
	bool counted = json_is_true(json_object_get(line, "counted")) &&
		       json_is_true(json_object_get(experiment, "countable"));
	json_t *passes = json_object_get(arm, "passes");
	if (counted && read_counted_times(reader, passes, &place))
		return OUTCOME_FAILED;
	return counted ? read_counters(reader, experiment, passes, &place) : OUTCOME_OK;
}

static enum outcome read_cell(struct reader *reader, const json_t *line)
{
	struct series key = {0};
	struct dataset *dataset = reader->dataset;
	const json_t *heap = json_object_get(line, "heap_bytes"), *arm;
	const json_t *worker = json_object_get(line, "worker");
	if (!dataset->run)
		return malformed(reader, "a cell comes before the run line");
	if (!json_is_integer(heap) || json_integer_value(heap) < 0 ||
	    !json_is_integer(json_object_get(line, "replicate")) ||
	    !COPY(line, "page_kind", key.page_kind) || !COPY(line, "state", key.state) ||
	    !COPY(line, "cache", key.cache) || !COPY(line, "child_cpu", key.child_cpu) ||
	    !COPY(line, "touch_order", key.touch_order) || !COPY(line, "threads", key.threads))
		return malformed(reader, "a cell has no or too long levels");
	key.heap_bytes = (uint64_t)json_integer_value(heap);
	/* Steal is known per replicate and stands in each of its cells. */
	json_int_t seed = json_integer_value(json_object_get(line, "seed"));
	if (seed != reader->seed)
		dataset->steal_ticks += json_number_value(json_object_get(worker, "steal_ticks"));
	reader->seed = seed;
	dataset->involuntary_switches +=
		json_number_value(json_object_get(worker, "involuntary_switches"));
	uint64_t mappings = (uint64_t)json_integer_value(json_object_get(worker, "mappings"));
	if (key.heap_bytes == 0 && (dataset->mappings_min == 0 || mappings < dataset->mappings_min))
		dataset->mappings_min = mappings;
	size_t i;
	const json_t *arms = json_object_get(line, "arms");
	for (i = 0; i < json_array_size(arms); i++) {
		arm = json_array_get(arms, i);
		if (read_arm(reader, line, arm, &key))
			return OUTCOME_FAILED;
	}
	return OUTCOME_OK;
}

static void read_failure(struct dataset *dataset, const json_t *line)
{
	struct dataset_failure failure = {.why = ""};
	if (!COPY(line, "why", failure.why))
		wire_copy(failure.why, sizeof failure.why, "no reason given");
	if (dataset->failure_count++ == 0)
		wire_copy(dataset->first_failure, sizeof dataset->first_failure, failure.why);
	if (COPY(line, "experiment", failure.experiment) &&
	    !dataset_failure(dataset, failure.experiment) &&
	    dataset->failed_count < WIRE_EXPERIMENTS_MAX)
		dataset->failed[dataset->failed_count++] = failure;
}

static enum outcome read_line(struct reader *reader, json_t *line)
{
	struct dataset *dataset = reader->dataset;
	const char *type = json_string_value(json_object_get(line, "type"));
	if (!type)
		return malformed(reader, "it has no type");
	if (strcmp(type, "run") == 0) {
		if (dataset->run)
			return malformed(reader, "a second run line");
		if (json_integer_value(json_object_get(line, "format")) != FORKCOST_FORMAT)
			return malformed(reader,
					 "the format is another one than this version reads");
		dataset->run = json_incref(line);
		return OUTCOME_OK;
	}
	if (strcmp(type, "cell") == 0)
		return read_cell(reader, line);
	if (strcmp(type, "failure") == 0) {
		read_failure(dataset, line);
		return OUTCOME_OK;
	}
	if (strcmp(type, "end") == 0) {
		json_decref(dataset->end);
		dataset->end = json_incref(line);
		return OUTCOME_OK;
	}
	return malformed(reader, "its type is not known");
}

static enum outcome read_samples(struct reader *reader, FILE *file)
{
	char *text = NULL;
	size_t capacity = 0;
	ssize_t length;
	enum outcome outcome = OUTCOME_OK;
	while (!outcome && (length = getline(&text, &capacity, file)) > 0) {
		json_error_t error;
		reader->line++;
		if (text[length - 1] != '\n') {
			snprintf(reader->dataset->warning, sizeof reader->dataset->warning,
				 "the last line of %s/samples.jsonl was cut off and is dropped",
				 reader->folder);
			break;
		}
		json_t *line = json_loadb(text, (size_t)length, JSON_REJECT_DUPLICATES, &error);
		outcome = line ? read_line(reader, line) : malformed(reader, "it is not JSON");
		json_decref(line);
	}
	free(text);
	return outcome;
}

enum outcome dataset_read(struct dataset *dataset, const char *folder, struct problem *problem)
{
	char path[WIRE_PATH_MAX + 160];
	json_error_t error;
	*dataset = (struct dataset){0};
	struct reader reader = {dataset, folder, 0, -1, problem};
	snprintf(path, sizeof path, "%s/samples.jsonl", folder);
	FILE *file = fopen(path, "re");
	if (!file)
		return fail(problem,
			    "cannot open %s: %s; give the folder of a run, as results/latest", path,
			    strerror(errno));
	enum outcome outcome = read_samples(&reader, file);
	fclose(file);
	if (!outcome && !dataset->run)
		outcome = fail(problem,
			       "cannot use %s: it has no run line; give the folder of a run", path);
	snprintf(path, sizeof path, "%s/environment.json", folder);
	if (!outcome && !(dataset->environment = json_load_file(path, 0, &error)))
		outcome = fail(problem, "cannot read %s: %s; give the folder of a run", path,
			       error.text);
	if (outcome)
		dataset_free(dataset);
	return outcome;
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
