#include "harness/driver/kernels/view.h"

#include "harness/driver/base/forms/json.h"
#include "harness/driver/base/notes.h"
#include "harness/driver/base/outfile.h"
#include "harness/driver/base/version.h"
#include "harness/driver/show/blocks.h"

#include <math.h>
#include <string.h>

#define WHAT "path length in instructions, not time"

enum { NAME_SHOWN_MAX = 40 };

/* With its number, which its folder has too: files of several kernels often have one name. */
static const char *name_of(const struct kernels *kernels, const struct kernel *kernel,
			   char name[NAME_SHOWN_MAX])
{
	const char *slash = strrchr(kernel->file, '/');
	return notes_fill(name, NAME_SHOWN_MAX, "%td %s", kernel - kernels->all + 1,
			  slash ? slash + 1 : kernel->file);
}

const char *kernels_repeatability(const struct kernels *kernels, const struct kernel *kernel,
				  char *text, size_t bytes)
{
	if (kernels->boots == 1)
		return notes_fill(text, bytes, "one boot, so not known whether repeatable");
	if (kernel->is_repeatable)
		return notes_fill(text, bytes, "repeatable to the instruction in %d boots",
				  kernels->boots);
	if (!(kernel->apart > 0))
		return notes_fill(text, bytes, "the same counts in %d boots, but not all samples",
				  kernels->boots);
	return notes_fill(text, bytes,
			  "not repeatable: its %d boots are up to %.2g %% apart, for interrupts "
			  "came, or memory lay, elsewhere in each; the margins reach over all",
			  kernels->boots, kernel->apart * 100);
}

/* ---- the table ---- */

static void put_paths(struct grid *grid, const struct kernels *kernels, const struct kernel *kernel)
{
	char name[NAME_SHOWN_MAX];
	grid_row(grid);
	grid_cell(grid, "%s", name_of(kernels, kernel, name));
	for (size_t i = 0; i < PATHS_COUNT; i++)
		if (*kernel->missing || *kernel->paths.all[i].missing)
			grid_cell(grid, "n/a");
		else
			block_number_cell(grid, &kernel->paths.all[i].least);
}

static void put_changes(struct grid *grid, const struct kernel *kernel, const struct kernel *first)
{
	grid_row(grid);
	grid_cell(grid, "  to 1");
	for (size_t i = 0; i < PATHS_COUNT; i++) {
		const struct stats_interval change =
			paths_change(&kernel->paths.all[i], &first->paths.all[i]);
		if (isnan(change.center))
			grid_cell(grid, "n/a");
		else if (change.has_interval)
			grid_cell(grid, "%+.2f%% ±%.2f", change.center * 100,
				  (change.high - change.low) / 2 * 100);
		else
			grid_cell(grid, "%+.2f%% ±?", change.center * 100);
	}
}

static void note_kernel(struct grid *grid, const struct kernels *kernels,
			const struct kernel *kernel)
{
	char words[256], name[NAME_SHOWN_MAX], without[GRID_NOTE_MAX] = "";
	name_of(kernels, kernel, name);
	if (*kernel->missing) {
		grid_note(grid, "%s: unavailable: %s", name, kernel->missing);
		return;
	}
	for (size_t i = 0; i < PATHS_COUNT; i++)
		if (*kernel->paths.all[i].missing)
			notes_append(without, sizeof without, "; %s unavailable: %s",
				     path_kinds[i].head, kernel->paths.all[i].missing);
	grid_note(grid, "%s: Linux %s %s; %s%s", name, kernel->paths.release, kernel->paths.version,
		  kernels_repeatability(kernels, kernel, words, sizeof words), without);
}

static void note_paths(struct grid *grid, const struct kernels *kernels)
{
	char heads[GRID_NOTE_MAX] = "";
	double window = NAN;
	for (size_t i = kernels->count; i-- > 0;)
		if (!*kernels->all[i].missing)
			window = kernels->all[i].paths.window;
	for (size_t i = 0; i < PATHS_COUNT; i++)
		notes_append(heads, sizeof heads, "%s%s: %s", i ? "; " : "", path_kinds[i].head,
			     path_kinds[i].text);
	grid_note(grid, "%s.", heads);
	grid_note(grid,
		  "Counts by %s, which knows no caches, TLB misses or predictions: a shorter path "
		  "is not always faster. The least of each process's samples, so without clock "
		  "interrupts.",
		  kernels->emulator);
	if (isfinite(window))
		grid_note(grid, "An empty window's %.0f are part of all but what a page adds.",
			  window);
}

