/* The rules of advice: a heap that has pages. */
#include "harness/driver/plan/axis_rules.h"

static bool runs_advice_at(const struct jobs *jobs, uint64_t level, uint64_t heap_bytes)
{
	(void)jobs;
	return level == axis_plain(&axes[AXIS_ADVICE]) || heap_bytes;
}

static enum outcome check_advice(const struct plan *plan, const struct choice *levels,
				 struct problem *problem)
{
	const struct choice *heaps = &plan->settings.heaps,
			    *densities = &plan->settings.levels[AXIS_DENSITY];
	char names[NOTE_BYTES], spread[NOTE_BYTES];
	/* To lock pages that lie apart would make those between them. */
	if (levels->given && choice_has(levels, ADVICE_LOCKED) && densities->given &&
	    choice_names(&axes[AXIS_DENSITY], densities, spread, sizeof spread))
		return fail(problem,
			    "cannot use --advice locked with --density %s: the pages between would "
			    "be made and locked, too; leave one of them out",
			    spread);
	if (!choice_names(&axes[AXIS_ADVICE], levels, names, sizeof names) || !heaps->given ||
	    (heaps->count && heaps->level[heaps->count - 1] > 0))
		return OUTCOME_OK;
	return fail(problem, "cannot use --advice %s: there is no heap; give a larger --heap",
		    names);
}

AXIS_RULE(ADVICE, .runs_at = runs_advice_at, .check = check_advice);
