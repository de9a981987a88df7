/* forkcost variance: where the scatter of a run's main rows comes from, and how many samples would narrow it. */
#include "harness/driver/analysis/variance.h"
#include "harness/common/units.h"
#include "harness/driver/base/forms/terminal.h"
#include "harness/driver/base/wrapped.h"
#include "harness/driver/commands/present.h"
#include "harness/driver/show/blocks.h"

#include <math.h>
#include <string.h>

enum { HEAPS_MAX = 64 };

enum { OPTION_PRECISION };

static const struct option_row rows[] = {
	[OPTION_PRECISION] = {"precision", "SHARE",
			      "how narrow the 95 % intervals are to be, to either side [2%]",
			      VALUES_ANY, NULL},
	{0},
};

static void put_sd(struct grid *grid, double sd)
{
	if (isnan(sd))
		grid_cell(grid, "?");
	else
		grid_cell(grid, "%.1f%%", sd * 100);
}

static void put_row(struct grid *grid, const struct row *row, double precision)
{
	const struct series *series = row->series;
	struct variance variance;
	char number[24] = "more";
	grid_row(grid);
	grid_cell(grid, "%s%s%s%s", series->primitive, *series->action ? " " : "", series->action,
		  *series->primitive ? "" : series->case_name);
	/* As the interval is. */
	if (!variance_split(&row->undisturbed.series, &variance)) {
		grid_cell(grid, "not above 0, or one replicate");
		return;
	}
	struct variance_wish wish = variance_wish(&variance, precision);
	grid_cell(grid, "%.1f x %.1f x %zu", (double)variance.samples / (double)variance.visits,
		  (double)variance.visits / (double)variance.replicates, variance.replicates);
	put_sd(grid, variance.samples_sd);
	put_sd(grid, variance.visits_sd);
	put_sd(grid, variance.replicates_sd);
	if (row->interval.has_interval)
		grid_cell(grid, "±%.1f%%", stats_relative_half_width(&row->interval) * 100);
	else
		grid_cell(grid, "±?");
	if (wish.replicates)
		snprintf(number, sizeof number, "%zu", wish.replicates);
	grid_cell(grid, "%zu x %zu x %s", wish.samples, wish.visits, number);
}

/* A table for each heap of an experiment. */
static void put_experiment(const struct summary *summary, const char *experiment, double precision)
{
	static struct grid grid;
	struct filter filter = {.experiment = experiment, .mains = true};
	uint64_t heaps[HEAPS_MAX];
	filter_settle_levels(summary, &filter);
	size_t count = filter_heaps(summary, &filter, heaps, HEAPS_MAX);
	filter.with_heap = true;
	for (size_t h = 0; h < count; h++) {
		char title[WIRE_NAME_MAX + 32];
		filter.heap_bytes = heaps[h];
		snprintf(title, sizeof title, "%s{, heap}{levels}", experiment);
		block_begin(&grid, 1, &filter, title);
		grid_heads(&grid, "arm", "taken", "samples", "visits", "replicates", "now",
			   "asks for");
		for (const struct row *row = NULL; (row = filter_next(summary, &filter, row));)
			if (strcmp(row->series->unit, "ns") == 0)
				put_row(&grid, row, precision);
		if (grid.rows < 2)
			continue;
		grid_print(&grid);
		print("\n");
	}
}

static void put_all(const struct summary *summary, double precision)
{
	const json_t *experiment;
	size_t i;
	json_array_foreach(json_object_get(summary->dataset->run, "experiments"), i, experiment)
	{
		put_experiment(summary, json_string_value(json_object_get(experiment, "name")),
			       precision);
	}
	wrapped_put(
		0,
		"taken: samples in a visit x visits in a replicate x replicates. Then the standard "
		"deviation of each, of logs; ?: this run does not tell it from the next. now: the "
		"95 %% interval. asks for: what would bring it to ±%g %%.",
		precision * 100);
}

static enum status run(const struct given *given)
{
	const char *share = given->values[OPTION_PRECISION];
	struct problem problem;
	struct dataset dataset;
	struct summary summary;
	double precision = 0.02;
	if (share && units_parse_percent(share, &precision, &problem)) {
		options_blame(rows[OPTION_PRECISION].name, &problem);
		return complain(&problem, STATUS_USAGE);
	}
	if (present_find(given->operand, &problem))
		return complain(&problem, STATUS_USAGE);
	if (present_load(given->operand, &dataset, &summary, &problem))
		return complain(&problem, STATUS_FAILED);
	put_all(&summary, precision);
	summary_free(&summary);
	dataset_free(&dataset);
	return STATUS_DONE;
}

COMMAND(variance, .summary = "print where a run's scatter comes from, and what would narrow it",
	.options =
		{.text = "Splits the variance of a run's main metrics, at the plain levels, "
			 "between samples in a visit, visits in a replicate, and replicates. A "
			 "visit is what an arm did in one round. Says how many of each would make "
			 "the 95 % interval as narrow as --precision.",
		 .rows = rows,
		 OPERAND_RUN},
	.run = run);
