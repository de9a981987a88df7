#include "harness/driver/analysis/summary.h"

#include "harness/driver/analysis/disturbed.h"
#include "harness/driver/base/forms/csv.h"
#include "harness/driver/base/forms/json.h"
#include "harness/driver/base/outfile.h"
#include "harness/driver/base/version.h"

static void put_text(FILE *file, const char *text)
{
	csv_next(file);
	csv_text(file, text);
}

static void put_number(FILE *file, double number)
{
	csv_next(file);
	csv_number(file, number);
}

static void put_count(FILE *file, uint64_t count)
{
	csv_next(file);
	csv_count(file, count);
}

static void put_empty(FILE *file, unsigned fields)
{
	while (fields--)
		csv_next(file);
}

static void put_axes(FILE *file, const struct series *series, enum axis_column column)
{
	for (enum axis_id axis = 0; axis < AXIS_COUNT; axis++)
		if (axes[axis].column == column)
			put_text(file, series->level[axis]);
}

static void put_levels(FILE *file, const struct series *series)
{
	csv_text(file, series->experiment);
	put_text(file, series->primitive);
	put_text(file, series->action);
	put_text(file, series->twin ? "twin" : series->case_name);
	put_count(file, series->heap_bytes);
	put_axes(file, series, AXIS_COLUMN_EARLY);
	put_empty(file, 1); /* mappings are not varied yet */
	double fewest, most;
	if (disturbed_open_files(series, &fewest, &most))
		put_count(file, (uint64_t)fewest);
	else
		put_empty(file, 1);
	put_axes(file, series, AXIS_COLUMN_MIDDLE);
	put_text(file, series->metric);
	put_text(file, series->unit);
}

static void put_interval(FILE *file, const struct stats_interval *interval)
{
	put_number(file, interval->center);
	if (!interval->has_interval) {
		put_empty(file, 2);
		return;
	}
	put_number(file, interval->low);
	put_number(file, interval->high);
}

static void put_axis_names(FILE *file, enum axis_column column)
{
	for (enum axis_id axis = 0; axis < AXIS_COUNT; axis++)
		if (axes[axis].column == column) {
			csv_header(file, ",");
			csv_header(file, axes[axis].name);
		}
}

static void put_levels_header(FILE *file)
{
	csv_header(file, "experiment,primitive,action,case,heap_bytes");
	put_axis_names(file, AXIS_COLUMN_EARLY);
	csv_header(file, ",mappings,open_files");
	put_axis_names(file, AXIS_COLUMN_MIDDLE);
	csv_header(file, ",metric,unit");
}

static void put_row(FILE *file, const struct row *row)
{
	const struct stats_summary *spread = &row->spread;
	const double spreads[] = {spread->p5,  spread->p95, spread->p99,
				  spread->min, spread->max, spread->mad};
	put_levels(file, row->series);
	put_count(file, row->count);
	put_count(file, row->count ? row->series->block_count : 0);
	if (row->count == 0) {
		put_empty(file, 9);
	} else {
		put_interval(file, &row->interval);
		for (size_t i = 0; i < sizeof spreads / sizeof *spreads; i++)
			put_number(file, spreads[i]);
	}
	put_text(file, row->note);
	put_axes(file, row->series, AXIS_COLUMN_LAST);
	csv_end(file);
}

static enum outcome write_csv(const struct summary *summary, const char *folder,
			      struct problem *problem)
{
	struct outfile outfile;
	FILE *file = outfile_open(&outfile, folder, "summary.csv", problem);
	if (!file)
		return OUTCOME_FAILED;
	put_levels_header(file);
	csv_header(file, ",n,replicates,median,ci_low,ci_high,p5,p95,p99,min,max,mad,note");
	put_axis_names(file, AXIS_COLUMN_LAST);
	csv_end(file);
	for (size_t i = 0; i < summary->row_count; i++)
		put_row(file, &summary->rows[i]);
	return outfile_close(&outfile, file, problem);
}

static enum outcome write_ratios(const struct summary *summary, const char *folder,
				 struct problem *problem)
{
	struct outfile outfile;
	FILE *file = outfile_open(&outfile, folder, "ratios.csv", problem);
	if (!file)
		return OUTCOME_FAILED;
	put_levels_header(file);
	csv_header(file, ",replicates,ratio_to_fork,ci_low,ci_high");
	put_axis_names(file, AXIS_COLUMN_LAST);
	csv_end(file);
	for (size_t i = 0; i < summary->ratio_count; i++) {
		const struct ratio *ratio = &summary->ratios[i];
		put_levels(file, ratio->series);
		put_count(file, ratio->replicates);
		put_interval(file, &ratio->interval);
		put_axes(file, ratio->series, AXIS_COLUMN_LAST);
		csv_end(file);
	}
	return outfile_close(&outfile, file, problem);
}

