#include "harness/driver/model/view.h"

#include "harness/common/units.h"
#include "harness/driver/base/forms/gnuplot.h"
#include "harness/driver/base/forms/json.h"
#include "harness/driver/base/notes.h"
#include "harness/driver/base/outfile.h"
#include "harness/driver/base/version.h"
#include "harness/driver/show/blocks.h"
#include "harness/driver/show/figures.h"
#include "harness/driver/show/tables.h"

#include <math.h>
#include <string.h>

enum { PAGE_BYTES = 4096 };

const struct model_words model_words[MODEL_OVERS] = {
	[MODEL_PAGE] = {"a page", "a page"},
	[MODEL_TABLE] = {"a page of page tables", "a table"},
	[MODEL_MAPPING] = {"a mapping", "a mapping"},
	[MODEL_SLEEPING_THREAD] = {"a sleeping thread", "a sleeper"},
	[MODEL_RUNNING_THREAD] = {"a running thread", "a runner"},
	[MODEL_OPEN_FILE] = {"an open file", "a file"},
};

static const struct model_line *find(const struct model *model, const struct series *arm,
				     enum model_item item, enum model_over over)
{
	return model_find(model, arm->primitive, arm->action, arm->level[AXIS_STATE], item, over);
}

/* ---- the table ---- */

static bool has_over(const struct model *model, enum model_item item, enum model_over over)
{
	for (size_t i = 0; i < model->count; i++)
		if (model->lines[i].item == item && model->lines[i].over == over)
			return true;
	return false;
}

/* Two digits, rounded up: it is a bound. */
static const char *bound_in_words(double bound_ns, char text[UNITS_TEXT_MAX])
{
	const char *unit;
	const double value = bound_ns / units_scale_ns(bound_ns, &unit);
	const int places = value > 0 ? 1 - (int)floor(log10(value)) : 0;
	const double rounded = ceil(value * pow(10, places) - 1e-6) / pow(10, places);
	if (!(rounded < 1e9)) /* it would not fit as a whole */
		return notes_fill(text, UNITS_TEXT_MAX, "%.2g %s", value, unit);
	return notes_fill(text, UNITS_TEXT_MAX, "%.*f %s", places > 0 ? places : 0, rounded, unit);
}

void model_fixed_cell(struct grid *grid, const struct model_line *line)
{
	if (line->line.at_zero.center < 0)
		block_difference_cell(grid, &line->line.at_zero);
	else
		block_interval_cell(grid, &line->line.at_zero);
}

void model_slope_cell(struct grid *grid, const struct model *model, const struct model_line *line)
{
	char bound[UNITS_TEXT_MAX];
	if (!line)
		grid_cell(grid, "n/a");
	else if (model_is_flat(model, line))
		grid_cell(grid, "0 ±%s", bound_in_words(model_bound(line), bound));
	else if (line->line.slope.center < 0)
		block_difference_cell(grid, &line->line.slope);
	else
		block_interval_cell(grid, &line->line.slope);
}

/* "0 to 64 MiB": where a line over pages holds. */
static void put_where(struct grid *grid, const struct model_line *line)
{
	char from[UNITS_TEXT_MAX], to[UNITS_TEXT_MAX];
	const struct line *fitted = &line->line;
	if (fitted->known < LINE_POINTS_MIN) {
		grid_cell(grid, "not known");
		return;
	}
	if (!fitted->holds) {
		grid_cell(grid, "nowhere (%.0f%% off)", 100 * fitted->residual_max);
		return;
	}
	units_format_bytes((uint64_t)(line->points[fitted->first].x * PAGE_BYTES), from);
	units_format_bytes((uint64_t)(line->points[fitted->last].x * PAGE_BYTES), to);
	grid_cell(grid, "%s to %s (%.1f%%)", from, to, 100 * fitted->residual_max);
}

static void put_arm(const struct model *model, const struct model_line *line, struct grid *grid)
{
	const struct series *arm = line->arm;
	grid_row(grid);
	grid_cell(grid, "%s", arm->primitive);
	grid_cell(grid, "%s", arm->action);
	grid_cell(grid, "%s", arm->level[AXIS_STATE]);
	model_fixed_cell(grid, line);
	model_slope_cell(grid, model, line);
	if (line->item == MODEL_CALL)
		model_slope_cell(grid, model, find(model, arm, MODEL_PROTECT, MODEL_PAGE));
	for (enum model_over over = MODEL_PAGE + 1; over < MODEL_OVERS; over++)
		if (has_over(model, line->item, over))
			model_slope_cell(grid, model, find(model, arm, line->item, over));
	put_where(grid, line);
}

