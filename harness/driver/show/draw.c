#include "harness/driver/show/draw.h"

#include "harness/driver/base/interrupts.h"
#include "harness/driver/base/locate.h"

#include <errno.h>
#include <ftw.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { GNUPLOT_TIMEOUT_MS = 60000, FIGURE_BYTES_MAX = 64 << 20 };

const struct draw_format draw_formats[DRAW_FORMATS] = {
	{"svg", "</svg>"}, {"pdf", "%%EOF"}, {"png", "IEND"}};

/* Starts gnuplot among the data on one script; without a shell, so that no name is taken for code. */
static int start(const struct studio *studio, struct figure *figure, const char *script,
		 const char *also)
{
	/* exec wants them writable. */
	char path[] = "gnuplot", no_init[] = "-d", option[] = "-c";
	char all[PATH_MAX + 16], one[PATH_MAX + OUTFILE_NAME_MAX], style[PATH_MAX + 16],
		word[OUTFILE_NAME_MAX], forget[PATH_MAX + 16];
	char *arguments[] = {path,  no_init,      option, all,    one,
			     style, figure->name, word,   forget, NULL};
	const struct tool_how how = {.arguments = arguments,
				     .home = studio->folder,
				     .folder = studio->data,
				     .input = -1,
				     .file = -1};
	snprintf(all, sizeof all, "%s/formats.gp", studio->scripts);
	snprintf(one, sizeof one, "%s/%s.gp", studio->scripts, script);
	snprintf(style, sizeof style, "%s", studio->style);
	snprintf(forget, sizeof forget, "%s/forget.gp", studio->scripts);
	snprintf(word, sizeof word, "%s", also);
	figure->end_ms = tool_now_ms() + GNUPLOT_TIMEOUT_MS;
	return tool_start(&figure->gnuplot, &how);
}

