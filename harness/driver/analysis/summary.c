#include "harness/driver/analysis/summary.h"

#include "harness/common/units.h"
#include "harness/driver/analysis/compared.h"
#include "harness/driver/analysis/count_check.h"
#include "harness/driver/analysis/disturbed.h"
#include "harness/driver/analysis/intervals.h"
#include "harness/driver/analysis/scatter.h"
#include "harness/driver/base/fields.h"
#include "harness/driver/base/notes.h"

#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

static const double DRIFT_MIN = 0.05; /* first half against second: said from 5 % on */
static const double CLOCK_MOVED_MIN = 0.02;
static const double DISTURBED_MIN = 0.05; /* share of samples: said from 5 % on */

__attribute__((format(printf, 2, 3))) static void add_note(struct row *row, const char *format, ...)
{
	char note[NOTE_MAX];
	va_list args;
	va_start(args, format);
	vsnprintf(note, sizeof note, format, args);
	va_end(args);
	notes_append(row->note, sizeof row->note, "%s%s", *row->note ? "; " : "", note);
}

/* NAN if the run does not say. */
static double setting(const struct dataset *dataset, const char *key)
{
	double number;
	const json_t *settings = json_object_get(dataset->run, "settings");
	return fields_number(json_object_get(settings, key), &number) ? number : NAN;
}

/* Why no more replicates were taken: each row says it. */
static const char *why_stopped(const struct dataset *dataset, const struct row *row)
{
	double precision = setting(dataset, "precision");
	const char *ended = json_string_value(json_object_get(dataset->end, "ended"));
	if (row->undisturbed.series.block_count >= STATS_PRECISION_VALUES_MIN &&
	    stats_relative_half_width(&row->interval) <= precision)
		return "precision";
	if (!ended)
		return "cut off";
	if (strcmp(ended, "interrupted") == 0)
		return "interrupted";
	if ((double)row->series->block_count >= setting(dataset, "replicates_max"))
		return "replicates";
	if (strcmp(ended, "complete") == 0)
		return "precision of the main metric";
	return "budget";
}

static bool is_time(const struct series *series)
{
	return strcmp(series->unit, "ns") == 0;
}

/* Drift over the run: the medians of the first half of the replicates against the second's. */
static void note_drift(struct row *row, const double *medians)
{
	size_t n = row->undisturbed.series.block_count, half = n / 2;
	if (half < 3)
		return;
	double first = stats_median(medians, half), second = stats_median(medians + n - half, half);
	if (first > 0 && fabs(second / first - 1) >= DRIFT_MIN)
		add_note(row, "drift %+.0f %% over the run", (second / first - 1) * 100);
}

/* Replicates that the estimate would lie elsewhere with, had they not been trimmed. */
static void note_trimmed(struct row *row, const double *medians)
{
	const size_t n = row->undisturbed.series.block_count;
	double logs = 0;
	if (n < STATS_PRECISION_VALUES_MIN || !(row->interval.center > 0))
		return;
	for (size_t i = 0; i < n; i++)
		logs += log(medians[i]) / (double)n;
	const double plain = exp(logs);
	if (isfinite(plain) && plain > 0 &&
	    (plain < row->interval.low || plain > row->interval.high))
		add_note(row, "replicates unlike the others: untrimmed %+.1f %%",
			 (plain / row->interval.center - 1) * 100);
}

/* Drift over the place in a burst: did the warm-ups suffice? */
static void note_burst(struct row *row)
{
	const struct series *series = row->series;
	double *first = calloc(row->count + 1, sizeof *first);
	double *later = calloc(row->count + 1, sizeof *later);
	size_t firsts = 0, laters = 0;
	for (size_t b = 0; first && later && b < series->block_count; b++)
		for (size_t i = 0; i < series->blocks[b].count; i++) {
			if (series->blocks[b].places[i] == 0)
				first[firsts++] = series->blocks[b].values[i];
			else
				later[laters++] = series->blocks[b].values[i];
		}
	if (firsts >= 10 && laters >= 10) {
		double ratio = stats_median(first, firsts) / stats_median(later, laters) - 1;
		if (isfinite(ratio) && fabs(ratio) >= DRIFT_MIN)
			add_note(row, "first of a burst %+.0f %%", ratio * 100);
	}
	free(first);
	free(later);
}

static void note_modes(struct row *row, const double *values)
{
	double modes[STATS_MODES_MAX];
	size_t count = stats_modes(values, row->count, modes);
	if (count < 2)
		return;
	char text[160] = "";
	for (size_t i = 0; i < count; i++) {
		char mode[UNITS_TEXT_MAX];
		notes_append(text, sizeof text, "%s%s", i ? ", " : "",
			     units_format_ns(modes[i], mode));
	}
	add_note(row, "%zu modes: %s", count, text);
}

