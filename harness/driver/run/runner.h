/* Runs a plan: fresh workers in a fair order until the precision or the budget is reached. */
#ifndef FORKCOST_RUNNER_H
#define FORKCOST_RUNNER_H

#include "harness/common/problem.h"
#include "harness/driver/plan/plan.h"
#include "harness/driver/run/record.h"
#include "harness/driver/run/session.h"

#include <stdbool.h>

struct runner_result {
	unsigned long replicates, failures;
	char first_failure[PROBLEM_TEXT_MAX + 98]; /* which cell and why */
	bool interrupted;
	double duration_s;
	size_t gap_count; /* page kinds that turned out not to be had, besides those of the plan */
	struct plan_gap gaps[PAGE_KIND_COUNT];
};

/* Runs to the end and records everything; failures of cells are counted, not fatal. Fails only if
 * nothing can be recorded. SIGINT and SIGTERM end the run after killing the worker. */
enum outcome runner_run(const struct plan *plan, struct record *record,
			struct runner_result *result, struct problem *problem);

/* Runs one replicate of a job. `capacity` of the session must hold its samples. Sets
 * *trustworthy if the finished cells in the area may be used whatever the outcome. */
enum outcome runner_replicate(const struct plan *plan, const struct plan_job *job, uint64_t seed,
			      uint64_t cell_ns, struct session *session, session_look *look,
			      void *context, bool *trustworthy, struct problem *problem);

#endif
