#include "harness/driver/data/dataset_arm.h"

#include "harness/driver/base/stats.h"

#include <stdlib.h>
#include <string.h>

/* Ten times as many as a worker takes: a file may say more than this version does. */
enum { PASSES_MAX = 256 };

/* One pass of an arm. */
struct arm_pass {
	const json_t *samples, *counts; /* no counts: it was for times */
	struct columns *columns;        /* read when the first of its values are */
};

/* An arm in one cell of one replicate, and where its values go. */
struct arm {
	struct reader *reader;
	const json_t *described, *experiment;
	struct series key;
	uint64_t replicate;
	double began_s;
	size_t pass_count;
	struct arm_pass passes[PASSES_MAX];
};

static enum outcome malformed(const struct arm *arm, const char *what)
{
	return dataset_malformed(arm->reader, what);
}

static enum outcome find_passes(struct arm *arm)
{
	const char *name;
	json_t *samples;
	json_object_foreach(json_object_get(arm->described, "passes"), name, samples)
	{
		if (arm->pass_count == PASSES_MAX)
			return malformed(arm, "an arm has more passes than there are");
		arm->passes[arm->pass_count++] = (struct arm_pass){
			.samples = samples, .counts = json_object_get(samples, "counts")};
	}
	return OUTCOME_OK;
}

/* Finds the values of the key's metric or counter, and the pass that has them; NULL if none does. Metrics of
 * counted passes are no source of times and are left out. */
static enum outcome find_values(struct arm *arm, struct arm_pass **in, const json_t **values)
{
	*values = NULL;
	for (size_t i = 0; i < arm->pass_count; i++) {
		struct arm_pass *pass = &arm->passes[i];
		if (!pass->counts == arm->key.is_counter)
			continue;
		const json_t *found = json_object_get(
			pass->counts ? pass->counts : json_object_get(pass->samples, "metrics"),
			arm->key.metric);
		if (found && *values)
			return malformed(arm, "a metric or a counter is in two passes");
		if (found) {
			*in = pass;
			*values = found;
		}
	}
	return OUTCOME_OK;
}

static struct number_list list_of(const struct arm *arm, const json_t *list)
{
	return numbers_list(&arm->reader->numbers, list);
}

/* False: not all are numbers that there can be. */
static bool copy_numbers(double *to, const struct number_list *list)
{
	for (size_t i = 0; list->values && i < list->count; i++) {
		if (!fields_can_be(list->values[i]))
			return false;
		to[i] = list->values[i];
	}
	return list->values;
}

/* The same for whole numbers of 16 bits. */
static bool copy_small(unsigned *to, const struct number_list *list)
{
	if (!list->are_counts)
		return false;
	for (size_t i = 0; i < list->count; i++) {
		if (list->values[i] > UINT16_MAX)
			return false;
		to[i] = (unsigned)list->values[i];
	}
	return true;
}

/* What the metrics of a pass have in common; NULL with the problem set. A counted pass has its windows. */
static struct columns *columns_of(const struct arm *arm, struct arm_pass *pass)
{
	enum { ROUND, PLACE, AT, CONTENTION, OFF_CPU, STEP, WINDOW, COLUMN_COUNT };
	static const char *const names[] = {"round",      "place",   "at_us",    "contention",
					    "off_cpu_ns", "step_ns", "window_ns"};
	struct number_list read[COLUMN_COUNT];
	const bool is_counted = pass->counts != NULL;
	if (pass->columns)
		return pass->columns;
	for (size_t i = 0; i < COLUMN_COUNT; i++)
		read[i] = list_of(arm, json_object_get(pass->samples, names[i]));
	const size_t count = read[ROUND].count;
	for (size_t i = 0; i < (is_counted ? COLUMN_COUNT : WINDOW); i++) {
		if (i >= CONTENTION && i <= STEP && !json_object_get(pass->samples, names[i]))
			continue; /* an older run */
		if (!count || read[i].count != count) {
			malformed(arm, "the columns of a pass differ in length");
			return NULL;
		}
	}
	struct columns *columns = dataset_columns(arm->reader->dataset, count, is_counted,
						  read[CONTENTION].count && read[OFF_CPU].count,
						  read[STEP].count > 0);
	if (!columns) {
		malformed(arm, "out of memory");
		return NULL;
	}
	/* Rounds and places cross the wire in 16 bits; so do they here. */
	if (!copy_small(columns->rounds, &read[ROUND]) ||
	    !copy_small(columns->places, &read[PLACE]) ||
	    !copy_numbers(columns->at_us, &read[AT]) ||
	    (columns->contention && (!copy_numbers(columns->contention, &read[CONTENTION]) ||
				     !copy_numbers(columns->off_cpu_ns, &read[OFF_CPU]))) ||
	    (columns->step_ns && !copy_numbers(columns->step_ns, &read[STEP])) ||
	    (is_counted && !copy_numbers(columns->window_ns, &read[WINDOW]))) {
		malformed(arm, "a round, a place or a time is impossible");
		return NULL;
	}
	return pass->columns = columns;
}

