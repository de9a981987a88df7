#include "harness/driver/machine/program.h"

#include "harness/common/wire.h"
#include "harness/driver/base/locate.h"
#include "harness/driver/machine/orphans.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { TRY_TIMEOUT_S = 10, LOOK_NS = 1000000 };

enum outcome program_locate(enum program program, char *path, size_t path_bytes,
			    struct problem *problem)
{
	static const char *const names[PROGRAM_COUNT] = {
		[PROGRAM_OWN] = "forkcost-target",
		[PROGRAM_STATIC] = "forkcost-target-static",
		[PROGRAM_DYNAMIC] = "forkcost-target-dynamic",
	};
	if (program == PROGRAM_GIVEN)
		return OUTCOME_OK;
	return locate_program(names[program], path, path_bytes, problem);
}

static bool is_program(const char *path)
{
	struct stat stat_of;
	return stat(path, &stat_of) == 0 && S_ISREG(stat_of.st_mode) && access(path, X_OK) == 0;
}

/* An empty folder in PATH is the current one. */
enum outcome program_find(const char *name, char *path, size_t path_bytes, struct problem *problem)
{
	const bool is_path = strchr(name, '/');
	const char *folder = is_path ? "" : getenv("PATH");
	while (*name && folder) {
		const size_t length = strcspn(folder, ":");
		const int bytes = snprintf(path, path_bytes, "%.*s%s%s", (int)length, folder,
					   is_path  ? ""
					   : length ? "/"
						    : "./",
					   name);
		if (bytes > 0 && (size_t)bytes < path_bytes && is_program(path))
			return OUTCOME_OK;
		folder = folder[length] ? folder + length + 1 : NULL;
	}
	return fail(problem, "cannot execute '%s': no such program %s; give a path or a name", name,
		    is_path ? "there" : "in PATH");
}

static int start(const char *path, pid_t *id)
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	char own[WIRE_PATH_MAX];
	char *arguments[] = {own, NULL}, *environment[] = {NULL};
	wire_copy(own, sizeof own, path);
	posix_spawn_file_actions_init(&actions);
	posix_spawnattr_init(&attributes);
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		posix_spawn_file_actions_addopen(&actions, fd, "/dev/null", O_RDWR, 0);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
	posix_spawnattr_setpgroup(&attributes, 0);
	int error = posix_spawn(id, path, &actions, &attributes, arguments, environment);
	posix_spawn_file_actions_destroy(&actions);
	posix_spawnattr_destroy(&attributes);
	return error;
}

/* Its end within the time, and that of all that it started. False: it had to be ended. `left_behind`: how many
 * processes it left. */
static bool wait_for(pid_t id, const struct orphans *others, int *status, size_t *left_behind)
{
	const struct timespec pause = {.tv_nsec = LOOK_NS};
	siginfo_t ended = {0};
	for (long left = TRY_TIMEOUT_S * 1000000000L / LOOK_NS; left > 0 && !ended.si_pid; left--) {
		if (waitid(P_PID, (id_t)id, &ended, WEXITED | WNOHANG | WNOWAIT) < 0 ||
		    !ended.si_pid)
			nanosleep(&pause, NULL);
	}
	*left_behind = ended.si_pid ? orphans_end(others, id) : 0;
	kill(-id, SIGKILL);
	while (waitpid(id, status, 0) < 0 && errno == EINTR)
		;
	orphans_end(others, 0);
	return ended.si_pid;
}

enum outcome program_try(const char *path, int *status, struct problem *problem)
{
	struct orphans others;
	size_t left_behind;
	pid_t id;
	orphans_note(&others);
	const int error = start(path, &id);
	if (error)
		return fail(problem, "cannot execute '%s': %s; give another program", path,
			    strerror(error));
	if (!wait_for(id, &others, status, &left_behind))
		return fail(problem,
			    "cannot use '%s': without arguments and input it does not end within "
			    "%d s; give another program",
			    path, TRY_TIMEOUT_S);
	if (left_behind)
		return fail(
			problem,
			"cannot use '%s': it leaves %zu process%s behind when it ends, of which "
			"each sample would leave as many; give another program",
			path, left_behind, left_behind == 1 ? "" : "es");
	if (!WIFEXITED(*status) || WEXITSTATUS(*status) == WIRE_STATUS_NO_EXEC)
		return fail(problem,
			    "cannot use '%s': without arguments and environment %s %d; give "
			    "another program",
			    path,
			    WIFSIGNALED(*status) ? "it is killed by signal" : "its exit status is",
			    WIFSIGNALED(*status) ? WTERMSIG(*status) : WEXITSTATUS(*status));
	*status = WEXITSTATUS(*status);
	return OUTCOME_OK;
}
