/* threads: those of the caller that run on other CPUs. Experiments that are about them start them for each sample
 * (harness/worker/threads.h); where the row alone varies them they run as long as the worker does. */
#include "harness/worker/threads.h"
#include "harness/worker/effects.h"

static struct threads *threads; /* NULL: none, or the experiment's own */

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

static bool varied_by_row(const struct wire_request *request)
{
	bool by_row = false;
	for (uint32_t a = 0; a < request->arm_count; a++)
		by_row = by_row ||
			 axis_lists(axes[AXIS_THREADS].experiments, request->arms[a].experiment);
	return by_row;
}

static enum outcome make(struct run *run)
{
	const unsigned level = (unsigned)run->request->level[AXIS_THREADS];
	if (level == 0 || !varied_by_row(run->request))
		return OUTCOME_OK;
	threads = threads_make(run, level);
	return threads ? threads_start(run, threads, THREADS_RUNNING, level) : OUTCOME_FAILED;
}

/* A turn: each has gone through its pages, and spins again. */
static enum outcome prepare(struct run *run, const struct arm *arm, uint64_t level)
{
	(void)arm;
	(void)level;
	return threads ? threads_turn(run, threads, THREADS_WARM) : OUTCOME_OK;
}

static enum outcome verify(struct run *run, uint64_t level, const struct wire_cell_facts *facts)
{
	(void)level;
	(void)facts;
	return threads ? threads_verify(run) : OUTCOME_OK;
}

AXIS_EFFECT(THREADS, .begin = begin, .make = make, .prepare = prepare, .verify = verify);