/* The numbers of a list, which the caller frees; NULL with the problem set. */
static double *read_numbers(const struct arm *arm, const struct number_list *list, bool are_counts)
{
	double *numbers = malloc((list->count + 1) * sizeof *numbers);
	if (!numbers)
		malformed(arm, "out of memory");
	else if (are_counts && !(list->values && list->are_counts))
		malformed(arm, "a count is not a possible whole number");
	else if (!copy_numbers(numbers, list))
		malformed(arm, "a value is not a possible number");
	else
		return numbers;
	free(numbers);
	return NULL;
}

/* `values` of a pass, or NULL: there are none, and the key says why. A replicate is one worker, and gives a series
 * one block: their numbers rise. */
static enum outcome add_values(const struct arm *arm, struct arm_pass *pass, const json_t *values)
{
	struct series *series = dataset_series(arm->reader->dataset, &arm->key);
	if (!series)
		return malformed(arm, "out of memory");
	if (!values)
		return OUTCOME_OK;
	const struct columns *columns = columns_of(arm, pass);
	if (!columns)
		return OUTCOME_FAILED;
	const struct number_list list = list_of(arm, values);
	if (list.count != columns->count)
		return malformed(arm, "the columns of a pass differ in length");
	if (series->block_count &&
	    series->blocks[series->block_count - 1].replicate >= arm->replicate)
		return malformed(arm, "a replicate is repeated or out of order");
	struct block *grown = dataset_grow(series->blocks, series->block_count,
					   &series->block_capacity, sizeof *grown);
	if (!grown)
		return malformed(arm, "out of memory");
	series->blocks = grown;
	double *numbers = read_numbers(arm, &list, series->is_counter);
	if (!numbers)
		return OUTCOME_FAILED;
	*series->missing = '\0'; /* of a replicate that lacked what this one has */
	series->is_headline = series->is_headline || arm->reader->is_headline;
	grown[series->block_count++] = (struct block){
		.replicate = arm->replicate,
		.began_s = arm->began_s,
		.count = columns->count,
		.worker_facts = arm->reader->worker_facts,
		.values = numbers,
		.rounds = columns->rounds,
		.places = columns->places,
		.at_us = columns->at_us,
		.window_ns = columns->window_ns,
		.contention = columns->contention,
		.off_cpu_ns = columns->off_cpu_ns,
		.step_ns = columns->step_ns,
	};
	return OUTCOME_OK;
}

/* The metrics that the experiment itself names. */
static enum outcome read_metrics(struct arm *arm)
{
	const json_t *metrics = json_object_get(arm->experiment, "metrics");
	const json_t *missing = json_object_get(arm->described, "missing");
	struct series *key = &arm->key;
	bool has_main = false;
	for (size_t m = 0; m < json_array_size(metrics); m++) {
		const json_t *metric = json_array_get(metrics, m), *values;
		struct arm_pass *pass = NULL;
		if (!COPY(metric, "name", key->metric) || !COPY(metric, "unit", key->unit))
			return malformed(arm, "a metric's name or unit is missing or too long");
		if (find_values(arm, &pass, &values))
			return OUTCOME_FAILED;
		*key->missing = '\0';
		if (!values && !COPY_REASON(missing, key->metric, key->missing))
			return malformed(arm, "a metric has neither values nor a reason");
		key->is_main = values && !has_main;
		has_main = has_main || values;
		if (add_values(arm, pass, values))
			return OUTCOME_FAILED;
	}
	return OUTCOME_OK;
}

static enum outcome read_histogram(const struct arm *arm, const json_t *histogram)
{
	const char *metric = json_string_value(json_object_get(histogram, "metric"));
	const json_t *buckets = json_object_get(histogram, "buckets");
	if (!metric ||
	    json_integer_value(json_object_get(histogram, "per_octave")) != HISTOGRAM_PER_OCTAVE)
		return malformed(arm, "a histogram of another kind");
	struct series *series = dataset_find(arm->reader->dataset, &arm->key, metric);
	if (!series)
		return malformed(arm, "a histogram has no metric");
	if (!series->histogram)
		series->histogram = calloc(HISTOGRAM_BUCKETS, sizeof *series->histogram);
	if (!series->histogram)
		return malformed(arm, "out of memory");
	for (size_t i = 0; i < json_array_size(buckets); i++) {
		const struct number_list pair = list_of(arm, json_array_get(buckets, i));
		const bool is_there =
			pair.are_counts && pair.count >= 2 && pair.values[0] < HISTOGRAM_BUCKETS;
		uint32_t *bucket = is_there ? &series->histogram[(size_t)pair.values[0]] : NULL;
		if (!bucket || pair.values[1] > UINT32_MAX - *bucket)
			return malformed(arm, "a histogram's bucket is out of range");
		*bucket += (uint32_t)pair.values[1];
	}
	return OUTCOME_OK;
}

