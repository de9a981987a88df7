/* The rules of dirty_share: a dirty heap that has pages. */
#include "harness/driver/plan/axis_rules.h"

static bool runs_share_at(const struct jobs *jobs, uint64_t level, uint64_t heap_bytes)
{
	(void)jobs;
	return level == axis_plain(&axes[AXIS_DIRTY_SHARE]) || heap_bytes;
}

/* A heap that is write-protected has no page written. */
static const char *clash_share(const uint64_t level[AXIS_COUNT], uint64_t heap_bytes)
{
	(void)heap_bytes;
	return level[AXIS_DIRTY_SHARE] != axis_plain(&axes[AXIS_DIRTY_SHARE]) &&
			       level[AXIS_STATE] != STATE_DIRTY
		       ? "only a dirty heap has pages written"
		       : NULL;
}

static enum outcome check_share(const struct plan *plan, const struct choice *levels,
				struct problem *problem)
{
	char text[NOTE_BYTES];
	if (choice_names(&axes[AXIS_DIRTY_SHARE], levels, text, sizeof text) &&
	    !choice_has(&plan->settings.levels[AXIS_STATE], STATE_DIRTY))
		return fail(problem,
			    "cannot use --dirty-share %s: only a dirty heap has pages written; add "
			    "--state dirty, or leave the option out",
			    text);
	return OUTCOME_OK;
}

AXIS_RULE(DIRTY_SHARE, .runs_at = runs_share_at, .unfit = "a heap without pages has none to write",
	  .clash = clash_share, .check = check_share);
