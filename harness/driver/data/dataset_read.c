#include "harness/driver/data/dataset_arm.h"
#include "harness/driver/data/old_names.h"
#include "harness/driver/data/pooling.h"

#include "harness/driver/base/fields.h"
#include "harness/driver/base/infile.h"
#include "harness/driver/base/notes.h"
#include "harness/driver/base/version.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static double fact(const json_t *worker, const char *key)
{
	double number;
	return fields_number(json_object_get(worker, key), &number) ? number : NAN;
}

struct worker_facts worker_facts_read(const json_t *worker)
{
	return (struct worker_facts){
		.duration_ns = fact(worker, "duration_ns"),
		.wait_ns = fact(worker, "wait_ns"),
		.cpu_ns = fact(worker, "cpu_ns"),
		.idle_ns = fact(worker, "idle_ns"),
		.steal_ns = fact(worker, "steal_ns"),
		.cpus = fact(worker, "cpus_allowed"),
		.involuntary_switches = fact(worker, "involuntary_switches"),
		.migrations = fact(worker, "migrations"),
		.open_files = fact(worker, "open_files"),
		.frames_scattered_ppm = fact(worker, "frames_scattered_ppm"),
	};
}

/* A fact of the worker's that says why it is not there counts as none. */
static bool count_or_none(const json_t *worker, const char *key, uint64_t *count)
{
	const json_t *value = json_object_get(worker, key);
	*count = 0;
	return !value || json_is_string(value) || fields_count(value, FIELDS_COUNT_MAX, count);
}

/* Steal is known per replicate and stands in each of its cells. */
static enum outcome read_worker(struct reader *reader, const json_t *line, uint64_t heap_bytes)
{
	struct dataset *dataset = reader->dataset;
	const json_t *worker = json_object_get(line, "worker");
	const json_t *seed_field = json_object_get(line, "seed");
	uint64_t steal_ticks, switches, mappings, waits, wait_ns, seed = 0;
	if (!count_or_none(worker, "steal_ticks", &steal_ticks) ||
	    !count_or_none(worker, "involuntary_switches", &switches) ||
	    !count_or_none(worker, "mappings", &mappings) ||
	    !count_or_none(worker, "quiet_waits", &waits) ||
	    !count_or_none(worker, "quiet_wait_ns", &wait_ns) ||
	    (seed_field && !fields_count(seed_field, INT64_MAX, &seed)))
		return dataset_malformed(reader, "a fact about the worker is out of range");
	if (!reader->seen_cell || seed != reader->seed)
		dataset->steal_ticks += (double)steal_ticks;
	reader->seen_cell = true;
	reader->seed = seed;
	reader->worker_facts = worker_facts_read(worker);
	const char *kind = json_string_value(json_object_get(worker, "kind"));
	reader->is_headline = kind && strcmp(kind, "headline") == 0;
	dataset->involuntary_switches += (double)switches;
	dataset->quiet_waits += (double)waits;
	dataset->quiet_wait_ns += (double)wait_ns;
	if (heap_bytes == 0 && mappings &&
	    (dataset->mappings_min == 0 || mappings < dataset->mappings_min))
		dataset->mappings_min = mappings;
	return OUTCOME_OK;
}

/* A run that is older than an axis has no key of it. */
static bool read_levels(const json_t *line, struct series *key)
{
	for (enum axis_id axis = 0; axis < AXIS_COUNT; axis++) {
		if (!json_object_get(line, axes[axis].name) && !axes[axis].is_always_written)
			continue;
		if (!COPY(line, axes[axis].name, key->level[axis]) ||
		    !axis_takes_text(&axes[axis], key->level[axis]))
			return false;
	}
	return true;
}

static bool is_axis(const char *name)
{
	for (enum axis_id axis = 0; axis < AXIS_COUNT; axis++)
		if (strcmp(axes[axis].name, name) == 0)
			return true;
	return false;
}

/* Levels of an axis that this build lacks would be taken for one and the same cell. All text of a cell's line but
 * its type and experiment is levels. */
static enum outcome check_axes(const struct reader *reader, const json_t *line)
{
	const char *key;
	json_t *value;
	json_object_foreach((json_t *)line, key, value)
	{
		char what[NOTE_BYTES];
		if (!json_string_length(value) || strcmp(key, "type") == 0 ||
		    strcmp(key, "experiment") == 0 || is_axis(key))
			continue;
		if (fields_has_controls(key))
			return dataset_malformed(reader, "a name has control characters");
		return dataset_malformed(
			reader, notes_fill(what, sizeof what,
					   "it has a level of an axis that this build lacks, %.*s; "
					   "use the forkcost that made the run",
					   WIRE_NAME_MAX, key));
	}
	return OUTCOME_OK;
}

