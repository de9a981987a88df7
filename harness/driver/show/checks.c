#include "harness/driver/show/checks.h"

#include "harness/common/units.h"
#include "harness/driver/analysis/disturbed.h"
#include "harness/driver/analysis/margins.h"
#include "harness/driver/base/fields.h"
#include "harness/driver/base/forms/terminal.h"
#include "harness/driver/base/notes.h"
#include "harness/driver/base/wrapped.h"
#include "harness/driver/show/floor.h"
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

/* Of A/A controls at the filter's levels: how many have an interval, how many of them differ from their arms by more than
 * chance would have it, and the ratio that is furthest from 1. */
struct aa_check {
	size_t controls, apart;
	struct stats_interval worst;
};

static struct aa_check check_aa(const struct summary *summary, const struct filter *filter)
{
	struct aa_check check = {.worst.center = 1};
	for (size_t i = 0; i < summary->ratio_count; i++) {
		const struct stats_interval *interval = &summary->ratios[i].interval;
		struct series arm = *summary->ratios[i].series;
		if (!arm.aa_control || !interval->has_interval)
			continue;
		arm.aa_control = false;
		if (!filter_matches(filter, &arm))
			continue;
		check.controls++;
		check.apart += interval->low > 1 || interval->high < 1;
		if (fabs(interval->center - 1) >= fabs(check.worst.center - 1))
			check.worst = *interval;
	}
	return check;
}

/* "1.2 % ±0.9" of a ratio. */
static const char *apart_words(const struct stats_interval *ratio, char text[UNITS_TEXT_MAX])
{
	return notes_fill(text, UNITS_TEXT_MAX, "%.1f %% ±%.1f", fabs(ratio->center - 1) * 100,
			  stats_relative_half_width(ratio) * 100);
}

static void print_aa_controls(const struct summary *summary)
{
	struct filter filter = {.mains = true};
	char line[SHOW_CHECK_MAX], worst[UNITS_TEXT_MAX];
	bool any = false;
	for (size_t i = 0; i < summary->ratio_count; i++)
		any = any || summary->ratios[i].series->aa_control;
	for (enum axis_id axis = 0; axis < AXIS_COUNT; axis++)
		filter.level[axis] = FILTER_ANY;
	const struct aa_check all = check_aa(summary, &filter);
	if (!all.controls) {
		print("  A/A: unavailable: %s\n",
		      any ? STATS_TOO_FEW : "no A/A control was measured");
		return;
	}
	notes_fill(line, sizeof line,
		   "A/A: fork differs from itself in %zu of %zu cell%s (5 %% by chance), worst %s",
		   all.apart, all.controls, units_plural(all.controls),
		   apart_words(&all.worst, worst));
	filter = (struct filter){.experiment = "spawn", .mains = true};
	filter_settle_levels(summary, &filter);
	const struct aa_check plain = check_aa(summary, &filter);
	if (plain.controls && plain.controls < all.controls)
		notes_append(line, sizeof line, "; in the %zu at the plain levels worst %s",
			     plain.controls, apart_words(&plain.worst, worst));
	wrapped_print(stdout, line, 2, 4);
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
	char line[160], wide[MARGINS_TEXT_MAX], wait[UNITS_TEXT_MAX];
	const struct dataset *dataset = summary->dataset;
	print("checks\n");
	print_rulers(summary);
	print_aa_controls(summary);
	print_precision(summary);
	wrapped_print(stdout, margins_words(summary, wide), 2, 4);
	print("  disturbance: %.0f ticks of steal, %.0f involuntary switches\n",
	      dataset->steal_ticks, dataset->involuntary_switches);
	if (dataset->quiet_waits > 0)
		print("  before %.0f long samples workers waited for a quiet moment, %s in all\n",
		      dataset->quiet_waits, units_format_ns(dataset->quiet_wait_ns, wait));
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
	if (*floor_paging_words(summary, wide, sizeof wide))
		wrapped_print(stdout, wide, 2, 4);
	if (dataset->mappings_min)
		print("  the worker without a heap has %" PRIu64 " mappings\n",
		      dataset->mappings_min);
}

void checks_print_crosscheck(const struct summary *summary)
{
	const struct crosscheck *crosscheck = &summary->crosscheck;
	if (!crosscheck->count && !crosscheck->has_old)
		return;
	print("\nsecond opinion: whole commands of another program, timed by hyperfine\n");
	if (crosscheck->has_old)
		wrapped_print(
			stdout,
			"the files of an older version in hyperfine/ are not used: they took no "
			"turns with our own cell; run scripts/crosscheck again",
			2, 4);
	for (size_t i = 0; i < crosscheck->count; i++) {
		const struct crosscheck_entry *entry = &crosscheck->entries[i];
		const struct stats_interval *ratio = &entry->ratio;
		char whole[BLOCK_TEXT_MAX], window[BLOCK_TEXT_MAX], heap[UNITS_TEXT_MAX],
			line[WRAPPED_TEXT_MAX];
		int length = snprintf(
			line, sizeof line,
			"%s %s, heap %s: hyperfine %s: %s by whole commands, %s by our window "
			"(ratio %#.3g, ",
			entry->primitive, entry->action,
			units_format_bytes(entry->heap_bytes, heap), crosscheck_verdict(entry),
			block_interval(&entry->whole_ns, whole),
			block_interval(&entry->window_ns, window), ratio->center);
		if (ratio->has_interval)
			snprintf(line + length, sizeof line - (size_t)length, "%#.3g to %#.3g)",
				 ratio->low, ratio->high);
		else
			snprintf(line + length, sizeof line - (size_t)length, "%" PRIu64 " turn%s)",
				 entry->turns, units_plural(entry->turns));
		wrapped_print(stdout, line, 2, 4);
	}
}

void checks_crosscheck_table(const struct summary *summary, struct grid *grid)
{
	grid_begin(
		grid, 2,
		"second opinion: whole commands of another program (forkcost-bare) and of "
		"forkcost once, timed by hyperfine, and reaped_ns (write-protected, warm) in the "
		"same turns");
	grid->lead = 3;
	grid_heads(grid, "primitive", "child", "heap", "bare", "once", "our window", "bare/window",
		   "95 % interval", "hyperfine");
	for (size_t i = 0; i < summary->crosscheck.count; i++) {
		const struct crosscheck_entry *entry = &summary->crosscheck.entries[i];
		grid_row(grid);
		grid_cell(grid, "%s", entry->primitive);
		grid_cell(grid, "%s", entry->action);
		block_bytes_cell(grid, entry->heap_bytes);
		block_interval_cell(grid, &entry->whole_ns);
		block_interval_cell(grid, &entry->once_ns);
		block_interval_cell(grid, &entry->window_ns);
		grid_cell(grid, "%#.3g", entry->ratio.center);
		if (entry->ratio.has_interval)
			grid_cell(grid, "%#.3g to %#.3g", entry->ratio.low, entry->ratio.high);
		else
			grid_cell(grid, "n/a");
		grid_cell(grid, "%s", crosscheck_verdict(entry));
	}
}
