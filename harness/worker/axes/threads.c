/* threads: those of the caller that run on other CPUs. The experiment starts them (harness/worker/threads.h); here
 * it is seen that each can have a CPU of its own. */
#include "harness/worker/threads.h"
#include "harness/worker/effects.h"

static enum outcome begin(struct run *run, uint64_t level)
{
	const struct wire_request *request = run->request;
	if (level == 0 ||
	    (request->caller_cpu >= 0 && threads_cpu(request, (unsigned)level - 1) >= 0))
		return OUTCOME_OK;
	return fail(run->problem,
		    "cannot run %u threads on separate CPUs: there are fewer CPUs besides the "
		    "caller's; give a smaller --threads",
		    (unsigned)level);
}

AXIS_EFFECT(THREADS, .begin = begin);
