/* Google Benchmark's JSON, as its tools/compare.py and dashboards read it: a repetition is a replicate's median. */
#include "harness/driver/base/forms/json.h"
#include "harness/driver/export/export.h"

#include <string.h>

/* The form has no place for a time that was not taken: every entry must have a CPU time. */
static const char label[] = "cpu_time is real_time: forkcost takes the time of the window alone";

static json_t *context(const struct summary *summary)
{
	const json_t *environment = summary->dataset->environment;
	const json_t *topology = json_object_get(environment, "topology");
	const char *id = json_string_value(json_object_get(summary->dataset->run, "id"));
	const char *host = json_string_value(json_object_get(environment, "host"));
	char date[32] = "unknown";
	/* A run is named by when it began: 20261127T144803Z-host. */
	if (id && strlen(id) > 16 && id[8] == 'T' && id[15] == 'Z')
		snprintf(date, sizeof date, "%.4s-%.2s-%.2sT%.2s:%.2s:%.2s+00:00", id, id + 4,
			 id + 6, id + 9, id + 11, id + 13);
	return json_pack("{s:o, s:o, s:s, s:I, s:b, s:[], s:s}", "date", json_text(date),
			 "host_name", json_text(host ? host : "unknown"), "executable", "forkcost",
			 "num_cpus", json_integer_value(json_object_get(topology, "cpus")),
			 "cpu_scaling_enabled", 0, "caches", "library_build_type", "release");
}

static bool add(json_t *entries, const char *name, size_t family, const char *kind, json_t *rest,
		double ns)
{
	json_t *entry = json_pack("{s:o, s:I, s:I, s:o, s:s, s:i, s:f, s:f, s:s, s:s}", "name",
				  json_text(name), "family_index", (json_int_t)family,
				  "per_family_instance_index", (json_int_t)0, "run_name",
				  json_text(name), "run_type", kind, "threads", 1, "real_time", ns,
				  "cpu_time", ns, "time_unit", "ns", "label", label);
	const bool done = entry && rest && json_object_update(entry, rest) == 0 &&
			  json_array_append(entries, entry) == 0;
	json_decref(entry);
	json_decref(rest);
	return done;
}

static bool add_row(json_t *entries, const struct row *row, size_t family)
{
	static double ns[DATASET_REPLICATES_MAX];
	static size_t samples[DATASET_REPLICATES_MAX];
	char name[EXPORT_NAME_MAX], median[EXPORT_NAME_MAX + 16];
	const size_t count = export_replicates(row, ns, samples);
	export_name(row, name);
	for (size_t i = 0; i < count; i++)
		if (!add(entries, name, family, "iteration",
			 json_pack("{s:I, s:I, s:I}", "repetitions", (json_int_t)count,
				   "repetition_index", (json_int_t)i, "iterations",
				   (json_int_t)samples[i]),
			 ns[i]))
			return false;
	snprintf(median, sizeof median, "%s_median", name);
	return count == 0 || add(entries, median, family, "aggregate",
				 json_pack("{s:I, s:I, s:s, s:s}", "repetitions", (json_int_t)count,
					   "iterations", (json_int_t)count, "aggregate_name",
					   "median", "aggregate_unit", "time"),
				 row->interval.center);
}

static enum outcome write(FILE *file, const struct summary *summary, const char *experiment,
			  struct problem *problem)
{
	json_t *entries = json_array();
	size_t families = 0;
	bool done = entries;
	for (size_t i = 0; done && i < summary->row_count; i++) {
		const struct row *row = &summary->rows[i];
		if (export_takes(row, experiment) && strcmp(row->series->unit, "ns") == 0)
			done = add_row(entries, row, families++);
	}
	json_t *all =
		done ? json_pack("{s:o, s:O}", "context", context(summary), "benchmarks", entries)
		     : NULL;
	done = json_put(file, all, JSON_INDENT(2) | JSON_REAL_PRECISION(9));
	json_decref(all);
	json_decref(entries);
	return done ? OUTCOME_OK
		    : fail(problem, "cannot make the JSON of all rows; free some memory, or ask "
				    "for one --experiment");
}

EXPORT(google_benchmark, .name = "google-benchmark",
       .summary = "JSON of Google Benchmark: times, a replicate each", .write = write);
