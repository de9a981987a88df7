#include "harness/driver/plan.h"

#include "harness/driver/machine.h"
#include "harness/driver/memory.h"

#include <stdio.h>
#include <string.h>

enum {
	/* Samples an arm takes in a row. Cold ones pay for a walk over the caches each. */
	BURST_WARM = 5,
	BURST_COLD = 2,
	ROUNDS_MIN = 1,
	ROUNDS_MAX = 8,
	/* Method rule 2: at least 3 sequences and 2 ms. A sequence that took 20 ms has walked over
	 * the caches by itself, and more of them change nothing. */
	WARMUPS_MIN = 3,
	WARMUP_NS = 2000000,
	WARMUP_LIMIT_NS = 20000000,
	/* From this heap on, to prepare the state walks over every cache, and what ran before it makes
	 * no difference: settling alone warms them then, without warm-ups of the arm's own. */
	WARMUP_HEAP_MAX = 256 << 20,
	BURST_NS = 30000000,
	/* Placements beside `same` are measured at no larger heap, unless asked for by name. */
	OTHER_CPU_HEAP_MAX = 256 << 20,
};

static enum outcome add_arm(struct plan *plan, const char *experiment, const char *primitive,
			    const char *case_name, enum action action, bool twin,
			    struct problem *problem)
{
	if (plan->arm_count == WIRE_ARMS_MAX)
		return fail(problem, "cannot plan more than %d arms; name fewer with --primitive",
			    WIRE_ARMS_MAX);
	struct wire_arm *arm = &plan->arms[plan->arm_count++];
	*arm = (struct wire_arm){.action = action, .twin = twin};
	wire_copy(arm->experiment, sizeof arm->experiment, experiment);
	wire_copy(arm->primitive, sizeof arm->primitive, primitive);
	wire_copy(arm->case_name, sizeof arm->case_name, case_name);
	return OUTCOME_OK;
}

static enum outcome add_primitive_arms(struct plan *plan, const struct wire_experiment *experiment,
				       const struct wire_primitive *primitive,
				       struct problem *problem)
{
	const struct settings *settings = &plan->settings;
	for (enum action action = ACTION_EXIT; action < ACTION_COUNT; action++) {
		if (!settings->actions.chosen[action])
			continue;
		const char *why = primitive->refuses[action];
		if (*why && settings->primitives_given && settings->actions_given)
			return fail(problem, "cannot %s with %s: %s; leave one of them out",
				    axis_name(&axis_action, action), primitive->name, why);
		if (*why)
			continue;
		if (add_arm(plan, experiment->name, primitive->name, "", action, false, problem))
			return OUTCOME_FAILED;
		plan->copies_heap = plan->copies_heap || primitive->copies_heap;
	}
	return OUTCOME_OK;
}

/* An experiment without primitives: an arm for each of its cases, or a single one. */
static enum outcome add_plain_arms(struct plan *plan, const struct wire_experiment *experiment,
				   struct problem *problem)
{
	for (uint32_t c = 0; c < experiment->case_count; c++)
		if (add_arm(plan, experiment->name, "", experiment->cases[c], ACTION_NONE, false,
			    problem))
			return OUTCOME_FAILED;
	if (experiment->case_count)
		return OUTCOME_OK;
	return add_arm(plan, experiment->name, "", "", ACTION_NONE, false, problem);
}

static enum outcome add_arms(struct plan *plan, struct problem *problem)
{
	const struct wire_catalog *catalog = &plan->catalog;
	for (uint32_t e = 0; e < catalog->experiment_count; e++) {
		const struct wire_experiment *experiment = &catalog->experiments[e];
		if (!plan->settings.experiments[e] && !experiment->in_every_plan)
			continue;
		if (!experiment->uses_primitives) {
			if (add_plain_arms(plan, experiment, problem))
				return OUTCOME_FAILED;
			continue;
		}
		uint32_t first = plan->arm_count;
		for (uint32_t p = 0; p < catalog->primitive_count; p++)
			if (plan->settings.primitives[p] &&
			    add_primitive_arms(plan, experiment, &catalog->primitives[p], problem))
				return OUTCOME_FAILED;
		if (plan->arm_count == first)
			return fail(problem,
				    "cannot plan %s: no chosen primitive takes the chosen action; "
				    "see forkcost list",
				    experiment->name);
		/* The A/A twin (method rule 31): the first arm again, fork's exit if it is there.
		 */
		struct wire_arm twin = plan->arms[first];
		for (uint32_t a = first; a < plan->arm_count; a++)
			if (strcmp(plan->arms[a].primitive, "fork") == 0 &&
			    plan->arms[a].action == ACTION_EXIT)
				twin = plan->arms[a];
		if (add_arm(plan, twin.experiment, twin.primitive, twin.case_name, twin.action,
			    true, problem))
			return OUTCOME_FAILED;
	}
	return OUTCOME_OK;
}

static enum outcome add_job(struct plan *plan, uint64_t heap_bytes, enum child_cpu child_cpu,
			    bool all_cells, struct problem *problem)
{
	const struct settings *settings = &plan->settings;
	struct plan_job job = {.heap_bytes = heap_bytes, .child_cpu = child_cpu};
	for (uint32_t state = 0; state < STATE_COUNT; state++) {
		for (uint32_t cache = 0; cache < CACHE_COUNT; cache++) {
			bool chosen =
				settings->states.chosen[state] && settings->caches.chosen[cache];
			bool plain = state == STATE_DIRTY && cache == CACHE_WARM;
			if (chosen && (all_cells || plain))
				job.cells[job.cell_count++] = (struct wire_cell){
					.state = state,
					.cache = cache,
					.burst_max = cache == CACHE_COLD ? BURST_COLD : BURST_WARM,
				};
		}
	}
	if (job.cell_count == 0)
		return OUTCOME_OK;
	if (memory_check(heap_bytes, plan->copies_heap, plan->evict_bytes, problem))
		return OUTCOME_FAILED;
	plan->jobs[plan->job_count++] = job;
	return OUTCOME_OK;
}

