/* arguments: words that a new program gets behind its own. Their text and their lists lie in shared memory, so that fork
 * copies none of them (METHODOLOGY, "Axes of the process"). */
#include "harness/worker/arena.h"
#include "harness/worker/effects.h"
#include "harness/worker/handed.h"
#include "harness/worker/target.h"

#include <stdio.h>

enum {
	/* As long as a variable of the axis `environment`, with its end. Its first letter is no order to the target. */
	ARGUMENT_BYTES = sizeof "--forkcost-argument-00000=/usr/lib/forkcost/path",
	OWN_MAX = 2, /* a program's own words: its name, and an order to the target */
};

/* A list of a program's own words and, behind them, those that were added. Returns what comes behind the list. */
static char **join(char **list, char *const *own, char *text, uint64_t count)
{
	while (*own)
		*list++ = *own++;
	for (uint64_t i = 0; i < count; i++)
		*list++ = text + i * ARGUMENT_BYTES;
	*list++ = NULL;
	return list;
}

static enum outcome begin(struct run *run, uint64_t level)
{
	static char *const *lists[TARGET_TASK_COUNT];
	if (level == 0)
		return OUTCOME_OK;
	const size_t list_words = OWN_MAX + level + 1;
	char **list = arena_share((TARGET_TASK_COUNT + 1) * list_words * sizeof *list +
					  level * ARGUMENT_BYTES,
				  "the new program's arguments", run->problem);
	if (!list)
		return OUTCOME_FAILED;
	char *text = (char *)(list + (TARGET_TASK_COUNT + 1) * list_words);
	for (uint64_t i = 0; i < level; i++)
		snprintf(text + i * ARGUMENT_BYTES, ARGUMENT_BYTES,
			 "--forkcost-argument-%05u=/usr/lib/forkcost/path", (unsigned)i % 100000);
	for (enum target_task task = 0; task < TARGET_TASK_COUNT; task++) {
		lists[task] = list;
		list = join(list, target_argv(task), text, level);
	}
	target_use(lists);
	if (run->program_argv) {
		join(list, run->program_argv, text, level);
		run->program_argv = list;
	}
	return OUTCOME_OK;
}

/* Its name is its own; a target that stays has an order to do so. */
static enum outcome verify(struct run *run, uint64_t level, const struct wire_cell_facts *facts)
{
	(void)facts;
	const unsigned own = run->program_argv ? 1 : OWN_MAX;
	return level ? handed_check(run, "cmdline", own, level, "arguments") : OUTCOME_OK;
}

AXIS_EFFECT(ARGUMENTS, .begin = begin, .verify = verify);
