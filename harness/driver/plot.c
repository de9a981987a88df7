#include "harness/driver/plot.h"

#include "harness/driver/locate.h"

#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { GNUPLOT_TIMEOUT_MS = 60000 };

/* Collects what gnuplot says until it is gone; the last line that is not empty stays in `said`. */
static bool listen_to(int from, char *said, size_t said_bytes)
{
	char text[2048];
	size_t length = 0;
	for (;;) {
		struct pollfd ready = {.fd = from, .events = POLLIN};
		int got = poll(&ready, 1, GNUPLOT_TIMEOUT_MS);
		if (got == 0)
			return false;
		if (got < 0 && errno == EINTR)
			continue;
		if (length + 1 == sizeof text) {
			memmove(text, text + sizeof text / 2, sizeof text / 2);
			length -= sizeof text / 2;
		}
		ssize_t count = read(from, text + length, sizeof text - 1 - length);
		if (count <= 0)
			break;
		length += (size_t)count;
	}
	text[length] = '\0';
	for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n"))
		if (line[strspn(line, " \t^")])
			snprintf(said, said_bytes, "%s", line);
	return true;
}

/* Runs gnuplot in `folder` on one script; without a shell, so that no name is taken for code. */
static enum outcome run_gnuplot(const char *folder, const char *scripts, const char *script,
				const char *format, const char *output, struct problem *problem)
{
	char library[PATH_MAX + 128], path[] = "gnuplot", option[] = "-c", said[300] = "no words";
	char script_word[PATH_MAX], format_word[8], output_word[PATH_MAX];
	int ends[2];
	snprintf(library, sizeof library, "GNUPLOT_LIB=%s", scripts);
	snprintf(script_word, sizeof script_word, "%s", script);
	snprintf(format_word, sizeof format_word, "%s", format);
	snprintf(output_word, sizeof output_word, "%s", output);
	char *arguments[] = {path, option, script_word, format_word, output_word, NULL};
	char *home = getenv("HOME");
	char home_word[PATH_MAX + 8], path_word[PATH_MAX + 8];
	snprintf(home_word, sizeof home_word, "HOME=%s", home ? home : "/");
	snprintf(path_word, sizeof path_word, "PATH=%s",
		 getenv("PATH") ? getenv("PATH") : "/usr/bin");
	char locale[] = "LC_ALL=C.UTF-8";
	char *environment[] = {library, home_word, path_word, locale, NULL};
	if (pipe2(ends, O_CLOEXEC) < 0)
		return fail(problem, "cannot make a pipe: %s", strerror(errno));
	posix_spawn_file_actions_t actions;
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addchdir_np(&actions, folder);
	posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
	posix_spawn_file_actions_adddup2(&actions, ends[1], STDERR_FILENO);
	pid_t child;
	int error = posix_spawnp(&child, path, &actions, NULL, arguments, environment);
	posix_spawn_file_actions_destroy(&actions);
	close(ends[1]);
	if (error) {
		close(ends[0]);
		return fail(problem,
			    "cannot run gnuplot: %s; install it with sh scripts/setup, then make "
			    "plots",
			    strerror(error));
	}
	bool ended = listen_to(ends[0], said, sizeof said);
	close(ends[0]);
	if (!ended)
		kill(child, SIGKILL);
	int status;
	while (waitpid(child, &status, 0) < 0 && errno == EINTR)
		;
	if (ended && WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return OUTCOME_OK;
	return fail(problem,
		    "cannot draw %s: gnuplot says: %s; try make plots with gnuplot 5.4 or newer",
		    output, ended ? said : "nothing for a minute, and was ended");
}

enum outcome plot_draw(const char *folder, size_t *figures, struct problem *problem)
{
	char scripts[PATH_MAX + 64], pattern[PATH_MAX + 80], data[PATH_MAX];
	glob_t found;
	*figures = 0;
	if (locate_plot_scripts(scripts, sizeof scripts, problem))
		return OUTCOME_FAILED;
	snprintf(data, sizeof data, "%s/plots/data", folder);
	snprintf(pattern, sizeof pattern, "%s/*.gp", scripts);
	if (glob(pattern, 0, NULL, &found) != 0)
		return fail(problem, "cannot find plot scripts in %s; run make install again",
			    scripts);
	enum outcome outcome = OUTCOME_OK;
	for (size_t i = 0; !outcome && i < found.gl_pathc; i++) {
		const char *name = strrchr(found.gl_pathv[i], '/') + 1;
		static const char *const formats[] = {"svg", "pdf", "png"};
		if (strcmp(name, "style.gp") == 0)
			continue;
		++*figures;
		for (size_t f = 0; !outcome && f < 3; f++) {
			char output[PATH_MAX];
			snprintf(output, sizeof output, "../%.*s.%s", (int)strlen(name) - 3, name,
				 formats[f]);
			outcome = run_gnuplot(data, scripts, found.gl_pathv[i], formats[f], output,
					      problem);
		}
	}
	globfree(&found);
	return outcome;
}
