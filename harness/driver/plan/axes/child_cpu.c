/* The rules of child_cpu: placements beside `same` at three heaps. */
#include "harness/driver/plan/axis_rules.h"

/* Placements beside `same` are measured at no larger heap, unless asked for by name. */
enum { OTHER_CPU_HEAP_MAX = 256 << 20, OTHER_CPU_QUICK_HEAP_MAX = 4 << 20 };

static enum outcome check_placements(const struct plan *plan, const struct choice *levels,
				     struct problem *problem)
{
	if (!choice_has(levels, CHILD_CPU_OTHER) || plan->other_cpu >= 0)
		return OUTCOME_OK;
	return fail(problem,
		    "cannot run a child on another CPU: only CPU %d is allowed; "
		    "leave out --child-cpu other, or widen the CPU set",
		    plan->caller_cpu);
}

static enum outcome choose_placement_heaps(const struct jobs *jobs, uint64_t placement,
					   struct choice *heaps)
{
	heaps->count = 0;
	if (placement == CHILD_CPU_OTHER && jobs->plan->other_cpu < 0) {
		notes_add(&jobs->plan->left_out, "child on another CPU: only CPU %d is allowed",
			  jobs->plan->caller_cpu);
		return OUTCOME_OK;
	}
	*heaps = axis_rules_three(jobs, jobs->plan->settings.is_quick ? OTHER_CPU_QUICK_HEAP_MAX
								      : OTHER_CPU_HEAP_MAX);
	return OUTCOME_OK;
}

AXIS_RULE(CHILD_CPU, .apart = APART_UNASKED, .choose_heaps = choose_placement_heaps,
	  .check = check_placements);
