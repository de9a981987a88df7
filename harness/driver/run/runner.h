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
	char first_failure[PROBLEM_TEXT_MAX + 128]; /* which cell and why */
	bool interrupted;
	double duration_s, windows_s; /* windows_s: timed windows, all together */
	struct plan_gaps gaps;        /* that turned out so, besides those of the plan */
};

/* Runs to the end and records everything; failures of cells are counted, not fatal. Fails only if
 * nothing can be recorded. SIGINT and SIGTERM end the run after killing the worker. */
enum outcome runner_run(const struct plan *plan, struct record *record,
			struct runner_result *result, struct problem *problem);

/* Runs one replicate of a job; in haste, with the fewest rounds. Sets
 * *trustworthy if the finished cells in the area may be used whatever the outcome. */
enum outcome runner_replicate(const struct plan *plan, const struct plan_job *job, uint64_t seed,
			      enum wire_kind kind, bool in_haste, struct session *session,
			      session_look *look, void *context, bool *trustworthy,
			      struct problem *problem);

/* How long a sample's window was open. It is its longest time, which ends when the child is reaped; what an experiment
 * says per page counts as one page. */
double runner_window_ns(const struct wire_experiment *experiment, const struct wire_sample *sample);

#endif
