/* The rules of arguments: not for a program of the user's, for which they would have a meaning. */
#include "harness/driver/plan/axis_rules.h"

static enum outcome check_arguments(const struct plan *plan, const struct choice *levels,
				    struct problem *problem)
{
	const struct settings *settings = &plan->settings;
	char text[NOTE_BYTES];
	if (!choice_names(&axes[AXIS_ARGUMENTS], levels, text, sizeof text))
		return OUTCOME_OK;
	if (choice_has(&settings->levels[AXIS_PROGRAM], PROGRAM_GIVEN))
		return fail(problem,
			    "cannot use --arguments %s with --program given: they may mean "
			    "something to "
			    "it; leave one of them out",
			    text);
	if (!choice_has(&settings->actions, ACTION_EXEC))
		return fail(
			problem,
			"cannot use --arguments %s: no chosen child execs; choose --action exec",
			text);
	return OUTCOME_OK;
}

/* Only who execs hands them over. */
static bool skips_exit(const struct plan *plan, uint64_t level, uint32_t arm)
{
	return level && plan->arms[arm].action == ACTION_EXIT;
}

AXIS_RULE(ARGUMENTS, .skips = skips_exit, .check = check_arguments);
