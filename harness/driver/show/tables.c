#include "harness/driver/show/tables.h"

#include "harness/common/units.h"
#include "harness/driver/analysis/shortfall.h"
#include "harness/driver/base/forms/latex.h"
#include "harness/driver/base/forms/markdown.h"
#include "harness/driver/base/forms/terminal.h"
#include "harness/driver/base/outfile.h"
#include "harness/driver/base/version.h"
#include "harness/driver/machine/machine.h"
#include "harness/driver/show/by_axis.h"
#include "harness/driver/show/checks.h"
#include "harness/driver/show/counters.h"

#include <string.h>

/* Hands on each table of the experiment; one without values says why in their place. What is left out stands
 * below each but those of the terminal alone, which end with that. */
static void each_table(const struct show *show, const struct summary *summary, bool terminal,
		       void (*take)(const struct grid *grid, void *to), void *to)
{
	static struct grid grid;
	char why[FILTER_WHY_MAX], missing[NOTE_BYTES];
	if (*filter_why_none(summary, show->experiment, why)) {
		grid_begin(&grid, 0, "%s: %s", show->experiment, why);
		take(&grid, to);
		return;
	}
	for (size_t i = 0; i < SHOW_TABLES_MAX; i++) {
		grid_begin(&grid, 0, "%s", "");
		bool own = terminal && *show->terminal;
		void (*fill)(const struct summary *, struct grid *) =
			own ? show->terminal[i] : show->tables[i];
		if (fill)
			fill(summary, &grid);
		if (!*grid.title)
			continue;
		if (!own) {
			grid_note(&grid, "%s",
				  filter_cases_left_out(summary, show->experiment, why));
			grid_note(&grid, "%s",
				  shortfall_of(summary->dataset, show->experiment, missing));
		}
		take(&grid, to);
	}
}

static void print_grid(const struct grid *grid, void *to)
{
	(void)to;
	grid_print(grid);
	print("\n");
}

void tables_print(const struct summary *summary)
{
	static struct grid grid;
	const struct dataset *dataset = summary->dataset;
	struct by_axis views[BY_AXIS_VIEWS_MAX];
	const struct show *show;
	char machine[256];
	machine_summary(dataset->environment, machine, sizeof machine);
	print("forkcost %s on %.75s\n", FORKCOST_VERSION, machine);
	for (size_t i = 0; (show = show_at(i)); i++)
		if (*show->tables && filter_was_run(summary, show->experiment))
			each_table(show, summary, true, print_grid, NULL);
	size_t view_count = by_axis_find(summary, BY_AXIS_TABLES, views);
	for (size_t i = 0; i < view_count; i++) {
		by_axis_table(summary, &views[i], &grid);
		print_grid(&grid, NULL);
	}
	counters_table(summary, &grid);
	print_grid(&grid, NULL);
	checks_print(summary);
	checks_print_crosscheck(summary);
	if (dataset->failure_count)
		print("\n%zu replicate%s failed; the first: %s\n", dataset->failure_count,
		      units_plural(dataset->failure_count), dataset->first_failure);
	shortfall_print_foot(dataset);
}

/* ---- files ---- */

enum form { MARKDOWN, LATEX, FORMS };

struct table_file {
	const struct summary *summary;
	struct outfile outfile;
	FILE *file;
	enum form form;
	struct problem *problem;
};

static void write_grid(const struct grid *grid, void *to)
{
	struct table_file *table = to;
	(table->form == LATEX ? grid_write_latex : grid_write_markdown)(grid, table->file);
}

