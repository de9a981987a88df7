/* child_cpu: where worker and child run (METHODOLOGY, "Placement"). */
#include "harness/worker/effects.h"

#include <errno.h>
#include <string.h>

/* Resets the inherited CPU mask: the driver does not run on the caller's CPU. */
static enum outcome spread(struct run *run)
{
	cpu_set_t allowed;
	CPU_ZERO(&allowed);
	for (unsigned cpu = 0; cpu < WIRE_CPUS_MAX; cpu++)
		if (run->request->allowed_cpus[cpu / 64] >> cpu % 64 & 1)
			CPU_SET(cpu, &allowed);
	if (CPU_COUNT(&allowed) && sched_setaffinity(0, sizeof allowed, &allowed) < 0)
		return fail(run->problem,
			    "cannot spread the worker over the allowed CPUs: %s; they may have "
			    "gone offline: run it again",
			    strerror(errno));
	return OUTCOME_OK;
}

/* Pins the worker, and says where children move themselves. */
static enum outcome begin(struct run *run, uint64_t level)
{
	static cpu_set_t elsewhere;
	const struct wire_request *request = run->request;
	if (request->caller_cpu < 0)
		return spread(run);
	cpu_set_t here;
	CPU_ZERO(&here);
	CPU_SET((unsigned)request->caller_cpu, &here);
	if (sched_setaffinity(0, sizeof here, &here) < 0)
		return fail(run->problem,
			    "cannot pin the worker to CPU %d: %s; choose another with --cpu",
			    request->caller_cpu, strerror(errno));
	if (level == CHILD_CPU_OTHER) {
		CPU_ZERO(&elsewhere);
		CPU_SET((unsigned)request->other_cpu, &elsewhere);
		run->move_set = &elsewhere;
	}
	return OUTCOME_OK;
}

AXIS_EFFECT(CHILD_CPU, .begin = begin);