static enum outcome read_cell(struct reader *reader, const json_t *line)
{
	struct series key = {0};
	struct dataset *dataset = reader->dataset;
	uint64_t replicate;
	if (!dataset->run)
		return dataset_malformed(reader, "a cell comes before the run line");
	if (!fields_count(json_object_get(line, "heap_bytes"), FIELDS_COUNT_MAX, &key.heap_bytes) ||
	    !fields_count(json_object_get(line, "replicate"), DATASET_REPLICATES_MAX - 1,
			  &replicate) ||
	    !read_levels(line, &key))
		return dataset_malformed(reader,
					 "a cell's levels are missing, too long or impossible");
	if (check_axes(reader, line) || read_worker(reader, line, key.heap_bytes))
		return OUTCOME_FAILED;
	const json_t *arms = json_object_get(line, "arms");
	for (size_t i = 0; i < json_array_size(arms); i++)
		if (dataset_read_arm(reader, line, json_array_get(arms, i), &key, replicate))
			return OUTCOME_FAILED;
	return OUTCOME_OK;
}

/* A level that turned out not to be had, as if the plan had known. */
static enum outcome read_left_out(struct reader *reader, const json_t *line, enum axis_id axis,
				  const char *why)
{
	const char *name = json_string_value(json_object_get(line, axes[axis].name));
	char list[AXIS_WORDS_MAX];
	axis_left_out(axes[axis].plural, list);
	json_t *left_out = json_object_get(reader->dataset->run, list);
	unsigned level;
	if (!reader->dataset->run)
		return dataset_malformed(reader,
					 "a list of what was left out comes before the run line");
	if (!name || !*name ||
	    (axes[axis].kind == AXIS_LEVELS ? !axis_find(&axes[axis], name, &level)
					    : !axis_takes_text(&axes[axis], name)))
		return dataset_malformed(reader, "what was left out is no level of its axis");
	if (!json_is_object(left_out)) {
		left_out = json_object();
		json_object_set_new(reader->dataset->run, list, left_out);
	}
	if (!json_object_get(left_out, name))
		json_object_set_new(left_out, name, json_string(why));
	return OUTCOME_OK;
}

static enum outcome read_failure(struct reader *reader, const json_t *line)
{
	struct dataset *dataset = reader->dataset;
	struct dataset_failure failure = {.why = ""};
	if (!COPY_REASON(line, "why", failure.why))
		wire_copy(failure.why, sizeof failure.why, "no reason given");
	for (enum axis_id axis = 0; axis < AXIS_COUNT; axis++) {
		char key[AXIS_WORDS_MAX];
		if (json_is_true(json_object_get(line, axis_left_out(axes[axis].name, key))))
			return read_left_out(reader, line, axis, failure.why);
	}
	if (dataset->failure_count++ == 0)
		wire_copy(dataset->first_failure, sizeof dataset->first_failure, failure.why);
	if (COPY(line, "experiment", failure.experiment) &&
	    !dataset_failure(dataset, failure.experiment) &&
	    dataset->failed_count < WIRE_EXPERIMENTS_MAX)
		dataset->failed[dataset->failed_count++] = failure;
	return OUTCOME_OK;
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

/* Keeps the run line, and finds its experiments and counters by name from now on. */
static enum outcome read_run(struct reader *reader, json_t *line)
{
	struct dataset *dataset = reader->dataset;
	const json_t *settings = json_object_get(line, "settings");
	static const char *const numbers[] = {"precision", "replicates_max", "budget_s"};
	double number;
	if (dataset->run)
		return dataset_malformed(reader, "a second run line");
	const json_int_t format = json_integer_value(json_object_get(line, "format"));
	if (!reader->is_old && format != FORKCOST_FORMAT)
		return fail(reader->problem,
			    "cannot read %s/%s, line 1: this version does not read format %lld, "
			    "only %d and %d; use the version that wrote it",
			    reader->samples->folder, reader->samples->name, (long long)format,
			    OLD_NAMES_FORMAT, FORKCOST_FORMAT);
	for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
		const json_t *value = json_object_get(settings, numbers[i]);
		if (value && !fields_number(value, &number))
			return dataset_malformed(reader, "a setting is out of range");
	}
	dataset->run = json_incref(line);
	if (index_by_name(reader, json_object_get(line, "experiments"), reader->experiments))
		return OUTCOME_FAILED;
	return index_by_name(reader, json_object_get(line, "counters"), reader->counters);
}

