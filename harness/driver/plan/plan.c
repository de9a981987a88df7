#include "harness/driver/plan/plan.h"

#include <string.h>

enum {
	ROUNDS_MIN = 1,
	ROUNDS_MAX = 32,
	/* At least 1 sequence and 200 us (METHODOLOGY, "State before the window"). A sequence that took
	 * 20 ms has walked over the caches by itself, and more of them change nothing. */
	WARMUPS_MIN = 1,
	WARMUP_NS = 200000,
	WARMUP_LIMIT_NS = 20000000,
	/* From this heap on, to prepare the state walks over every cache, and what ran before it makes
	 * no difference: settling alone warms them then, without warm-ups of the arm's own. */
	WARMUP_HEAP_MAX = 256 << 20,
	BURST_NS = 30000000,
};

const struct wire_primitive *catalog_primitive(const struct wire_catalog *catalog, const char *name)
{
	for (uint32_t i = 0; i < catalog->primitive_count; i++)
		if (strcmp(catalog->primitives[i].name, name) == 0)
			return &catalog->primitives[i];
	return NULL;
}

void plan_request(const struct plan *plan, const struct plan_job *job, uint64_t seed,
		  struct wire_request *request)
{
	bool pinned = job->level[AXIS_CHILD_CPU] != CHILD_CPU_FREE;
	bool warmed = job->heap_bytes < WARMUP_HEAP_MAX;
	*request = (struct wire_request){
		.mode = WIRE_MEASURE,
		.caller_cpu = pinned ? plan->caller_cpu : -1,
		.other_cpu = plan->other_cpu,
		.arm_count = job->arm_count,
		.cell_count = job->cell_count,
		.rounds_min = ROUNDS_MIN,
		.rounds_max = ROUNDS_MAX,
		.warmups_min = warmed ? WARMUPS_MIN : 0,
		.warmup_ns = warmed ? WARMUP_NS : 0,
		.warmup_limit_ns = WARMUP_LIMIT_NS,
		.burst_ns = BURST_NS,
		.cell_ns = plan->settings.cell_ns,
		.heap_bytes = job->heap_bytes,
		.evict_bytes = job->evicts ? plan->eviction.bytes : 0,
		.seed = seed,
		.clock = plan->catalog.clock,
		.counter_count = (uint32_t)plan->counters.count,
	};
	memcpy(request->allowed_cpus, plan->allowed_cpus, sizeof request->allowed_cpus);
	memcpy(request->counters, plan->counters.counted, sizeof request->counters);
	memcpy(request->arms, plan->arms + job->arm_from, job->arm_count * sizeof *plan->arms);
	memcpy(request->cells, job->cells, sizeof request->cells);
	memcpy(request->level, job->level, sizeof request->level);
}

/* Appends " dirty/write-protected": the levels of an axis that some of the cells has. */
static void append_levels(char *text, size_t bytes, const struct axis *axis,
			  const struct wire_cell *cells, uint32_t cell_count)
{
	struct choice seen = {0};
	for (uint32_t c = 0; c < cell_count; c++)
		choice_add(&seen, cells[c].level[axis - axes]);
	for (size_t i = 0; i < seen.count; i++) {
		char level[AXIS_TEXT_MAX], words[AXIS_WORDS_MAX];
		axis_text(axis, seen.level[i], level);
		notes_append(text, bytes, "%s%s", i ? "/" : " ",
			     axis_short_words(axis, level, words));
	}
}

const char *plan_describe_levels(const struct plan_job *job, const struct wire_cell *cells,
				 uint32_t cell_count, char *text, size_t text_bytes)
{
	*text = '\0';
	for (int of_worker = 1; of_worker >= 0; of_worker--)
		for (enum axis_id axis = 0; axis < AXIS_COUNT; axis++)
			if (axes[axis].needs_new_worker == of_worker &&
			    job->experiment->varies >> axis & 1)
				append_levels(text, text_bytes, &axes[axis], cells, cell_count);
	return text;
}

bool plan_are_alike(const struct plan_job *a, const struct plan_job *b, uint32_t except)
{
	for (enum axis_id axis = 0; axis < AXIS_COUNT; axis++)
		if (!(except >> axis & 1) && a->level[axis] != b->level[axis])
			return false;
	return a->experiment == b->experiment;
}

bool plan_evicts(const struct plan *plan)
{
	for (size_t i = 0; i < plan->job_count; i++)
		if (plan->jobs[i].evicts)
			return true;
	return false;
}

bool plan_is_counted(const struct plan *plan, const struct plan_job *job)
{
	bool counted = false;
	for (uint32_t c = 0; c < job->cell_count; c++)
		counted = counted || job->cells[c].counted;
	return counted && plan->counters.count > 0;
}

double plan_counting_share(const struct plan *plan)
{
	bool counted = false;
	for (size_t i = 0; i < plan->job_count; i++)
		counted = counted || plan_is_counted(plan, &plan->jobs[i]);
	return counted ? 0.12 : 0;
}

uint32_t plan_counter_groups(const struct plan *plan)
{
	size_t count = plan->counters.count;
	return count ? plan->counters.counted[count - 1].group + 1 : 0;
}

uint64_t plan_sample_capacity(const struct plan *plan, const struct plan_job *job)
{
	uint64_t a_round = 0;
	for (uint32_t c = 0; c < job->cell_count; c++) {
		a_round += 2ul * job->cells[c].burst_max;
		if (job->cells[c].counted)
			a_round += (uint64_t)plan_counter_groups(plan) * WIRE_COUNTED_SAMPLES;
	}
	return a_round * job->arm_count * ROUNDS_MAX;
}
