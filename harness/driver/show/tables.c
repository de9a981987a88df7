#include "harness/driver/show/tables.h"

#include "harness/driver/analysis/shortfall.h"
#include "harness/driver/base/forms/latex.h"
#include "harness/driver/base/forms/markdown.h"
#include "harness/driver/base/forms/terminal.h"
#include "harness/driver/base/outfile.h"
#include "harness/driver/base/version.h"
#include "harness/driver/machine/machine.h"
#include "harness/driver/show/tables/blocks.h"

#include <string.h>

/* Tables beside that of spawn, which has a form of its own on a terminal. */
static const struct table_block {
	const char *name; /* of the experiment and the files; counters are of all experiments */
	void (*fill)(const struct summary *summary, struct grid *grid);
} blocks[] = {
	{"first_write", block_first_write},     {"tlb_refill", block_tlb_refill},
	{"tlb_shootdown", block_tlb_shootdown}, {"switch", block_switch},
	{"teardown", block_teardown},           {"counters", block_counters},
};

enum { BLOCKS = sizeof blocks / sizeof *blocks };

/* A table without values says why in its place. */
static void fill(const struct table_block *block, const struct summary *summary, struct grid *grid)
{
	char why[PICK_WHY_MAX] = "", missing[NOTE_BYTES];
	if (block->fill != block_counters)
		pick_why_none(summary, block->name, why);
	if (*why) {
		grid_begin(grid, 0, "%s: %s", block->name, why);
		return;
	}
	block->fill(summary, grid);
	grid_note(grid, "%s", pick_cases_left_out(summary, block->name, why));
	grid_note(grid, "%s", shortfall_of(summary->dataset, block->name, missing));
}

void tables_print(const struct summary *summary)
{
	static struct grid grid;
	const struct dataset *dataset = summary->dataset;
	char machine[256];
	machine_summary(dataset->environment, machine, sizeof machine);
	print("forkcost %s on %.75s\n", FORKCOST_VERSION, machine);
	block_spawn_print(summary);
	for (size_t i = 0; i < BLOCKS; i++) {
		if (blocks[i].fill != block_counters && !pick_ran(summary, blocks[i].name))
			continue;
		fill(&blocks[i], summary, &grid);
		grid_print(&grid);
		print("\n");
	}
	block_checks_print(summary);
	block_crosscheck_print(summary);
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

static void write_grid(const struct grid *grid, FILE *file, enum form form)
{
	form == LATEX ? grid_write_latex(grid, file) : grid_write_markdown(grid, file);
}

static enum outcome write_spawn(const struct summary *summary, const char *folder, enum form form,
				struct problem *problem)
{
	static const char *const states[] = {"dirty", "clean"};
	static struct grid grid;
	char missing[NOTE_BYTES];
	struct outfile outfile;
	FILE *file = open_file(&outfile, summary, folder, "spawn", form, problem);
	if (!file)
		return OUTCOME_FAILED;
	for (size_t i = 0; i < 2; i++)
		if (block_spawn(summary, states[i], &grid)) {
			grid_note(&grid, "%s", shortfall_of(summary->dataset, "spawn", missing));
			write_grid(&grid, file, form);
		}
	return outfile_close(&outfile, file, problem);
}

static enum outcome write_block(const struct summary *summary, const struct table_block *block,
				const char *folder, enum form form, struct problem *problem)
{
	static struct grid grid;
	struct outfile outfile;
	FILE *file = open_file(&outfile, summary, folder, block->name, form, problem);
	if (!file)
		return OUTCOME_FAILED;
	fill(block, summary, &grid);
	write_grid(&grid, file, form);
	return outfile_close(&outfile, file, problem);
}

enum outcome tables_write(const struct summary *summary, const char *folder,
			  struct problem *problem)
{
	for (enum form form = MARKDOWN; form < FORMS; form++) {
		if (write_spawn(summary, folder, form, problem))
			return OUTCOME_FAILED;
		for (size_t i = 0; i < BLOCKS; i++)
			if (write_block(summary, &blocks[i], folder, form, problem))
				return OUTCOME_FAILED;
	}
	return OUTCOME_OK;
}
