/* memory_limit: the worker enters a group of cgroup v2 that the driver has made, before there is a heap, so that all pages
 * of it, its page tables and its children are charged there (METHODOLOGY, "Axes of the process"). */
#include "harness/worker/effects.h"
#include "harness/worker/memory_group.h"

#include <errno.h>
#include <string.h>

static enum outcome begin(struct run *run, uint64_t level)
{
	if (level == 0 || memory_group_enter(run->request->memory_group, run->scratch))
		return OUTCOME_OK;
	return fail(run->problem, "cannot enter the group %s: %s; leave out --memory-limit",
		    run->request->memory_group, strerror(errno));
}

/* A limit that was hit has made the kernel reclaim within a window. */
static enum outcome verify(struct run *run, uint64_t level, const struct wire_cell_facts *facts)
{
	if (level == 0)
		return OUTCOME_OK;
	if (!memory_group_is_in(run->request->memory_group, run->scratch) ||
	    facts->memory_max_bytes != level)
		return fail(run->problem,
			    "cannot trust the memory limit: the worker is not in %s, or that "
			    "group's memory.max is %lld, not %llu; who moves processes here?",
			    run->request->memory_group, (long long)facts->memory_max_bytes,
			    (unsigned long long)level);
	if (memory_group_hits(run->request->memory_group, run->scratch) == 0)
		return OUTCOME_OK;
	return fail(run->problem,
		    "cannot trust times under a memory limit of %llu: it was hit, by "
		    "memory.events of %s; give a larger --memory-limit",
		    (unsigned long long)level, run->request->memory_group);
}

AXIS_EFFECT(MEMORY_LIMIT, .begin = begin, .verify = verify);