void model_table(const struct model *model, enum model_item item, struct grid *grid)
{
	grid_begin(grid, 3, "the model: %s, by the number of pages, and of what else was varied",
		   item == MODEL_CALL ? "call_ns" : "from the call's end until reaped");
	grid_row(grid);
	grid_cell(grid, "primitive");
	grid_cell(grid, "child");
	grid_cell(grid, "heap");
	grid_cell(grid, "fixed");
	grid_cell(grid, "a page");
	if (item == MODEL_CALL)
		grid_cell(grid, "to protect");
	for (enum model_over over = MODEL_PAGE + 1; over < MODEL_OVERS; over++)
		if (has_over(model, item, over))
			grid_cell(grid, "%s", model_words[over].head);
	grid_cell(grid, "holds");
	for (size_t i = 0; i < model->count; i++)
		if (model->lines[i].item == item && model_is_shown(model, &model->lines[i]))
			put_arm(model, &model->lines[i], grid);
	grid_note(
		grid,
		"holds: heaps at which the line misses by at most 10 %%; in parentheses its "
		"largest miss there; those with wider intervals do not count, and of fewer than "
		"three others it is not known. n/a: fewer than three points; 0 ±: flat, to within "
		"so much, which is at most 10 %% of the call at the largest heap or number");
	for (enum model_over over = 0; over < MODEL_OVERS; over++)
		if (*model->lacks[over])
			grid_note(grid, "no cost of %s: %s", model_words[over].words,
				  model->lacks[over]);
}

/* ---- sentences ---- */

/* Nothing of one that is flat, or may be 0. */
static void add_slope(char text[MODEL_SENTENCE_MAX], const struct model *model,
		      const struct model_line *line, const char *before, const char *words)
{
	char slope[BLOCK_TEXT_MAX];
	if (!line || model_is_flat(model, line) ||
	    (line->line.slope.low <= 0 && line->line.slope.high >= 0))
		return;
	notes_append(text, MODEL_SENTENCE_MAX, "%s%s %s", before,
		     block_interval(&line->line.slope, slope), words);
}

const char *model_sentence(const struct model *model, const struct model_line *line,
			   char text[MODEL_SENTENCE_MAX])
{
	const char *primitive = line->arm->primitive, *action = line->arm->action;
	const struct model_line *dirty = model_find(model, primitive, action, "dirty", MODEL_CALL,
						    MODEL_PAGE),
				*copied = model_find(model, primitive, action, "write-protected",
						     MODEL_CALL, MODEL_PAGE);
	char fixed[BLOCK_TEXT_MAX];
	*text = '\0';
	/* What a page costs to copy shows where none need be protected. */
	const struct model_line *speaks = copied ? copied : dirty;
	if (line != speaks || !model_is_shown(model, line))
		return text;
	notes_fill(text, MODEL_SENTENCE_MAX, "%s, %s: %s", primitive, action,
		   block_interval(&line->line.at_zero, fixed));
	add_slope(text, model, line, ", ", copied ? "a page to copy" : "a page of a dirty heap");
	add_slope(text, model,
		  model_find(model, primitive, action, "dirty", MODEL_PROTECT, MODEL_PAGE), ", ",
		  "a page to protect");
	for (enum model_over over = MODEL_PAGE + 1; over < MODEL_OVERS; over++)
		add_slope(text, model,
			  model_find(model, primitive, action, "dirty", MODEL_CALL, over), ", ",
			  model_words[over].words);
	return text;
}

/* ---- model.json ---- */

static json_t *interval_json(const struct stats_interval *interval)
{
	return json_pack("{s:f,s:f,s:f}", "value", interval->center, "low", interval->low, "high",
			 interval->high);
}

static json_t *points_json(const struct model_line *line)
{
	json_t *list = json_array();
	for (size_t i = 0; i < line->point_count; i++) {
		const struct line_point *point = &line->points[i];
		json_array_append_new(list,
				      json_pack("{s:f,s:f,s:f,s:I,s:f}", "number", point->x, "ns",
						point->y, "standard_error_ns", point->error,
						"replicates", (json_int_t)point->count, "residual",
						line_residual(&line->line, point)));
	}
	return list;
}

