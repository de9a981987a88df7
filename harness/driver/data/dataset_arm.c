#include "harness/driver/data/dataset_reader.h"

#include "harness/driver/base/stats.h"

#include <stdlib.h>
#include <string.h>

enum outcome dataset_malformed(const struct reader *reader, const char *what)
{
	return samples_malformed(reader->samples, what, reader->problem);
}

/* Adds a list's entries to an object by their names. */
static enum outcome index_by_name(const struct reader *reader, const json_t *list, json_t *index)
{
	for (size_t i = 0; i < json_array_size(list); i++) {
		json_t *entry = json_array_get(list, i);
		char name[COUNTER_NAME_MAX];
		if (!COPY(entry, "name", name))
			return dataset_malformed(
				reader,
				"an experiment or a counter has no name, or one that is too long");
		if (json_object_get(index, name))
			return dataset_malformed(reader,
						 "two experiments or counters have the same name");
		if (json_object_set(index, name, entry) < 0)
			return dataset_malformed(reader, "out of memory");
	}
	return OUTCOME_OK;
}

enum outcome dataset_index_run(struct reader *reader)
{
	const json_t *run = reader->dataset->run;
	reader->experiments = json_object();
	reader->counters = json_object();
	if (index_by_name(reader, json_object_get(run, "experiments"), reader->experiments))
		return OUTCOME_FAILED;
	return index_by_name(reader, json_object_get(run, "counters"), reader->counters);
}

void dataset_reader_free(struct reader *reader)
{
	json_decref(reader->experiments);
	json_decref(reader->counters);
	reader->experiments = reader->counters = NULL;
}

/* ---- an arm's passes ---- */

/* One pass of an arm. Its columns are read when the first of its values are. */
struct arm_pass {
	const json_t *samples;
	struct columns *columns;
};

/* An arm's passes, and in which of them, by number, each metric and counter is. */
struct passes {
	struct arm_pass *list;
	size_t count, capacity;
	json_t *metrics, *counts;
};

static void passes_free(struct passes *passes)
{
	free(passes->list);
	json_decref(passes->metrics);
	json_decref(passes->counts);
}

static enum outcome name_all(const struct reader *reader, const json_t *values, size_t pass,
			     json_t *index)
{
	const char *name;
	json_t *column;
	json_object_foreach((json_t *)values, name, column)
	{
		if (json_object_get(index, name))
			return dataset_malformed(reader, "a metric or a counter is in two passes");
		if (json_object_set_new(index, name, json_integer((json_int_t)pass)) < 0)
			return dataset_malformed(reader, "out of memory");
	}
	return OUTCOME_OK;
}

/* Metrics of counted passes are no source of times and are left out. */
static enum outcome find_passes(const struct reader *reader, json_t *described,
				struct passes *passes)
{
	const char *name;
	json_t *samples;
	*passes = (struct passes){.metrics = json_object(), .counts = json_object()};
	json_object_foreach(described, name, samples)
	{
		struct arm_pass *grown =
			dataset_grow(passes->list, passes->count, &passes->capacity, sizeof *grown);
		if (!grown)
			return dataset_malformed(reader, "out of memory");
		const json_t *counts = json_object_get(samples, "counts");
		passes->list = grown;
		grown[passes->count] = (struct arm_pass){.samples = samples};
		if (name_all(reader, counts ? counts : json_object_get(samples, "metrics"),
			     passes->count++, counts ? passes->counts : passes->metrics))
			return OUTCOME_FAILED;
	}
	return OUTCOME_OK;
}

/* The values of a metric or, with `counted`, of a counter, and the pass that has them; NULL if none does. */
static const json_t *values_of(const struct passes *passes, bool counted, const char *name,
			       struct arm_pass **pass)
{
	const json_t *number = json_object_get(counted ? passes->counts : passes->metrics, name);
	*pass = number ? &passes->list[json_integer_value(number)] : NULL;
	return *pass ? json_object_get(
			       json_object_get((*pass)->samples, counted ? "counts" : "metrics"),
			       name)
		     : NULL;
}

/* Rounds and places cross the wire in 16 bits; so do they here. */
static bool read_columns(const json_t *samples, struct columns *columns)
{
	const json_t *round = json_object_get(samples, "round");
	const json_t *place = json_object_get(samples, "place");
	const json_t *at_us = json_object_get(samples, "at_us");
	const json_t *window_ns = json_object_get(samples, "window_ns");
	for (size_t i = 0; i < columns->count; i++) {
		uint64_t of_round, of_place;
		if (!fields_count(json_array_get(round, i), UINT16_MAX, &of_round) ||
		    !fields_count(json_array_get(place, i), UINT16_MAX, &of_place) ||
		    !fields_number(json_array_get(at_us, i), &columns->at_us[i]) ||
		    (window_ns &&
		     !fields_number(json_array_get(window_ns, i), &columns->window_ns[i])))
			return false;
		columns->rounds[i] = (unsigned)of_round;
		columns->places[i] = (unsigned)of_place;
	}
	return true;
}

