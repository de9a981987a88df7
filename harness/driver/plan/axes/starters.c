/* The rules of starters: by the number of CPUs. */
#include "harness/driver/plan/axis_rules.h"

#include "harness/driver/machine/memory.h"

/* One, one a CPU, and two a CPU. Each has a heap of its own: together a quarter of memory at most. */
static void choose_starters(const struct jobs *jobs, struct choice *levels)
{
	const uint64_t cpus = axis_rules_other_cpus(jobs->plan) + 1, chosen[] = {1, cpus, 2 * cpus};
	const uint64_t heap_bytes =
		jobs->heaps.count ? jobs->heaps.level[jobs->heaps.count - 1] : 0;
	uint64_t available = 0;
	const char *limited_by = "";
	struct problem problem;
	/* What cannot be seen here the check of memory sees. */
	if (memory_available(&available, &limited_by, &problem))
		available = UINT64_MAX;
	choice_set(levels, 1);
	for (size_t i = 1; i < sizeof chosen / sizeof *chosen; i++)
		if (heap_bytes <= available / 4 / (chosen[i] + 1))
			choice_add(levels, chosen[i]);
		else
			notes_add(&jobs->plan->left_out,
				  "%llu starters of %s: their heaps take more than a quarter of "
				  "what %s leaves; ask for them with --starters",
				  (unsigned long long)chosen[i], jobs->experiment->name,
				  limited_by);
}

static enum outcome check_starters(const struct plan *plan, const struct choice *levels,
				   struct problem *problem)
{
	(void)plan;
	if (!choice_has(levels, 0))
		return OUTCOME_OK;
	return fail(problem, "cannot start children with 0 starters; give --starters 1 or more");
}

AXIS_RULE(STARTERS, .choose = choose_starters, .check = check_starters);