static json_t *line_json(const struct model_line *line)
{
	const struct series *arm = line->arm;
	const struct line *fitted = &line->line;
	json_t *all = json_pack(
		"{s:o,s:o,s:o,s:s,s:s,s:o,s:o,s:f,s:b,s:f,s:f,s:f,s:I,s:o}", "primitive",
		json_text(arm->primitive), "action", json_text(arm->action), "state",
		json_text(arm->level[AXIS_STATE]), "item", model_item_names[line->item], "over",
		model_over_names[line->over], "fixed_ns", interval_json(&fitted->at_zero),
		"each_ns", interval_json(&fitted->slope), "misfit", fitted->misfit, "holds",
		fitted->holds, "from", line->points[fitted->first].x, "to",
		line->points[fitted->last].x, "residual_max", fitted->residual_max, "known",
		(json_int_t)fitted->known, "points", points_json(line));
	if (all && line->over != MODEL_PAGE)
		json_object_set_new(all, "heap_bytes", json_integer((json_int_t)line->heap_bytes));
	return all;
}

static enum outcome write_json(const struct model *model, const struct summary *summary,
			       const char *folder, struct problem *problem)
{
	struct outfile outfile;
	const char *run = json_string_value(json_object_get(summary->dataset->run, "id"));
	json_t *lines = json_array(), *lacks = json_object();
	for (size_t i = 0; i < model->count; i++)
		json_array_append_new(lines, line_json(&model->lines[i]));
	for (enum model_over over = 0; over < MODEL_OVERS; over++)
		if (*model->lacks[over])
			json_object_set_new(lacks, model_over_names[over],
					    json_text(model->lacks[over]));
	const bool whole = json_array_size(lines) == model->count;
	json_t *all = json_pack("{s:s,s:o,s:o,s:o}", "forkcost_version", FORKCOST_VERSION, "run",
				json_text(run ? run : "unknown"), "lines", lines, "lacks", lacks);
	FILE *file = outfile_open(&outfile, folder, "model.json", problem);
	const bool put = file && whole && json_put(file, all, JSON_INDENT(1));
	json_decref(all);
	if (!file)
		return OUTCOME_FAILED;
	if (put)
		return outfile_close(&outfile, file, problem);
	outfile_drop(&outfile, file);
	return fail(problem, "cannot write the model as JSON; report this");
}

enum outcome model_write(const struct summary *summary, const char *folder, struct problem *problem)
{
	static struct grid grid;
	struct model model;
	if (model_make(&model, summary, problem))
		return OUTCOME_FAILED;
	model_table(&model, MODEL_CALL, &grid);
	enum outcome outcome = tables_write_grid(summary, folder, "model", &grid, problem);
	if (!outcome) {
		model_table(&model, MODEL_LATER, &grid);
		outcome = tables_write_grid(summary, folder, "model-later", &grid, problem);
	}
	if (!outcome)
		outcome = write_json(&model, summary, folder, problem);
	model_free(&model);
	return outcome;
}

/* ---- the figure ---- */

void model_put_residuals(FILE *file, const struct summary *summary, const struct filter *filter)
{
	struct problem problem;
	struct model model;
	if (model_make(&model, summary, &problem))
		return;
	for (size_t i = 0; i < model.count; i++) {
		const struct model_line *line = &model.lines[i];
		if (line->item != MODEL_CALL || !model_is_shown(&model, line) ||
		    strcmp(line->arm->level[AXIS_STATE], filter->level[AXIS_STATE]) != 0)
			continue;
		gnuplot_text(file, line->arm->primitive);
		gnuplot_put(file, "\n");
		for (size_t p = 0; p < line->point_count; p++) {
			const struct line_point *point = &line->points[p];
			const double residual = line_residual(&line->line, point);
			const double half = point->half / fabs(point->y);
			gnuplot_put(file, "%.10g\t%.6g\t%.6g\t%.6g\n", point->x * PAGE_BYTES,
				    residual, residual - half, residual + half);
		}
		gnuplot_put(file, "\n\n");
	}
	model_free(&model);
}
