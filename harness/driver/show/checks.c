#include "harness/driver/show/checks.h"

#include "harness/common/units.h"
#include "harness/driver/analysis/disturbed.h"
#include "harness/driver/analysis/margins.h"
#include "harness/driver/base/fields.h"
#include "harness/driver/base/forms/terminal.h"
#include "harness/driver/base/wrapped.h"
#include "harness/driver/show/show.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

/* The rulers' own lines. */
static void print_rulers(const struct summary *summary)
{
	const struct show *show;
	for (size_t i = 0; (show = show_at(i)); i++) {
		char line[SHOW_CHECK_MAX];
		if (!show->check)
			continue;
		show->check(summary, line);
		wrapped_print(stdout, line, 2, 4);
	}
}

/* The A/A check: how many A/A controls differ from their originals by more than chance would have it. */
static void print_aa_controls(const struct summary *summary)
{
	size_t controls = 0, apart = 0;
	bool any = false;
	double worst = 0;
	for (size_t i = 0; i < summary->ratio_count; i++) {
		const struct ratio *ratio = &summary->ratios[i];
		any = any || ratio->series->aa_control;
		if (!ratio->series->aa_control || !ratio->series->is_main ||
		    !ratio->interval.has_interval)
			continue;
		controls++;
		worst = fmax(worst, fabs(ratio->interval.center - 1));
		apart += ratio->interval.low > 1 || ratio->interval.high < 1;
	}
	if (controls)
		print("  A/A: fork differs from itself in %zu of %zu cells (5 %% by chance), "
		      "worst "
		      "%.1f %%\n",
		      apart, controls, worst * 100);
	else
		print("  A/A: unavailable: %s\n",
		      any ? STATS_TOO_FEW : "no A/A control was measured");
}

/* How many rows are as narrow as was asked for. */
static void print_precision(const struct summary *summary)
{
	double precision;
	size_t rows = 0, narrow = 0;
	const json_t *settings = json_object_get(summary->dataset->run, "settings");
	if (!fields_number(json_object_get(settings, "precision"), &precision))
		return;
	for (size_t i = 0; i < summary->row_count; i++) {
		const struct row *row = &summary->rows[i];
		if (!row->count || !row->series->is_main || strcmp(row->series->unit, "ns") != 0)
			continue;
		rows++;
		narrow += stats_relative_half_width(&row->interval) <= precision;
	}
	print("  precision: %zu of %zu main rows have an interval within \u00b1%g %%\n", narrow,
	      rows, precision * 100);
}

void checks_print(const struct summary *summary)
{
	char line[160], wide[MARGINS_TEXT_MAX];
	const struct dataset *dataset = summary->dataset;
	print("checks\n");
	print_rulers(summary);
	print_aa_controls(summary);
	print_precision(summary);
	wrapped_print(stdout, margins_words(summary, wide), 2, 4);
	print("  disturbance: %.0f ticks of steal, %.0f involuntary switches\n",
	      dataset->steal_ticks, dataset->involuntary_switches);
	static const char *const who[DISTURBERS] = {"other processes", "the hypervisor"};
	for (enum disturber by = 0; by < DISTURBERS; by++) {
		size_t disturbed = 0, measured = 0;
		for (size_t i = 0; i < dataset->series_count; i++) {
			measured += dataset->series[i].block_count > 0;
			disturbed += disturbed_by(&dataset->series[i], by);
		}
		snprintf(line, sizeof line,
			 "in %zu of %zu rows %s had the CPU for a part of the time; their notes in "
			 "summary.csv say how much",
			 disturbed, measured, who[by]);
		if (disturbed)
			wrapped_print(stdout, line, 2, 4);
	}
	if (dataset->mappings_min)
		print("  the worker without a heap has %" PRIu64 " mappings\n",
		      dataset->mappings_min);
}

/* Our own reaped_ns (write-protected, warm) that a second opinion is held against; NULL if there is none. */
static const struct row *crosscheck_row(const struct summary *summary,
					const struct crosscheck_entry *entry)
{
	const struct filter filter = {.metric = "reaped_ns",
				      .primitive = entry->primitive,
				      .action = entry->action,
				      .level[AXIS_STATE] = "write-protected",
				      .heap_bytes = entry->heap_bytes,
				      .with_heap = true};
	return filter_row(summary, &filter);
}

void checks_print_crosscheck(const struct summary *summary)
{
	static struct grid grid;
	const struct crosscheck *crosscheck = &summary->crosscheck;
	if (!crosscheck->count)
		return;
	grid_begin(
		&grid, 2,
		"second opinion: hyperfine on whole commands against reaped_ns (write-protected, "
		"warm)");
	grid.lead = 3;
	grid_heads(&grid, "primitive", "child", "heap", "hyperfine", "95 % interval", "reaped_ns",
		   "ratio");
	for (size_t i = 0; i < crosscheck->count; i++) {
		const struct crosscheck_entry *entry = &crosscheck->entries[i];
		char spawn[UNITS_TEXT_MAX], low[UNITS_TEXT_MAX], high[UNITS_TEXT_MAX];
		const struct row *row = crosscheck_row(summary, entry);
		grid_row(&grid);
		grid_cell(&grid, "%s", entry->primitive);
		grid_cell(&grid, "%s", entry->action);
		block_bytes_cell(&grid, entry->heap_bytes);
		grid_cell(&grid, "%s", units_format_ns(entry->spawn_ns, spawn));
		grid_cell(&grid, "%s to %s", units_format_ns(entry->low_ns, low),
			  units_format_ns(entry->high_ns, high));
		block_time_cell(&grid, row);
		if (row && stats_width(&row->interval) == STATS_TOO_WIDE)
			grid_cell(&grid, "too wide");
		else if (row && row->interval.center > 0)
			grid_cell(&grid, "%.2f", entry->spawn_ns / row->interval.center);
		else
			grid_cell(&grid, "n/a");
	}
	print("\n");
	grid_print(&grid);
}
