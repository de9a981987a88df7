#include "harness/driver/show/tables.h"

#include "harness/driver/analysis/shortfall.h"
#include "harness/driver/base/forms/latex.h"
#include "harness/driver/base/forms/markdown.h"
#include "harness/driver/base/forms/terminal.h"
#include "harness/driver/base/outfile.h"
#include "harness/driver/base/version.h"
#include "harness/driver/machine/machine.h"
#include "harness/driver/show/checks.h"
#include "harness/driver/show/counters.h"
#include "harness/driver/show/show.h"

/* One of an experiment's tables. */
static void fill(const struct show *show, size_t table, const struct summary *summary,
		 struct grid *grid)
{
	char why[PICK_WHY_MAX], missing[NOTE_BYTES];
	grid_begin(grid, 0, "%s", "");
	show->tables[table](summary, grid);
	if (!*grid->title)
		return;
	grid_note(grid, "%s", pick_cases_left_out(summary, show->experiment, why));
	grid_note(grid, "%s", shortfall_of(summary->dataset, show->experiment, missing));
}

/* Hands on each table of the experiment; one without values says why in their place. */
static void each_table(const struct show *show, const struct summary *summary,
		       void (*take)(const struct grid *grid, void *to), void *to)
{
	static struct grid grid;
	char why[PICK_WHY_MAX];
	if (*pick_why_none(summary, show->experiment, why)) {
		grid_begin(&grid, 0, "%s: %s", show->experiment, why);
		take(&grid, to);
		return;
	}
	for (size_t i = 0; i < SHOW_TABLES_MAX && show->tables[i]; i++) {
		fill(show, i, summary, &grid);
		if (*grid.title)
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
	const struct show *show;
	char machine[256];
	machine_summary(dataset->environment, machine, sizeof machine);
	print("forkcost %s on %.75s\n", FORKCOST_VERSION, machine);
	for (size_t i = 0; (show = show_at(i)); i++)
		if (show->print)
			show->print(summary);
		else if (*show->tables && pick_ran(summary, show->experiment))
			each_table(show, summary, print_grid, NULL);
	counters_table(summary, &grid);
	print_grid(&grid, NULL);
	checks_print(summary);
	checks_print_crosscheck(summary);
	if (dataset->failure_count)
		print("\n%zu replicates failed; the first: %s\n", dataset->failure_count,
		      dataset->first_failure);
	shortfall_print_foot(dataset);
}

/* ---- files ---- */

enum form { MARKDOWN, LATEX, FORMS };

static FILE *open_file(struct outfile *outfile, const struct summary *summary, const char *folder,
		       const char *name, enum form form, struct problem *problem)
{
	char path[WIRE_NAME_MAX + 16];
	snprintf(path, sizeof path, "tables/%s.%s", name, form == LATEX ? "tex" : "md");
	FILE *file = outfile_open(outfile, folder, path, problem);
	if (!file)
		return NULL;
	const char *run = json_string_value(json_object_get(summary->dataset->run, "id"));
	char made[WIRE_PATH_MAX + 64];
	snprintf(made, sizeof made, "made by forkcost %s from run %s", FORKCOST_VERSION,
		 run ? run : "unknown");
	if (form == LATEX) {
		latex_comment(file, made);
		return file;
	}
	markdown_markup(file, "<!-- ");
	markdown_comment(file, made);
	markdown_markup(file, " -->\n");
	return file;
}

struct open_table {
	FILE *file;
	enum form form;
};

static void write_grid(const struct grid *grid, void *to)
{
	struct open_table *table = to;
	(table->form == LATEX ? grid_write_latex : grid_write_markdown)(grid, table->file);
}

/* `show` NULL: the counters'. */
static enum outcome write_file(const struct summary *summary, const struct show *show,
			       const char *folder, enum form form, struct problem *problem)
{
	static struct grid grid;
	struct outfile outfile;
	struct open_table table = {.form = form};
	table.file = open_file(&outfile, summary, folder, show ? show->experiment : "counters",
			       form, problem);
	if (!table.file)
		return OUTCOME_FAILED;
	if (show) {
		each_table(show, summary, write_grid, &table);
	} else {
		counters_table(summary, &grid);
		write_grid(&grid, &table);
	}
	return outfile_close(&outfile, table.file, problem);
}

enum outcome tables_write(const struct summary *summary, const char *folder,
			  struct problem *problem)
{
	for (enum form form = MARKDOWN; form < FORMS; form++) {
		const struct show *show;
		for (size_t i = 0; (show = show_at(i)); i++)
			if (*show->tables && write_file(summary, show, folder, form, problem))
				return OUTCOME_FAILED;
		if (write_file(summary, NULL, folder, form, problem))
			return OUTCOME_FAILED;
	}
	return OUTCOME_OK;
}
