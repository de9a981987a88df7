#include "harness/driver/run/session.h"

#include "harness/common/remedy.h"
#include "harness/common/shuffle.h"
#include "harness/driver/base/locate.h"
#include "harness/driver/base/outfile.h"
#include "harness/driver/machine/program.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { LOOK_INTERVAL_MS = 100, ENVIRONMENT_PAD_MAX = 4096, CATALOG_TIMEOUT_S = 20 };

enum outcome session_open(struct session *session, uint64_t sample_capacity,
			  struct problem *problem)
{
	*session = (struct session){.memory_fd = -1, .evict_fd = -1};
	session->area_bytes = wire_area_bytes(sample_capacity);
	session->memory_fd = memfd_create("forkcost", MFD_CLOEXEC);
	if (session->memory_fd < 0)
		return fail(problem, "cannot make shared memory: %s; %s", strerror(errno),
			    remedy_or(errno, "this kernel lacks memfd_create: use Linux 3.17"));
	void *area = MAP_FAILED;
	if (ftruncate(session->memory_fd, (off_t)session->area_bytes) == 0)
		area = mmap(NULL, session->area_bytes, PROT_READ | PROT_WRITE,
			    MAP_SHARED | MAP_POPULATE, session->memory_fd, 0);
	if (area == MAP_FAILED) {
		fail(problem, "cannot map %zu bytes of shared memory: %s; %s", session->area_bytes,
		     strerror(errno), remedy_or(errno, "free some memory"));
		session_close(session);
		return OUTCOME_FAILED;
	}
	session->area = area;
	axes_set_plain(session->area->request.level);
	axes_set_plain(session->area->request.cells[0].level);
	session->area->header = (struct wire_header){
		.magic = WIRE_MAGIC,
		.version = WIRE_VERSION,
		.total_bytes = session->area_bytes,
		.sample_capacity = sample_capacity,
	};
	return OUTCOME_OK;
}

/* posix_spawn with the shared memory as WIRE_FD, in a process group of its own. What else the worker
 * inherits it sheds itself, as it does when it is started without us (once). */
static int spawn_worker(struct session *session, const char *path, char *const *environment)
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	char *arguments[] = {(char[]){"forkcost-worker"}, NULL};
	posix_spawn_file_actions_init(&actions);
	posix_spawnattr_init(&attributes);
	posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
	posix_spawn_file_actions_adddup2(&actions, session->memory_fd, WIRE_FD);
	/* Its number is above both, so that it is still there. */
	if (session->evict_fd >= 0)
		posix_spawn_file_actions_adddup2(&actions, session->evict_fd, WIRE_EVICT_FD);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
	posix_spawnattr_setpgroup(&attributes, 0);
	int error =
		posix_spawn(&session->worker, path, &actions, &attributes, arguments, environment);
	if (error)
		session->worker = 0;
	posix_spawn_file_actions_destroy(&actions);
	posix_spawnattr_destroy(&attributes);
	return error;
}

enum outcome session_start(struct session *session, uint64_t seed, struct problem *problem)
{
	struct wire_request *request = &session->area->request;
	char path[WIRE_PATH_MAX];
	if (locate_program("forkcost-worker", path, sizeof path, problem) ||
	    program_locate((enum program)request->level[AXIS_PROGRAM], request->target_path,
			   sizeof request->target_path, problem))
		return OUTCOME_FAILED;
	char pad[ENVIRONMENT_PAD_MAX + 16] = "FORKCOST_PAD=";
	struct shuffle shuffle;
	shuffle_seed(&shuffle, seed);
	size_t length = strlen(pad) + shuffle_next(&shuffle) % ENVIRONMENT_PAD_MAX;
	memset(pad + strlen(pad), 'x', length - strlen(pad));
	pad[length] = '\0';
	char *environment[] = {pad, NULL};
	session->mode = session->area->request.mode;
	/* Read here: the worker may write to the request. */
	session->is_given = request->level[AXIS_PROGRAM] == PROGRAM_GIVEN;
	if (session->is_given)
		orphans_note(&session->others);
	int error = spawn_worker(session, path, environment);
	if (error)
		return fail(problem, "cannot start %s: %s; %s", path, strerror(error),
			    remedy_or(error, "rebuild it with make all"));
	return OUTCOME_OK;
}

/* Ends the worker's whole process group and reaps what is a child of ours (the driver is a
 * subreaper, so orphans of the worker are). Children of a dead worker die of the same signal.
 * Returns the worker's wait status. */
