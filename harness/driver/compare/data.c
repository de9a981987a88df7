#include "harness/driver/compare/data.h"

#include "harness/driver/base/forms/csv.h"
#include "harness/driver/base/forms/json.h"
#include "harness/driver/base/notes.h"
#include "harness/driver/base/version.h"
#include "harness/driver/compare/words.h"

#include <math.h>

static const char *between_word(const struct compared_row *row)
{
	static const char *const words[] = {[BETWEEN_MEASURED] = "measured",
					    [BETWEEN_ASSUMED] = "assumed",
					    [BETWEEN_PAIRED] = "paired",
					    [BETWEEN_NONE] = "never varies"};
	return row->difference.why ? "" : words[row->difference.between];
}

static size_t replicates_of(const struct compared_row *row, enum side_id side)
{
	size_t count = 0;
	for (size_t i = 0; i < row->count[side]; i++)
		count += row->runs[side][i].replicates;
	return count;
}

/* What is assumed of a side of one run; NAN: nothing. */
static double assumed_of(const struct compared_row *row, enum side_id side)
{
	const bool is_assumed = !row->difference.why && row->difference.between == BETWEEN_ASSUMED;
	return is_assumed && row->count[side] == 1 ? row->runs[side]->between : (double)NAN;
}

/* ---- CSV ---- */

static void put_csv_header(FILE *file)
{
	csv_header(file, "verdict,headline,experiment,primitive,action,case,heap_bytes");
	for (enum axis_id axis = 0; axis < AXIS_COUNT; axis++)
		csv_next_text(file, axes[axis].name);
	csv_header(file,
		   ",metric,unit,a,b,ratio,ci_low,ci_high,p,p_adjusted,p_same,p_same_adjusted,"
		   "between_runs,a_assumed,b_assumed,a_runs,b_runs,a_replicates,b_replicates,why");
	csv_end(file);
}

static void put_csv_numbers(const struct compared_row *row, FILE *file)
{
	const struct difference *difference = &row->difference;
	const double numbers[] = {difference->ratio,     difference->low, difference->high,
				  difference->p_differs, row->p_adjusted, difference->p_same,
				  row->p_same_adjusted};
	for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
		csv_next_number(file, difference->why ? (double)NAN : numbers[i]);
}

static void put_csv_row(const struct compared_row *row, FILE *file)
{
	const struct series *series = &row->series;
	csv_text(file, compare_verdict_word(row));
	csv_next_text(file, row->is_headline ? "yes" : "no");
	csv_next_text(file, series->experiment);
	csv_next_text(file, series->primitive);
	csv_next_text(file, series->action);
	csv_next_text(file, series->case_name);
	csv_next_count(file, series->heap_bytes);
	for (enum axis_id axis = 0; axis < AXIS_COUNT; axis++)
		csv_next_text(file, series->level[axis]);
	csv_next_text(file, series->metric);
	csv_next_text(file, series->unit);
	csv_next_number(file, row->center[SIDE_A]);
	csv_next_number(file, row->center[SIDE_B]);
	put_csv_numbers(row, file);
	csv_next_text(file, between_word(row));
	for (enum side_id side = SIDE_A; side < SIDES; side++)
		csv_next_number(file, assumed_of(row, side));
	for (enum side_id side = SIDE_A; side < SIDES; side++)
		csv_next_count(file, row->count[side]);
	for (enum side_id side = SIDE_A; side < SIDES; side++)
		csv_next_count(file, replicates_of(row, side));
	csv_next_text(file, compare_why(row));
	csv_end(file);
}

void compare_put_csv(const struct compare *compare, FILE *file)
{
	put_csv_header(file);
	for (size_t i = 0; i < compare->both; i++)
		put_csv_row(&compare->rows[i], file);
}

/* ---- JSON ---- */

/* What is not a number is null. */
static json_t *number_json(double number)
{
	return isfinite(number) ? json_real(number) : json_null();
}

