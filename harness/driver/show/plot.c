#include "harness/driver/show/plot.h"

#include "harness/driver/base/infile.h"
#include "harness/driver/base/interrupts.h"
#include "harness/driver/base/locate.h"
#include "harness/driver/base/outfile.h"
#include "harness/driver/show/by_axis.h"

#include <dirent.h>
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
	size_t drawn, failed;      /* figures */
	struct problem first;      /* that kept one from being drawn */
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

/* What gnuplot is told, which exec wants writable. */
struct figure {
	char script[PATH_MAX + OUTFILE_NAME_MAX]; /* absolute */
	char name[OUTFILE_NAME_MAX];              /* without an ending */
	char experiment[WIRE_NAME_MAX]; /* for the script that draws more than one figure; "" */
	char format[8], output[OUTFILE_NAME_MAX + 32];
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

/* The formats, and what a whole file of each ends with: gnuplot does not notice that a disk is full. */
static const struct {
	const char *name, *end;
} formats[] = {{"svg", "</svg>"}, {"pdf", "%%EOF"}, {"png", "IEND"}};

enum { FORMATS = sizeof formats / sizeof *formats };

static bool is_whole(const char *mark, const char *bytes, size_t count)
{
	size_t end = count < 32 ? count : 32;
	return memmem(bytes + count - end, end, mark, strlen(mark)) != NULL;
}

/* Takes what was drawn over into the run's folder. */
static enum outcome deliver(const struct studio *studio, const char *name, const char *mark,
			    struct problem *problem)
{
	char to[OUTFILE_NAME_MAX + 48], from[sizeof studio->folder + sizeof to + 1];
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
	if (!bytes || !is_whole(mark, bytes, count)) {
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

/* Draws one figure in all formats. If that fails the others are drawn all the same, and the first problem is told;
 * after an interrupt nothing more is drawn. */
static void draw(struct studio *studio, const char *script, const char *name,
		 const char *experiment)
{
	struct figure figure;
	struct problem problem;
	enum outcome outcome = OUTCOME_OK;
	if (interrupts_came())
		return;
	snprintf(figure.script, sizeof figure.script, "%s/%s.gp", studio->scripts, script);
	snprintf(figure.name, sizeof figure.name, "%s", name);
	snprintf(figure.experiment, sizeof figure.experiment, "%s", experiment);
	for (size_t f = 0; f < FORMATS && !outcome; f++) {
		snprintf(figure.format, sizeof figure.format, "%s", formats[f].name);
		snprintf(figure.output, sizeof figure.output, "../%s.%s", name, formats[f].name);
		outcome = run_gnuplot(studio, &figure, &problem);
		if (!outcome)
			outcome = deliver(studio, figure.output + strlen("../"), formats[f].end,
					  &problem);
	}
	studio->drawn += !outcome;
	if (outcome && studio->failed++ == 0)
		studio->first = problem;
}

/* Each by the script of its name, but for those by an axis, which have one for all. */
static enum outcome draw_all(struct studio *studio, const struct summary *summary,
			     struct problem *problem)
{
	char pattern[sizeof studio->scripts + 16], name[OUTFILE_NAME_MAX];
	struct by_axis views[BY_AXIS_VIEWS_MAX];
	glob_t found;
	snprintf(pattern, sizeof pattern, "%s/*.gp", studio->scripts);
	if (glob(pattern, GLOB_NOESCAPE, NULL, &found) != 0)
		return fail(problem, "cannot find plot scripts in %s; run make install again",
			    studio->scripts);
	for (size_t i = 0; i < found.gl_pathc; i++) {
		const char *script = strrchr(found.gl_pathv[i], '/') + 1;
		snprintf(name, sizeof name, "%.*s", (int)strcspn(script, "."), script);
		if (strcmp(name, "style") != 0 && strcmp(name, "by-axis") != 0)
			draw(studio, name, name, "");
	}
	globfree(&found);
	size_t count = by_axis_find(summary, BY_AXIS_FIGURES, views);
	for (size_t i = 0; i < count; i++)
		draw(studio, "by-axis", views[i].stem, views[i].experiment);
	if (studio->failed > 1)
		return fail(problem, "cannot draw %zu of the figures; the first: %s",
			    studio->failed, studio->first.text);
	*problem = studio->first;
	return studio->failed ? OUTCOME_FAILED : OUTCOME_OK;
}

/* ---- figures that the run no longer has ---- */

/* Whether a caption in the run's folder has the words of ours: who draws a figure with our style has one as well. */
static bool is_ours(int data, const char *caption)
{
	char *line = NULL;
	size_t room = 0;
	bool ours = false;
	struct problem problem;
	FILE *file = infile_open(data, "plots/data", caption, &problem);
	if (!file)
		return false;
	while (getline(&line, &room, file) > 0)
		ours = strstr(line, "; forkcost ") != NULL; /* ends the last */
	free(line);
	fclose(file);
	return ours;
}

/* A link or a folder of that name is none of ours. */
static void remove_file(int folder, const char *before, const char *name, const char *after)
{
	char file[OUTFILE_NAME_MAX + 32];
	struct stat there;
	snprintf(file, sizeof file, "%s%s%s", before, name, after);
	if (fstatat(folder, file, &there, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(there.st_mode))
		unlinkat(folder, file, 0);
}

static void remove_figure(int plots, int data, const char *name)
{
	char ending[16];
	for (size_t f = 0; f < FORMATS; f++) {
		snprintf(ending, sizeof ending, ".%s", formats[f].name);
		remove_file(plots, "", name, ending);
	}
	remove_file(data, "", name, ".dat");
	remove_file(data, "", name, "-axes.dat");
	remove_file(data, "caption-", name, ".dat");
}

/* Those that an earlier version drew, or of axes that the run no longer shows: their captions lie in the run's folder
 * and not among what was written now. */
static void remove_stale(const struct studio *studio, int plots, int data)
{
	char name[OUTFILE_NAME_MAX], now[sizeof studio->data + OUTFILE_NAME_MAX];
	DIR *files = fdopendir(dup(data));
	const struct dirent *entry;
	while (files && (entry = readdir(files))) {
		snprintf(now, sizeof now, "%s/%.*s", studio->data, OUTFILE_NAME_MAX - 2,
			 entry->d_name);
		if (sscanf(entry->d_name, "caption-%180[^.].dat", name) == 1 &&
		    access(now, F_OK) != 0 && is_ours(data, entry->d_name))
			remove_figure(plots, data, name);
	}
	if (files)
		closedir(files);
}

/* Nothing is lost where a folder cannot be opened: then there is nothing of ours in it. */
static void open_and_remove_stale(const struct studio *studio)
{
	struct problem problem;
	int run = infile_folder(studio->result, &problem);
	int plots = run < 0 ? -1 : infile_below(run, "plots");
	int data = plots < 0 ? -1 : infile_below(plots, "data");
	if (data >= 0)
		remove_stale(studio, plots, data);
	const int folders[] = {data, plots, run};
	for (size_t i = 0; i < sizeof folders / sizeof *folders; i++)
		if (folders[i] >= 0)
			close(folders[i]);
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
	enum outcome outcome = figures_write(summary, studio.folder, problem);
	if (!outcome) {
		open_and_remove_stale(&studio);
		outcome = draw_all(&studio, summary, problem);
	}
	*figures = studio.drawn;
	nftw(studio.folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
	return outcome;
}