static json_t *interval_json(const struct stats_interval *interval)
{
	if (!interval->has_interval)
		return json_pack("{s:f,s:s}", "center", interval->center, "interval",
				 "unavailable: a count, or fewer than 5 replicates");
	return json_pack("{s:f,s:[f,f]}", "center", interval->center, "interval", interval->low,
			 interval->high);
}

static json_t *row_json(const struct summary *summary, const struct row *row)
{
	const struct series *series = row->series;
	json_t *result = json_pack(
		"{s:s,s:s,s:s,s:s,s:b,s:I,s:s,s:s,s:s}", "experiment", series->experiment,
		"primitive", series->primitive, "action", series->action, "case", series->case_name,
		"twin", (int)series->twin, "heap_bytes", (json_int_t)series->heap_bytes, "metric",
		series->metric, "unit", series->unit, "note", row->note);
	for (enum axis_id axis = 0; axis < AXIS_COUNT; axis++)
		json_object_set_new(result, axes[axis].name, json_string(series->level[axis]));
	if (row->count == 0)
		return result;
	const struct stats_summary *spread = &row->spread;
	json_object_update_new(result, json_pack("{s:I,s:I,s:o,s:f,s:f,s:f,s:f,s:f,s:f,s:f}", "n",
						 (json_int_t)row->count, "replicates",
						 (json_int_t)series->block_count, "median",
						 interval_json(&row->interval), "pooled_median",
						 spread->p50, "p5", spread->p5, "p95", spread->p95,
						 "p99", spread->p99, "min", spread->min, "max",
						 spread->max, "mad", spread->mad));
	const struct ratio *ratio = summary_ratio(summary, series);
	if (ratio)
		json_object_set_new(result, "ratio_to_fork", interval_json(&ratio->interval));
	return result;
}

static json_t *crosscheck_json(const struct summary *summary)
{
	json_t *list = json_array();
	for (size_t i = 0; i < summary->crosscheck.count; i++) {
		const struct crosscheck_entry *entry = &summary->crosscheck.entries[i];
		json_array_append_new(list, json_pack("{s:s,s:s,s:I,s:I,s:f,s:[f,f]}", "primitive",
						      entry->primitive, "action", entry->action,
						      "heap_bytes", (json_int_t)entry->heap_bytes,
						      "spawns", (json_int_t)entry->count,
						      "spawn_ns", entry->spawn_ns, "interval",
						      entry->low_ns, entry->high_ns));
	}
	return list;
}

static json_t *row_at(const void *summary, size_t index)
{
	const struct summary *of = summary;
	return row_json(of, &of->rows[index]);
}

static enum outcome write_json(const struct summary *summary, const char *folder,
			       struct problem *problem)
{
	const struct dataset *dataset = summary->dataset;
	const char *id = json_string_value(json_object_get(dataset->run, "id"));
	json_t *head =
		json_pack("{s:i,s:s,s:s,s:s,s:I,s:f,s:f,s:o,s:o}", "format", FORKCOST_FORMAT,
			  "made_by", "forkcost " FORKCOST_VERSION, "git_commit", FORKCOST_COMMIT,
			  "run", id ? id : "unavailable: the run line has no id", "failures",
			  (json_int_t)dataset->failure_count, "steal_ticks", dataset->steal_ticks,
			  "involuntary_switches", dataset->involuntary_switches, "hyperfine",
			  crosscheck_json(summary), "derived", derived_json(&summary->derived));
	struct outfile outfile;
	FILE *file = outfile_open(&outfile, folder, "summary.json", problem);
	enum outcome outcome = OUTCOME_FAILED;
	if (file && json_put_list(file, head, "rows", summary->row_count, row_at, summary,
				  JSON_REAL_PRECISION(6))) {
		outcome = outfile_close(&outfile, file, problem);
	} else if (file) {
		outfile_drop(&outfile, file);
		fail(problem, "cannot make summary.json: out of memory; end other programs");
	}
	json_decref(head);
	return outcome;
}

enum outcome summary_write(const struct summary *summary, const char *folder,
			   struct problem *problem)
{
	if (write_csv(summary, folder, problem) || write_ratios(summary, folder, problem))
		return OUTCOME_FAILED;
	return write_json(summary, folder, problem);
}
