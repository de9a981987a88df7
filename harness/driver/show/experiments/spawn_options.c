/* How spawn_options is shown: a table of the options, with what each adds; no figure. */
#include "harness/driver/show/show.h"

#include "harness/driver/analysis/compared.h"
#include "harness/driver/show/exec_floor.h"

#include <math.h>
#include <string.h>

/* Cases, in the order of the table. */
static const struct look looks[] = {
	{.name = "none"},      {.name = "dup2"},          {.name = "open"},
	{.name = "close"},     {.name = "closefrom"},     {.name = "working_directory"},
	{.name = "session"},   {.name = "process_group"}, {.name = "signals"},
	{.name = "scheduler"}, {.name = "several"},       {0},
};

/* What an option adds until reaped, replicate by replicate. */
static struct stats_interval added(const struct row *with, const struct row *none)
{
	double values[DATASET_REPLICATES_MAX];
	const size_t n = with && none ? compared_differences(with, none, values) : 0;
	return n ? stats_difference_interval(values, n) : (struct stats_interval){.center = NAN};
}

static void put_table(const struct summary *summary, struct grid *grid)
{
	char words[FILTER_WHY_MAX];
	struct filter filter = {.experiment = "spawn_options", .metric = "reaped_ns"};
	filter_settle_levels(summary, &filter);
	grid_begin(grid, 1, "what options of posix_spawn add, one at a time");
	grid_heads(grid, "option", "call", "reaped", "more than none");
	filter.case_name = "none";
	const struct row *none = filter_row(summary, &filter);
	for (size_t i = 0; looks[i].name; i++) {
		filter.case_name = looks[i].name;
		filter.metric = "call_ns";
		const struct row *call = filter_row(summary, &filter);
		filter.metric = "reaped_ns";
		const struct row *reaped = filter_row(summary, &filter);
		const struct stats_interval more = added(reaped, none);
		grid_row(grid);
		grid_cell(grid, "%s", looks[i].name);
		block_time_cell(grid, call);
		block_time_cell(grid, reaped);
		if (reaped == none || !isfinite(more.center))
			grid_cell(grid, reaped == none && none ? "-" : "n/a");
		else
			block_difference_cell(grid, &more);
	}
	grid_note(grid, "several: dup2, open, close, working_directory, process_group and signals");
	grid_note(grid, "%s", EXEC_FLOOR);
	grid_note(grid, "%s", filter_cases_left_out(summary, "spawn_options", words));
}

/* At one heap there is nothing to draw that the table does not say. */
static const struct face_figure no_figures[] = {{0}};

SHOW(spawn_options, .place = 9, .looks = looks, .tables = {put_table}, .figures = no_figures);
