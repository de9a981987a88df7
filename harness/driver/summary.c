#include "harness/driver/summary.h"

#include "harness/common/units.h"
#include "harness/driver/doubts.h"
#include "harness/driver/settings.h"
#include "harness/driver/version.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

static const double DRIFT_TOLD = 0.05; /* first half against second: said from 5 % on */

static void add_note(struct row *row, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static void add_note(struct row *row, const char *format, ...)
{
	size_t length = strlen(row->note);
	va_list args;
	if (length && length + 2 < sizeof row->note) {
		memcpy(row->note + length, "; ", 3);
		length += 2;
	}
	va_start(args, format);
	vsnprintf(row->note + length, sizeof row->note - length, format, args);
	va_end(args);
}

static double setting(const struct dataset *dataset, const char *key)
{
	return json_number_value(json_object_get(json_object_get(dataset->run, "settings"), key));
}

/* Why no more replicates were taken: each row says it. */
static const char *why_stopped(const struct dataset *dataset, const struct row *row)
{
	double precision = setting(dataset, "precision");
	const char *ended = json_string_value(json_object_get(dataset->end, "ended"));
	if (row->series->block_count >= REPLICATES_FOR_PRECISION &&
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
	size_t n = row->series->block_count, half = n / 2;
	if (half < 3)
		return;
	double first = stats_median(medians, half), second = stats_median(medians + n - half, half);
	if (first > 0 && fabs(second / first - 1) >= DRIFT_TOLD)
		add_note(row, "drift %+.0f %% over the run", (second / first - 1) * 100);
}

/* Drift over the place in a burst: did the warm-ups suffice? */
static void note_burst(struct row *row)
{
	const struct series *series = row->series;
	size_t count;
	double *values = series_values(series, &count);
	double *first = calloc(count + 1, sizeof *first), *later = calloc(count + 1, sizeof *later);
	size_t firsts = 0, laters = 0;
	for (size_t b = 0; values && first && later && b < series->block_count; b++)
		for (size_t i = 0; i < series->blocks[b].count; i++) {
			if (series->blocks[b].places[i] == 0)
				first[firsts++] = series->blocks[b].values[i];
			else
				later[laters++] = series->blocks[b].values[i];
		}
	if (firsts >= 10 && laters >= 10) {
		double ratio = stats_median(first, firsts) / stats_median(later, laters) - 1;
		if (isfinite(ratio) && fabs(ratio) >= DRIFT_TOLD)
			add_note(row, "first of a burst %+.0f %%", ratio * 100);
	}
	free(values);
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
		snprintf(text + strlen(text), sizeof text - strlen(text), "%s%s", i ? ", " : "",
			 units_format_ns(modes[i], mode));
	}
	add_note(row, "%zu modes: %s", count, text);
}

static bool is_with_child(const struct series *series)
{
	static const char ending[] = "_with_child";
	size_t length = strlen(series->metric), end = sizeof ending - 1;
	return length > end && strcmp(series->metric + length - end, ending) == 0;
}

/* Counts are taken beside the times, in passes that are a little slower. */
static void note_counting(struct row *row, const struct derived *derived)
{
	char text[120];
	if (*derived_counting_text(derived, row->series->experiment, is_with_child(row->series),
				   text, sizeof text))
		add_note(row, "%s", text);
}

static enum outcome make_row(struct row *row, const struct summary *summary,
			     struct problem *problem)
{
	const struct dataset *dataset = summary->dataset;
	const struct series *series = row->series;
	if (series->block_count == 0) {
		/* Counters' reasons say so themselves: unavailable, not permitted, refused. */
		add_note(row, series->is_counter ? "%s" : "unavailable: %s", series->missing);
		return OUTCOME_OK;
	}
	char doubt[PROBLEM_TEXT_MAX];
	if (doubts_refuse(dataset, series, doubt, sizeof doubt)) {
		add_note(row, "%s", doubt);
		return OUTCOME_OK;
	}
	double *values = series_values(series, &row->count);
	double *medians = series_medians(series);
	if (values && medians) {
		row->spread = stats_summarize(values, row->count);
		/* A replicate of many samples counts no more than one of few, here either. */
		row->interval =
			is_time(series)
				? stats_interval(medians, series->block_count)
				: (struct stats_interval){
					  .center = stats_median(medians, series->block_count)};
		add_note(row, "stopped: %s", why_stopped(dataset, row));
		if (!is_time(series))
			add_note(row, "no interval: a count");
		else if (!row->interval.has_interval)
			add_note(row, "no interval: fewer than %d replicates",
				 REPLICATES_FOR_INTERVAL);
		if (is_time(series)) {
			note_drift(row, medians);
			note_burst(row);
			note_modes(row, values);
		}
		if (series->is_counter)
			note_counting(row, &summary->derived);
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
	for (size_t i = 0; i < summary->ratio_count; i++)
		if (summary->ratios[i].series == series)
			return &summary->ratios[i];
	return NULL;
}

/* The median of a block's values of one round; NAN if it has none. */
static double round_median(const struct block *block, unsigned round, double *scratch)
{
	size_t n = 0;
	for (size_t i = 0; i < block->count; i++)
		if (block->rounds[i] == round)
			scratch[n++] = block->values[i];
	return n ? stats_median(scratch, n) : NAN;
}

/* The median over the rounds of one replicate of (this arm over the reference); NAN if none. */
static double replicate_ratio(const struct block *block, const struct block *reference,
			      double *scratch)
{
	enum { ROUNDS = 64 };
	double ratios[ROUNDS];
	size_t n = 0;
	for (unsigned round = 0; round < ROUNDS; round++) {
		double ratio = round_median(block, round, scratch) /
			       round_median(reference, round, scratch);
		if (isfinite(ratio))
			ratios[n++] = ratio;
	}
	return n ? stats_median(ratios, n) : NAN;
}

static size_t longest_block(const struct series *series)
{
	size_t longest = 0;
	for (size_t b = 0; b < series->block_count; b++)
		if (series->blocks[b].count > longest)
			longest = series->blocks[b].count;
	return longest;
}

static enum outcome make_ratio(struct summary *summary, const struct series *series,
			       const struct series *reference, struct problem *problem)
{
	size_t longest = longest_block(series), other = longest_block(reference);
	double *scratch = calloc((longest > other ? longest : other) + 1, sizeof *scratch);
	double *ratios = calloc(series->block_count + 1, sizeof *ratios);
	size_t n = 0;
	if (!scratch || !ratios) {
		free(scratch);
		free(ratios);
		return fail(problem, "cannot summarise the run: out of memory");
	}
	for (size_t b = 0; b < series->block_count; b++) {
		for (size_t r = 0; r < reference->block_count; r++) {
			if (reference->blocks[r].replicate != series->blocks[b].replicate)
				continue;
			double ratio =
				replicate_ratio(&series->blocks[b], &reference->blocks[r], scratch);
			if (isfinite(ratio))
				ratios[n++] = ratio;
		}
	}
	if (n)
		summary->ratios[summary->ratio_count++] =
			(struct ratio){series, n, stats_interval(ratios, n)};
	free(scratch);
	free(ratios);
	return OUTCOME_OK;
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
		key.twin = false;
		const struct series *fork = dataset_find(dataset, &key, series->metric);
		if (fork && fork->block_count && make_ratio(summary, series, fork, problem))
			return OUTCOME_FAILED;
	}
	return OUTCOME_OK;
}

enum outcome summary_make(struct summary *summary, const struct dataset *dataset,
			  const char *folder, struct problem *problem)
{
	*summary = (struct summary){.dataset = dataset, .row_count = dataset->series_count};
	summary->rows = calloc(dataset->series_count + 1, sizeof *summary->rows);
	summary->ratios = calloc(dataset->series_count + 1, sizeof *summary->ratios);
	enum outcome outcome = OUTCOME_OK;
	if (!summary->rows || !summary->ratios) {
		summary_free(summary);
		return fail(problem, "cannot summarise the run: out of memory");
	}
	derived_make(&summary->derived, dataset);
	for (size_t i = 0; !outcome && i < dataset->series_count; i++) {
		summary->rows[i].series = &dataset->series[i];
		outcome = make_row(&summary->rows[i], summary, problem);
	}
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
	free(summary->rows);
	free(summary->ratios);
	*summary = (struct summary){0};
}

/* ---- writing ---- */

/* RFC 4180: a field with a comma, quote or line break is quoted, quotes doubled. A field that a
 * spreadsheet would take for a formula cannot occur: names are checked, notes begin with words. */
static void put_csv_text(FILE *file, const char *text)
{
	if (!strpbrk(text, ",\"\n")) {
		fputs(text, file);
		return;
	}
	putc('"', file);
	for (const char *c = text; *c; c++) {
		if (*c == '"')
			putc('"', file);
		putc(*c, file);
	}
	putc('"', file);
}

static void put_levels(FILE *file, const struct series *series)
{
	put_csv_text(file, series->experiment);
	putc(',', file);
	put_csv_text(file, series->primitive);
	fprintf(file, ",%s,", series->action);
	put_csv_text(file, series->twin ? "twin" : series->case_name);
	/* mappings and open_files are not varied yet. */
	fprintf(file, ",%" PRIu64 ",%s,%s,%s,%s,%s,,,%s,", series->heap_bytes, series->page_kind,
		series->state, series->cache, series->touch_order, series->threads,
		series->child_cpu);
	put_csv_text(file, series->metric);
	fprintf(file, ",%s", series->unit);
}

static const char levels_header[] =
	"experiment,primitive,action,case,heap_bytes,page_kind,state,cache,touch_order,threads,"
	"mappings,open_files,child_cpu,metric,unit";

static void put_row(FILE *file, const struct row *row)
{
	const struct stats_summary *spread = &row->spread;
	put_levels(file, row->series);
	if (row->count == 0) {
		fprintf(file, ",0,0,,,,,,,,,,");
	} else {
		fprintf(file, ",%zu,%zu,%.6g", row->count, row->series->block_count,
			row->interval.center);
		if (row->interval.has_interval)
			fprintf(file, ",%.6g,%.6g", row->interval.low, row->interval.high);
		else
			fprintf(file, ",,");
		fprintf(file, ",%.6g,%.6g,%.6g,%.6g,%.6g,%.6g,", spread->p5, spread->p95,
			spread->p99, spread->min, spread->max, spread->mad);
	}
	put_csv_text(file, row->note);
	putc('\n', file);
}

static FILE *open_output(const char *folder, const char *name, struct problem *problem)
{
	char path[WIRE_PATH_MAX + 200];
	snprintf(path, sizeof path, "%s/%s", folder, name);
	FILE *file = fopen(path, "we");
	if (!file)
		fail(problem, "cannot write %s: %s; make the folder writable", path,
		     strerror(errno));
	return file;
}

static enum outcome close_output(FILE *file, const char *name, struct problem *problem)
{
	bool bad = ferror(file);
	if (fclose(file) == 0 && !bad)
		return OUTCOME_OK;
	return fail(problem, "cannot write %s: %s; free some disk space", name, strerror(errno));
}

static enum outcome write_csv(const struct summary *summary, const char *folder,
			      struct problem *problem)
{
	FILE *file = open_output(folder, "summary.csv", problem);
	if (!file)
		return OUTCOME_FAILED;
	fprintf(file, "%s,n,replicates,median,ci_low,ci_high,p5,p95,p99,min,max,mad,note\n",
		levels_header);
	for (size_t i = 0; i < summary->row_count; i++)
		put_row(file, &summary->rows[i]);
	return close_output(file, "summary.csv", problem);
}

static enum outcome write_ratios(const struct summary *summary, const char *folder,
				 struct problem *problem)
{
	FILE *file = open_output(folder, "ratios.csv", problem);
	if (!file)
		return OUTCOME_FAILED;
	fprintf(file, "%s,replicates,ratio_to_fork,ci_low,ci_high\n", levels_header);
	for (size_t i = 0; i < summary->ratio_count; i++) {
		const struct ratio *ratio = &summary->ratios[i];
		put_levels(file, ratio->series);
		fprintf(file, ",%zu,%.6g", ratio->replicates, ratio->interval.center);
		if (ratio->interval.has_interval)
			fprintf(file, ",%.6g,%.6g\n", ratio->interval.low, ratio->interval.high);
		else
			fprintf(file, ",,\n");
	}
	return close_output(file, "ratios.csv", problem);
}

static json_t *interval_json(const struct stats_interval *interval)
{
	if (!interval->has_interval)
		return json_pack("{s:f,s:s}", "center", interval->center, "interval",
				 "unavailable: a count, or fewer than 5 replicates");
	return json_pack("{s:f,s:[f,f]}", "center", interval->center, "interval", interval->low,
			 interval->high);
}

static json_t *row_json(const struct summary *summary, const struct row *row)
{
	const struct series *series = row->series;
	json_t *result = json_pack("{s:s,s:s,s:s,s:s,s:b,s:I,s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:s}",
				   "experiment", series->experiment, "primitive", series->primitive,
				   "action", series->action, "case", series->case_name, "twin",
				   (int)series->twin, "heap_bytes", (json_int_t)series->heap_bytes,
				   "page_kind", series->page_kind, "state", series->state, "cache",
				   series->cache, "touch_order", series->touch_order, "threads",
				   series->threads, "child_cpu", series->child_cpu, "metric",
				   series->metric, "unit", series->unit, "note", row->note);
	if (row->count == 0)
		return result;
	const struct stats_summary *spread = &row->spread;
	json_object_update_new(result, json_pack("{s:I,s:I,s:o,s:f,s:f,s:f,s:f,s:f,s:f,s:f}", "n",
						 (json_int_t)row->count, "replicates",
						 (json_int_t)series->block_count, "median",
						 interval_json(&row->interval), "pooled_median",
						 spread->p50, "p5", spread->p5, "p95", spread->p95,
						 "p99", spread->p99, "min", spread->min, "max",
						 spread->max, "mad", spread->mad));
	const struct ratio *ratio = summary_ratio(summary, series);
	if (ratio)
		json_object_set_new(result, "ratio_to_fork", interval_json(&ratio->interval));
	return result;
}

static json_t *crosscheck_json(const struct summary *summary)
{
	json_t *list = json_array();
	for (size_t i = 0; i < summary->crosscheck.count; i++) {
		const struct crosscheck_entry *entry = &summary->crosscheck.entries[i];
		json_array_append_new(list, json_pack("{s:s,s:s,s:I,s:I,s:f,s:[f,f]}", "primitive",
						      entry->primitive, "action", entry->action,
						      "heap_bytes", (json_int_t)entry->heap_bytes,
						      "spawns", (json_int_t)entry->count,
						      "spawn_ns", entry->spawn_ns, "interval",
						      entry->low_ns, entry->high_ns));
	}
	return list;
}

static enum outcome write_json(const struct summary *summary, const char *folder,
			       struct problem *problem)
{
	const struct dataset *dataset = summary->dataset;
	json_t *rows = json_array();
	for (size_t i = 0; i < summary->row_count; i++)
		json_array_append_new(rows, row_json(summary, &summary->rows[i]));
	json_t *result = json_pack(
		"{s:i,s:s,s:s,s:O,s:I,s:f,s:f,s:o,s:o,s:o}", "format", FORKCOST_FORMAT, "made_by",
		"forkcost " FORKCOST_VERSION, "git_commit", FORKCOST_COMMIT, "run",
		json_object_get(dataset->run, "id"), "failures", (json_int_t)dataset->failure_count,
		"steal_ticks", dataset->steal_ticks, "involuntary_switches",
		dataset->involuntary_switches, "hyperfine", crosscheck_json(summary), "derived",
		derived_json(&summary->derived), "rows", rows);
	FILE *file = result ? open_output(folder, "summary.json", problem) : NULL;
	enum outcome outcome = OUTCOME_FAILED;
	if (file) {
		json_dumpf(result, file, JSON_INDENT(1) | JSON_REAL_PRECISION(6));
		putc('\n', file);
		outcome = close_output(file, "summary.json", problem);
	}
	json_decref(result);
	return outcome;
}

enum outcome summary_write(const struct summary *summary, const char *folder,
			   struct problem *problem)
{
	if (write_csv(summary, folder, problem) || write_ratios(summary, folder, problem))
		return OUTCOME_FAILED;
	return write_json(summary, folder, problem);
}
