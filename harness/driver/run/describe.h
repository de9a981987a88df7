/* What a run records, as JSON: environment.json and the lines of the samples. docs/RESULTS-FORMAT.md names
 * every key. Each function gives a new value, which the caller owns; NULL: out of memory. */
#ifndef FORKCOST_DESCRIBE_H
#define FORKCOST_DESCRIBE_H

#include "harness/common/wire.h"
#include "harness/driver/plan/plan.h"

#include <jansson.h>

/* Facts about one replicate that the worker does not know. */
struct record_replicate {
	size_t job;
	uint64_t replicate, seed;
	enum wire_kind kind;
	double began_s;       /* since the run began */
	uint64_t steal_ticks; /* taken by the hypervisor meanwhile; UINT64_MAX: not known */
	uint64_t cpu_khz;     /* of the worker's CPU at the end; 0: not known */
};

/* How a run ended. */
struct record_end {
	double duration_s, counting_s; /* counting_s: for replicates that count */
	double windows_s;              /* timed windows, all together */
	const char *ended;             /* "complete", "budget" or "interrupted" */
	/* Jobs that did not get the replicates that an interval takes, nor all that were asked for. */
	size_t short_count;
	struct record_short {
		size_t job;
		uint64_t replicates;
	} shorts[PLAN_JOBS_MAX];
	double short_by_s;  /* how long those would have taken, by what replicates took */
	bool short_by_more; /* ... of those whose pace is known; there are others */
};

/* environment.json: the machine, the settings, and what every worker starts with. */
json_t *describe_environment(const struct plan *plan, int argc, char **argv);

/* The `run` line; `id` is the name of the run's folder. */
json_t *describe_run_line(const struct plan *plan, const char *id, int argc, char **argv);

/* The `cell` line of a cell, by its place in the replicate's job, that the worker finished. */
json_t *describe_cell_line(const struct plan *plan, const struct record_replicate *replicate,
			   const struct wire_area *area, uint32_t cell);

/* A `failure` line, which says what failed; or, with `gap`, that the job's page kind or frames cannot be had, and
 * why. */
json_t *describe_failure_line(const struct plan *plan, const struct record_replicate *replicate,
			      const char *why, const struct plan_gap *gap);

/* The `end` line. */
json_t *describe_end_line(const struct plan *plan, const struct record_end *end);

#endif
