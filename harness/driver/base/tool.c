#include "harness/driver/base/tool.h"

#include "harness/driver/base/interrupts.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* An interrupt that comes just before a wait, or while another program was waited for, does not end it: it is looked for
 * so often. */
enum { END_TIMEOUT_MS = 10000, LOOK_MS = 200 };

/* Its files may grow as far as the limit and no further: many do not notice an error of writing, so the signal ends
 * it. In a group of its own it gets no interrupt from the terminal before we do. */
static int spawn(struct tool *program, const struct tool_how *how, int words_to)
{
	char home_word[PATH_MAX + 8], path_word[PATH_MAX + 8], locale[] = "LC_ALL=C.UTF-8";
	snprintf(home_word, sizeof home_word, "HOME=%s", how->home ? how->home : "/");
	snprintf(path_word, sizeof path_word, "PATH=%s",
		 getenv("PATH") ? getenv("PATH") : "/usr/bin");
	char *environment[TOOL_SETTINGS_MAX + 4] = {home_word, path_word, locale};
	for (size_t i = 0; how->settings && how->settings[i]; i++) {
		if (i == TOOL_SETTINGS_MAX)
			return E2BIG;
		environment[3 + i] = (char *)how->settings[i];
	}
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	sigset_t defaults;
	sigemptyset(&defaults);
	sigaddset(&defaults, SIGXFSZ);
	sigaddset(&defaults, SIGPIPE);
	posix_spawnattr_init(&attributes);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
	posix_spawnattr_setsigdefault(&attributes, &defaults);
	posix_spawnattr_setpgroup(&attributes, 0);
	posix_spawn_file_actions_init(&actions);
	if (how->folder)
		posix_spawn_file_actions_addchdir_np(&actions, how->folder);
	if (how->input >= 0)
		posix_spawn_file_actions_adddup2(&actions, how->input, STDIN_FILENO);
	else
		posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_adddup2(&actions, words_to, STDOUT_FILENO);
	if (how->is_quiet)
		posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
	else
		posix_spawn_file_actions_adddup2(&actions, words_to, STDERR_FILENO);
	if (how->file >= 0)
		posix_spawn_file_actions_adddup2(&actions, how->file, TOOL_FILE);
	int error = posix_spawnp(&program->pid, how->arguments[0], &actions, &attributes,
				 how->arguments, environment);
	posix_spawn_file_actions_destroy(&actions);
	posix_spawnattr_destroy(&attributes);
	return error;
}

int tool_start(struct tool *program, const struct tool_how *how)
{
	int ends[2];
	*program = (struct tool){.words = -1};
	if (pipe2(ends, O_CLOEXEC) < 0)
		return errno;
	int error = spawn(program, how, ends[1]);
	close(ends[1]);
	if (error) {
		close(ends[0]);
		program->pid = 0;
	} else {
		program->words = ends[0];
	}
	return error;
}

long long tool_now_ms(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (long long)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

ssize_t tool_hear(const struct tool *program, char *text, size_t most, long long end_ms)
{
	for (;;) {
		struct pollfd ready = {.fd = program->words, .events = POLLIN};
		const long long left_ms = end_ms - tool_now_ms();
		if (left_ms <= 0 || interrupts_came())
			return -1;
		int got = poll(&ready, 1, (int)(left_ms < LOOK_MS ? left_ms : LOOK_MS));
		if (got == 0 || (got < 0 && errno == EINTR))
			continue;
		ssize_t count = read(program->words, text, most);
		return count > 0 ? count : 0;
	}
}

bool tool_listen(const struct tool *program, int timeout_ms, char *said, size_t said_bytes)
{
	char text[2048];
	size_t length = 0;
	long long end_ms = tool_now_ms() + timeout_ms;
	ssize_t count;
	while ((count = tool_hear(program, text + length, sizeof text - 1 - length, end_ms)) > 0) {
		length += (size_t)count;
		if (length + 1 == sizeof text) {
			memmove(text, text + sizeof text / 2, sizeof text / 2);
			length -= sizeof text / 2;
		}
	}
	text[length] = '\0';
	for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n"))
		if (line[strspn(line, " \t^")])
			snprintf(said, said_bytes, "%s", line);
	return count == 0;
}

int tool_end(struct tool *program, bool kill_it)
{
	int status = 0;
	if (program->words >= 0)
		close(program->words);
	program->words = -1;
	if (program->pid <= 0)
		return status;
	/* Once it has said all it ends at once, or never. */
	for (long long end_ms = tool_now_ms() + (kill_it ? 0 : END_TIMEOUT_MS);;) {
		pid_t got = waitpid(program->pid, &status, WNOHANG);
		if (got == program->pid || (got < 0 && errno != EINTR))
			break;
		if (tool_now_ms() >= end_ms)
			kill(-program->pid, SIGKILL);
		nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
	}
	kill(-program->pid, SIGKILL); /* what it may have left behind */
	program->pid = 0;
	return status;
}
