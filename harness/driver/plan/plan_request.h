/* What a worker is asked for. */
#ifndef FORKCOST_PLAN_REQUEST_H
#define FORKCOST_PLAN_REQUEST_H

#include "harness/driver/plan/plan.h"

/* Fills in the request for one replicate of a job, by a worker of this kind. */
void plan_request(const struct plan *plan, const struct plan_job *job, enum wire_kind kind,
		  uint64_t seed, struct wire_request *request);

/* Samples that one replicate can yield at most. */
uint64_t plan_sample_capacity(const struct plan *plan, const struct plan_job *job,
			      enum wire_kind kind);

#endif
