/* The rules of program: arms that exec, and a program that starts. */
#include "harness/driver/plan/axis_rules.h"

#include "harness/driver/machine/program.h"

/* Only who execs starts a program. */
static bool skips_exit(const struct plan *plan, uint64_t level, uint32_t arm)
{
	return level != PROGRAM_OWN && plan->arms[arm].action == ACTION_EXIT;
}

static enum outcome check_programs(const struct plan *plan, const struct choice *levels,
				   struct problem *problem)
{
	const struct settings *settings = &plan->settings;
	char names[NOTE_BYTES];
	bool can_exec = false;
	if (!choice_names(&axes[AXIS_PROGRAM], levels, names, sizeof names))
		return OUTCOME_OK;
	for (uint32_t p = 0; p < plan->catalog.primitive_count; p++)
		can_exec = can_exec || (settings->primitives[p] &&
					!*plan->catalog.primitives[p].refuses[ACTION_EXEC]);
	if (!can_exec || !choice_has(&settings->actions, ACTION_EXEC))
		return fail(problem,
			    "cannot use --program %s: no chosen child execs; choose --action exec "
			    "and a --primitive that can",
			    names);
	if (choice_has(levels, PROGRAM_GIVEN) && !*settings->target)
		return fail(problem,
			    "cannot use --program given: there is no program; name it with "
			    "--target");
	return OUTCOME_OK;
}

static bool execs(const struct plan *plan, const struct plan_job *job)
{
	for (uint32_t a = 0; a < job->arm_count; a++)
		if (plan->arms[job->arm_from + a].action == ACTION_EXEC)
			return true;
	return false;
}

/* Started once before the run: what fails here fails in every worker. A job without exec has no use for it. */
static enum outcome can_program(const struct jobs *jobs, const struct plan_job *job, bool *can)
{
	struct plan *plan = jobs->plan;
	const enum program program = (enum program)job->level[AXIS_PROGRAM];
	const char *name = axis_name(&axes[AXIS_PROGRAM], program);
	char path[WIRE_PATH_MAX];
	struct problem why;
	int status;
	*can = execs(plan, job);
	if (!*can)
		return OUTCOME_OK;
	wire_copy(path, sizeof path, plan->settings.target);
	*can = !program_locate(program, path, sizeof path, &why) &&
	       !program_try(path, &status, &why);
	if (!*can && plan->settings.levels[AXIS_PROGRAM].given)
		return fail(jobs->problem, "%s", why.text);
	if (!*can)
		notes_add(&plan->left_out, "program %s of %s: unavailable: %s", name,
			  jobs->experiment->name, why.text);
	else if (program == PROGRAM_GIVEN) {
		plan->target_status = status;
		notes_add(&plan->holds_for, "--target: %s starts, and exits with status %d", path,
			  status);
	}
	return OUTCOME_OK;
}

AXIS_RULE(PROGRAM, .can = can_program, .skips = skips_exit, .check = check_programs);
