/* Which worker runs next: of which job, and of which kind (METHODOLOGY, "Statistics"). */
#ifndef FORKCOST_ALLOT_H
#define FORKCOST_ALLOT_H

#include "harness/driver/plan/kinds.h"

/* One kind of workers of one job. */
struct allot_task {
	bool is_open;             /* the kind has something to do there, and more are allowed */
	unsigned long replicates; /* so far */
	double cost_s;            /* of the next */
	double need;              /* the sum of allot_need() over its rows */
};

struct allot_job {
	uint64_t heap_bytes;
	struct allot_task tasks[WIRE_KIND_COUNT];
};

/* How much a replicate more narrows a row that is still too wide: half_width / n, which is twice the derivative of a
 * width that falls with the root of n; above 100 % all are alike, and so are rows of which too few replicates were
 * undisturbed for a width: where the machine is never quiet, they would take all the time. 0: the row is precise, and
 * has the replicates that this takes; infinite: too few were tried for an interval. */
double allot_need(double half_width, size_t undisturbed, size_t replicates, double precision);

/* The next worker that takes times: false if none is left whose cost is at most `left_s`. Every job's first worker
 * that runs all comes first, small heaps before large ones. Then the kinds get their shares of the time, `spent_s`
 * being what each had, and within a kind:
 * - first the jobs that have fewer replicates than they get in any case, or than an interval takes, those with the
 *   fewest before the others;
 * - then the job whose rows a replicate narrows the most for what it costs.
 * Workers that run all get more than in_share replicates only where no headline is left to narrow. */
bool allot_next(const struct allot_job *jobs, size_t job_count,
		const double spent_s[WIRE_KIND_COUNT], double left_s, size_t *job,
		enum wire_kind *kind);

#endif
