#include "harness/driver/compare/surroundings.h"

#include <stdlib.h>
#include <string.h>

/* Deeper than any environment is. */
enum { DEPTH_MAX = 8, KEY_MAX = 256 };

/* Of what is named here each is looked for in every run; the first weighs most. */
static const char *const watched[] = {
	"forkcost_version",
	"git_commit",
	"kernel.release",
	"kernel.version",
	"facts.kernel_command_line",
	"mitigations",
	"facts.tlb_flags",
	"facts.transparent_hugepage",
	"cpu_model",
	"microcode",
	"hypervisor",
	"compiler",
	"libc",
	"clock.kind",
	"facts.clock_source",
	"topology",
	"settings",
	"facts",
	"worker",
};

enum { WATCHED = sizeof watched / sizeof *watched };

/* What is another in each run, or says again what others say. */
static const char *const fleeting[] = {
	"settings.arguments",
	"settings.seed",
	"settings.eviction.line_after_walk_ns",
	"settings.eviction.line_from_memory_ns",
	"clock.ns_per_tick",
	"clock.calibration_error_ppm",
	"clock.resolution_ns",
	"facts.load_average",
	"facts.cgroup",
	"facts.swaps",
	"memory.available_bytes",
};

/* Whether a key is that one, or below it. */
static bool is_under(const char *key, const char *parent)
{
	const size_t length = strlen(parent);
	return strncmp(key, parent, length) == 0 && (!key[length] || key[length] == '.');
}

static bool is_fleeting(const char *key)
{
	for (size_t i = 0; i < sizeof fleeting / sizeof *fleeting; i++)
		if (is_under(key, fleeting[i]))
			return true;
	return false;
}

static size_t weight_of(const char *key)
{
	size_t i = 0;
	while (i < WATCHED && !is_under(key, watched[i]))
		i++;
	return i;
}

/* A value as text: a string itself, others as JSON. NULL: out of memory. */
static json_t *as_text(const json_t *value)
{
	if (json_is_string(value))
		return json_string(json_string_value(value));
	char *text = json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT);
	json_t *string = json_string(text);
	free(text);
	return string;
}

/* Puts the values below one into `flat`, by their keys. False: out of memory. */
static bool flatten(const json_t *value, const char *key, json_t *flat, unsigned depth)
{
	const char *name;
	json_t *member;
	if (!json_is_object(value) || depth > DEPTH_MAX)
		return json_object_set_new(flat, key, as_text(value)) == 0;
	json_object_foreach((json_t *)value, name, member)
	{
		char below[KEY_MAX];
		const int length =
			snprintf(below, sizeof below, "%s%s%s", key, *key ? "." : "", name);
		/* No key of ours is longer. */
		if (length < KEY_MAX && !is_fleeting(below) &&
		    !flatten(member, below, flat, depth + 1))
			return false;
	}
	return true;
}

static bool has_text(const json_t *list, const json_t *text)
{
	for (size_t i = 0; i < json_array_size(list); i++)
		if (json_equal(json_array_get(list, i), text))
			return true;
	return false;
}

/* The values that a side's runs have of a key, each once. */
static json_t *values_of(json_t *const *flat, size_t count, const char *key)
{
	json_t *values = json_array(), *unknown = json_string(SURROUNDINGS_UNKNOWN);
	bool room = values && unknown;
	for (size_t i = 0; room && i < count; i++) {
		json_t *text = json_object_get(flat[i], key);
		text = text ? text : unknown;
		room = has_text(values, text) || json_array_append(values, text) == 0;
	}
	json_decref(unknown);
	if (room)
		return values;
	json_decref(values);
	return NULL;
}

/* Adds a key where its values differ, or where it is recorded nowhere. */
static bool add_key(json_t *list, json_t *flat[SIDES][COMPARE_RUNS_MAX],
		    const struct compare *compare, const char *key)
{
	json_t *a = values_of(flat[SIDE_A], compare->run_count[SIDE_A], key);
	json_t *b = values_of(flat[SIDE_B], compare->run_count[SIDE_B], key);
	const char *first = json_string_value(json_array_get(a, 0));
	const bool same = json_array_size(a) == 1 && json_equal(a, b);
	if (a && b && same && first && strcmp(first, SURROUNDINGS_UNKNOWN) != 0) {
		json_decref(a);
		json_decref(b);
		return true;
	}
	/* json_pack() takes over both, also where it fails. */
	return json_array_append_new(list,
				     json_pack("{s:s,s:o,s:o}", "key", key, "a", a, "b", b)) == 0;
}

static bool is_known_below(json_t *keys, const char *parent)
{
	const char *key;
	json_t *value;
	json_object_foreach(keys, key, value) if (is_under(key, parent)) return true;
	return false;
}

static int by_weight(const void *a, const void *b)
{
	const char *left = *(const char *const *)a, *right = *(const char *const *)b;
	const size_t left_weight = weight_of(left), right_weight = weight_of(right);
	return left_weight != right_weight ? (left_weight > right_weight ? 1 : -1)
					   : strcmp(left, right);
}

/* All keys of `keys` and what is watched for and in no run, by weight. */
static bool add_all(json_t *list, json_t *keys, json_t *flat[SIDES][COMPARE_RUNS_MAX],
		    const struct compare *compare)
{
	const char *key;
	json_t *value;
	size_t count = 0;
	const char **sorted = malloc((json_object_size(keys) + WATCHED) * sizeof *sorted);
	if (!sorted)
		return false;
	json_object_foreach(keys, key, value) sorted[count++] = key;
	for (size_t i = 0; i < WATCHED; i++)
		if (!is_known_below(keys, watched[i]))
			sorted[count++] = watched[i];
	qsort(sorted, count, sizeof *sorted, by_weight);
	bool room = true;
	for (size_t i = 0; room && i < count; i++)
		room = add_key(list, flat, compare, sorted[i]);
	free(sorted);
	return room;
}

json_t *surroundings_differences(const struct compare *compare)
{
	json_t *flat[SIDES][COMPARE_RUNS_MAX] = {{NULL}};
	json_t *list = json_array(), *keys = json_object();
	bool room = list && keys;
	for (enum side_id side = SIDE_A; side < SIDES; side++)
		for (size_t i = 0; room && i < compare->run_count[side]; i++) {
			flat[side][i] = json_object();
			room = flatten(compare->runs[side][i].environment, "", flat[side][i], 0) &&
			       json_object_update(keys, flat[side][i]) == 0;
		}
	room = room && add_all(list, keys, flat, compare);
	for (enum side_id side = SIDE_A; side < SIDES; side++)
		for (size_t i = 0; i < compare->run_count[side]; i++)
			json_decref(flat[side][i]);
	json_decref(keys);
	if (room)
		return list;
	json_decref(list);
	return NULL;
}