/* What else went on in the worker. */
static void note_worker(struct row *row)
{
	char text[DISTURBED_TEXT_MAX];
	double fewest, most;
	if (disturbed_open_files(row->series, &fewest, &most) && fewest < most)
		add_note(row, "open files varied: %.0f to %.0f", fewest, most);
	if (*disturbed_text(row->series, text, sizeof text))
		add_note(row, "%s", text);
}

/* Replicates that differ because their heaps' frames do. */
static void note_scatter(struct row *row)
{
	struct scatter scatter;
	if (scatter_make(&scatter, row->series) && !isnan(scatter.explained))
		add_note(
			row,
			"frames scattered: %.0f to %.0f %% of pages, which explains %.0f %% of the "
			"variance between replicates",
			100 * scatter.low, 100 * scatter.high, 100 * scatter.explained);
}

/* What the witnesses beside the samples say. */
static void note_witnesses(struct row *row)
{
	const struct undisturbed *undisturbed = &row->undisturbed;
	char all[UNITS_TEXT_MAX];
	double share = 1 - (double)undisturbed->count / (double)row->count;
	if (!undisturbed->is_known || share < DISTURBED_MIN)
		return;
	if (undisturbed->all_count)
		add_note(row, "only %zu of %zu samples undisturbed: all count", undisturbed->count,
			 row->count);
	else
		add_note(row, "%.0f %% of samples disturbed and left out (all: %s)", 100 * share,
			 units_format_ns(undisturbed->all_estimate, all));
}

/* That the clock moved, and what was done about it. */
static void note_clock(struct row *row)
{
	const struct core_clock *clock = &row->clock;
	if (!isnan(clock->exponent) && clock->slow - clock->fast >= CLOCK_MOVED_MIN)
		add_note(row,
			 "clock ran at %.2f to %.2f of its usual speed: times adjusted to that, "
			 "exponent %.2f",
			 1 / clock->slow, 1 / clock->fast, clock->exponent);
}

/* Counts are taken beside the times, in passes that are a little slower. */
static void note_counting(struct row *row, const struct summary *summary)
{
	const struct counting_cost *cost =
		counting_cost_find(&summary->counting, row->series->experiment,
				   strstr(row->series->metric, "_with_child"));
	if (cost)
		add_note(row, "counting changed %s by %+.1f %%", cost->metric,
			 (cost->ratio - 1) * 100);
}

static enum outcome make_row(struct row *row, const struct summary *summary,
			     const struct stats_interval *interval, struct problem *problem)
{
	const struct dataset *dataset = summary->dataset;
	const struct series *series = row->series;
	if (series->block_count == 0) {
		/* Counters' reasons say so themselves: unavailable, not permitted, refused. */
		add_note(row, series->is_counter ? "%s" : "unavailable: %s", series->missing);
		return OUTCOME_OK;
	}
	char doubt[PROBLEM_TEXT_MAX];
	if (count_check_refuses(dataset, series, doubt, sizeof doubt)) {
		add_note(row, "%s", doubt);
		return OUTCOME_OK;
	}
	const struct series *used = &row->undisturbed.series;
	double *values = series_values(series, &row->count);
	double *medians = series_medians(used);
	if (values && medians) {
		stats_sort(values, row->count);
		row->spread = stats_summarize(values, row->count);
		/* A replicate of many samples counts no more than one of few, here either. */
		row->interval =
			series_has_interval(series)
				? *interval
				: (struct stats_interval){
					  .center = stats_median(medians, used->block_count)};
		add_note(row, "stopped: %s", why_stopped(dataset, row));
		if (!series_has_interval(series))
			add_note(row, "no interval: a count");
		else if (!row->interval.has_interval)
			add_note(row, "no interval: " STATS_TOO_FEW);
		if (series_has_interval(series)) {
			note_trimmed(row, medians);
			note_drift(row, medians);
			note_burst(row);
			if (is_time(series))
				note_modes(row, values);
			note_witnesses(row);
			note_clock(row);
			note_scatter(row);
		}
		if (series->is_counter)
			note_counting(row, summary);
		note_worker(row);
	}
	bool room = values && medians;
	free(values);
	free(medians);
	return room ? OUTCOME_OK : fail(problem, "cannot summarise the run: out of memory");
}

const struct row *summary_find(const struct summary *summary, const struct series *like,
			       const char *primitive, const char *action, const char *metric)
{
	struct series key = *like;
	if (primitive)
		wire_copy(key.primitive, sizeof key.primitive, primitive);
	if (action)
		wire_copy(key.action, sizeof key.action, action);
	const struct series *found =
		dataset_find(summary->dataset, &key, metric ? metric : like->metric);
	return found ? &summary->rows[found - summary->dataset->series] : NULL;
}

const struct ratio *summary_ratio(const struct summary *summary, const struct series *series)
{
	return summary->rows[series - summary->dataset->series].ratio;
}

