#include "harness/driver/plan/plan_make.h"

#include "harness/driver/machine/machine.h"
#include "harness/driver/machine/memory.h"
#include "harness/driver/plan/jobs.h"
#include "harness/driver/plan/option_use.h"

#include <string.h>

enum { WORKING_SET_BYTES = 3 << 19 }; /* for an L2 cache of 1 MiB, as many have */

static enum outcome add_arm(struct plan *plan, const struct wire_experiment *experiment,
			    const struct wire_primitive *primitive, const char *case_name,
			    enum action action, struct problem *problem)
{
	if (plan->arm_count == WIRE_ARMS_MAX)
		return fail(problem, "cannot plan more than %d arms; name fewer with --primitive",
			    WIRE_ARMS_MAX);
	struct wire_arm *arm = &plan->arms[plan->arm_count];
	*arm = (struct wire_arm){.action = action};
	wire_copy(arm->experiment, sizeof arm->experiment, experiment->name);
	wire_copy(arm->primitive, sizeof arm->primitive, primitive ? primitive->name : "");
	wire_copy(arm->case_name, sizeof arm->case_name, case_name);
	plan->arm_experiment[plan->arm_count] = experiment;
	plan->arm_primitive[plan->arm_count++] = primitive;
	return OUTCOME_OK;
}

static enum outcome add_primitive_arms(struct plan *plan, const struct wire_experiment *experiment,
				       const struct wire_primitive *primitive,
				       struct problem *problem)
{
	const struct settings *settings = &plan->settings;
	for (enum action action = ACTION_EXIT; action < ACTION_COUNT; action++) {
		const char *why = primitive->refuses[action];
		if (!choice_has(&settings->actions, action))
			continue;
		if (*why && settings->primitives_given && settings->actions.given)
			return fail(problem, "cannot %s with %s: %s; leave one of them out",
				    axis_name(&axis_action, action), primitive->name, why);
		if (!*why && add_arm(plan, experiment, primitive, "", action, problem))
			return OUTCOME_FAILED;
	}
	return OUTCOME_OK;
}

/* A quick run has the headline's primitives, unless it is told which. */
static bool is_for_longer_runs(const struct plan *plan, const struct wire_primitive *primitive)
{
	return plan->settings.is_quick && !plan->settings.primitives_given &&
	       !(primitive->traits & TRAIT_HEADLINE);
}

static enum outcome add_spawning_arms(struct plan *plan, const struct wire_experiment *experiment,
				      struct problem *problem)
{
	const struct wire_catalog *catalog = &plan->catalog;
	uint32_t first = plan->arm_count;
	char left[NOTE_BYTES] = "";
	for (uint32_t p = 0; p < catalog->primitive_count; p++) {
		const struct wire_primitive *primitive = &catalog->primitives[p];
		if (!plan->settings.primitives[p])
			continue;
		if (is_for_longer_runs(plan, primitive))
			notes_append(left, sizeof left, "%s%s", *left ? ", " : "", primitive->name);
		else if (add_primitive_arms(plan, experiment, primitive, problem))
			return OUTCOME_FAILED;
	}
	if (*left)
		notes_add(&plan->left_out,
			  "%s with %s: not in the preset quick; ask for them with --primitive",
			  experiment->name, left);
	if (plan->arm_count == first)
		return fail(problem,
			    "cannot plan %s: no chosen primitive takes the chosen action; "
			    "see forkcost list",
			    experiment->name);
	/* The A/A control (METHODOLOGY, "Statistics"): the first arm again, fork's exit if it is there. */
	uint32_t again = first;
	for (uint32_t a = first; a < plan->arm_count; a++)
		if (strcmp(plan->arms[a].primitive, "fork") == 0 &&
		    plan->arms[a].action == ACTION_EXIT)
			again = a;
	if (add_arm(plan, experiment, plan->arm_primitive[again], "",
		    (enum action)plan->arms[again].action, problem))
		return OUTCOME_FAILED;
	plan->arms[plan->arm_count - 1].aa_control = true;
	return OUTCOME_OK;
}

/* An experiment without primitives has an arm for each of its cases, or a single one. */
static enum outcome add_arms(struct plan *plan, const struct wire_experiment *experiment,
			     struct problem *problem)
{
	if (experiment->uses_primitives)
		return add_spawning_arms(plan, experiment, problem);
	for (uint32_t c = 0; c == 0 || c < experiment->case_count; c++)
		if (add_arm(plan, experiment, NULL,
			    experiment->case_count ? experiment->cases[c] : "", ACTION_NONE,
			    problem))
			return OUTCOME_FAILED;
	return OUTCOME_OK;
}

/* The experiment that the rulers ride along with: one that starts processes if there is one, for
 * its heaps begin at 0. NULL: only rulers were chosen. */
