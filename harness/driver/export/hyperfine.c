/* JSON as hyperfine --export-json writes it, in seconds: a time is a replicate's median. What hyperfine measures
 * besides (user, system, exit codes) is not there, for no whole command ran. */
#include "harness/driver/base/forms/json.h"
#include "harness/driver/base/stats.h"
#include "harness/driver/export/export.h"

#include <gsl/gsl_statistics_double.h>
#include <string.h>

static json_t *result(const struct row *row)
{
	static double times[DATASET_REPLICATES_MAX];
	char name[EXPORT_NAME_MAX];
	const size_t count = export_replicates(row, times, NULL);
	if (!count)
		return json_null();
	json_t *list = json_array();
	for (size_t i = 0; i < count; i++) {
		times[i] /= 1e9;
		json_array_append_new(list, json_real(times[i]));
	}
	const struct stats_summary spread = stats_summarize(times, count);
	json_t *entry = json_pack(
		"{s:o, s:f, s:f, s:f, s:f, s:o}", "command", json_text(export_name(row, name)),
		"mean", gsl_stats_mean(times, 1, count), "median", stats_median(times, count),
		"min", spread.min, "max", spread.max, "times", list);
	if (entry && count > 1)
		json_object_set_new(entry, "stddev", json_real(gsl_stats_sd(times, 1, count)));
	return entry;
}

static enum outcome write(FILE *file, const struct summary *summary, const char *experiment,
			  struct problem *problem)
{
	json_t *results = json_array(), *entry;
	bool done = results;
	for (size_t i = 0; done && i < summary->row_count; i++) {
		const struct row *row = &summary->rows[i];
		if (!export_takes(row, experiment) || strcmp(row->series->unit, "ns") != 0)
			continue;
		entry = result(row);
		done = entry && (json_is_null(entry) || json_array_append_new(results, entry) == 0);
	}
	json_t *all = done ? json_pack("{s:O}", "results", results) : NULL;
	done = json_put(file, all, JSON_INDENT(2) | JSON_REAL_PRECISION(9));
	json_decref(all);
	json_decref(results);
	return done ? OUTCOME_OK
		    : fail(problem, "cannot make the JSON of all rows; free some memory, or ask "
				    "for one --experiment");
}

EXPORT(hyperfine, .name = "hyperfine",
       .summary = "JSON as hyperfine writes it: times in seconds, a replicate each",
       .write = write);