static enum outcome make_ratios(struct summary *summary, struct problem *problem)
{
	const struct dataset *dataset = summary->dataset;
	for (size_t i = 0; i < dataset->series_count; i++) {
		const struct series *series = &dataset->series[i];
		if (!*series->primitive || !series->block_count || !is_time(series))
			continue;
		struct series key = *series;
		wire_copy(key.primitive, sizeof key.primitive, "fork");
		key.aa_control = false;
		const struct series *fork = dataset_find(dataset, &key, series->metric);
		if (!fork || !fork->block_count)
			continue;
		struct ratio *ratio = &summary->ratios[summary->ratio_count];
		const struct row *const rows[] = {&summary->rows[i],
						  &summary->rows[fork - dataset->series]};
		const struct series *taken[2];
		compared_take(rows, 2, taken);
		if (ratio_make(ratio, taken[0], taken[1], problem))
			return OUTCOME_FAILED;
		ratio->series = series;
		if (!ratio->replicates)
			continue;
		summary->rows[i].ratio = ratio;
		summary->ratio_count++;
	}
	return OUTCOME_OK;
}

static bool take_to_usual_clock(struct summary *summary)
{
	struct undisturbed **rows = calloc(summary->row_count + 1, sizeof(void *));
	struct core_clock *clocks = calloc(summary->row_count + 1, sizeof *clocks);
	bool room = rows && clocks;
	for (size_t i = 0; room && i < summary->row_count; i++)
		if (is_time(summary->rows[i].series))
			rows[i] = &summary->rows[i].undisturbed;
	room = room && core_clock_adjust(rows, summary->row_count, summary->usual_step_ns, clocks);
	for (size_t i = 0; room && i < summary->row_count; i++)
		summary->rows[i].clock = clocks[i];
	free(clocks);
	free(rows);
	return room;
}

/* Takes what disturbed samples there are apart, before arms are looked at together. */
static enum outcome take_undisturbed(struct summary *summary, const struct series **used,
				     struct problem *problem)
{
	const struct dataset *dataset = summary->dataset;
	if (undisturbed_find_levels(&summary->quiet, dataset, problem))
		return OUTCOME_FAILED;
	if (!core_clock_find(&summary->usual_step_ns, dataset, &summary->quiet))
		return fail(problem, "cannot summarise the run: out of memory");
	for (size_t i = 0; i < dataset->series_count; i++) {
		struct row *row = &summary->rows[i];
		row->series = &dataset->series[i];
		if (undisturbed_make(&row->undisturbed, row->series, &summary->quiet, problem))
			return OUTCOME_FAILED;
		used[i] = &row->undisturbed.series;
	}
	return take_to_usual_clock(summary)
		       ? OUTCOME_OK
		       : fail(problem, "cannot summarise the run: out of memory");
}

static enum outcome make_rows(struct summary *summary, struct problem *problem)
{
	size_t count = summary->row_count;
	struct stats_interval *intervals = calloc(count + 1, sizeof *intervals);
	const struct series **used = calloc(count + 1, sizeof(struct series *));
	if (!intervals || !used) {
		free(used);
		free(intervals);
		return fail(problem, "cannot summarise the run: out of memory");
	}
	enum outcome outcome = take_undisturbed(summary, used, problem);
	if (!outcome)
		outcome = intervals_make(used, count, intervals, problem);
	for (size_t i = 0; !outcome && i < count; i++)
		outcome = make_row(&summary->rows[i], summary, &intervals[i], problem);
	free(used);
	free(intervals);
	return outcome;
}

enum outcome summary_make(struct summary *summary, const struct dataset *dataset,
			  const char *folder, struct problem *problem)
{
	*summary = (struct summary){.dataset = dataset, .row_count = dataset->series_count};
	summary->rows = calloc(dataset->series_count + 1, sizeof *summary->rows);
	summary->ratios = calloc(dataset->series_count + 1, sizeof *summary->ratios);
	if (!summary->rows || !summary->ratios || !row_names_make(&summary->names, dataset)) {
		summary_free(summary);
		return fail(problem, "cannot summarise the run: out of memory");
	}
	counting_costs_make(&summary->counting, dataset);
	enum outcome outcome = make_rows(summary, problem);
	if (!outcome)
		outcome = make_ratios(summary, problem);
	if (!outcome)
		outcome = crosscheck_read(&summary->crosscheck, folder, problem);
	if (outcome)
		summary_free(summary);
	return outcome;
}

void summary_free(struct summary *summary)
{
	for (size_t i = 0; summary->rows && i < summary->row_count; i++)
		undisturbed_free(&summary->rows[i].undisturbed);
	undisturbed_free_levels(&summary->quiet);
	row_names_free(&summary->names);
	free(summary->rows);
	free(summary->ratios);
	*summary = (struct summary){0};
}

double summary_disturbed_share(const struct summary *summary)
{
	double all = 0, undisturbed = 0;
	for (size_t i = 0; i < summary->row_count; i++) {
		const struct row *row = &summary->rows[i];
		if (!row->undisturbed.is_known || !row->series->is_main)
			continue;
		all += (double)row->count;
		undisturbed += (double)row->undisturbed.count;
	}
	return all > 0 ? 1 - undisturbed / all : (double)NAN;
}
