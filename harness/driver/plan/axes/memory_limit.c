/* The rules of memory_limit: a group can be made, and its limit is above what a worker takes. */
#include "harness/driver/plan/axis_rules.h"

#include "harness/common/units.h"
#include "harness/driver/machine/memory.h"
#include "harness/driver/machine/memory_group.h"

#include <unistd.h>

/* Whatever the arms: with a copy of the heap. */
static bool runs_limit_at(const struct jobs *jobs, uint64_t level, uint64_t heap_bytes)
{
	return level == axis_plain(&axes[AXIS_MEMORY_LIMIT]) ||
	       level >= memory_needed(heap_bytes, 1, jobs->plan->settings.working_set_bytes);
}

static enum outcome check_limits(const struct plan *plan, const struct choice *levels,
				 struct problem *problem)
{
	const uint64_t page_bytes = (uint64_t)sysconf(_SC_PAGESIZE);
	char why[PROBLEM_TEXT_MAX];
	(void)plan;
	for (size_t i = 0; i < levels->count; i++)
		if (levels->level[i] % page_bytes)
			return fail(problem,
				    "cannot use --memory-limit %llu: it is not a multiple of the "
				    "page size, %llu; round it",
				    (unsigned long long)levels->level[i],
				    (unsigned long long)page_bytes);
	if (levels->count && levels->level[levels->count - 1] > 0 && !memory_group_check(why))
		return fail(problem, "cannot use --memory-limit: %s; leave it out", why);
	return OUTCOME_OK;
}

static enum outcome arrange_limit(const struct plan_job *job, struct wire_request *request,
				  struct problem *problem)
{
	const uint64_t limit_bytes = job->level[AXIS_MEMORY_LIMIT];
	if (limit_bytes == axis_plain(&axes[AXIS_MEMORY_LIMIT]))
		return OUTCOME_OK;
	return memory_group_make(limit_bytes, request->memory_group, sizeof request->memory_group,
				 problem);
}

AXIS_RULE(
	MEMORY_LIMIT, .runs_at = runs_limit_at,
	.unfit = "a worker with a copy of the heap may take as much, and the limit must not be hit",
	.check = check_limits, .arrange = arrange_limit);