/* Whether a counted pass counted children as well: all counters of a pass are alike in that. */
static bool counts_with_child(const struct arm *arm, const struct arm_pass *pass)
{
	const char *name;
	json_t *column;
	json_object_foreach((json_t *)pass->counts, name, column)
	{
		const json_t *counter = json_object_get(arm->reader->counters, name);
		if (counter)
			return json_is_true(json_object_get(counter, "with_child"));
	}
	return false;
}

static enum outcome add_counted(const struct arm *arm, struct series *series, const json_t *values,
				bool with_child)
{
	const struct number_list list = list_of(arm, values);
	if (!list.count)
		return malformed(arm, "a counted pass has no values");
	struct counted *grown = dataset_grow(series->counted, series->counted_count,
					     &series->counted_capacity, sizeof *grown);
	if (!grown)
		return malformed(arm, "out of memory");
	series->counted = grown;
	double *numbers = read_numbers(arm, &list, false);
	if (!numbers)
		return OUTCOME_FAILED;
	grown[series->counted_count++] =
		(struct counted){arm->replicate, with_child, stats_median(numbers, list.count)};
	free(numbers);
	return OUTCOME_OK;
}

/* What the metrics came to in the counted passes, where a plain pass gives them as well. */
static enum outcome read_counted_times(const struct arm *arm)
{
	const char *metric;
	json_t *values;
	for (const struct arm_pass *pass = arm->passes; pass < arm->passes + arm->pass_count;
	     pass++) {
		if (!pass->counts)
			continue;
		const bool with_child = counts_with_child(arm, pass);
		json_object_foreach(json_object_get(pass->samples, "metrics"), metric, values)
		{
			struct series *found =
				dataset_find(arm->reader->dataset, &arm->key, metric);
			if (found && found->block_count &&
			    add_counted(arm, found, values, with_child))
				return OUTCOME_FAILED;
		}
	}
	return OUTCOME_OK;
}

/* One counter: its column in the pass that counted it, or the reason why there is none. */
static enum outcome read_counter(struct arm *arm, const json_t *counter)
{
	struct series *key = &arm->key;
	struct arm_pass *pass = NULL;
	const json_t *values;
	if (!COPY(counter, "name", key->metric))
		return malformed(arm, "a counter's name is missing or too long");
	if (!COPY_REASON(counter, "missing", key->missing))
		wire_copy(key->missing, sizeof key->missing, "the arm's counted pass did not run");
	if (find_values(arm, &pass, &values))
		return OUTCOME_FAILED;
	if (!json_is_string(values))
		return add_values(arm, pass, values);
	if (!COPY_REASON(pass->counts, key->metric, key->missing))
		return malformed(arm, "a counter's reason is empty or too long");
	return add_values(arm, pass, NULL);
}

static enum outcome read_counters(struct arm *arm)
{
	const json_t *counters = json_object_get(arm->reader->dataset->run, "counters");
	bool children = json_is_true(json_object_get(arm->experiment, "counts_children"));
	wire_copy(arm->key.unit, sizeof arm->key.unit, "count");
	arm->key.is_main = false;
	arm->key.is_counter = true;
	for (size_t i = 0; i < json_array_size(counters); i++) {
		const json_t *counter = json_array_get(counters, i);
		bool with_child = json_is_true(json_object_get(counter, "with_child"));
		if ((children || !with_child) && read_counter(arm, counter))
			return OUTCOME_FAILED;
	}
	return OUTCOME_OK;
}

enum outcome dataset_read_arm(struct reader *reader, const json_t *line, const json_t *described,
			      const struct series *levels, uint64_t replicate)
{
	struct arm arm = {
		.reader = reader, .described = described, .key = *levels, .replicate = replicate};
	struct series *key = &arm.key;
	const json_t *began_s = json_object_get(line, "began_s");
	if (began_s && !fields_number(began_s, &arm.began_s))
		return malformed(&arm, "a replicate's start is out of range");
	if (!COPY(described, "experiment", key->experiment) ||
	    !COPY(described, "primitive", key->primitive) ||
	    !COPY(described, "action", key->action) || !COPY(described, "case", key->case_name))
		return malformed(&arm, "an arm's names are missing or too long");
	key->aa_control = json_is_true(json_object_get(described, "aa_control"));
	arm.experiment = json_object_get(reader->experiments, key->experiment);
	if (!json_is_array(json_object_get(arm.experiment, "metrics")))
		return malformed(&arm,
				 "an arm is of an experiment that the run line does not name");
	const json_t *histogram = json_object_get(described, "histogram");
	if (find_passes(&arm) || read_metrics(&arm) ||
	    (histogram && read_histogram(&arm, histogram)))
		return OUTCOME_FAILED;
	if (!json_is_true(json_object_get(line, "counted")) ||
	    !json_is_true(json_object_get(arm.experiment, "countable")))
		return OUTCOME_OK;
	return read_counted_times(&arm) ? OUTCOME_FAILED : read_counters(&arm);
}