/* What the metrics of a pass have in common; NULL with the problem set. A counted pass has its windows. */
static struct columns *columns_of(struct reader *reader, struct arm_pass *pass)
{
	static const char *const names[] = {"round", "place", "at_us", "window_ns"};
	const json_t *samples = pass->samples;
	size_t count = json_array_size(json_object_get(samples, "round"));
	bool is_counted = json_object_get(samples, "counts") != NULL;
	if (pass->columns)
		return pass->columns;
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		const json_t *column = json_object_get(samples, names[i]);
		if (!count ||
		    (json_array_size(column) != count && (column || i < 3 || is_counted))) {
			dataset_malformed(reader, "the columns of a pass differ in length");
			return NULL;
		}
	}
	struct columns *columns = dataset_columns(reader->dataset, count, is_counted);
	if (!columns)
		dataset_malformed(reader, "out of memory");
	else if (read_columns(samples, columns))
		return pass->columns = columns;
	else
		dataset_malformed(reader, "a round, a place or a time is impossible");
	return NULL;
}

/* Where one arm's values go, in one cell of one replicate. */
struct arm_place {
	struct series key;
	uint64_t replicate;
	double began_s;
};

/* A replicate is one worker, and gives a series one block: their numbers rise. */
static enum outcome add_block(struct reader *reader, struct series *series,
			      const struct arm_place *place, const struct columns *columns,
			      const json_t *values)
{
	if (series->block_count &&
	    series->blocks[series->block_count - 1].replicate >= place->replicate)
		return dataset_malformed(reader, "a replicate is repeated or out of order");
	struct block *grown = dataset_grow(series->blocks, series->block_count,
					   &series->block_capacity, sizeof *grown);
	if (!grown)
		return dataset_malformed(reader, "out of memory");
	series->blocks = grown;
	struct block *block = &grown[series->block_count++];
	*block = (struct block){
		.replicate = place->replicate,
		.began_s = place->began_s,
		.count = columns->count,
		.worker_facts = reader->worker_facts,
		.values = calloc(columns->count, sizeof *block->values),
		.rounds = columns->rounds,
		.places = columns->places,
		.at_us = columns->at_us,
		.window_ns = columns->window_ns,
	};
	if (!block->values)
		return dataset_malformed(reader, "out of memory");
	for (size_t i = 0; i < columns->count; i++) {
		const json_t *value = json_array_get(values, i);
		uint64_t count;
		if (series->is_counter && !fields_count(value, FIELDS_COUNT_MAX, &count))
			return dataset_malformed(reader, "a count is not a possible whole number");
		if (!fields_number(value, &block->values[i]))
			return dataset_malformed(reader, "a value is not a possible number");
	}
	return OUTCOME_OK;
}

/* `values` of a pass, or NULL: there are none, and the key says why. */
static enum outcome add_values(struct reader *reader, const struct arm_place *place,
			       struct arm_pass *pass, const json_t *values)
{
	struct series *series = dataset_series(reader->dataset, &place->key);
	if (!series)
		return dataset_malformed(reader, "out of memory");
	if (!values)
		return OUTCOME_OK;
	const struct columns *columns = columns_of(reader, pass);
	if (!columns)
		return OUTCOME_FAILED;
	if (json_array_size(values) != columns->count)
		return dataset_malformed(reader, "the columns of a pass differ in length");
	*series->missing = '\0'; /* of a replicate that lacked what this one has */
	return add_block(reader, series, place, columns, values);
}

/* One counter of an arm: its column in the pass that counted it, or the reason why there is none. */
static enum outcome read_counter(struct reader *reader, const json_t *counter,
				 const struct passes *passes, struct arm_place *place)
{
	struct arm_pass *pass;
	if (!COPY(counter, "name", place->key.metric))
		return dataset_malformed(reader, "a counter's name is missing or too long");
	if (!COPY_REASON(counter, "missing", place->key.missing))
		wire_copy(place->key.missing, sizeof place->key.missing,
			  "the arm's counted pass did not run");
	const json_t *values = values_of(passes, true, place->key.metric, &pass);
	if (json_is_string(values)) {
		if (!COPY_REASON(json_object_get(pass->samples, "counts"), place->key.metric,
				 place->key.missing))
			return dataset_malformed(reader, "a counter's reason is empty or too long");
		values = NULL;
	}
	return add_values(reader, place, pass, values);
}

