/* Writing a run's folder: environment.json once, samples.jsonl line by line, each synced, so that
 * what was measured survives whatever comes after. */
#ifndef FORKCOST_RECORD_H
#define FORKCOST_RECORD_H

#include "harness/common/problem.h"
#include "harness/common/wire.h"
#include "harness/driver/plan.h"

#include <jansson.h>

struct record {
	char warning[3 * WIRE_PATH_MAX]; /* worth saying of the folder; empty: nothing */
	char folder[WIRE_PATH_MAX + 128];
	int samples_fd;
};

/* Facts about one replicate that the worker does not know. */
struct record_replicate {
	size_t job;
	uint64_t replicate, seed;
	double began_s;       /* since the run began */
	uint64_t steal_ticks; /* taken by the hypervisor meanwhile; UINT64_MAX: not known */
	uint64_t cpu_khz;     /* of the worker's CPU at the end; 0: not known */
};

/* Makes OUTPUT/<UTC>-<host>/, writes environment.json and the `run` line, and points OUTPUT/latest
 * at it. If that is no link it is the user's, stays, and there is a warning. */
enum outcome record_open(struct record *record, const struct plan *plan, int argc, char **argv,
			 struct problem *problem);

/* Appends a line for every cell that the worker finished. */
enum outcome record_cells(struct record *record, const struct plan *plan,
			  const struct record_replicate *replicate, const struct wire_area *area,
			  struct problem *problem);

/* Appends a line that says what failed. */
enum outcome record_failure(struct record *record, const struct plan *plan,
			    const struct record_replicate *replicate, const char *why,
			    struct problem *problem);

/* Appends the `end` line: how long it took and why it ended; closes the file. */
enum outcome record_close(struct record *record, double duration_s, const char *ended,
			  struct problem *problem);

#endif