static enum outcome read_line(struct reader *reader, json_t *line)
{
	struct dataset *dataset = reader->dataset;
	const char *type = json_string_value(json_object_get(line, "type"));
	if (!type)
		return dataset_malformed(reader, "it has no type");
	if (strcmp(type, "run") == 0 && !dataset->run)
		reader->is_old =
			json_integer_value(json_object_get(line, "format")) == OLD_NAMES_FORMAT;
	if (reader->is_old && old_names_replace(line, reader->problem))
		return OUTCOME_FAILED;
	if (strcmp(type, "run") == 0)
		return read_run(reader, line);
	if (strcmp(type, "cell") == 0)
		return read_cell(reader, line);
	if (strcmp(type, "failure") == 0)
		return read_failure(reader, line);
	if (strcmp(type, "end") == 0) {
		json_decref(dataset->end);
		dataset->end = json_incref(line);
		return OUTCOME_OK;
	}
	return dataset_malformed(reader, "its type is not known");
}

/* A cell's line without its lists of numbers, which are in the reader's numbers; any other as it is. */
static json_t *load_line(struct reader *reader, const char *text, size_t length)
{
	json_t *line = numbers_load(&reader->numbers, text, length);
	const char *type = json_string_value(json_object_get(line, "type"));
	if (!line || (type && strcmp(type, "cell") == 0))
		return line;
	json_decref(line);
	return json_loadb(text, length, JSON_REJECT_DUPLICATES, NULL);
}

static enum outcome read_samples(struct reader *reader)
{
	struct samples *samples = reader->samples;
	const char *text;
	size_t length;
	enum outcome outcome;
	while (!(outcome = samples_next(samples, &text, &length, reader->problem)) && text) {
		json_t *line = load_line(reader, text, length);
		outcome = line ? read_line(reader, line)
			       : dataset_malformed(reader, "it is not JSON");
		json_decref(line);
		if (outcome)
			return outcome;
	}
	wire_copy(reader->dataset->warning, sizeof reader->dataset->warning, samples->warning);
	return outcome;
}

/* Closes both. */
static enum outcome read_run_of(struct dataset *dataset, struct samples *samples, FILE *environment,
				struct problem *problem)
{
	*dataset = (struct dataset){0};
	struct reader reader = {.dataset = dataset,
				.samples = samples,
				.problem = problem,
				.experiments = json_object(),
				.counters = json_object()};
	enum outcome outcome = read_samples(&reader);
	if (!outcome && !dataset->run)
		outcome = fail(problem,
			       "cannot use %s/%s: it has no run line; give the folder of a run",
			       samples->folder, samples->name);
	if (outcome)
		fclose(environment);
	else if (!(dataset->environment =
			   infile_json(environment, samples->folder, "environment.json", problem)))
		outcome = OUTCOME_FAILED;
	if (!outcome)
		outcome = pooling_make(dataset, problem);
	samples_close(samples);
	json_decref(reader.experiments);
	json_decref(reader.counters);
	numbers_free(&reader.numbers);
	if (outcome)
		dataset_free(dataset);
	return outcome;
}

enum outcome dataset_read_streams(struct dataset *dataset, FILE *samples, FILE *environment,
				  const char *folder, struct problem *problem)
{
	struct samples lines;
	samples_of(&lines, samples, folder, SAMPLES_PLAIN);
	return read_run_of(dataset, &lines, environment, problem);
}

enum outcome dataset_read(struct dataset *dataset, const char *folder, struct problem *problem)
{
	struct samples samples;
	*dataset = (struct dataset){0};
	int fd = infile_folder(folder, problem);
	if (fd < 0)
		return OUTCOME_FAILED;
	enum outcome opened = samples_open(&samples, fd, folder, problem);
	FILE *environment = opened ? NULL : infile_open(fd, folder, "environment.json", problem);
	close(fd);
	if (environment)
		return read_run_of(dataset, &samples, environment, problem);
	if (!opened)
		samples_close(&samples);
	return OUTCOME_FAILED;
}
