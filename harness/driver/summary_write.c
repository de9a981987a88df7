#include "harness/driver/summary.h"

#include "harness/driver/outfile.h"
#include "harness/driver/version.h"

#include <inttypes.h>
#include <string.h>

/* RFC 4180: a field with a comma, quote or line break is quoted, quotes doubled. A field that a
 * spreadsheet would take for a formula cannot occur: names are checked, notes begin with words. */
static void put_csv_text(FILE *file, const char *text)
{
	if (!strpbrk(text, ",\"\n")) {
		fputs(text, file);
		return;
	}
	putc('"', file);
	for (const char *c = text; *c; c++) {
		if (*c == '"')
			putc('"', file);
		putc(*c, file);
	}
	putc('"', file);
}

static void put_levels(FILE *file, const struct series *series)
{
	put_csv_text(file, series->experiment);
	putc(',', file);
	put_csv_text(file, series->primitive);
	fprintf(file, ",%s,", series->action);
	put_csv_text(file, series->twin ? "twin" : series->case_name);
	/* mappings and open_files are not varied yet. */
	fprintf(file, ",%" PRIu64 ",%s,%s,%s,%s,%s,,,%s,", series->heap_bytes, series->page_kind,
		series->state, series->cache, series->touch_order, series->threads,
		series->child_cpu);
	put_csv_text(file, series->metric);
	fprintf(file, ",%s", series->unit);
}

static const char levels_header[] =
	"experiment,primitive,action,case,heap_bytes,page_kind,state,cache,touch_order,threads,"
	"mappings,open_files,child_cpu,metric,unit";

static void put_row(FILE *file, const struct row *row)
{
	const struct stats_summary *spread = &row->spread;
	put_levels(file, row->series);
	if (row->count == 0) {
		fprintf(file, ",0,0,,,,,,,,,,");
	} else {
		fprintf(file, ",%zu,%zu,%.6g", row->count, row->series->block_count,
			row->interval.center);
		if (row->interval.has_interval)
			fprintf(file, ",%.6g,%.6g", row->interval.low, row->interval.high);
		else
			fprintf(file, ",,");
		fprintf(file, ",%.6g,%.6g,%.6g,%.6g,%.6g,%.6g,", spread->p5, spread->p95,
			spread->p99, spread->min, spread->max, spread->mad);
	}
	put_csv_text(file, row->note);
	putc('\n', file);
}

static enum outcome write_csv(const struct summary *summary, const char *folder,
			      struct problem *problem)
{
	FILE *file = outfile_open(folder, "summary.csv", problem);
	if (!file)
		return OUTCOME_FAILED;
	fprintf(file, "%s,n,replicates,median,ci_low,ci_high,p5,p95,p99,min,max,mad,note\n",
		levels_header);
	for (size_t i = 0; i < summary->row_count; i++)
		put_row(file, &summary->rows[i]);
	return outfile_close(file, folder, "summary.csv", problem);
}

static enum outcome write_ratios(const struct summary *summary, const char *folder,
				 struct problem *problem)
{
	FILE *file = outfile_open(folder, "ratios.csv", problem);
	if (!file)
		return OUTCOME_FAILED;
	fprintf(file, "%s,replicates,ratio_to_fork,ci_low,ci_high\n", levels_header);
	for (size_t i = 0; i < summary->ratio_count; i++) {
		const struct ratio *ratio = &summary->ratios[i];
		put_levels(file, ratio->series);
		fprintf(file, ",%zu,%.6g", ratio->replicates, ratio->interval.center);
		if (ratio->interval.has_interval)
			fprintf(file, ",%.6g,%.6g\n", ratio->interval.low, ratio->interval.high);
		else
			fprintf(file, ",,\n");
	}
	return outfile_close(file, folder, "ratios.csv", problem);
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
	json_t *result = json_pack("{s:s,s:s,s:s,s:s,s:b,s:I,s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:s}",
				   "experiment", series->experiment, "primitive", series->primitive,
				   "action", series->action, "case", series->case_name, "twin",
				   (int)series->twin, "heap_bytes", (json_int_t)series->heap_bytes,
				   "page_kind", series->page_kind, "state", series->state, "cache",
				   series->cache, "touch_order", series->touch_order, "threads",
				   series->threads, "child_cpu", series->child_cpu, "metric",
				   series->metric, "unit", series->unit, "note", row->note);
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

static enum outcome write_json(const struct summary *summary, const char *folder,
			       struct problem *problem)
{
	const struct dataset *dataset = summary->dataset;
	const char *id = json_string_value(json_object_get(dataset->run, "id"));
	json_t *rows = json_array();
	for (size_t i = 0; i < summary->row_count; i++)
		json_array_append_new(rows, row_json(summary, &summary->rows[i]));
	json_t *result = json_pack(
		"{s:i,s:s,s:s,s:s,s:I,s:f,s:f,s:o,s:o,s:o}", "format", FORKCOST_FORMAT, "made_by",
		"forkcost " FORKCOST_VERSION, "git_commit", FORKCOST_COMMIT, "run",
		id ? id : "unavailable: the run line has none", "failures",
		(json_int_t)dataset->failure_count, "steal_ticks", dataset->steal_ticks,
		"involuntary_switches", dataset->involuntary_switches, "hyperfine",
		crosscheck_json(summary), "derived", derived_json(&summary->derived), "rows", rows);
	if (!result)
		return fail(problem, "cannot write %s/summary.json: out of memory; free some",
			    folder);
	FILE *file = outfile_open(folder, "summary.json", problem);
	enum outcome outcome = OUTCOME_FAILED;
	if (file) {
		json_dumpf(result, file, JSON_INDENT(1) | JSON_REAL_PRECISION(6));
		putc('\n', file);
		outcome = outfile_close(file, folder, "summary.json", problem);
	}
	json_decref(result);
	return outcome;
}

enum outcome summary_write(const struct summary *summary, const char *folder,
			   struct problem *problem)
{
	if (write_csv(summary, folder, problem) || write_ratios(summary, folder, problem))
		return OUTCOME_FAILED;
	return write_json(summary, folder, problem);
}
