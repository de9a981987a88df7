/* From a dataset to what is published: a row per cell, arm and metric, ratios to fork, and checks. */
#ifndef FORKCOST_SUMMARY_H
#define FORKCOST_SUMMARY_H

#include "harness/common/problem.h"
#include "harness/driver/analysis/counting_cost.h"
#include "harness/driver/analysis/crosscheck.h"
#include "harness/driver/analysis/row.h"
#include "harness/driver/analysis/row_names.h"
#include "harness/driver/data/dataset.h"

#include <stdio.h>

struct summary {
	const struct dataset *dataset;
	size_t row_count, ratio_count;
	struct row *rows; /* one for every series, in the same order */
	struct row_names names;
	struct ratio *ratios; /* to fork, same cell and action */
	struct quiet_levels quiet;
	double usual_step_ns; /* core_clock.h */
	struct counting_costs counting;
	struct crosscheck crosscheck;
};

/* Computes everything. `folder` is looked at for hyperfine's files. */
enum outcome summary_make(struct summary *summary, const struct dataset *dataset,
			  const char *folder, struct problem *problem);

void summary_free(struct summary *summary);

/* Writes summary.csv and ratios.csv into the run folder. */
enum outcome summary_write(const struct summary *summary, const char *folder,
			   struct problem *problem);

/* Centre, low and high as fields of CSV with commas before; empty where there is no interval. */
void summary_put_interval(FILE *file, const struct stats_interval *interval);

/* The row like this one but for the metric, action or primitive given (NULL: the same). */
const struct row *summary_find(const struct summary *summary, const struct series *like,
			       const char *primitive, const char *action, const char *metric);
const struct ratio *summary_ratio(const struct summary *summary, const struct series *series);

/* The header of summary.csv, and a row of it. */
void summary_put_header(FILE *file);
void summary_put_row(FILE *file, const struct row *row);

/* Share of the samples of main times that were disturbed; NAN: the run has no witnesses. */
double summary_disturbed_share(const struct summary *summary);

#endif
