#include "harness/driver/dataset_reader.h"

#include "harness/driver/version.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool dataset_copy_text(const json_t *object, const char *key, char *text, size_t text_bytes)
{
	const char *value = json_string_value(json_object_get(object, key));
	return value && wire_copy(text, text_bytes, value);
}

static enum outcome read_cell(struct reader *reader, const json_t *line)
{
	struct series key = {0};
	struct dataset *dataset = reader->dataset;
	const json_t *heap = json_object_get(line, "heap_bytes"), *arm;
	const json_t *worker = json_object_get(line, "worker");
	if (!dataset->run)
		return dataset_malformed(reader, "a cell comes before the run line");
	if (!json_is_integer(heap) || json_integer_value(heap) < 0 ||
	    !json_is_integer(json_object_get(line, "replicate")) ||
	    !COPY(line, "page_kind", key.page_kind) || !COPY(line, "state", key.state) ||
	    !COPY(line, "cache", key.cache) || !COPY(line, "child_cpu", key.child_cpu) ||
	    !COPY(line, "touch_order", key.touch_order) || !COPY(line, "threads", key.threads))
		return dataset_malformed(reader, "a cell has no or too long levels");
	key.heap_bytes = (uint64_t)json_integer_value(heap);
	/* Steal is known per replicate and stands in each of its cells. */
	json_int_t seed = json_integer_value(json_object_get(line, "seed"));
	if (seed != reader->seed)
		dataset->steal_ticks += json_number_value(json_object_get(worker, "steal_ticks"));
	reader->seed = seed;
	reader->witness = disturbed_read(worker);
	dataset->involuntary_switches +=
		json_number_value(json_object_get(worker, "involuntary_switches"));
	uint64_t mappings = (uint64_t)json_integer_value(json_object_get(worker, "mappings"));
	if (key.heap_bytes == 0 && (dataset->mappings_min == 0 || mappings < dataset->mappings_min))
		dataset->mappings_min = mappings;
	size_t i;
	const json_t *arms = json_object_get(line, "arms");
	for (i = 0; i < json_array_size(arms); i++) {
		arm = json_array_get(arms, i);
		if (dataset_read_arm(reader, line, arm, &key))
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
		return dataset_malformed(reader, "it has no type");
	if (strcmp(type, "run") == 0) {
		if (dataset->run)
			return dataset_malformed(reader, "a second run line");
		if (json_integer_value(json_object_get(line, "format")) != FORKCOST_FORMAT)
			return dataset_malformed(
				reader, "the format is another one than this version reads");
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
	return dataset_malformed(reader, "its type is not known");
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
		outcome = line ? read_line(reader, line)
			       : dataset_malformed(reader, "it is not JSON");
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
	struct reader reader = {
		.dataset = dataset, .folder = folder, .seed = -1, .problem = problem};
	snprintf(path, sizeof path, "%s/samples.jsonl", folder);
	FILE *file = fopen(path, "re");
	if (!file)
		return fail(problem,
			    "cannot open %s: %s; give the folder of a run, or make one with "
			    "forkcost run",
			    path, strerror(errno));
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
