#include "harness/driver/commands/once.h"

#include "harness/common/remedy.h"
#include "harness/common/units.h"
#include "harness/driver/base/forms/terminal.h"
#include "harness/driver/base/locate.h"
#include "harness/driver/base/options.h"
#include "harness/driver/machine/memory.h"
#include "harness/driver/run/session.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { OPTION_PRIMITIVE, OPTION_ACTION, OPTION_HEAP, OPTION_COUNT, OPTIONS_OF_ONCE };

static const struct option_row rows[OPTIONS_OF_ONCE] = {
	[OPTION_PRIMITIVE] = {"primitive", "NAME"},
	[OPTION_ACTION] = {"action", "LEVEL"},
	[OPTION_HEAP] = {"heap", "SIZE"},
	[OPTION_COUNT] = {"count", "N"},
};

void once_print_help(void)
{
	print("usage: forkcost once --primitive NAME [--action exit|exec] [--heap SIZE] [--count "
	      "N]\n\n"
	      "Becomes the worker, builds the heap, starts N children one after the other, and "
	      "does\n"
	      "nothing else: for timing from outside, as by hyperfine. The heap is written once "
	      "and\n"
	      "then left alone, so forks after the first find it clean. Pin it with taskset.\n\n"
	      "  --primitive NAME   which primitive; see forkcost list [fork]\n"
	      "  --action LEVEL     exit or exec [exit; exec for posix_spawn]\n"
	      "  --heap SIZE        heap of the caller [0]\n"
	      "  --count N          children [1]\n");
}

static enum outcome take(void *context, size_t index, const char *value, struct problem *problem)
{
	struct wire_request *request = context;
	struct wire_arm *arm = &request->arms[0];
	unsigned action;
	switch (index) {
	case OPTION_PRIMITIVE:
		if (!*value || !wire_copy(arm->primitive, sizeof arm->primitive, value))
			return fail(problem, "cannot find primitive '%s'; see forkcost list",
				    value);
		return OUTCOME_OK;
	case OPTION_ACTION:
		if (!axis_find(&axis_action, value, &action))
			return fail(problem, "cannot find action '%s'; there are: exit, exec",
				    value);
		arm->action = action;
		return OUTCOME_OK;
	case OPTION_HEAP:
		if (units_parse_bytes(value, &request->heap_bytes, problem))
			return OUTCOME_FAILED;
		if (request->heap_bytes % (uint64_t)sysconf(_SC_PAGESIZE))
			return fail(problem,
				    "cannot build a heap of %s bytes: it is not a multiple of the "
				    "page size; round it",
				    value);
		return OUTCOME_OK;
	default:
		return units_parse_count(value, 1, 1000000000, &request->once_count, problem);
	}
}

enum outcome once_parse(struct wire_request *request, int argc, char **argv, bool *help,
			struct problem *problem)
{
	const struct options options = {"once", rows, OPTIONS_OF_ONCE, take, request};
	struct wire_arm *arm = &request->arms[0];
	request->mode = WIRE_ONCE;
	request->caller_cpu = request->other_cpu = -1;
	request->arm_count = request->cell_count = 1;
	request->once_count = 1;
	request->clock.ns_per_tick = 1;
	wire_copy(arm->experiment, WIRE_NAME_MAX, "spawn");
	wire_copy(arm->primitive, WIRE_NAME_MAX, "fork");
	arm->action = ACTION_NONE;
	if (options_read(&options, argc, argv, help, problem))
		return OUTCOME_FAILED;
	if (arm->action == ACTION_NONE)
		arm->action =
			strcmp(arm->primitive, "posix_spawn") == 0 ? ACTION_EXEC : ACTION_EXIT;
	return OUTCOME_OK;
}

/* The worker finds the wire form there, and takes this process's place. */
static enum outcome become(const struct session *session, struct problem *problem)
{
	struct wire_request *request = &session->area->request;
	char path[WIRE_PATH_MAX];
	if (memory_check(request->heap_bytes, strcmp(request->arms[0].primitive, "eager_copy") == 0,
			 0, problem) ||
	    locate_program("forkcost-worker", path, sizeof path, problem) ||
	    locate_program("forkcost-target", request->target_path, sizeof request->target_path,
			   problem))
		return OUTCOME_FAILED;
	if (session->memory_fd != WIRE_FD && dup2(session->memory_fd, WIRE_FD) < 0)
		return fail(problem, "cannot hand over the wire form: %s; %s", strerror(errno),
			    remedy_or(errno, "report this"));
	fcntl(WIRE_FD, F_SETFD, 0);
	char name[] = "forkcost-worker";
	char *arguments[] = {name, NULL}, *environment[] = {NULL};
	signal(SIGXFSZ, SIG_DFL); /* as it was before main() */
	execve(path, arguments, environment);
	return fail(problem, "cannot become %s: %s; rebuild it with make all", path,
		    strerror(errno));
}

enum outcome once_become_worker(int argc, char **argv, bool *help, struct problem *problem)
{
	struct session session;
	*help = false;
	if (session_open(&session, 0, problem))
		return OUTCOME_FAILED;
	enum outcome outcome = once_parse(&session.area->request, argc, argv, help, problem);
	if (!outcome && !*help)
		outcome = become(&session, problem);
	session_close(&session);
	return outcome;
}
