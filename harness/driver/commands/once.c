/* forkcost once: becomes the worker, starts N children and nothing else; for hyperfine. */
#include "harness/driver/commands/once.h"

#include "harness/common/remedy.h"
#include "harness/common/units.h"
#include "harness/driver/base/forms/terminal.h"
#include "harness/driver/base/locate.h"
#include "harness/driver/commands/command.h"
#include "harness/driver/machine/memory.h"
#include "harness/driver/machine/program.h"
#include "harness/driver/run/session.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

enum { OPTION_PRIMITIVE, OPTION_ACTION, OPTION_PROGRAM, OPTION_TARGET, OPTION_HEAP, OPTION_COUNT };

static const struct option_row rows[] = {
	[OPTION_PRIMITIVE] = {"primitive", "NAME", "which primitive; see forkcost list [fork]",
			      .values = VALUES_PRIMITIVES},
	[OPTION_ACTION] = {"action", "LEVEL",
			   "exit or exec [exit; exec for posix_spawn or a program named]",
			   VALUES_WORDS, "exit exec"},
	[OPTION_PROGRAM] = {"program", "LEVEL", "what exec starts: own, static or dynamic [own]",
			    VALUES_WORDS, "own static dynamic"},
	[OPTION_TARGET] = {"target", "PROGRAM", .help = "a program of yours that exec starts"},
	[OPTION_HEAP] = {"heap", "SIZE", .help = "heap of the caller [0]"},
	[OPTION_COUNT] = {"count", "N", .help = "children [1]"},
	{0},
};

static enum outcome take_heap(struct wire_request *request, const char *value,
			      struct problem *problem)
{
	if (units_parse_bytes(value, &request->heap_bytes, problem))
		return options_blame(rows[OPTION_HEAP].name, problem);
	if (request->heap_bytes % (uint64_t)sysconf(_SC_PAGESIZE) == 0)
		return OUTCOME_OK;
	return fail(
		problem,
		"cannot build a heap of %s bytes: it is not a multiple of the page size; round it",
		value);
}

/* Which program the child that execs starts. */
static enum outcome take_program(struct wire_request *request, const char *program,
				 const char *target, struct problem *problem)
{
	unsigned level = target ? PROGRAM_GIVEN : PROGRAM_OWN;
	if (program && target)
		return fail(problem, "cannot start two programs; give --program or --target");
	if (program && (!axis_find(&axes[AXIS_PROGRAM], program, &level) || level == PROGRAM_GIVEN))
		return fail(problem,
			    "cannot find program '%s'; there are: own, static, dynamic; name "
			    "another with --target",
			    program);
	if ((program || target) && request->arms[0].action != ACTION_EXEC)
		return fail(problem, "cannot start a program without exec; give --action exec");
	request->level[AXIS_PROGRAM] = request->cells[0].level[AXIS_PROGRAM] = level;
	if (!target)
		return OUTCOME_OK;
	return program_find(target, request->target_path, sizeof request->target_path, problem);
}

enum outcome once_parse(struct wire_request *request, const struct given *given,
			struct problem *problem)
{
	const char *primitive = given->values[OPTION_PRIMITIVE],
		   *action = given->values[OPTION_ACTION], *heap = given->values[OPTION_HEAP],
		   *count = given->values[OPTION_COUNT], *program = given->values[OPTION_PROGRAM],
		   *target = given->values[OPTION_TARGET];
	struct wire_arm *arm = &request->arms[0];
	request->mode = WIRE_ONCE;
	request->caller_cpu = request->other_cpu = -1;
	request->arm_count = request->cell_count = 1;
	request->once_count = 1;
	request->clock.ns_per_tick = 1;
	wire_copy(arm->experiment, WIRE_NAME_MAX, "spawn");
	primitive = primitive ? primitive : "fork";
	if (!*primitive || !wire_copy(arm->primitive, sizeof arm->primitive, primitive))
		return fail(problem, "cannot find primitive '%s'; see forkcost list", primitive);
	arm->action = program || target || strcmp(primitive, "posix_spawn") == 0 ? ACTION_EXEC
										 : ACTION_EXIT;
	if (action && !axis_find(&axis_action, action, &arm->action))
		return fail(problem, "cannot find action '%s'; there are: exit, exec", action);
	if (take_program(request, program, target, problem))
		return OUTCOME_FAILED;
	if (heap && take_heap(request, heap, problem))
		return OUTCOME_FAILED;
	if (count && units_parse_count(count, 1, 1000000000, &request->once_count, problem))
		return options_blame(rows[OPTION_COUNT].name, problem);
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
	    program_locate((enum program)request->level[AXIS_PROGRAM], request->target_path,
			   sizeof request->target_path, problem))
		return OUTCOME_FAILED;
	if (session->memory_fd != WIRE_FD && dup2(session->memory_fd, WIRE_FD) < 0)
		return fail(problem, "cannot pass on the wire form: %s; %s", strerror(errno),
			    remedy_or(errno, "report this"));
	fcntl(WIRE_FD, F_SETFD, 0);
	char name[] = "forkcost-worker";
	char *arguments[] = {name, NULL}, *environment[] = {NULL};
	signal(SIGXFSZ, SIG_DFL); /* as it was before main() */
	execve(path, arguments, environment);
	return fail(problem, "cannot execute %s: %s; %s", path, strerror(errno),
		    remedy_or(errno, "rebuild it with make all"));
}

/* Does not ask the worker for its catalogue, which would add a process to what is timed: the worker itself
 * refuses unknown names. Returns only on failure. */
static enum status run(const struct given *given)
{
	struct session session;
	struct problem problem;
	if (session_open(&session, 0, &problem))
		return complain(&problem, STATUS_USAGE);
	if (!once_parse(&session.area->request, given, &problem))
		become(&session, &problem);
	session_close(&session);
	return complain(&problem, STATUS_USAGE);
}

COMMAND(once, .summary = "start N children and nothing else, for timing from outside",
	.options = {.text = "Becomes the worker, builds the heap, starts N children one after the "
			    "other, and does nothing else: for timing from outside, as by "
			    "hyperfine. The heap is written only once, so forks after the first "
			    "find it write-protected. Pin it with taskset.",
		    .rows = rows},
	.run = run);
