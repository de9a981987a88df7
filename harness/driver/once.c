#include "harness/driver/once.h"
#include "harness/driver/forms/terminal.h"

#include "harness/common/units.h"
#include "harness/driver/locate.h"
#include "harness/driver/memory.h"
#include "harness/driver/session.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const struct option options[] = {
	{"primitive", required_argument, NULL, 'p'},
	{"action", required_argument, NULL, 'a'},
	{"heap", required_argument, NULL, 'H'},
	{"count", required_argument, NULL, 'c'},
	{"help", no_argument, NULL, 'h'},
	{0},
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

static enum outcome take(struct wire_request *request, int choice, const char *word,
			 bool *action_given, struct problem *problem)
{
	struct wire_arm *arm = &request->arms[0];
	unsigned action;
	switch (choice) {
	case 'p':
		if (!*optarg || !wire_copy(arm->primitive, sizeof arm->primitive, optarg))
			return fail(problem, "cannot find primitive '%s'; see forkcost list",
				    optarg);
		return OUTCOME_OK;
	case 'a':
		if (!axis_find(&axis_action, optarg, &action))
			return fail(problem, "cannot find action '%s'; there are: exit, exec",
				    optarg);
		arm->action = action;
		*action_given = true;
		return OUTCOME_OK;
	case 'H':
		if (units_parse_bytes(optarg, &request->heap_bytes, problem))
			return OUTCOME_FAILED;
		if (request->heap_bytes % (uint64_t)sysconf(_SC_PAGESIZE))
			return fail(problem,
				    "cannot build a heap of %s bytes: it is not a multiple of the "
				    "page size; round it",
				    optarg);
		return OUTCOME_OK;
	case 'c':
		return units_parse_count(optarg, 1, 1000000000, &request->once_count, problem);
	default:
		return fail(
			problem,
			"cannot use %s: it is no option, or has no value; see forkcost once --help",
			word);
	}
}

enum outcome once_become_worker(int argc, char **argv, bool *help, struct problem *problem)
{
	struct session session;
	*help = false;
	if (session_open(&session, 0, problem))
		return OUTCOME_FAILED;
	struct wire_request *request = &session.area->request;
	request->mode = WIRE_ONCE;
	request->caller_cpu = request->other_cpu = -1;
	request->arm_count = request->cell_count = 1;
	request->once_count = 1;
	request->clock.ns_per_tick = 1;
	wire_copy(request->arms[0].experiment, WIRE_NAME_MAX, "spawn");
	wire_copy(request->arms[0].primitive, WIRE_NAME_MAX, "fork");
	bool action_given = false;
	int choice;
	optind = opterr = 0;
	while ((choice = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (choice == 'h') {
			*help = true;
			session_close(&session);
			return OUTCOME_OK;
		}
		if (take(request, choice, argv[optind - 1], &action_given, problem))
			return OUTCOME_FAILED;
	}
	if (optind < argc)
		return fail(problem, "cannot use '%s'; see forkcost once --help", argv[optind]);
	if (!action_given)
		request->arms[0].action = strcmp(request->arms[0].primitive, "posix_spawn") == 0
						  ? ACTION_EXEC
						  : ACTION_EXIT;
	char path[WIRE_PATH_MAX];
	if (memory_check(request->heap_bytes, strcmp(request->arms[0].primitive, "eager_copy") == 0,
			 0, problem) ||
	    locate_program("forkcost-worker", path, sizeof path, problem) ||
	    locate_program("forkcost-target", request->target_path, sizeof request->target_path,
			   problem))
		return OUTCOME_FAILED;
	if (session.memory_fd != WIRE_FD && dup2(session.memory_fd, WIRE_FD) < 0)
		return fail(problem, "cannot hand over the wire form: %s", strerror(errno));
	fcntl(WIRE_FD, F_SETFD, 0);
	char name[] = "forkcost-worker";
	char *arguments[] = {name, NULL}, *environment[] = {NULL};
	signal(SIGXFSZ, SIG_DFL); /* as it was before main() */
	execve(path, arguments, environment);
	return fail(problem, "cannot become %s: %s; rebuild it with make", path, strerror(errno));
}