static enum outcome open_table(struct table_file *table, const char *folder, const char *name)
{
	char path[BY_AXIS_STEM_MAX + 16], made[WIRE_PATH_MAX + 64];
	const char *run = json_string_value(json_object_get(table->summary->dataset->run, "id"));
	snprintf(path, sizeof path, "tables/%s.%s", name, table->form == LATEX ? "tex" : "md");
	table->file = outfile_open(&table->outfile, folder, path, table->problem);
	if (!table->file)
		return OUTCOME_FAILED;
	snprintf(made, sizeof made, "made by forkcost %s from run %s", FORKCOST_VERSION,
		 run ? run : "unknown");
	if (table->form == LATEX) {
		latex_comment(table->file, made);
		return OUTCOME_OK;
	}
	markdown_markup(table->file, "<!-- ");
	markdown_comment(table->file, made);
	markdown_markup(table->file, " -->\n");
	return OUTCOME_OK;
}

/* The views of an experiment without a face are its tables; one of an experiment with a face has a file of its
 * own. Returns how many go into the first one's file. */
static size_t views_of_file(const struct by_axis *views, size_t count)
{
	size_t same = 1;
	while (same < count && !views->has_face &&
	       strcmp(views[same].experiment, views->experiment) == 0)
		same++;
	return same;
}

/* Writes one file: the tables of a face, or so many views; with neither the one that
 * `fill` makes. */
static enum outcome write_file(struct table_file *table, const char *folder, const char *name,
			       const struct show *show, const struct by_axis *views, size_t count,
			       void (*fill)(const struct summary *summary, struct grid *grid))
{
	static struct grid grid;
	if (open_table(table, folder, name))
		return OUTCOME_FAILED;
	if (show)
		each_table(show, table->summary, false, write_grid, table);
	for (size_t i = 0; i < count; i++) {
		by_axis_table(table->summary, &views[i], &grid);
		write_grid(&grid, table);
	}
	if (fill) {
		fill(table->summary, &grid);
		write_grid(&grid, table);
	}
	return outfile_close(&table->outfile, table->file, table->problem);
}

enum outcome tables_write(const struct summary *summary, const char *folder,
			  struct problem *problem)
{
	struct by_axis views[BY_AXIS_VIEWS_MAX];
	size_t view_count = by_axis_find(summary, BY_AXIS_TABLES, views);
	for (enum form form = MARKDOWN; form < FORMS; form++) {
		struct table_file table = {.summary = summary, .form = form, .problem = problem};
		const struct show *show;
		for (size_t i = 0; (show = show_at(i)); i++)
			if (*show->tables &&
			    write_file(&table, folder, show->experiment, show, NULL, 0, NULL))
				return OUTCOME_FAILED;
		for (size_t i = 0, same; i < view_count; i += same) {
			const struct by_axis *view = &views[i];
			same = views_of_file(view, view_count - i);
			if (write_file(&table, folder,
				       view->has_face ? view->stem : view->experiment, NULL, view,
				       same, NULL))
				return OUTCOME_FAILED;
		}
		if (write_file(&table, folder, "counters", NULL, NULL, 0, counters_table) ||
		    (summary->crosscheck.count && write_file(&table, folder, "second-opinion", NULL,
							     NULL, 0, checks_crosscheck_table)))
			return OUTCOME_FAILED;
	}
	return OUTCOME_OK;
}

enum outcome tables_write_named(const struct summary *summary, const char *folder, const char *name,
				void (*each)(const void *of,
					     void (*take)(const struct grid *grid, void *to),
					     void *to),
				const void *of, struct problem *problem)
{
	for (enum form form = MARKDOWN; form < FORMS; form++) {
		struct table_file table = {.summary = summary, .form = form, .problem = problem};
		if (open_table(&table, folder, name))
			return OUTCOME_FAILED;
		each(of, write_grid, &table);
		if (outfile_close(&table.outfile, table.file, problem))
			return OUTCOME_FAILED;
	}
	return OUTCOME_OK;
}

static void each_one(const void *of, void (*take)(const struct grid *grid, void *to), void *to)
{
	take(of, to);
}

enum outcome tables_write_grid(const struct summary *summary, const char *folder, const char *name,
			       const struct grid *grid, struct problem *problem)
{
	return tables_write_named(summary, folder, name, each_one, grid, problem);
}
