#include "harness/driver/machine/guardian.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stddef.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

enum { READY_MS = 2000, TRIES = 20, PAUSE_MS = 100 };

static pid_t guardian;
static int line = -1; /* a pair of sockets: it sees ours close */

/* In a session of its own, out of reach of signals to ours; with nothing of ours open but the line. */
static pid_t spawn(int its_end)
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	char *arguments[] = {(char[]){"forkcost"}, (char[]){GUARDIAN_COMMAND}, NULL};
	char *environment[] = {NULL};
	pid_t process = 0;
	posix_spawn_file_actions_init(&actions);
	posix_spawnattr_init(&attributes);
	posix_spawn_file_actions_adddup2(&actions, its_end, STDIN_FILENO);
	posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
	posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSID);
	if (posix_spawn(&process, "/proc/self/exe", &actions, &attributes, arguments, environment))
		process = 0;
	posix_spawn_file_actions_destroy(&actions);
	posix_spawnattr_destroy(&attributes);
	return process;
}

void guardian_start(void)
{
	int ends[2];
	char ready;
	if (guardian > 0 || socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0)
		return;
	guardian = spawn(ends[1]);
	close(ends[1]);
	line = ends[0];
	struct pollfd waited = {.fd = line, .events = POLLIN};
	if (guardian == 0 || poll(&waited, 1, READY_MS) != 1 || read(line, &ready, 1) != 1)
		guardian_end();
}

void guardian_end(void)
{
	if (line >= 0)
		close(line);
	line = -1;
	if (guardian <= 0)
		return;
	kill(guardian, SIGKILL);
	while (waitpid(guardian, NULL, 0) < 0 && errno == EINTR)
		;
	guardian = 0;
}

void guardian_live(bool (*restore)(void))
{
	char none;
	/* What else the caller had open is not to be kept open by us. */
#ifdef SYS_close_range
	syscall(SYS_close_range, STDERR_FILENO + 1, ~0u, 0);
#endif
	/* These go to everything in a cgroup or at a terminal; we end with whom we guard. */
	signal(SIGINT, SIG_IGN);
	signal(SIGTERM, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	if (write(STDIN_FILENO, "", 1) != 1)
		return;
	ssize_t got;
	do
		got = read(STDIN_FILENO, &none, 1);
	while (got > 0 || (got < 0 && errno == EINTR));
	/* The owner's lock goes a moment after its end of the line. */
	for (int i = 0; i < TRIES && !restore(); i++)
		usleep(PAUSE_MS * 1000);
}
