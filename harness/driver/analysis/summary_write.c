#include "harness/driver/analysis/summary.h"

#include "harness/driver/analysis/disturbed.h"
#include "harness/driver/base/forms/csv.h"
#include "harness/driver/base/outfile.h"

#include <math.h>

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
	put_text(file, series->aa_control ? "aa_control" : series->case_name);
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
	csv_header(file, ",n,replicates,estimate,ci_low,ci_high,p5,p95,p99,min,max,mad,note");
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

/* A row of derived.csv. */
struct derived_row {
	const char *name, *experiment, *case_name, *metric, *unit;
	bool has_heap; /* or it is of no heap alone */
	uint64_t heap_bytes;
	size_t replicates;                     /* 0: not of replicates */
	double value;                          /* NAN: none, and the note says why */
	const struct stats_interval *interval; /* NULL: none */
	const char *note;
};

static void put_derived(FILE *file, const struct derived_row *row)
{
	const struct stats_interval none = {.center = row->value};
	csv_text(file, row->name);
	put_text(file, row->experiment);
	put_text(file, row->case_name ? row->case_name : "");
	put_text(file, row->metric ? row->metric : "");
	csv_next(file);
	if (row->has_heap)
		csv_count(file, row->heap_bytes);
	if (isfinite(row->value))
		put_interval(file, row->interval ? row->interval : &none);
	else
		put_empty(file, 3);
	put_text(file, row->unit);
	csv_next(file);
	if (row->replicates)
		csv_count(file, row->replicates);
	put_text(file, row->note ? row->note : "");
	csv_end(file);
}

static void put_reach(FILE *file, const struct reach *reach)
{
	put_derived(file, &(struct derived_row){.name = "tlb_reach",
						.experiment = "tlb_refill",
						.unit = "pages",
						.value = reach->found ? reach->pages : NAN,
						.note = reach->found ? "" : reach->why});
	put_derived(file, &(struct derived_row){.name = "tlb_refill_cost",
						.experiment = "tlb_refill",
						.unit = "ns",
						.value = reach->plateau_ns,
						.note = isfinite(reach->plateau_ns) ? "per page"
										    : reach->why});
}

static void put_slope(FILE *file, const struct slope *slope)
{
	char note[DIFFERENCES_WHY_MAX + 64] = "per running thread";
	if (!slope->replicates)
		wire_copy(note, sizeof note, slope->why);
	else if (slope->control)
		snprintf(note, sizeof note, "per running thread, less %s", slope->control);
	put_derived(file, &(struct derived_row){
				  .name = "thread_slope",
				  .experiment = "tlb_shootdown",
				  .case_name = slope->case_name,
				  .metric = slope->metric,
				  .unit = "ns",
				  .has_heap = true,
				  .heap_bytes = slope->heap_bytes,
				  .replicates = slope->replicates,
				  .value = slope->replicates ? slope->per_thread.center : NAN,
				  .interval = &slope->per_thread,
				  .note = note});
}

static void put_counting(FILE *file, const struct counting_cost *cost)
{
	char note[96];
	snprintf(note, sizeof note, "%zu arms%s", cost->arms,
		 cost->with_child ? ", children counted as well" : "");
	put_derived(file, &(struct derived_row){.name = "counted_over_plain",
						.experiment = cost->experiment,
						.metric = cost->metric,
						.unit = "ratio",
						.value = cost->ratio,
						.note = note});
}

static void put_crosscheck(FILE *file, const struct crosscheck_entry *entry)
{
	char arm[2 * WIRE_NAME_MAX], note[64];
	const struct stats_interval interval = {.center = entry->spawn_ns,
						.has_interval = true,
						.low = entry->low_ns,
						.high = entry->high_ns};
	snprintf(arm, sizeof arm, "%s %s", entry->primitive, entry->action);
	snprintf(note, sizeof note, "%lu spawns", entry->count);
	put_derived(file, &(struct derived_row){.name = "hyperfine",
						.experiment = "spawn",
						.case_name = arm,
						.unit = "ns",
						.has_heap = true,
						.heap_bytes = entry->heap_bytes,
						.value = entry->spawn_ns,
						.interval = &interval,
						.note = note});
}

static enum outcome write_derived(const struct summary *summary, const char *folder,
				  struct problem *problem)
{
	const struct derived *derived = &summary->derived;
	struct outfile outfile;
	FILE *file = outfile_open(&outfile, folder, "derived.csv", problem);
	if (!file)
		return OUTCOME_FAILED;
	csv_header(file, "name,experiment,case,metric,heap_bytes,value,ci_low,ci_high,unit,"
			 "replicates,note");
	csv_end(file);
	put_reach(file, &derived->reach);
	for (size_t i = 0; i < derived->slope_count; i++)
		put_slope(file, &derived->slopes[i]);
	for (size_t i = 0; i < derived->switch_count; i++)
		put_derived(file,
			    &(struct derived_row){.name = "separate_minus_shared",
						  .experiment = "switch",
						  .metric = "switch_ns",
						  .unit = "ns",
						  .has_heap = true,
						  .heap_bytes = derived->switches[i].heap_bytes,
						  .replicates = derived->switches[i].replicates,
						  .value = derived->switches[i].difference.center,
						  .interval = &derived->switches[i].difference});
	for (size_t i = 0; i < derived->counting_count; i++)
		put_counting(file, &derived->counting[i]);
	for (size_t i = 0; i < summary->crosscheck.count; i++)
		put_crosscheck(file, &summary->crosscheck.entries[i]);
	return outfile_close(&outfile, file, problem);
}

enum outcome summary_write(const struct summary *summary, const char *folder,
			   struct problem *problem)
{
	if (write_csv(summary, folder, problem) || write_ratios(summary, folder, problem))
		return OUTCOME_FAILED;
	return write_derived(summary, folder, problem);
}
