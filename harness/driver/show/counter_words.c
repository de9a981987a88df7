#include "harness/driver/show/counter_words.h"

#include <string.h>

static const json_t *counters_of(const struct dataset *dataset)
{
	return json_object_get(dataset->run, "counters");
}

static const char *text_of(const json_t *counter, const char *key)
{
	const char *text = json_string_value(json_object_get(counter, key));
	return text ? text : "";
}

static void add(char text[COUNTER_WORDS_MAX], const char *before, const char *words, size_t length)
{
	size_t at = strlen(text);
	snprintf(text + at, COUNTER_WORDS_MAX - at, "%s%.*s", before, (int)length, words);
}

const char *counters_missing(const struct dataset *dataset, char text[COUNTER_WORDS_MAX])
{
	const json_t *counters = counters_of(dataset), *counter, *name;
	json_t *names, *by_reason = json_object(); /* in the order of the run */
	const char *why;
	size_t i;
	*text = '\0';
	json_array_foreach(counters, i, counter)
	{
		why = text_of(counter, "missing");
		if (*why && !json_object_get(by_reason, why))
			json_object_set_new(by_reason, why, json_array());
		if (*why)
			json_array_append(json_object_get(by_reason, why),
					  json_object_get(counter, "name"));
	}
	json_object_foreach(by_reason, why, names)
	{
		const char *before = *text ? "; " : "not counted: ";
		json_array_foreach(names, i, name)
		{
			add(text, i ? ", " : before, json_string_value(name),
			    json_string_length(name));
		}
		add(text, " (", why, strlen(why));
		add(text, ")", "", 0);
	}
	json_decref(by_reason);
	return text;
}

size_t counters_missing_count(const struct dataset *dataset)
{
	const json_t *counter;
	size_t count = 0, i;
	json_array_foreach(counters_of(dataset), i, counter) count +=
		*text_of(counter, "missing") != 0;
	return count;
}

const char *counters_why_missing(const struct dataset *dataset, const char *role,
				 char text[COUNTER_WORDS_MAX])
{
	static const char unavailable[] = "unavailable: ";
	const json_t *counter;
	size_t i;
	*text = '\0';
	json_array_foreach(counters_of(dataset), i, counter)
	{
		const char *why = text_of(counter, "missing");
		if (*text || !*why || strcmp(text_of(counter, "name"), role) != 0)
			continue;
		if (strncmp(why, unavailable, sizeof unavailable - 1) == 0)
			why += sizeof unavailable - 1;
		add(text, "", why, strcspn(why, ",;"));
	}
	return text;
}

/* Whether a name has this ending; `stem` is what stands before it. */
static bool cut_ending(const char *name, const char *ending, char stem[COUNTER_NAME_MAX])
{
	size_t length = strlen(name), end = strlen(ending);
	if (length <= end || strcmp(name + length - end, ending) != 0)
		return false;
	snprintf(stem, COUNTER_NAME_MAX, "%.*s", (int)(length - end), name);
	return true;
}

/* Whether user and kernel are also counted together, which says more in one column. */
static bool is_part(const json_t *counted, const char *name)
{
	char stem[COUNTER_NAME_MAX], both[COUNTER_NAME_MAX + 8];
	if (!cut_ending(name, "_user", stem) && !cut_ending(name, "_kernel", stem))
		return false;
	snprintf(both, sizeof both, "%s_both", stem);
	return json_object_get(counted, both) != NULL;
}

size_t counters_columns(const struct dataset *dataset,
			char columns[COUNTER_COLUMNS_MAX][COUNTER_NAME_MAX])
{
	json_t *counter, *counted = json_object(); /* by name */
	const char *name;
	size_t count = 0, i;
	json_array_foreach(counters_of(dataset), i, counter)
	{
		if (!json_object_get(counter, "missing"))
			json_object_set(counted, text_of(counter, "name"), counter);
	}
	json_object_foreach(counted, name, counter)
	{
		if (count < COUNTER_COLUMNS_MAX && !is_part(counted, name) &&
		    !json_is_true(json_object_get(counter, "with_child")))
			wire_copy(columns[count++], COUNTER_NAME_MAX, name);
	}
	json_decref(counted);
	return count;
}

const char *counters_label(const char *metric, char text[COUNTER_NAME_MAX])
{
	if (!cut_ending(metric, "_both", text))
		wire_copy(text, COUNTER_NAME_MAX, metric);
	return text;
}

/* Whether any cell of the run was one that is counted, and gave this counter. */
static bool was_counted(const struct dataset *dataset, const char *metric)
{
	for (size_t i = 0; i < dataset->series_count; i++)
		if (dataset->series[i].is_counter && dataset->series[i].block_count &&
		    strcmp(dataset->series[i].metric, metric) == 0)
			return true;
	return false;
}

const char *counters_counted(const struct dataset *dataset, char text[COUNTER_WORDS_MAX])
{
	char columns[COUNTER_COLUMNS_MAX][COUNTER_NAME_MAX], label[COUNTER_NAME_MAX];
	size_t count = counters_columns(dataset, columns);
	*text = '\0';
	for (size_t i = 0; i < count; i++) {
		if (!was_counted(dataset, columns[i]))
			continue;
		counters_label(columns[i], label);
		add(text, *text ? ", " : "", label, strlen(label));
	}
	return text;
}