void kernels_table(const struct kernels *kernels, struct grid *grid)
{
	const char *heads[PATHS_COUNT + 2] = {"kernel"};
	for (size_t i = 0; i < PATHS_COUNT; i++)
		heads[i + 1] = path_kinds[i].head;
	grid_begin(grid, 1, "kernels: " WHAT);
	grid_put_heads(grid, heads);
	for (size_t i = 0; i < kernels->count; i++) {
		put_paths(grid, kernels, &kernels->all[i]);
		if (i && !*kernels->all[i].missing && !*kernels->all[0].missing)
			put_changes(grid, &kernels->all[i], &kernels->all[0]);
	}
	note_paths(grid, kernels);
	for (size_t i = 0; i < kernels->count; i++)
		note_kernel(grid, kernels, &kernels->all[i]);
}

/* ---- files ---- */

static json_t *describe_path(const struct path *path, const struct path *first)
{
	const struct stats_interval *least = &path->least;
	if (*path->missing)
		return json_pack("{s:o}", "unavailable", json_text(path->missing));
	json_t *result = json_pack("{s:f}", "instructions", least->center);
	if (least->has_interval)
		json_object_update_new(
			result, json_pack("{s:f,s:f}", "low", least->low, "high", least->high));
	const struct stats_interval change =
		first ? paths_change(path, first) : (struct stats_interval){.center = NAN};
	if (!isnan(change.center))
		json_object_set_new(result, "change_to_first", json_real(change.center));
	if (!isnan(change.center) && change.has_interval)
		json_object_update_new(result, json_pack("{s:f,s:f}", "change_low", change.low,
							 "change_high", change.high));
	return result;
}

static json_t *describe_kernel(const struct kernels *kernels, const struct kernel *kernel)
{
	char words[256];
	json_t *result = json_pack("{s:o}", "file", json_text(kernel->file));
	const struct kernel *first = &kernels->all[0];
	if (*kernel->missing) {
		json_object_set_new(result, "unavailable", json_text(kernel->missing));
		return result;
	}
	json_t *paths = json_object();
	for (size_t i = 0; i < PATHS_COUNT; i++)
		json_object_set_new(
			paths, path_kinds[i].name,
			describe_path(&kernel->paths.all[i], kernel == first || *first->missing
								     ? NULL
								     : &first->paths.all[i]));
	json_object_update_new(
		result,
		json_pack("{s:o,s:o,s:b,s:s,s:f,s:o}", "release", json_text(kernel->paths.release),
			  "version", json_text(kernel->paths.version), "is_repeatable",
			  kernel->is_repeatable, "repeatability",
			  kernels_repeatability(kernels, kernel, words, sizeof words),
			  "empty_window_instructions", kernel->paths.window, "paths", paths));
	return result;
}

static json_t *describe(const struct kernels *kernels)
{
	json_t *list = json_array(), *kinds = json_object();
	for (size_t i = 0; i < PATHS_COUNT; i++)
		json_object_set_new(kinds, path_kinds[i].name, json_text(path_kinds[i].text));
	for (size_t i = 0; i < kernels->count; i++)
		json_array_append_new(list, describe_kernel(kernels, &kernels->all[i]));
	return json_pack("{s:i,s:s,s:s,s:o,s:s,s:s,s:o,s:i,s:o,s:o}", "format", 1, "version",
			 FORKCOST_VERSION, "what", WHAT, "emulator", json_text(kernels->emulator),
			 "cpu", EMULATOR_CPU, "icount", EMULATOR_CLOCK, "append",
			 json_text(kernels->append ? kernels->append : ""), "boots", kernels->boots,
			 "paths", kinds, "kernels", list);
}

static enum outcome write_json(const struct kernels *kernels, const char *folder,
			       struct problem *problem)
{
	struct outfile outfile;
	FILE *file = outfile_open(&outfile, folder, "kernels.json", problem);
	if (!file)
		return OUTCOME_FAILED;
	json_t *description = describe(kernels);
	bool put = json_put(file, description, JSON_INDENT(2) | JSON_REAL_PRECISION(9));
	json_decref(description);
	if (put)
		return outfile_close(&outfile, file, problem);
	outfile_drop(&outfile, file);
	return fail(problem, "cannot make kernels.json: out of memory; end other programs");
}

static enum outcome write_table(const struct grid *grid, const char *folder, const char *name,
				void (*write)(const struct grid *grid, FILE *file),
				struct problem *problem)
{
	struct outfile outfile;
	FILE *file = outfile_open(&outfile, folder, name, problem);
	if (!file)
		return OUTCOME_FAILED;
	write(grid, file);
	return outfile_close(&outfile, file, problem);
}

enum outcome kernels_write(const struct kernels *kernels, const char *folder,
			   struct problem *problem)
{
	static struct grid grid;
	kernels_table(kernels, &grid);
	if (write_json(kernels, folder, problem) ||
	    write_table(&grid, folder, "tables/kernels.md", grid_write_markdown, problem))
		return OUTCOME_FAILED;
	return write_table(&grid, folder, "tables/kernels.tex", grid_write_latex, problem);
}