/* Placements beside `same` that nobody asked for by name: the smallest heap, the middle one, and
 * the largest up to OTHER_CPU_HEAP_MAX; dirty and warm. */
static enum outcome add_default_placements(struct plan *plan, struct problem *problem)
{
	const struct settings *settings = &plan->settings;
	size_t last = settings->heap_count - 1;
	while (last > 0 && settings->heap_bytes[last] > OTHER_CPU_HEAP_MAX)
		last--;
	const size_t picks[] = {0, last / 2, last};
	for (unsigned placement = CHILD_CPU_FREE; placement < CHILD_CPU_COUNT; placement++) {
		if (placement == CHILD_CPU_OTHER && plan->other_cpu < 0)
			continue;
		for (size_t i = 0; i < 3; i++)
			if ((i == 0 || picks[i] != picks[i - 1]) &&
			    add_job(plan, settings->heap_bytes[picks[i]], placement, false,
				    problem))
				return OUTCOME_FAILED;
	}
	return OUTCOME_OK;
}

static enum outcome add_jobs(struct plan *plan, struct problem *problem)
{
	const struct settings *settings = &plan->settings;
	for (unsigned placement = 0; placement < CHILD_CPU_COUNT; placement++) {
		if (!settings->child_cpus.chosen[placement])
			continue;
		if (placement == CHILD_CPU_OTHER && plan->other_cpu < 0)
			return fail(problem,
				    "cannot run a child on another CPU: only CPU %d is allowed; "
				    "leave out --child-cpu other, or widen the CPU set",
				    plan->caller_cpu);
		for (size_t i = 0; i < settings->heap_count; i++)
			if (add_job(plan, settings->heap_bytes[i], placement, true, problem))
				return OUTCOME_FAILED;
	}
	return settings->child_cpu_given ? OUTCOME_OK : add_default_placements(plan, problem);
}

/* Default heaps stay within a quarter of what is available; sizes given by name are never dropped.
 */
static enum outcome trim_heaps(struct settings *settings, struct problem *problem)
{
	uint64_t available = 0;
	const char *limited_by;
	if (memory_available(&available, &limited_by, problem))
		return OUTCOME_FAILED;
	while (!settings->heaps_given && settings->heap_count > 1 &&
	       settings->heap_bytes[settings->heap_count - 1] > available / 4)
		settings->heap_count--;
	return OUTCOME_OK;
}

enum outcome plan_make(struct plan *plan, const struct settings *settings,
		       const struct wire_catalog *catalog, struct problem *problem)
{
	memset(plan, 0, sizeof *plan);
	plan->settings = *settings;
	plan->catalog = *catalog;
	if (machine_choose_cpus(settings->caller_cpu, &plan->caller_cpu, &plan->other_cpu, problem))
		return OUTCOME_FAILED;
	machine_allowed_cpus(plan->allowed_cpus);
	bool cold = settings->caches.chosen[CACHE_COLD];
	plan->evict_bytes = !cold                                 ? 0
			    : settings->evict_bytes != UINT64_MAX ? settings->evict_bytes
								  : 2 * machine_cache_bytes();
	if (trim_heaps(&plan->settings, problem) || add_arms(plan, problem) ||
	    add_jobs(plan, problem))
		return OUTCOME_FAILED;
	if (plan->job_count == 0)
		return fail(problem, "cannot plan: no cell is left; choose more levels");
	return OUTCOME_OK;
}

void plan_request(const struct plan *plan, const struct plan_job *job, uint64_t seed,
		  struct wire_request *request)
{
	bool pinned = job->child_cpu != CHILD_CPU_FREE;
	bool warmed = job->heap_bytes < WARMUP_HEAP_MAX;
	*request = (struct wire_request){
		.mode = WIRE_MEASURE,
		.page_kind = PAGE_KIND_4K,
		.child_cpu = job->child_cpu,
		.caller_cpu = pinned ? plan->caller_cpu : -1,
		.other_cpu = plan->other_cpu,
		.arm_count = plan->arm_count,
		.cell_count = job->cell_count,
		.rounds_min = ROUNDS_MIN,
		.rounds_max = ROUNDS_MAX,
		.warmups_min = warmed ? WARMUPS_MIN : 0,
		.warmup_ns = warmed ? WARMUP_NS : 0,
		.warmup_limit_ns = WARMUP_LIMIT_NS,
		.burst_ns = BURST_NS,
		.cell_ns = plan->settings.cell_ns,
		.heap_bytes = job->heap_bytes,
		.evict_bytes = plan->evict_bytes,
		.seed = seed,
		.clock = plan->catalog.clock,
	};
	memcpy(request->allowed_cpus, plan->allowed_cpus, sizeof request->allowed_cpus);
	memcpy(request->arms, plan->arms, sizeof request->arms);
	memcpy(request->cells, job->cells, sizeof request->cells);
}

uint64_t plan_sample_capacity(const struct plan *plan, const struct plan_job *job)
{
	return (uint64_t)plan->arm_count * job->cell_count * PASS_COUNT * ROUNDS_MAX * BURST_WARM;
}
