/* The rules of dirty_layout: a share of the pages, neither none nor all. */
#include "harness/driver/plan/axis_rules.h"

static bool is_share(uint64_t percent)
{
	return percent > 0 && percent < axis_plain(&axes[AXIS_DIRTY_SHARE]);
}

static enum outcome check_layout(const struct plan *plan, const struct choice *levels,
				 struct problem *problem)
{
	const struct choice *shares = &plan->settings.levels[AXIS_DIRTY_SHARE];
	char names[NOTE_BYTES];
	bool any = false;
	for (size_t i = 0; shares->given && i < shares->count; i++)
		any = any || is_share(shares->level[i]);
	if (any || !choice_names(&axes[AXIS_DIRTY_LAYOUT], levels, names, sizeof names))
		return OUTCOME_OK;
	return fail(problem,
		    "cannot use --dirty-layout %s: no share of the pages is asked for; add "
		    "--dirty-share with a number from 1 to 99, or leave the option out",
		    names);
}

/* All pages, or none, lie the same way in each layout. */
static enum outcome can_layout(const struct jobs *jobs, const struct plan_job *job, bool *can)
{
	*can = is_share(job->level[AXIS_DIRTY_SHARE]);
	if (!*can)
		notes_add(&jobs->plan->left_out,
			  "--dirty-layout %s of %s with --dirty-share %u: all layouts are the same",
			  axis_name(&axes[AXIS_DIRTY_LAYOUT], job->level[AXIS_DIRTY_LAYOUT]),
			  jobs->experiment->name, (unsigned)job->level[AXIS_DIRTY_SHARE]);
	return OUTCOME_OK;
}

AXIS_RULE(DIRTY_LAYOUT, .can = can_layout, .check = check_layout);
