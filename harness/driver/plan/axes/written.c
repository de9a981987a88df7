/* The rules of written: large heaps have few shares. */
#include "harness/driver/plan/axis_rules.h"

#include <stdio.h>

/* Beyond this, writes are left to one share of the pages, unless asked for: to make and copy as many takes seconds. */
enum { WRITTEN_HEAP_MAX = 256 << 20, WRITTEN_USUAL = 10 };

static bool runs_written_at(const struct jobs *jobs, uint64_t level, uint64_t heap_bytes)
{
	return level == axis_plain(&axes[AXIS_WRITTEN]) || level == WRITTEN_USUAL ||
	       heap_bytes <= WRITTEN_HEAP_MAX || jobs->plan->settings.levels[AXIS_WRITTEN].given;
}

static void note_written(const struct jobs *jobs)
{
	const struct choice *levels = &jobs->plan->settings.levels[AXIS_WRITTEN];
	char names[NOTE_BYTES] = "", what[NOTE_BYTES];
	for (size_t i = 0; i < levels->count; i++)
		if (!runs_written_at(jobs, levels->level[i], UINT64_MAX))
			notes_append(names, sizeof names, "%s%u %%", *names ? ", " : "",
				     (unsigned)levels->level[i]);
	snprintf(what, sizeof what, "%.200s written", names);
	if (*names)
		axis_rules_note_expensive(jobs, what, WRITTEN_HEAP_MAX, "--written");
}

AXIS_RULE(WRITTEN, .runs_at = runs_written_at, .note = note_written);
