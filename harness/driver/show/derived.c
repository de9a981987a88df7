#include "harness/driver/show/derived.h"

#include "harness/common/units.h"
#include "harness/driver/base/forms/csv.h"
#include "harness/driver/base/outfile.h"

#include <math.h>

size_t derived_rows(const struct summary *summary, const char *experiment,
		    struct derived rows[DERIVED_MAX])
{
	const struct show *show = show_find(experiment);
	return show && show->derive ? show->derive(summary, rows) : 0;
}

static void put_row(FILE *file, const char *experiment, const struct derived *row)
{
	csv_text(file, row->name);
	csv_next_text(file, experiment);
	csv_next_text(file, row->case_name ? row->case_name : "");
	csv_next_text(file, row->metric ? row->metric : "");
	if (row->with_heap)
		csv_next_count(file, row->heap_bytes);
	else
		csv_next_empty(file, 1);
	if (isfinite(row->value.center))
		summary_put_interval(file, &row->value);
	else
		csv_next_empty(file, 3);
	csv_next_text(file, row->unit);
	if (row->replicates)
		csv_next_count(file, row->replicates);
	else
		csv_next_empty(file, 1);
	csv_next_text(file, row->note);
	csv_end(file);
}

static void put_counting(FILE *file, const struct counting_cost *cost)
{
	struct derived row = {.name = "counted_over_plain",
			      .metric = cost->metric,
			      .unit = "ratio",
			      .value.center = cost->ratio};
	snprintf(row.note, sizeof row.note, "%zu arm%s%s", cost->arms, units_plural(cost->arms),
		 cost->with_child ? ", children counted as well" : "");
	put_row(file, cost->experiment, &row);
}

static void put_crosscheck(FILE *file, const struct crosscheck_entry *entry)
{
	const struct {
		const char *name, *unit;
		const struct stats_interval *value;
	} values[] = {{"hyperfine", "ns", &entry->whole_ns},
		      {"hyperfine_once", "ns", &entry->once_ns},
		      {"hyperfine_window", "ns", &entry->window_ns},
		      {"hyperfine_over_window", "ratio", &entry->ratio}};
	char arm[2 * WIRE_NAME_MAX];
	snprintf(arm, sizeof arm, "%s %s", entry->primitive, entry->action);
	for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
		struct derived row = {.name = values[i].name,
				      .case_name = arm,
				      .unit = values[i].unit,
				      .with_heap = true,
				      .heap_bytes = entry->heap_bytes,
				      .replicates = entry->turns,
				      .value = *values[i].value};
		snprintf(row.note, sizeof row.note, "%lu spawns; %s", entry->spawns,
			 crosscheck_verdict(entry));
		put_row(file, "spawn", &row);
	}
}

enum outcome derived_write(const struct summary *summary, const char *folder,
			   struct problem *problem)
{
	struct outfile outfile;
	struct derived rows[DERIVED_MAX];
	const struct show *show;
	FILE *file = outfile_open(&outfile, folder, "derived.csv", problem);
	if (!file)
		return OUTCOME_FAILED;
	csv_header(file, "name,experiment,case,metric,heap_bytes,value,ci_low,ci_high,unit,"
			 "replicates,note");
	csv_end(file);
	for (size_t s = 0; (show = show_at(s)); s++) {
		size_t count = derived_rows(summary, show->experiment, rows);
		for (size_t i = 0; i < count; i++)
			put_row(file, show->experiment, &rows[i]);
	}
	for (size_t i = 0; i < summary->counting.count; i++)
		put_counting(file, &summary->counting.costs[i]);
	for (size_t i = 0; i < summary->crosscheck.count; i++)
		put_crosscheck(file, &summary->crosscheck.entries[i]);
	return outfile_close(&outfile, file, problem);
}