/* Waits until gnuplot is done. */
static enum outcome wait_for(struct figure *figure, struct problem *problem)
{
	char said[300] = "no words";
	const long long left_ms = figure->end_ms - tool_now_ms();
	bool ended =
		tool_listen(&figure->gnuplot, left_ms > 0 ? (int)left_ms : 0, said, sizeof said);
	int status = tool_end(&figure->gnuplot, !ended);
	if (interrupts_came())
		return fail(problem, "cannot finish drawing %s: interrupted; make plots draws it",
			    figure->name);
	if (ended && WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return OUTCOME_OK;
	if (ended && WIFSIGNALED(status))
		return fail(problem, "cannot draw %s: gnuplot was killed by signal %d (%s); %s",
			    figure->name, WTERMSIG(status), strsignal(WTERMSIG(status)),
			    WTERMSIG(status) == SIGXFSZ ? outfile_remedy(EFBIG)
							: "see dmesg, then make plots");
	return fail(problem,
		    "cannot draw %s: gnuplot says: %s; try make plots with gnuplot 5.4 or newer",
		    figure->name, ended ? said : "nothing more within a minute, and was killed");
}

static bool is_whole(const char *mark, const char *bytes, size_t count)
{
	size_t end = count < 32 ? count : 32;
	return memmem(bytes + count - end, end, mark, strlen(mark)) != NULL;
}

/* Takes what was drawn over into the run's folder. */
static enum outcome deliver(const struct studio *studio, const char *name,
			    const struct draw_format *format, struct problem *problem)
{
	char to[OUTFILE_NAME_MAX + 48], from[sizeof studio->folder + sizeof to + 1];
	char *bytes = NULL;
	size_t count = 0;
	snprintf(to, sizeof to, "plots/%s.%s", name, format->name);
	snprintf(from, sizeof from, "%s/%s", studio->folder, to);
	struct stat drawn;
	FILE *figure = fopen(from, "re");
	if (figure && fstat(fileno(figure), &drawn) == 0 && drawn.st_size > 0 &&
	    drawn.st_size <= FIGURE_BYTES_MAX && (bytes = malloc((size_t)drawn.st_size)))
		count = fread(bytes, 1, (size_t)drawn.st_size, figure);
	if (figure)
		fclose(figure);
	enum outcome outcome = OUTCOME_FAILED;
	if (!bytes || !is_whole(format->end, bytes, count)) {
		fail(problem,
		     "cannot draw %s.%s: gnuplot left %zu bytes, which are not a complete figure; "
		     "free some disk space in %s, or set TMPDIR to a folder with more",
		     name, format->name, count, studio->folder);
	} else {
		outcome = outfile_whole(studio->result, to, bytes, count, problem);
	}
	free(bytes);
	return outcome;
}

/* Of a figure in all its formats the first problem is reported. */
static enum outcome deliver_all(const struct studio *studio, const char *name,
				struct problem *problem)
{
	struct problem other;
	enum outcome outcome = OUTCOME_OK;
	for (size_t f = 0; f < DRAW_FORMATS; f++)
		if (deliver(studio, name, &draw_formats[f], outcome ? &other : problem))
			outcome = OUTCOME_FAILED;
	return outcome;
}

static void count(struct studio *studio, enum outcome outcome, const struct problem *problem)
{
	studio->drawn += !outcome;
	if (outcome && studio->failed++ == 0)
		studio->first = *problem;
}

/* Waits for the oldest that is being drawn. */
static void end_one(struct studio *studio)
{
	struct figure *figure = &studio->figures[studio->ended++ % DRAW_AT_ONCE_MAX];
	struct problem problem;
	enum outcome outcome = wait_for(figure, &problem);
	if (!outcome)
		outcome = deliver_all(studio, figure->name, &problem);
	count(studio, outcome, &problem);
}

static size_t at_once(void)
{
	cpu_set_t allowed;
	if (sched_getaffinity(0, sizeof allowed, &allowed) < 0)
		return 1;
	const size_t cpus = (size_t)CPU_COUNT(&allowed);
	return cpus < DRAW_AT_ONCE_MAX ? cpus : DRAW_AT_ONCE_MAX;
}

void draw_begin(struct studio *studio, const char *script, const char *name, const char *also)
{
	struct problem problem;
	if (studio->begun - studio->ended >= at_once())
		end_one(studio);
	if (interrupts_came())
		return;
	struct figure *figure = &studio->figures[studio->begun % DRAW_AT_ONCE_MAX];
	snprintf(figure->name, sizeof figure->name, "%s", name);
	int error = start(studio, figure, script, also);
	if (!error) {
		studio->begun++;
		return;
	}
	fail(&problem, "cannot run gnuplot: %s; %s", strerror(error),
	     error == ENOENT
		     ? "install it with sh scripts/setup, or copy the run to where it is; then "
		       "forkcost plot RUN"
		     : outfile_remedy(error));
	count(studio, OUTCOME_FAILED, &problem);
}

enum outcome draw_end(struct studio *studio, struct problem *problem)
{
	while (studio->ended < studio->begun)
		end_one(studio);
	if (studio->failed > 1)
		return fail(problem, "cannot draw %zu of the figures; the first: %s",
			    studio->failed, studio->first.text);
	*problem = studio->first;
	return studio->failed ? OUTCOME_FAILED : OUTCOME_OK;
}

static int remove_one(const char *path, const struct stat *status, int kind, struct FTW *place)
{
	(void)status;
	(void)kind;
	(void)place;
	remove(path);
	return 0;
}

enum outcome draw_open(struct studio *studio, struct problem *problem)
{
	const char *above = getenv("TMPDIR");
	interrupts_catch(); /* there will be a folder to remove */
	if (locate_plot_scripts(studio->scripts, sizeof studio->scripts, problem))
		return fail(problem,
			    "cannot draw: the plot scripts are not near this forkcost; copy %s to "
			    "where they are, and there: forkcost plot RUN",
			    studio->result);
	snprintf(studio->style, sizeof studio->style, "%s/style.gp", studio->scripts);
	snprintf(studio->folder, sizeof studio->folder, "%s/forkcost-plot-XXXXXX",
		 above && *above == '/' ? above : "/tmp");
	if (!mkdtemp(studio->folder))
		return fail(problem,
			    "cannot make the folder %s: %s; set TMPDIR to a folder that is "
			    "writable",
			    studio->folder, strerror(errno));
	snprintf(studio->data, sizeof studio->data, "%s/plots/data", studio->folder);
	return OUTCOME_OK;
}

void draw_close(const struct studio *studio)
{
	nftw(studio->folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}
