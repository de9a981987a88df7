#include "harness/driver/plan/plan_request.h"

#include "harness/driver/plan/kinds.h"

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

/* Whether a worker of the kind has cells whose caches are in this state. */
static bool has_level(const struct plan_job *job, enum wire_kind kind, enum cache_state cache)
{
	for (uint32_t c = 0; c < job->cell_count; c++)
		if (wire_cell_has(&job->cells[c], kind) && job->cells[c].level[AXIS_CACHE] == cache)
			return true;
	return false;
}

void plan_request(const struct plan *plan, const struct plan_job *job, enum wire_kind kind,
		  uint64_t seed, struct wire_request *request)
{
	bool pinned = job->level[AXIS_CHILD_CPU] != CHILD_CPU_FREE;
	bool warmed = job->heap_bytes < WARMUP_HEAP_MAX;
	*request = (struct wire_request){
		.mode = WIRE_MEASURE,
		.kind = kind,
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
		.cell_ns = kinds_cell_ns(plan, kind),
		.heap_bytes = job->heap_bytes,
		.evict_bytes = has_level(job, kind, CACHE_COLD) ? plan->eviction.bytes : 0,
		.working_set_bytes = has_level(job, kind, CACHE_USED) ? plan->working_set_bytes : 0,
		.seed = seed,
		.clock = plan->catalog.clock,
		.counter_count = (uint32_t)plan->counters.count,
	};
	memcpy(request->allowed_cpus, plan->allowed_cpus, sizeof request->allowed_cpus);
	memcpy(request->counters, plan->counters.counted, sizeof request->counters);
	memcpy(request->arms, plan->arms + job->arm_from, job->arm_count * sizeof *plan->arms);
	memcpy(request->cells, job->cells, sizeof request->cells);
	for (uint32_t c = 0; c < job->cell_count; c++)
		for (uint32_t a = 0; a < job->arm_count; a++)
			if (kinds_skips(plan, job, kind, c, a))
				request->cells[c].skips[a / 64] |= 1ull << a % 64;
	memcpy(request->level, job->level, sizeof request->level);
	wire_copy(request->target_path, sizeof request->target_path, plan->settings.target);
}

uint64_t plan_sample_capacity(const struct plan *plan, const struct plan_job *job,
			      enum wire_kind kind)
{
	uint64_t a_round = 0;
	for (uint32_t c = 0; c < job->cell_count; c++)
		if (wire_cell_has(&job->cells[c], kind))
			a_round += kind == WIRE_COUNTING ? (uint64_t)plan_counter_groups(plan) *
								   WIRE_COUNTED_SAMPLES
							 : 2ul * job->cells[c].burst_max;
	return a_round * job->arm_count * ROUNDS_MAX;
}
