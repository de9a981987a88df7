#include "harness/driver/analysis/summary.h"

#include "harness/driver/analysis/disturbed.h"
#include "harness/driver/analysis/scatter.h"
#include "harness/driver/base/forms/csv.h"
#include "harness/driver/base/outfile.h"

#include <math.h>

static void put_axes(FILE *file, const struct series *series, enum axis_column column)
{
	for (enum axis_id axis = 0; axis < AXIS_COUNT; axis++)
		if (axes[axis].column == column)
			csv_next_text(file, series->level[axis]);
}

static void put_levels(FILE *file, const struct series *series)
{
	csv_text(file, series->experiment);
	csv_next_text(file, series->primitive);
	csv_next_text(file, series->action);
	csv_next_text(file, series->aa_control ? "aa_control" : series->case_name);
	csv_next_count(file, series->heap_bytes);
	put_axes(file, series, AXIS_COLUMN_EARLY);
	csv_next_empty(file, 1); /* mappings are not varied yet */
	double fewest, most;
	if (disturbed_open_files(series, &fewest, &most))
		csv_next_count(file, (uint64_t)fewest);
	else
		csv_next_empty(file, 1);
	put_axes(file, series, AXIS_COLUMN_MIDDLE);
	csv_next_text(file, series->metric);
	csv_next_text(file, series->unit);
}

void summary_put_interval(FILE *file, const struct stats_interval *interval)
{
	csv_next_number(file, interval->center);
	if (!interval->has_interval) {
		csv_next_empty(file, 2);
		return;
	}
	csv_next_number(file, interval->low);
	csv_next_number(file, interval->high);
}

static void put_axis_names(FILE *file, enum axis_column column)
{
	for (enum axis_id axis = 0; axis < AXIS_COUNT; axis++)
		if (axes[axis].column == column) {
			csv_header(file, ",");
			csv_header(file, axes[axis].name);
		}
}

/* Empty where the run has no witnesses, and for counts. */
static void put_undisturbed(FILE *file, const struct undisturbed *undisturbed)
{
	if (!undisturbed->is_known) {
		csv_next_empty(file, 3);
		return;
	}
	csv_next_count(file, undisturbed->count);
	csv_next_number(file, undisturbed->all_estimate);
	if (isnan(undisturbed->disturbed_ratio))
		csv_next_empty(file, 1);
	else
		csv_next_number(file, undisturbed->disturbed_ratio);
}

/* Empty where the run has no witness of it, or nothing was measured. */
static void put_scatter(FILE *file, const struct row *row)
{
	struct scatter scatter;
	if (row->count && scatter_make(&scatter, row->series))
		csv_next_number(file, scatter.median);
	else
		csv_next_empty(file, 1);
}

void summary_put_row(FILE *file, const struct row *row)
{
	const struct stats_summary *spread = &row->spread;
	const double spreads[] = {spread->p5,  spread->p95, spread->p99,
				  spread->min, spread->max, spread->mad};
	put_levels(file, row->series);
	csv_next_count(file, row->count);
	csv_next_count(file, row->count ? row->series->block_count : 0);
	if (row->count == 0) {
		csv_next_empty(file, 9);
	} else {
		summary_put_interval(file, &row->interval);
		for (size_t i = 0; i < sizeof spreads / sizeof *spreads; i++)
			csv_next_number(file, spreads[i]);
	}
	put_undisturbed(file, &row->undisturbed);
	csv_next_text(file, row->note);
	put_scatter(file, row);
	put_axes(file, row->series, AXIS_COLUMN_LAST);
	csv_end(file);
}

static void put_ratio(FILE *file, const struct ratio *ratio)
{
	put_levels(file, ratio->series);
	csv_next_count(file, ratio->replicates);
	summary_put_interval(file, &ratio->interval);
	put_axes(file, ratio->series, AXIS_COLUMN_LAST);
	csv_end(file);
}

static void put_header(FILE *file, const char *columns)
{
	csv_header(file, "experiment,primitive,action,case,heap_bytes");
	put_axis_names(file, AXIS_COLUMN_EARLY);
	csv_header(file, ",mappings,open_files");
	put_axis_names(file, AXIS_COLUMN_MIDDLE);
	csv_header(file, ",metric,unit");
	csv_header(file, columns);
	put_axis_names(file, AXIS_COLUMN_LAST);
	csv_end(file);
}

void summary_put_header(FILE *file)
{
	put_header(file, ",n,replicates,estimate,ci_low,ci_high,p5,p95,p99,min,max,mad,undisturbed,"
			 "estimate_of_all,disturbed_ratio,note,frames_scattered");
}

enum outcome summary_write(const struct summary *summary, const char *folder,
			   struct problem *problem)
{
	struct outfile outfile;
	FILE *file = outfile_open(&outfile, folder, "summary.csv", problem);
	if (!file)
		return OUTCOME_FAILED;
	summary_put_header(file);
	for (size_t i = 0; i < summary->row_count; i++)
		summary_put_row(file, &summary->rows[i]);
	if (outfile_close(&outfile, file, problem))
		return OUTCOME_FAILED;
	file = outfile_open(&outfile, folder, "ratios.csv", problem);
	if (!file)
		return OUTCOME_FAILED;
	put_header(file, ",replicates,ratio_to_fork,ci_low,ci_high");
	for (size_t i = 0; i < summary->ratio_count; i++)
		put_ratio(file, &summary->ratios[i]);
	return outfile_close(&outfile, file, problem);
}