static const struct wire_experiment *carrier(const struct plan *plan)
{
	const struct wire_experiment *found = NULL;
	for (uint32_t e = 0; e < plan->catalog.experiment_count; e++) {
		const struct wire_experiment *experiment = &plan->catalog.experiments[e];
		if (plan->settings.experiments[e] && !experiment->in_every_plan &&
		    (!found || (experiment->uses_primitives && !found->uses_primitives)))
			found = experiment;
	}
	return found;
}

/* Arms and jobs of everything chosen. The rulers come first, and are part of their carrier's jobs. */
static enum outcome add_experiments(struct plan *plan, struct problem *problem)
{
	const struct wire_catalog *catalog = &plan->catalog;
	const struct wire_experiment *carries = carrier(plan), *ruler = NULL;
	for (uint32_t e = 0; e < catalog->experiment_count; e++) {
		if (!catalog->experiments[e].in_every_plan)
			continue;
		ruler = &catalog->experiments[e];
		if (add_arms(plan, ruler, problem))
			return OUTCOME_FAILED;
	}
	if (!carries && !ruler)
		return fail(problem, "cannot plan: no experiment was chosen; see forkcost list");
	if ((carries && add_arms(plan, carries, problem)) ||
	    jobs_add(plan, carries ? carries : ruler, 0, problem))
		return OUTCOME_FAILED;
	for (uint32_t e = 0; e < catalog->experiment_count; e++) {
		const struct wire_experiment *experiment = &catalog->experiments[e];
		uint32_t from = plan->arm_count;
		if (plan->settings.experiments[e] && !experiment->in_every_plan &&
		    experiment != carries &&
		    (add_arms(plan, experiment, problem) ||
		     jobs_add(plan, experiment, from, problem)))
			return OUTCOME_FAILED;
	}
	return OUTCOME_OK;
}

/* An axis that runs only if asked for is varied by nobody where nobody asked. */
static void drop_idle_axes(struct plan *plan)
{
	for (enum axis_id axis = 0; axis < AXIS_COUNT; axis++)
		for (uint32_t e = 0; e < plan->catalog.experiment_count; e++)
			if (!axes[axis].unasked && !plan->settings.levels[axis].given)
				plan->catalog.experiments[e].varies &= ~(1u << axis);
}

/* More than the L2 cache has room for, as most programs use between two spawns. */
static void choose_working_set(struct plan *plan)
{
	const uint64_t asked_bytes = plan->settings.working_set_bytes,
		       l2_bytes = machine_l2_bytes();
	bool works = false;
	for (size_t i = 0; i < plan->job_count; i++)
		works = works || plan->jobs[i].works;
	if (!works)
		return;
	plan->working_set_bytes = asked_bytes ? asked_bytes : WORKING_SET_BYTES;
	plan->working_set_from = asked_bytes ? "given by --working-set"
					     : "the size of the L2 cache is unavailable: hwloc";
	if (asked_bytes || !l2_bytes)
		return;
	plan->working_set_bytes = l2_bytes / 2 * 3;
	plan->working_set_from = "the L2 cache and half of it again";
}

enum outcome plan_make(struct plan *plan, const struct settings *settings,
		       const struct wire_catalog *catalog, struct problem *problem)
{
	memset(plan, 0, sizeof *plan);
	plan->eviction.fd = -1;
	plan->settings = *settings;
	plan->catalog = *catalog;
	drop_idle_axes(plan);
	if (machine_choose_cpus(settings->caller_cpu, &plan->caller_cpu, &plan->other_cpu, problem))
		return OUTCOME_FAILED;
	machine_allowed_cpus(plan->allowed_cpus);
	/* A size that was asked for must fit, whether or not a cell of this plan comes to use it. */
	if (option_use_check(plan, problem) ||
	    (settings->evict_bytes != UINT64_MAX &&
	     memory_check(0, false, settings->evict_bytes, problem)))
		return OUTCOME_FAILED;
	if (counters_make(&plan->counters, *settings->counters ? settings->counters : NULL,
			  plan->caller_cpu, problem) ||
	    add_experiments(plan, problem))
		return OUTCOME_FAILED;
	if (plan->job_count == 0)
		return fail(problem, "cannot plan: no cell is left; choose more levels");
	if (plan_evicts(plan) && eviction_limit(&plan->eviction, settings->evict_bytes, problem))
		return OUTCOME_FAILED;
	choose_working_set(plan);
	/* The eviction buffer stays for the whole run. */
	for (size_t i = 0; i < plan->job_count; i++)
		if (memory_check(plan->jobs[i].heap_bytes, plan->jobs[i].copies_heap,
				 plan->eviction.bytes + plan->working_set_bytes, problem))
			return OUTCOME_FAILED;
	for (size_t i = 0; i < plan->gaps.count; i++) {
		char text[NOTE_BYTES];
		notes_add(&plan->left_out, "%s", plan_describe_gap(&plan->gaps.gap[i], text));
	}
	return option_use_check_jobs(plan, problem);
}
