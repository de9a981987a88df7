#include "harness/worker/isolation.h"

#include <errno.h>
#include <string.h>

enum outcome isolation_pin(struct run *run)
{
	static cpu_set_t elsewhere;
	const struct wire_request *request = run->request;
	if (request->caller_cpu < 0)
		return OUTCOME_OK;
	cpu_set_t here;
	CPU_ZERO(&here);
	CPU_SET((unsigned)request->caller_cpu, &here);
	if (sched_setaffinity(0, sizeof here, &here) < 0)
		return fail(run->problem,
			    "cannot pin the worker to CPU %d: %s; choose another with --cpu",
			    request->caller_cpu, strerror(errno));
	if (request->child_cpu == CHILD_CPU_OTHER) {
		CPU_ZERO(&elsewhere);
		CPU_SET((unsigned)request->other_cpu, &elsewhere);
		run->move_set = &elsewhere;
	}
	return OUTCOME_OK;
}