static enum outcome read_counters(struct reader *reader, const json_t *experiment,
				  const struct passes *passes, struct arm_place *place)
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
	const char *name;
	json_t *column;
	json_object_foreach((json_t *)counts, name, column)
	{
		const json_t *counter = json_object_get(reader->counters, name);
		if (counter)
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
		if (!fields_number(json_array_get(values, i), &copy[i])) {
			free(copy);
			return dataset_malformed(reader, "a value is not a possible number");
		}
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
		bool with_child = counts_with_child(reader, counts);
		json_object_foreach(metrics, metric, values)
		{
			struct series *found = dataset_find(reader->dataset, &place->key, metric);
			if (found && found->block_count &&
			    add_counted(reader, found, values, place->replicate, with_child))
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
	struct series *series = dataset_find(reader->dataset, &place->key, metric);
	if (!series)
		return dataset_malformed(reader, "a histogram has no metric");
	if (!series->histogram)
		series->histogram = calloc(HISTOGRAM_BUCKETS, sizeof *series->histogram);
	if (!series->histogram)
		return dataset_malformed(reader, "out of memory");
	for (size_t i = 0; i < json_array_size(buckets); i++) {
		const json_t *pair = json_array_get(buckets, i);
		uint64_t bucket, count;
		if (!fields_count(json_array_get(pair, 0), HISTOGRAM_BUCKETS - 1, &bucket) ||
		    !fields_count(json_array_get(pair, 1), UINT32_MAX - series->histogram[bucket],
				  &count))
			return dataset_malformed(reader, "a histogram's bucket is out of range");
		series->histogram[bucket] += (uint32_t)count;
	}
	return OUTCOME_OK;
}

/* The metrics that the experiment itself names. */
static enum outcome read_metrics(struct reader *reader, const json_t *metrics, const json_t *arm,
				 const struct passes *passes, struct arm_place *place)
{
	bool has_main = false;
	for (size_t m = 0; m < json_array_size(metrics); m++) {
		const json_t *metric = json_array_get(metrics, m);
		struct arm_pass *pass;
		if (!COPY(metric, "name", place->key.metric) ||
		    !COPY(metric, "unit", place->key.unit))
			return dataset_malformed(reader,
						 "a metric's name or unit is missing or too long");
		const json_t *values = values_of(passes, false, place->key.metric, &pass);
		*place->key.missing = '\0';
		if (!values && !COPY_REASON(json_object_get(arm, "missing"), place->key.metric,
					    place->key.missing))
			return dataset_malformed(reader,
						 "a metric has neither values nor a reason");
		place->key.is_main = values && !has_main;
		has_main = has_main || values;
		if (add_values(reader, place, pass, values))
			return OUTCOME_FAILED;
	}
	return OUTCOME_OK;
}

static enum outcome read_passes(struct reader *reader, const json_t *line, const json_t *arm,
				const json_t *experiment, struct arm_place *place)
{
	json_t *described = json_object_get(arm, "passes");
	const json_t *histogram = json_object_get(arm, "histogram");
	bool counted = json_is_true(json_object_get(line, "counted")) &&
		       json_is_true(json_object_get(experiment, "countable"));
	struct passes passes;
	enum outcome outcome = find_passes(reader, described, &passes);
	if (!outcome)
		outcome = read_metrics(reader, json_object_get(experiment, "metrics"), arm, &passes,
				       place);
	if (!outcome && histogram)
		outcome = read_histogram(reader, histogram, place);
	if (!outcome && counted)
		outcome = read_counted_times(reader, described, place);
	if (!outcome && counted)
		outcome = read_counters(reader, experiment, &passes, place);
	passes_free(&passes);
	return outcome;
}

enum outcome dataset_read_arm(struct reader *reader, const json_t *line, const json_t *arm,
			      const struct series *levels, uint64_t replicate)
{
	struct arm_place place = {.key = *levels, .replicate = replicate};
	struct series *key = &place.key;
	const json_t *began_s = json_object_get(line, "began_s");
	if (began_s && !fields_number(began_s, &place.began_s))
		return dataset_malformed(reader, "a replicate's start is out of range");
	if (!COPY(arm, "experiment", key->experiment) || !COPY(arm, "primitive", key->primitive) ||
	    !COPY(arm, "action", key->action) || !COPY(arm, "case", key->case_name))
		return dataset_malformed(reader, "an arm's names are missing or too long");
	key->aa_control = json_is_true(json_object_get(arm, "aa_control"));
	const json_t *experiment = json_object_get(reader->experiments, key->experiment);
	if (!json_is_array(json_object_get(experiment, "metrics")))
		return dataset_malformed(
			reader, "an arm is of an experiment that the run line does not name");
	return read_passes(reader, line, arm, experiment, &place);
}
