/* From settings to jobs. A job is one experiment at one heap size and one level of each axis that needs a new
 * worker; it is done by fresh workers, the replicates, each of which runs all of the job's cells with all of its
 * arms. */
#ifndef FORKCOST_PLAN_H
#define FORKCOST_PLAN_H

#include "harness/common/problem.h"
#include "harness/common/wire.h"
#include "harness/driver/base/notes.h"
#include "harness/driver/counters/counters.h"
#include "harness/driver/machine/eviction.h"
#include "harness/driver/plan/settings.h"

#include <stdbool.h>
#include <stdint.h>

enum { PLAN_JOBS_MAX = 256 };

struct plan_job {
	const struct wire_experiment *experiment; /* that it is there for; rulers may ride along */
	uint64_t heap_bytes;
	bool evicts; /* has cold cells */
	uint64_t
		level[AXIS_COUNT]; /* of axes that need a new worker; of the others the plain one */
	bool copies_heap;          /* some arm needs memory for a second heap */
	uint32_t arm_from, arm_count; /* of the plan's arms */
	uint32_t cell_count;
	struct wire_cell cells[WIRE_CELLS_MAX];
};

/* A page kind that the plan leaves out, and why. */
struct plan_gap {
	enum page_kind page_kind;
	char why[PROBLEM_TEXT_MAX];
};

struct plan {
	struct settings settings;
	struct wire_catalog catalog;
	struct counters counters;
	uint32_t arm_count;
	struct wire_arm arms[WIRE_ARMS_MAX]; /* an experiment's lie side by side */
	/* What the arms are of, in the catalogue; an experiment may do without primitives. */
	const struct wire_experiment *arm_experiment[WIRE_ARMS_MAX];
	const struct wire_primitive *arm_primitive[WIRE_ARMS_MAX];
	int caller_cpu, other_cpu;
	uint64_t allowed_cpus[WIRE_CPUS_MAX / 64];
	struct eviction eviction; /* `bytes` is the most that it may take until it is made */
	size_t job_count;
	struct plan_job jobs[PLAN_JOBS_MAX];
	size_t gap_count;
	struct plan_gap gaps[PAGE_KIND_COUNT];
	struct notes
		left_out; /* "cold caches of spawn at 1 GiB: expensive; ...", gaps among them */
	struct notes holds_for; /* "--page-kind thp holds for first_write; spawn runs at 4k" */
};

/* The primitive of that name that the worker has compiled in; NULL if there is none. */
const struct wire_primitive *catalog_primitive(const struct wire_catalog *catalog,
					       const char *name);

/* Fills in the request for one replicate of a job. */
void plan_request(const struct plan *plan, const struct plan_job *job, uint64_t seed,
		  struct wire_request *request);

/* Samples that one replicate can yield at most. */
uint64_t plan_sample_capacity(const struct plan *plan, const struct plan_job *job);

/* The levels that some of these cells of a job have, of axes that its experiment varies, the worker's first: " other
 * dirty/write-protected warm", each axis behind a blank. */
const char *plan_describe_levels(const struct plan_job *job, const struct wire_cell *cells,
				 uint32_t cell_count, char *text, size_t text_bytes);

/* Whether two jobs have the same experiment and levels, but for the axes of `except` (1 << axis, or-ed). */
bool plan_are_alike(const struct plan_job *a, const struct plan_job *b, uint32_t except);

/* Whether a buffer is read before the samples of some cell, so that its caches are cold. */
bool plan_evicts(const struct plan *plan);

/* Whether some of the job's cells are counted. */
bool plan_is_counted(const struct plan *plan, const struct plan_job *job);

/* Of the budget, what is kept for replicates that count; 0 without them. */
double plan_counting_share(const struct plan *plan);

/* Groups of counters, each with a pass of its own. */
uint32_t plan_counter_groups(const struct plan *plan);

#endif
