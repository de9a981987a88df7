#include "harness/driver/data/old_names.h"

#include <stdbool.h>
#include <string.h>

static const struct {
	const char *old, *now;
} names[] = {
	{"twin", "aa_control"},
	{"clean", "write-protected"},
	{"take_back_written", "reuse_child_wrote"},
	{"take_back_exited", "reuse_child_exited"},
	{"fork_busy_others", "fork_busy_processes"},
	{"execed", "after_exec"},
	{"frames_alike", "frames_shared"},
	{"mapped_tables", "caller_tables"},
	{"caller_changed", "caller_frames_changed"},
};

enum { NAMES = sizeof names / sizeof *names, DEPTH_MAX = 8 };

/* Whether all of it was replaced: false if there is no memory. */
static bool replace(json_t *value, unsigned depth);

static bool replace_text(json_t *text)
{
	for (size_t i = 0; i < NAMES; i++)
		if (strcmp(json_string_value(text), names[i].old) == 0)
			return json_string_set(text, names[i].now) == 0;
	return true;
}

static bool replace_in_object(json_t *object, unsigned depth)
{
	const char *key;
	json_t *member;
	for (size_t i = 0; i < NAMES; i++)
		if ((member = json_object_get(object, names[i].old)) &&
		    (json_object_set(object, names[i].now, member) ||
		     json_object_del(object, names[i].old)))
			return false;
	json_object_foreach(object, key, member) if (!replace(member, depth + 1)) return false;
	return true;
}

static bool replace(json_t *value, unsigned depth)
{
	size_t i;
	json_t *element;
	if (depth > DEPTH_MAX)
		return true;
	if (json_is_string(value))
		return replace_text(value);
	if (json_is_object(value))
		return replace_in_object(value, depth);
	if (json_is_number(json_array_get(value, 0)))
		return true;
	json_array_foreach(value, i, element) if (!replace(element, depth + 1)) return false;
	return true;
}

enum outcome old_names_replace(json_t *line, struct problem *problem)
{
	if (!replace(line, 0))
		return fail(problem,
			    "cannot read a run of format 2: out of memory; end other programs");
	return OUTCOME_OK;
}
