/* From settings to jobs. A job is one experiment at one heap size and one level of each axis that needs a new
 * worker; it is done by fresh workers, the replicates, each of which runs those of the job's cells and arms that are
 * for its kind (kinds.h). */
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

enum { PLAN_JOBS_MAX = 256, PLAN_GAPS_MAX = 32 };

struct plan_job {
	const struct wire_experiment *experiment; /* that it is there for; rulers may ride along */
	uint64_t heap_bytes;
	bool evicts; /* has cold cells */
	bool works;  /* has used cells */
	uint64_t
		level[AXIS_COUNT]; /* of axes that need a new worker; of the others the plain one */
	uint32_t copies_heap;      /* for so many more heaps some arm needs memory */
	uint32_t arm_from, arm_count; /* of the plan's arms */
	uint32_t cell_count;
	struct wire_cell cells[WIRE_CELLS_MAX];
};

/* A level that cannot be had and was not asked for: it is left out, and why. */
struct plan_gap {
	enum axis_id axis;
	uint64_t level;
	char why[PROBLEM_TEXT_MAX];
};

struct plan_gaps {
	size_t count;
	struct plan_gap gap[PLAN_GAPS_MAX];
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
	struct eviction eviction;     /* `bytes` is the most that it may take until it is made */
	uint64_t working_set_bytes;   /* 0: no cell is used */
	const char *working_set_from; /* in words, why it is so large */
	int target_status;            /* that the program given exits with */
	size_t job_count;
	struct plan_job jobs[PLAN_JOBS_MAX];
	struct plan_gaps gaps;
	struct notes
		left_out; /* "cold caches of spawn at 1 GiB: expensive; ...", gaps among them */
	struct notes holds_for; /* "--page-kind thp holds for first_write; spawn runs at 4k" */
};

/* The primitive of that name that the worker has compiled in; NULL if there is none. */
const struct wire_primitive *catalog_primitive(const struct wire_catalog *catalog,
					       const char *name);

/* Adds the level for which a job cannot be had, unless it is there already. False if it was asked for by name: then it
 * is a failure. */
bool plan_leave_out(const struct plan *plan, const struct plan_job *job, const char *why,
		    struct plan_gaps *gaps);

/* "page kind thp: unavailable: ...". Returns `text`. */
const char *plan_describe_gap(const struct plan_gap *gap, char text[NOTE_BYTES]);

/* The levels that some of these cells of a job have, of axes that its experiment varies, the worker's first: " other
 * dirty/write-protected warm", each axis behind a blank; the plain ones of axes that run apart are left out. */
const char *plan_describe_levels(const struct plan_job *job, const struct wire_cell *cells,
				 uint32_t cell_count, char *text, size_t text_bytes);

/* Whether two jobs have the same experiment and levels, but for the axes of `except` (1 << axis, or-ed). */
bool plan_are_alike(const struct plan_job *a, const struct plan_job *b, uint32_t except);

/* Whether a buffer is read before the samples of some cell, so that its caches are cold. */
bool plan_evicts(const struct plan *plan);

/* Groups of counters, each with a pass of its own. */
uint32_t plan_counter_groups(const struct plan *plan);

#endif