static json_t *side_json(const struct compare *compare, enum side_id side)
{
	json_t *list = json_array();
	for (size_t i = 0; i < compare->run_count[side]; i++) {
		const struct compared_run *run = &compare->runs[side][i];
		json_array_append_new(list, json_pack("{s:o,s:s,s:o}", "folder",
						      json_text(run->folder), "id", run->id,
						      "disturbed", number_json(run->disturbed)));
	}
	return list;
}

static json_t *levels_json(const struct series *series)
{
	json_t *levels = json_object();
	for (enum axis_id axis = 0; axis < AXIS_COUNT; axis++)
		json_object_set_new(levels, axes[axis].name, json_string(series->level[axis]));
	return levels;
}

static json_t *row_json(const struct compared_row *row)
{
	const struct series *series = &row->series;
	const struct difference *difference = &row->difference;
	json_t *json = json_pack(
		"{s:s,s:b,s:s,s:s,s:s,s:s,s:I,s:o,s:s,s:s,s:o,s:o}", "verdict",
		compare_verdict_word(row), "headline", row->is_headline, "experiment",
		series->experiment, "primitive", series->primitive, "action", series->action,
		"case", series->case_name, "heap_bytes", (json_int_t)series->heap_bytes, "levels",
		levels_json(series), "metric", series->metric, "unit", series->unit, "a",
		number_json(row->center[SIDE_A]), "b", number_json(row->center[SIDE_B]));
	json_object_update_new(
		json, json_pack("{s:I,s:I,s:I,s:I}", "a_runs", (json_int_t)row->count[SIDE_A],
				"b_runs", (json_int_t)row->count[SIDE_B], "a_replicates",
				(json_int_t)replicates_of(row, SIDE_A), "b_replicates",
				(json_int_t)replicates_of(row, SIDE_B)));
	if (difference->why) {
		json_object_set_new(json, "why", json_string(difference->why));
		return json;
	}
	json_object_update_new(
		json,
		json_pack("{s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:s}", "ratio",
			  number_json(difference->ratio), "low", number_json(difference->low),
			  "high", number_json(difference->high), "p",
			  number_json(difference->p_differs), "p_adjusted",
			  number_json(row->p_adjusted), "p_same", number_json(difference->p_same),
			  "p_same_adjusted", number_json(row->p_same_adjusted), "a_assumed",
			  number_json(assumed_of(row, SIDE_A)), "b_assumed",
			  number_json(assumed_of(row, SIDE_B)), "between_runs", between_word(row)));
	return json;
}

enum outcome compare_put_json(const struct compare *compare, json_t *differences, FILE *file,
			      struct problem *problem)
{
	static struct notes cautions;
	json_t *rows = json_array();
	cautions = (struct notes){0};
	compare_cautions(compare, &cautions);
	for (size_t i = 0; i < compare->both; i++)
		json_array_append_new(rows, row_json(&compare->rows[i]));
	bool whole = json_array_size(rows) == compare->both;
	json_t *all = json_pack(
		"{s:s,s:o,s:o,s:O,s:f,s:I,s:I,s:I,s:I,s:o,s:o}", "forkcost_version",
		FORKCOST_VERSION, "a", side_json(compare, SIDE_A), "b", side_json(compare, SIDE_B),
		"surroundings", differences, "same_within", compare->wish.same_within,
		"rows_compared", (json_int_t)compare->both, "rows_of_chance",
		(json_int_t)compare->chances, "only_in_a", (json_int_t)compare->only[SIDE_A],
		"only_in_b", (json_int_t)compare->only[SIDE_B], "cautions",
		notes_to_json(&cautions), "rows", rows);
	whole = whole && json_put(file, all, JSON_INDENT(1));
	json_decref(all);
	return whole ? OUTCOME_OK
		     : fail(problem, "cannot write the comparison as JSON: out of memory; choose "
				     "rows by --experiment or --metric");
}
