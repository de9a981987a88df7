/* From settings to jobs. A job is one heap size and child placement; it is done by fresh workers,
 * the replicates, each of which runs all of the job's cells with all arms. */
#ifndef FORKCOST_PLAN_H
#define FORKCOST_PLAN_H

#include "harness/common/problem.h"
#include "harness/common/wire.h"
#include "harness/driver/settings.h"

#include <stdint.h>

enum { PLAN_JOBS_MAX = SETTINGS_HEAPS_MAX * CHILD_CPU_COUNT };

struct plan_job {
	uint64_t heap_bytes;
	enum child_cpu child_cpu;
	uint32_t cell_count;
	struct wire_cell cells[WIRE_CELLS_MAX];
};

struct plan {
	struct settings settings;
	struct wire_catalog catalog;
	uint32_t arm_count;
	struct wire_arm arms[WIRE_ARMS_MAX];
	bool copies_heap; /* some arm needs memory for a second heap */
	int caller_cpu, other_cpu;
	uint64_t allowed_cpus[WIRE_CPUS_MAX / 64];
	uint64_t evict_bytes;
	size_t job_count;
	struct plan_job jobs[PLAN_JOBS_MAX];
};

/* Makes the plan. Fails if a combination was asked for that makes no sense, with the reason, or if
 * a heap does not fit; what was not asked for by name is left out instead. */
enum outcome plan_make(struct plan *plan, const struct settings *settings,
		       const struct wire_catalog *catalog, struct problem *problem);

/* Fills in the request for one replicate of a job. */
void plan_request(const struct plan *plan, const struct plan_job *job, uint64_t seed,
		  struct wire_request *request);

/* Samples that one replicate can yield at most. */
uint64_t plan_sample_capacity(const struct plan *plan, const struct plan_job *job);

#endif
