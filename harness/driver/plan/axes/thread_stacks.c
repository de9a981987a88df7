/* The rules of thread_stacks: no stacks without sleeping threads. */
#include "harness/driver/plan/axis_rules.h"

static enum outcome check_stacks(const struct plan *plan, const struct choice *levels,
				 struct problem *problem)
{
	const struct choice *threads = &plan->settings.levels[AXIS_SLEEPING_THREADS];
	char names[NOTE_BYTES];
	if (!choice_names(&axes[AXIS_THREAD_STACKS], levels, names, sizeof names) ||
	    (threads->given && threads->level[threads->count - 1] > 0))
		return OUTCOME_OK;
	return fail(problem,
		    "cannot use --thread-stacks %s: no sleeping threads are asked for; add "
		    "--sleeping-threads, or leave the option out",
		    names);
}

/* Without threads all stacks are alike. */
static enum outcome can_stacks(const struct jobs *jobs, const struct plan_job *job, bool *can)
{
	*can = job->level[AXIS_SLEEPING_THREADS] > 0;
	if (!*can)
		notes_add(&jobs->plan->left_out,
			  "--thread-stacks of %s beside %s without sleeping threads: there are no "
			  "stacks",
			  jobs->experiment->name, axis_plain_name(&axes[AXIS_THREAD_STACKS]));
	return OUTCOME_OK;
}

AXIS_RULE(THREAD_STACKS, .can = can_stacks, .check = check_stacks);
