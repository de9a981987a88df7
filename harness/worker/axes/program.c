/* program: what exec arms start (METHODOLOGY, "The child's program"). The driver has put its path into the request. */
#include "harness/common/remedy.h"
#include "harness/worker/effects.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

/* What a program of the user's finds: no input, no place for output, and not the wire form. The worker's own standard
 * error, for whom it was started by, is kept out of it. */
static enum outcome close_off(struct run *run)
{
	const int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (run->request->mode == WIRE_ONCE)
		run->stderr_fd = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, WIRE_EVICT_FD + 1);
	if (null < 0 || dup2(null, STDIN_FILENO) < 0 || dup2(null, STDOUT_FILENO) < 0 ||
	    dup2(null, STDERR_FILENO) < 0 || fcntl(WIRE_FD, F_SETFD, FD_CLOEXEC) < 0)
		return fail(run->problem, "cannot keep a program's output apart: %s; %s",
			    strerror(errno), remedy_or(errno, "make /dev/null"));
	close(null);
	return OUTCOME_OK;
}

static enum outcome begin(struct run *run, uint64_t level)
{
	static const int statuses[PROGRAM_COUNT] = {
		[PROGRAM_OWN] = WIRE_STATUS_TARGET,
		[PROGRAM_STATIC] = WIRE_STATUS_STATIC,
		[PROGRAM_DYNAMIC] = WIRE_STATUS_DYNAMIC,
		[PROGRAM_GIVEN] = -1,
	};
	static char path[WIRE_PATH_MAX];
	static char *const argv[] = {path, NULL};
	run->program_status = statuses[level];
	if (level == PROGRAM_OWN)
		return OUTCOME_OK;
	wire_copy(path, sizeof path, run->target_path);
	run->program_argv = argv;
	return level == PROGRAM_GIVEN ? close_off(run) : OUTCOME_OK;
}

AXIS_EFFECT(PROGRAM, .begin = begin);