static int kill_group(struct session *session)
{
	int status = 0;
	pid_t group = session->worker;
	if (group <= 0)
		return status;
	kill(-group, SIGKILL);
	kill(group, SIGKILL);
	while (waitpid(group, &status, 0) < 0 && errno == EINTR)
		;
	/* A child that the worker was just starting may join the group after the first signal. */
	while (waitpid(-group, NULL, 0) > 0 || errno == EINTR)
		kill(-group, SIGKILL);
	session->worker = 0;
	return status;
}

static enum outcome explain_end(const struct session *session, int status, struct problem *problem)
{
	const struct wire_answer *answer = &session->area->answer;
	if (WIFSIGNALED(status))
		return fail(problem,
			    "cannot finish: the worker was killed by signal %d (%s); if it was "
			    "SIGKILL, the "
			    "kernel may have been out of memory: use a smaller --heap",
			    WTERMSIG(status), strsignal(WTERMSIG(status)));
	if (answer->problem.text[0])
		return fail(problem, "%s", answer->problem.text);
	if (answer->finished && WEXITSTATUS(status) == 0)
		return OUTCOME_OK;
	return fail(problem,
		    "cannot finish: the worker left with status %d and no reason; report this",
		    WEXITSTATUS(status));
}

double session_seconds(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* Waits for the worker's end; true if it came by itself, else the problem says why not. `pidfd`
 * ends a pause early; without one (-1, before Linux 5.3) the pauses are whole. */
static bool watch(struct session *session, int pidfd, unsigned standstill_s, session_look *look,
		  void *context, struct problem *problem)
{
	uint64_t progress = 0;
	double moved_s = session_seconds();
	for (;;) {
		/* It stays a zombie until its group is killed, so that its id stays its own. */
		siginfo_t ended = {0};
		int got = waitid(P_PID, (id_t)session->worker, &ended, WEXITED | WNOHANG | WNOWAIT);
		if (got == 0 && ended.si_pid == session->worker)
			return true;
		if (got < 0 && errno != EINTR) {
			fail(problem, "cannot wait for the worker: %s; report this",
			     strerror(errno));
			return false;
		}
		const struct wire_answer *answer = &session->area->answer;
		uint64_t now = __atomic_load_n(&answer->progress, __ATOMIC_ACQUIRE);
		if (now != progress) {
			progress = now;
			moved_s = session_seconds();
		} else if (session_seconds() - moved_s > standstill_s) {
			fail(problem,
			     "cannot go on: the worker made no progress for %u s and was killed; "
			     "%s",
			     standstill_s,
			     session->is_given ? "the program given may not end by itself: give "
						 "another --target"
					       : "use a smaller --heap, or see dmesg");
			return false;
		}
		if (look && !look(context, answer)) {
			fail(problem, "interrupted");
			return false;
		}
		struct pollfd end = {.fd = pidfd, .events = POLLIN};
		poll(&end, 1, LOOK_INTERVAL_MS);
	}
}

enum outcome session_wait(struct session *session, unsigned standstill_s, session_look *look,
			  void *context, bool *trustworthy, struct problem *problem)
{
	int pidfd = (int)syscall(SYS_pidfd_open, session->worker, 0);
	bool ended = watch(session, pidfd, standstill_s, look, context, problem);
	if (pidfd >= 0)
		close(pidfd);
	int status = kill_group(session);
	const size_t left = session->is_given ? orphans_end(&session->others, 0) : 0;
	struct problem distrust;
	*trustworthy =
		!wire_check_answer(session->area, session->area_bytes, session->mode, &distrust);
	if (!ended)
		return OUTCOME_FAILED;
	session->lacks_pages = *trustworthy && session->area->answer.lacks_pages;
	if (!*trustworthy)
		return fail(problem, "%s", distrust.text);
	if (left)
		return fail(
			problem,
			"cannot trust samples of the program given: %zu of its processes were left "
			"behind and had to be killed; give another --target",
			left);
	return explain_end(session, status, problem);
}

void session_close(struct session *session)
{
	kill_group(session);
	if (session->area)
		munmap(session->area, session->area_bytes);
	if (session->memory_fd >= 0)
		close(session->memory_fd);
	*session = (struct session){.memory_fd = -1, .evict_fd = -1};
}

enum outcome catalog_read(struct wire_catalog *catalog, struct problem *problem)
{
	struct session session;
	bool trustworthy = false;
	if (session_open(&session, 0, problem))
		return OUTCOME_FAILED;
	assert(session.area);
	session.area->request.mode = WIRE_CATALOG;
	enum outcome outcome = session_start(&session, 1, problem);
	if (!outcome)
		outcome = session_wait(&session, CATALOG_TIMEOUT_S, NULL, NULL, &trustworthy,
				       problem);
	if (!outcome)
		*catalog = session.area->answer.catalog;
	session_close(&session);
	return outcome;
}
