#include "harness/driver/show/counter_words.h"

#include <stdio.h>
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

static void add_reason(char text[COUNTER_WORDS_MAX], const char *why, bool in_short)
{
	static const char unavailable[] = "unavailable: ";
	if (in_short && strncmp(why, unavailable, sizeof unavailable - 1) == 0)
		why += sizeof unavailable - 1;
	add(text, " (", why, in_short ? strcspn(why, ",;") : strlen(why));
	add(text, ")", "", 0);
}

const char *counter_words_missing(const struct dataset *dataset, bool in_short,
				  char text[COUNTER_WORDS_MAX])
{
	const json_t *counters = counters_of(dataset);
	json_t *told = json_object(); /* reasons */
	*text = '\0';
	for (size_t i = 0; i < json_array_size(counters); i++) {
		const char *why = text_of(json_array_get(counters, i), "missing");
		if (!*why || json_object_get(told, why))
			continue;
		json_object_set_new(told, why, json_true());
		const char *before = *text ? "; " : "not counted: ";
		for (size_t j = i; j < json_array_size(counters); j++) {
			const json_t *counter = json_array_get(counters, j);
			const char *name = text_of(counter, "name");
			if (strcmp(text_of(counter, "missing"), why) != 0)
				continue;
			add(text, before, name, strlen(name));
			before = ", ";
		}
		add_reason(text, why, in_short);
	}
	json_decref(told);
	return text;
}

static bool is_counted(const json_t *counters, const char *name)
{
	for (size_t i = 0; i < json_array_size(counters); i++) {
		const json_t *counter = json_array_get(counters, i);
		if (!json_object_get(counter, "missing") &&
		    strcmp(text_of(counter, "name"), name) == 0)
			return true;
	}
	return false;
}

/* Whether user and kernel are also counted together, which says more in one column. */
static bool is_part(const json_t *counters, const char *name)
{
	static const char *const endings[] = {"_user", "_kernel"};
	for (size_t i = 0; i < 2; i++) {
		size_t length = strlen(name), end = strlen(endings[i]);
		char both[COUNTER_NAME_MAX + 8];
		if (length <= end || strcmp(name + length - end, endings[i]) != 0)
			continue;
		snprintf(both, sizeof both, "%.*s_both", (int)(length - end), name);
		if (is_counted(counters, both))
			return true;
	}
	return false;
}

size_t counter_words_columns(const struct dataset *dataset,
			     char columns[COUNTER_COLUMNS_MAX][COUNTER_NAME_MAX])
{
	const json_t *counters = counters_of(dataset);
	size_t count = 0;
	for (size_t i = 0; i < json_array_size(counters) && count < COUNTER_COLUMNS_MAX; i++) {
		const json_t *counter = json_array_get(counters, i);
		const char *name = text_of(counter, "name");
		if (!json_object_get(counter, "missing") && !is_part(counters, name) &&
		    !json_is_true(json_object_get(counter, "with_child")))
			wire_copy(columns[count++], COUNTER_NAME_MAX, name);
	}
	return count;
}

const char *counter_words_label(const char *metric, char text[COUNTER_NAME_MAX])
{
	static const char both[] = "_both";
	wire_copy(text, COUNTER_NAME_MAX, metric);
	size_t length = strlen(text), end = sizeof both - 1;
	if (length > end && strcmp(text + length - end, both) == 0)
		text[length - end] = '\0';
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

const char *counter_words_counted(const struct dataset *dataset, char text[COUNTER_WORDS_MAX])
{
	char columns[COUNTER_COLUMNS_MAX][COUNTER_NAME_MAX], label[COUNTER_NAME_MAX];
	size_t count = counter_words_columns(dataset, columns);
	*text = '\0';
	for (size_t i = 0; i < count; i++) {
		if (!was_counted(dataset, columns[i]))
			continue;
		counter_words_label(columns[i], label);
		add(text, *text ? ", " : "", label, strlen(label));
	}
	return text;
}
