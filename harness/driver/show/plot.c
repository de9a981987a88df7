#include "harness/driver/show/plot.h"

#include "harness/driver/base/interrupts.h"
#include "harness/driver/base/locate.h"
#include "harness/driver/base/outfile.h"
#include "harness/driver/show/by_axis.h"
#include "harness/driver/show/export.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <glob.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { GNUPLOT_TIMEOUT_MS = 60000, FIGURE_BYTES_MAX = 64 << 20 };

/* Where gnuplot works, and what it works with. */
struct studio {
	char folder[PATH_MAX];     /* private */
	char data[PATH_MAX + 16];  /* in it */
	char scripts[PATH_MAX];    /* ours, absolute */
	char style[PATH_MAX + 16]; /* the same */
	const char *result;        /* the run's folder */
};

static long long milliseconds_now(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (long long)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Collects what gnuplot says until it is gone; the last line that is not empty stays in `said`. False if it
 * takes longer than it may, however much it says. */
static bool listen_to(int from, char *said, size_t said_bytes)
{
	char text[2048];
	size_t length = 0;
	long long end_ms = milliseconds_now() + GNUPLOT_TIMEOUT_MS;
	for (;;) {
		struct pollfd ready = {.fd = from, .events = POLLIN};
		long long left_ms = end_ms - milliseconds_now();
		int got = left_ms > 0 ? poll(&ready, 1, (int)left_ms) : 0;
		if (got == 0 || interrupts_came())
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

/* What is drawn: gnuplot's arguments, which exec wants writable. */
struct figure {
	char script[PATH_MAX + 16];     /* absolute */
	char name[OUTFILE_NAME_MAX];    /* without an ending */
	char experiment[WIRE_NAME_MAX]; /* for the script that draws more than one figure; "" */
	char format[8], output[OUTFILE_NAME_MAX + 16];
};

/* Starts gnuplot among the data; without a shell, so that no name is taken for code. Its files may grow as
 * far as the limit and no further: it would not notice an error of writing, so the signal ends it. */
static int start_gnuplot(struct studio *studio, struct figure *figure, int words_to, pid_t *child)
{
	char path[] = "gnuplot", no_init[] = "-d", option[] = "-c", locale[] = "LC_ALL=C.UTF-8";
	char home_word[sizeof studio->folder + 8], path_word[PATH_MAX + 8];
	snprintf(home_word, sizeof home_word, "HOME=%s", studio->folder);
	snprintf(path_word, sizeof path_word, "PATH=%s",
		 getenv("PATH") ? getenv("PATH") : "/usr/bin");
	char *arguments[] = {
		path,           no_init,       option,       figure->script,     figure->format,
		figure->output, studio->style, figure->name, figure->experiment, NULL};
	char *environment[] = {home_word, path_word, locale, NULL};
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	sigset_t defaults;
	sigemptyset(&defaults);
	sigaddset(&defaults, SIGXFSZ);
	sigaddset(&defaults, SIGPIPE);
	posix_spawnattr_init(&attributes);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF);
	posix_spawnattr_setsigdefault(&attributes, &defaults);
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addchdir_np(&actions, studio->data);
	posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_adddup2(&actions, words_to, STDOUT_FILENO);
	posix_spawn_file_actions_adddup2(&actions, words_to, STDERR_FILENO);
	int error = posix_spawnp(child, path, &actions, &attributes, arguments, environment);
	posix_spawn_file_actions_destroy(&actions);
	posix_spawnattr_destroy(&attributes);
	return error;
}

/* Runs gnuplot on one script. */
static enum outcome run_gnuplot(struct studio *studio, struct figure *figure,
				struct problem *problem)
{
	char said[300] = "no words";
	int ends[2];
	pid_t child;
	if (pipe2(ends, O_CLOEXEC) < 0)
		return fail(problem, "cannot make a pipe: %s; %s", strerror(errno),
			    outfile_remedy(errno));
	int error = start_gnuplot(studio, figure, ends[1], &child);
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
	if (interrupts_came())
		return fail(problem, "cannot finish drawing %s: interrupted; make plots draws it",
			    figure->output);
	if (ended && WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return OUTCOME_OK;
	if (ended && WIFSIGNALED(status))
		return fail(problem, "cannot draw %s: gnuplot was killed by signal %d (%s); %s",
			    figure->output, WTERMSIG(status), strsignal(WTERMSIG(status)),
			    WTERMSIG(status) == SIGXFSZ ? outfile_remedy(EFBIG)
							: "see dmesg, then make plots");
	return fail(problem,
		    "cannot draw %s: gnuplot says: %s; try make plots with gnuplot 5.4 or newer",
		    figure->output, ended ? said : "nothing more within a minute, and was killed");
}

/* What a whole file of a format ends with: gnuplot does not notice that a disk is full. */
static bool is_whole(const char *format, const char *bytes, size_t count)
{
	const char *mark = strcmp(format, "svg") == 0   ? "</svg>"
			   : strcmp(format, "pdf") == 0 ? "%%EOF"
							: "IEND";
	size_t end = count < 32 ? count : 32;
	return memmem(bytes + count - end, end, mark, strlen(mark)) != NULL;
}

/* Takes what was drawn over into the run's folder. */
static enum outcome deliver(const struct studio *studio, const char *name, const char *format,
			    struct problem *problem)
{
	char to[OUTFILE_NAME_MAX + 16], from[sizeof studio->folder + sizeof to + 1];
	struct outfile outfile;
	char *bytes = NULL;
	size_t count = 0;
	snprintf(to, sizeof to, "plots/%s", name);
	snprintf(from, sizeof from, "%s/%s", studio->folder, to);
	struct stat drawn;
	FILE *figure = fopen(from, "re");
	if (figure && fstat(fileno(figure), &drawn) == 0 && drawn.st_size > 0 &&
	    drawn.st_size <= FIGURE_BYTES_MAX && (bytes = malloc((size_t)drawn.st_size)))
		count = fread(bytes, 1, (size_t)drawn.st_size, figure);
	if (figure)
		fclose(figure);
	enum outcome outcome = OUTCOME_FAILED;
	if (!bytes || !is_whole(format, bytes, count)) {
		fail(problem,
		     "cannot draw %s: gnuplot left %zu bytes, which are not a complete figure; "
		     "free some disk space in %s, or set TMPDIR to a folder with more",
		     name, count, studio->folder);
	} else {
		FILE *file = outfile_open(&outfile, studio->result, to, problem);
		if (file) {
			fwrite(bytes, 1, count, file);
			outcome = outfile_close(&outfile, file, problem);
		}
	}
	free(bytes);
	return outcome;
}

/* Draws one figure in its three formats. */
static enum outcome draw(struct studio *studio, struct figure *figure, struct problem *problem)
{
	static const char *const formats[] = {"svg", "pdf", "png"};
	for (size_t f = 0; f < sizeof formats / sizeof *formats; f++) {
		snprintf(figure->format, sizeof figure->format, "%s", formats[f]);
		snprintf(figure->output, sizeof figure->output, "../%s.%s", figure->name,
			 formats[f]);
		if (run_gnuplot(studio, figure, problem) ||
		    deliver(studio, figure->output + strlen("../"), formats[f], problem))
			return OUTCOME_FAILED;
	}
	return OUTCOME_OK;
}

/* By the one script for all that has no face. */
static enum outcome draw_views(struct studio *studio, const struct summary *summary,
			       size_t *figures, struct problem *problem)
{
	struct by_axis views[BY_AXIS_VIEWS_MAX];
	size_t count = by_axis_find(summary, BY_AXIS_FIGURES, views);
	for (size_t i = 0; i < count; i++) {
		struct figure figure;
		snprintf(figure.script, sizeof figure.script, "%s/by-axis.gp", studio->scripts);
		snprintf(figure.name, sizeof figure.name, "%s", views[i].stem);
		snprintf(figure.experiment, sizeof figure.experiment, "%s", views[i].experiment);
		++*figures;
		if (draw(studio, &figure, problem))
			return OUTCOME_FAILED;
	}
	return OUTCOME_OK;
}

/* By the scripts of their own. */
static enum outcome draw_all(struct studio *studio, size_t *figures, struct problem *problem)
{
	char pattern[sizeof studio->scripts + 16];
	glob_t found;
	snprintf(pattern, sizeof pattern, "%s/*.gp", studio->scripts);
	if (glob(pattern, GLOB_NOESCAPE, NULL, &found) != 0)
		return fail(problem, "cannot find plot scripts in %s; run make install again",
			    studio->scripts);
	enum outcome outcome = OUTCOME_OK;
	for (size_t i = 0; !outcome && i < found.gl_pathc; i++) {
		struct figure figure = {0};
		const char *name = strrchr(found.gl_pathv[i], '/') + 1;
		if (strcmp(name, "style.gp") == 0 || strcmp(name, "by-axis.gp") == 0)
			continue;
		snprintf(figure.script, sizeof figure.script, "%s", found.gl_pathv[i]);
		snprintf(figure.name, sizeof figure.name, "%.*s", (int)strlen(name) - 3, name);
		++*figures;
		outcome = draw(studio, &figure, problem);
	}
	globfree(&found);
	return outcome;
}

static int remove_one(const char *path, const struct stat *status, int kind, struct FTW *place)
{
	(void)status;
	(void)kind;
	(void)place;
	remove(path);
	return 0;
}

enum outcome plot_draw(const struct summary *summary, const char *folder, size_t *figures,
		       struct problem *problem)
{
	struct studio studio = {.result = folder};
	const char *above = getenv("TMPDIR");
	interrupts_catch(); /* there will be a folder to remove */
	*figures = 0;
	if (locate_plot_scripts(studio.scripts, sizeof studio.scripts, problem))
		return OUTCOME_FAILED;
	snprintf(studio.style, sizeof studio.style, "%s/style.gp", studio.scripts);
	snprintf(studio.folder, sizeof studio.folder, "%s/forkcost-plot-XXXXXX",
		 above && *above == '/' ? above : "/tmp");
	if (!mkdtemp(studio.folder))
		return fail(problem,
			    "cannot make the folder %s: %s; set TMPDIR to a folder that is "
			    "writable",
			    studio.folder, strerror(errno));
	snprintf(studio.data, sizeof studio.data, "%s/plots/data", studio.folder);
	enum outcome outcome = export_write(summary, studio.folder, problem);
	if (!outcome)
		outcome = draw_all(&studio, figures, problem);
	if (!outcome)
		outcome = draw_views(&studio, summary, figures, problem);
	nftw(studio.folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
	return outcome;
}
