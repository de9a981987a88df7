/* The rules of threads: as many as there are other CPUs. */
#include "harness/driver/plan/axis_rules.h"

static enum outcome check_threads(const struct plan *plan, const struct choice *levels,
				  struct problem *problem)
{
	uint32_t others = axis_rules_other_cpus(plan);
	unsigned most = levels->count ? (unsigned)levels->level[levels->count - 1] : 0;
	if (most <= others)
		return OUTCOME_OK;
	return fail(problem,
		    "cannot run %u threads on separate CPUs: only %u %s allowed beside "
		    "the caller's; give a smaller --threads, or allow more CPUs (taskset)",
		    most, others, others == 1 ? "is" : "are");
}

/* 0, 1, 2, 4, ... and as many as there are other CPUs; of an experiment that is not about threads 0, 1 and all. */
static void choose_threads(const struct jobs *jobs, struct choice *levels)
{
	const bool is_apart = axis_rules_apart(AXIS_THREADS, jobs->experiment) != APART_NEVER;
	uint32_t others = axis_rules_other_cpus(jobs->plan);
	if (!others)
		notes_add(&jobs->plan->left_out, "running threads of %s: only CPU %d is allowed",
			  jobs->experiment->name, jobs->plan->caller_cpu);
	choice_set(levels, 0);
	for (uint32_t k = 1; k < others && (k == 1 || !is_apart); k *= 2)
		choice_add(levels, k);
	choice_add(levels, others);
}

AXIS_RULE(THREADS, .choose = choose_threads, .check = check_threads);
