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

/* In a value and all that it holds; false if there is no memory. */
static bool replace(json_t *value, unsigned depth)
{
	const char *key;
	json_t *member;
	size_t index;
	if (depth > DEPTH_MAX || json_is_number(json_array_get(value, 0)))
		return true;
	for (size_t i = 0; i < NAMES; i++) {
		if (json_is_string(value) && strcmp(json_string_value(value), names[i].old) == 0)
			return json_string_set(value, names[i].now) == 0;
		member = json_object_get(value, names[i].old);
		if (member && (json_object_set(value, names[i].now, member) ||
			       json_object_del(value, names[i].old)))
			return false;
	}
	json_object_foreach(value, key, member) if (!replace(member, depth + 1)) return false;
	json_array_foreach(value, index, member) if (!replace(member, depth + 1)) return false;
	return true;
}

enum outcome old_names_replace(json_t *line, struct problem *problem)
{
	if (!replace(line, 0))
		return fail(problem,
			    "cannot read a run of format 2: out of memory; end other programs");
	return OUTCOME_OK;
}
