/* environment: variables that a new program gets. They lie in shared memory, so that fork copies none of them
 * (METHODOLOGY, "Axes of the process"). */
#include "harness/worker/arena.h"
#include "harness/worker/effects.h"
#include "harness/worker/handed.h"

#include <stdio.h>

enum {
	/* As long as those of a login session are in the mean, with its end. */
	VARIABLE_BYTES = sizeof "FORKCOST_VARIABLE_00000=/usr/lib/forkcost/a/path",
};

static enum outcome begin(struct run *run, uint64_t level)
{
	if (level == 0)
		return OUTCOME_OK;
	char **list = arena_share((level + 1) * sizeof *list + level * VARIABLE_BYTES,
				  "the new program's environment", run->problem);
	if (!list)
		return OUTCOME_FAILED;
	char *text = (char *)(list + level + 1);
	for (uint64_t i = 0; i < level; i++, text += VARIABLE_BYTES) {
		snprintf(text, VARIABLE_BYTES, "FORKCOST_VARIABLE_%05u=/usr/lib/forkcost/a/path",
			 (unsigned)i % 100000);
		list[i] = text;
	}
	run->target_envp = list;
	return OUTCOME_OK;
}

static enum outcome verify(struct run *run, uint64_t level, const struct wire_cell_facts *facts)
{
	(void)facts;
	return level ? handed_check(run, "environ", 0, level, "variables") : OUTCOME_OK;
}

AXIS_EFFECT(ENVIRONMENT, .begin = begin, .verify = verify);
