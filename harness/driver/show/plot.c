#include "harness/driver/show/plot.h"

#include "harness/driver/base/infile.h"
#include "harness/driver/base/outfile.h"
#include "harness/driver/show/breakdown.h"
#include "harness/driver/show/by_axis.h"
#include "harness/driver/show/draw.h"
#include "harness/driver/show/figures_write.h"

#include <dirent.h>
#include <fcntl.h>
#include <glob.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* What is no figure, or one that this folder has nothing for, has no caption. */
static bool has_data(const struct studio *studio, const char *name)
{
	char caption[sizeof studio->data + OUTFILE_NAME_MAX + 16];
	snprintf(caption, sizeof caption, "%s/caption-%s.dat", studio->data, name);
	return access(caption, F_OK) == 0;
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
		if (has_data(studio, name))
			draw_begin(studio, name, name,
				   studio->has_published && strcmp(name, "spawn-by-heap") == 0
					   ? "published"
					   : "");
	}
	globfree(&found);
	size_t count = summary ? by_axis_find(summary, BY_AXIS_FIGURES, views) : 0;
	for (size_t i = 0; i < count; i++)
		draw_begin(studio, "by-axis", views[i].stem, views[i].experiment);
	return draw_end(studio, problem);
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
	for (size_t f = 0; f < DRAW_FORMATS; f++) {
		snprintf(ending, sizeof ending, ".%s", draw_formats[f].name);
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

static enum outcome copy_breakdown(const struct studio *studio, struct problem *problem)
{
	static struct breakdown breakdown;
	if (breakdown_read(&breakdown, studio->result, problem))
		return OUTCOME_FAILED;
	return breakdown_write(&breakdown, studio->folder, problem);
}

enum outcome plot_draw(const struct summary *summary, const struct published *published,
		       const char *folder, size_t *figures, struct problem *problem)
{
	struct studio studio = {.result = folder, .has_published = published};
	if (draw_open(&studio, problem))
		return OUTCOME_FAILED;
	enum outcome outcome =
		summary ? figures_write(summary, studio.folder, problem) : OUTCOME_OK;
	if (!outcome && summary && published)
		outcome = published_write(published, summary, studio.folder, problem);
	if (!outcome && breakdown_is_there(folder))
		outcome = copy_breakdown(&studio, problem);
	if (!outcome) {
		if (summary)
			open_and_remove_stale(&studio);
		outcome = draw_all(&studio, summary, problem);
	}
	*figures = studio.drawn;
	draw_close(&studio);
	return outcome;
}
