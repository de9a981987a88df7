#include "harness/driver/dataset_reader.h"

#include "harness/driver/stats.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum outcome dataset_malformed(const struct reader *reader, const char *what)
{
	return fail(reader->problem,
		    "cannot read %s/samples.jsonl, line %zu: %s; was it edited? see "
		    "docs/RESULTS-FORMAT.md",
		    reader->folder, reader->line, what);
}

/* The columns of a pass, side by side. */
struct columns {
	const json_t *round, *place, *at_us, *values, *window_ns;
	size_t count;
};

static enum outcome add_block(struct reader *reader, struct series *series,
			      const struct columns *columns, uint64_t replicate, double began_s)
{
	struct block *grown = dataset_grow(series->blocks, series->block_count,
					   &series->block_capacity, sizeof *grown);
	if (!grown)
		return dataset_malformed(reader, "out of memory");
	series->blocks = grown;
	struct block *block = &grown[series->block_count++];
	*block = (struct block){
		.replicate = replicate,
		.began_s = began_s,
		.count = columns->count,
		.witness = reader->witness,
		.values = calloc(columns->count, sizeof *block->values),
		.rounds = calloc(columns->count, sizeof *block->rounds),
		.places = calloc(columns->count, sizeof *block->places),
		.at_us = calloc(columns->count, sizeof *block->at_us),
		.window_ns = columns->window_ns ? calloc(columns->count, sizeof *block->window_ns)
						: NULL,
	};
	if ((columns->window_ns && !block->window_ns) || !block->values || !block->rounds ||
	    !block->places || !block->at_us)
		return dataset_malformed(reader, "out of memory");
	for (size_t i = 0; i < columns->count; i++) {
		const json_t *value = json_array_get(columns->values, i);
		if (!json_is_number(value) || !isfinite(json_number_value(value)))
			return dataset_malformed(reader, "a value is not a number");
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
	return dataset_malformed(reader, "the columns of a pass differ in length");
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
	struct series *series = dataset_series(reader->dataset, &place->key);
	if (!series)
		return dataset_malformed(reader, "out of memory");
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
		return dataset_malformed(reader, "a counter has no or too long a name");
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
	struct counted *grown = dataset_grow(series->counted, series->counted_count,
					     &series->counted_capacity, sizeof *grown);
	if (grown)
		series->counted = grown;
	if (!copy || !grown) {
		free(copy);
		return dataset_malformed(reader,
					 count ? "out of memory" : "a counted pass has no values");
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
		return dataset_malformed(reader, "a histogram of another kind");
	const struct series *found = dataset_find(reader->dataset, &place->key, metric);
	if (!found)
		return dataset_malformed(reader, "a histogram is of no metric");
	struct series *series = &reader->dataset->series[found - reader->dataset->series];
	if (!series->histogram)
		series->histogram = calloc(HISTOGRAM_BUCKETS, sizeof *series->histogram);
	if (!series->histogram)
		return dataset_malformed(reader, "out of memory");
	for (size_t i = 0; i < json_array_size(buckets); i++) {
		const json_t *pair = json_array_get(buckets, i);
		json_int_t bucket = json_integer_value(json_array_get(pair, 0));
		json_int_t count = json_integer_value(json_array_get(pair, 1));
		if (bucket < 0 || bucket >= HISTOGRAM_BUCKETS || count < 0)
			return dataset_malformed(reader, "a histogram's bucket is out of range");
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
			return dataset_malformed(reader, "a metric has no or too long names");
		if (find_columns(reader, passes, place->key.metric, &columns))
			return OUTCOME_FAILED;
		*place->key.missing = '\0';
		if (!columns.values &&
		    !COPY(json_object_get(arm, "missing"), place->key.metric, place->key.missing))
			return dataset_malformed(reader,
						 "a metric has neither values nor a reason");
		place->key.is_main = columns.values && !has_main;
		has_main = has_main || columns.values;
		if (add_values(reader, place, &columns))
			return OUTCOME_FAILED;
	}
	return OUTCOME_OK;
}

enum outcome dataset_read_arm(struct reader *reader, const json_t *line, const json_t *arm,
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
		return dataset_malformed(reader, "an arm has no or too long names");
	key->twin = json_is_true(json_object_get(arm, "twin"));
	const json_t *experiment = experiment_of(reader->dataset, key->experiment);
	const json_t *metrics = json_object_get(experiment, "metrics");
	if (!json_is_array(metrics))
		return dataset_malformed(
			reader, "an arm is of an experiment that the run line does not name");
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
