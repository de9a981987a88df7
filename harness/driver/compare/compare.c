#include "harness/driver/compare/compare.h"

#include "harness/driver/compare/between.h"
#include "harness/driver/machine/machine.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

bool compare_is_time(const struct compared_row *row)
{
	return strcmp(row->series.unit, "ns") == 0;
}

void compare_begin(struct compare *compare, const struct compare_wish *wish)
{
	*compare = (struct compare){.wish = *wish, .index = json_object()};
}

void compare_free(struct compare *compare)
{
	for (enum side_id side = SIDE_A; side < SIDES; side++)
		for (size_t i = 0; i < compare->run_count[side]; i++)
			json_decref(compare->runs[side][i].environment);
	json_decref(compare->index);
	for (size_t i = 0; i < compare->row_count; i++)
		for (enum side_id side = SIDE_A; side < SIDES; side++)
			free(compare->rows[i].runs[side]);
	free(compare->rows);
	*compare = (struct compare){0};
}

/* ---- what a run says ---- */

/* A level that an older run has no word for was the plain one. */
static struct series named(const struct series *series)
{
	struct series names = *series;
	for (enum axis_id axis = 0; axis < AXIS_COUNT; axis++)
		if (!*names.level[axis])
			wire_copy(names.level[axis], sizeof names.level[axis],
				  axis_plain_name(&axes[axis]));
	names.block_count = names.block_capacity = names.counted_count = 0;
	names.counted_capacity = 0;
	names.blocks = NULL;
	names.counted = NULL;
	names.histogram = NULL;
	return names;
}

/* The row of a series, which is new if need be; NULL: out of memory. */
static struct compared_row *row_of(struct compare *compare, const struct series *series)
{
	const struct series names = named(series);
	char key[SERIES_KEY_BYTES];
	series_key(&names, names.metric, key);
	const json_t *number = json_object_get(compare->index, key);
	if (number)
		return &compare->rows[json_integer_value(number)];
	struct compared_row *grown = dataset_grow(compare->rows, compare->row_count,
						  &compare->row_capacity, sizeof *grown);
	if (!grown)
		return NULL;
	compare->rows = grown;
	if (json_object_set_new_nocheck(compare->index, key,
					json_integer((json_int_t)compare->row_count)) < 0)
		return NULL;
	grown[compare->row_count] = (struct compared_row){.series = names};
	return &grown[compare->row_count++];
}

static struct estimate of_interval(const struct stats_interval *interval, size_t replicates)
{
	const bool known = interval->has_interval && interval->center > 0;
	return (struct estimate){
		.center = interval->center,
		.log_error = known ? interval->standard_error / interval->center : (double)NAN,
		.freedom = interval->freedom,
		.replicates = replicates,
	};
}

/* A count's replicates are looked at alone: its row has no interval. False: out of memory. */
static bool of_count(const struct series *series, struct estimate *estimate)
{
	double *medians = series_medians(series);
	bool is_constant = true, has_zero = false;
	if (!medians)
		return false;
	const struct stats_interval interval = stats_interval(medians, series->block_count);
	for (size_t i = 0; i < series->block_count; i++) {
		is_constant = is_constant && medians[i] == medians[0];
		has_zero = has_zero || !(medians[i] > 0);
	}
	*estimate = of_interval(&interval, series->block_count);
	estimate->is_constant = is_constant;
	estimate->has_zero = has_zero;
	if (is_constant)
		estimate->center = medians[0];
	free(medians);
	return true;
}

/* Room for one more run's; NULL: out of memory. Most rows have as many runs as a side: each is asked for alone. */
static struct estimate *next_run(struct compared_row *row, enum side_id side)
{
	const size_t count = row->count[side];
	struct estimate *grown = realloc(row->runs[side], (count + 1) * sizeof *grown);
	if (!grown)
		return NULL;
	row->runs[side] = grown;
	return &grown[count];
}

static enum outcome add_row(struct compare *compare, enum side_id side, const struct row *row,
			    struct problem *problem)
{
	struct compared_row *compared = row_of(compare, row->series);
	struct estimate *estimate = compared ? next_run(compared, side) : NULL;
	bool room = estimate != NULL;
	if (room && series_has_interval(row->series))
		*estimate = of_interval(&row->interval, row->undisturbed.series.block_count);
	else if (room)
		room = of_count(row->series, estimate);
	if (!room)
		return fail(problem, "cannot compare runs: out of memory; give fewer, or choose "
				     "rows by --experiment or --metric");
	const double between = compare->wish.between;
	const struct compared_run *run = &compare->runs[side][compare->run_count[side] - 1];
	estimate->between =
		isnan(between) ? between_assumed_disturbed(row->series->heap_bytes, run->disturbed)
			       : between;
	estimate->run = compare->run_count[side] - 1;
	compared->count[side]++;
	compared->is_headline =
		compared->is_headline || (row->series->is_headline && row->series->is_main);
	return OUTCOME_OK;
}

enum outcome compare_add(struct compare *compare, enum side_id side, const struct summary *summary,
			 const char *folder, struct problem *problem)
{
	const struct dataset *dataset = summary->dataset;
	if (compare->run_count[side] == COMPARE_RUNS_MAX)
		return fail(problem, "cannot compare more than %d runs a side; give fewer",
			    COMPARE_RUNS_MAX);
	const char *id = json_string_value(json_object_get(dataset->run, "id"));
	struct compared_run *run = &compare->runs[side][compare->run_count[side]++];
	*run = (struct compared_run){
		.folder = folder,
		.environment = json_incref(dataset->environment),
		.disturbed = summary_disturbed_share(summary),
		.was_emulated = machine_was_emulated(dataset->environment),
	};
	snprintf(run->id, sizeof run->id, "%s", id ? id : "unknown");
	for (size_t i = 0; i < summary->row_count; i++) {
		const struct row *row = &summary->rows[i];
		if (row->count && row_choice_takes(&compare->wish.rows, row->series) &&
		    add_row(compare, side, row, problem))
			return OUTCOME_FAILED;
	}
	return OUTCOME_OK;
}

/* ---- both sides ---- */

static bool is_in_both(const struct compared_row *row)
{
	return row->count[SIDE_A] && row->count[SIDE_B];
}

/* Leaves of both sides the runs of rounds in which both have the row, which begins both lists. */
static void keep_pairs(struct compared_row *row)
{
	struct estimate *a = row->runs[SIDE_A], *b = row->runs[SIDE_B];
	size_t i = 0, j = 0, kept = 0;
	while (i < row->count[SIDE_A] && j < row->count[SIDE_B]) {
		if (a[i].run == b[j].run) {
			a[kept] = a[i++];
			b[kept++] = b[j++];
		} else if (a[i].run < b[j].run) {
			i++;
		} else {
			j++;
		}
	}
	row->count[SIDE_A] = row->count[SIDE_B] = kept;
}

static double mean_of(const struct estimate *runs, size_t count)
{
	double logs = 0;
	if (count == 1 || runs->is_constant)
		return runs->center;
	for (size_t i = 0; i < count; i++)
		logs += log(runs[i].center) / (double)count;
	return exp(logs);
}

static void fill_row(const struct compare *compare, struct compared_row *row)
{
	for (enum side_id side = SIDE_A; side < SIDES; side++)
		row->center[side] = mean_of(row->runs[side], row->count[side]);
	const double same_within = compare->wish.same_within;
	row->difference =
		compare->wish.paired
			? sides_compare_paired(row->runs[SIDE_A], row->runs[SIDE_B],
					       row->count[SIDE_A], same_within)
			: sides_compare(row->runs[SIDE_A], row->count[SIDE_A], row->runs[SIDE_B],
					row->count[SIDE_B], same_within);
}

/* Adjusts both kinds of chances over all rows. */
static enum outcome give_verdicts(struct compare *compare, struct problem *problem)
{
	const size_t count = compare->both;
	double *chances = malloc((2 * count + 1) * sizeof *chances);
	if (!chances)
		return fail(problem, "cannot compare runs: out of memory; give fewer");
	double *same = chances + count;
	for (size_t i = 0; i < count; i++) {
		const struct difference *difference = &compare->rows[i].difference;
		chances[i] = difference->why ? (double)NAN : difference->p_differs;
		same[i] = difference->why ? (double)NAN : difference->p_same;
		compare->chances += isnan(chances[i]) ? 0 : 1;
	}
	const bool room = sides_adjust(chances, count, chances) && sides_adjust(same, count, same);
	for (size_t i = 0; room && i < count; i++) {
		struct compared_row *row = &compare->rows[i];
		struct difference adjusted = row->difference;
		row->p_adjusted = adjusted.p_differs = chances[i];
		row->p_same_adjusted = adjusted.p_same = same[i];
		row->verdict = sides_verdict(&adjusted, compare->wish.same_within);
	}
	free(chances);
	return room ? OUTCOME_OK : fail(problem, "cannot compare runs: out of memory; give fewer");
}

static bool is_sure(const struct compared_row *row)
{
	return row->verdict == VERDICT_LESS || row->verdict == VERDICT_MORE;
}

/* How far apart; what has no ratio, as 3 against 0, is further than any. */
static double size_of(const struct compared_row *row)
{
	const double apart = fabs(log(row->difference.ratio));
	return isnan(apart) ? INFINITY : apart;
}

static int falling(double left, double right)
{
	return (left < right) - (left > right);
}

/* In both; headline; what is sure; main times, times, others; the largest change; then by name. */
static int by_weight(const void *a, const void *b)
{
	const struct compared_row *left = a, *right = b;
	int order = is_in_both(right) - is_in_both(left);
	if (!order)
		order = right->is_headline - left->is_headline;
	if (!order)
		order = is_sure(right) - is_sure(left);
	if (!order)
		order = compare_is_time(right) - compare_is_time(left);
	if (!order && is_sure(left))
		order = falling(size_of(left), size_of(right));
	if (!order)
		order = right->series.is_main - left->series.is_main;
	char keys[2][SERIES_KEY_BYTES];
	if (order)
		return order;
	order = strcmp(left->series.experiment, right->series.experiment);
	if (!order)
		order = -falling((double)left->series.heap_bytes, (double)right->series.heap_bytes);
	return order ? order
		     : strcmp(series_key(&left->series, left->series.metric, keys[0]),
			      series_key(&right->series, right->series.metric, keys[1]));
}

/* Rows of both sides to the front. */
static int by_presence(const void *a, const void *b)
{
	return is_in_both(b) - is_in_both(a);
}

/* Runs without workers of the headline's kind, as short ones: main times of spawn at plain levels. */
static void find_headline(struct compare *compare)
{
	bool any = false;
	for (size_t i = 0; i < compare->row_count; i++)
		any = any || compare->rows[i].is_headline;
	for (size_t i = 0; !any && i < compare->row_count; i++) {
		struct compared_row *row = &compare->rows[i];
		bool plain = row->series.is_main && strcmp(row->series.experiment, "spawn") == 0;
		for (enum axis_id axis = 0; axis < AXIS_COUNT; axis++)
			plain = plain && (row->is_matched >> axis & 1 ||
					  strcmp(row->series.level[axis],
						 axis_plain_name(&axes[axis])) == 0);
		row->is_headline = plain;
	}
}

/* The one level that all rows of an experiment and a side have of an axis; NULL: they have several, or there are no
 * rows. */
static const char *only_level(const struct compare *compare, const char *experiment,
			      enum side_id side, enum axis_id axis)
{
	const char *only = NULL;
	for (size_t i = 0; i < compare->row_count; i++) {
		const struct compared_row *row = &compare->rows[i];
		if (!row->count[side] || strcmp(row->series.experiment, experiment) != 0)
			continue;
		if (only && strcmp(only, row->series.level[axis]) != 0)
			return NULL;
		only = row->series.level[axis];
	}
	return only;
}

/* Joins rows that are now alike, of one side each. */
static enum outcome join_rows(struct compare *compare, struct problem *problem)
{
	char key[SERIES_KEY_BYTES];
	size_t kept = 0;
	json_object_clear(compare->index);
	for (size_t i = 0; i < compare->row_count; i++) {
		struct compared_row *row = &compare->rows[i];
		series_key(&row->series, row->series.metric, key);
		const json_t *number = json_object_get(compare->index, key);
		if (number) {
			struct compared_row *like = &compare->rows[json_integer_value(number)];
			const enum side_id side = row->count[SIDE_B] ? SIDE_B : SIDE_A;
			like->runs[side] = row->runs[side];
			like->count[side] = row->count[side];
			like->is_headline = like->is_headline || row->is_headline;
			continue;
		}
		if (json_object_set_new_nocheck(compare->index, key,
						json_integer((json_int_t)kept)) < 0)
			return fail(problem, "cannot compare runs: out of memory; give fewer");
		compare->rows[kept++] = *row;
	}
	compare->row_count = kept;
	return OUTCOME_OK;
}

_Static_assert(AXIS_COUNT <= 64, "is_matched has a bit for each");

/* Of one experiment; whether there are such levels. */
static bool match_levels_of(struct compare *compare, const char *experiment)
{
	bool any = false;
	for (enum axis_id axis = 0; axis < AXIS_COUNT; axis++) {
		const char *a = only_level(compare, experiment, SIDE_A, axis),
			   *b = only_level(compare, experiment, SIDE_B, axis);
		if (!a || !b || strcmp(a, b) == 0)
			continue;
		any = true;
		for (size_t i = 0; i < compare->row_count; i++) {
			struct compared_row *row = &compare->rows[i];
			if (strcmp(row->series.experiment, experiment) != 0)
				continue;
			row->series.level[axis][0] = '\0';
			row->is_matched |= UINT64_C(1) << axis;
		}
	}
	return any;
}

/* Where each side has one level of an axis in an experiment, and another one, it is what is compared: it no longer tells
 * rows apart. The surroundings name it, among the settings. Other experiments may not vary it. */
static enum outcome match_levels(struct compare *compare, struct problem *problem)
{
	char done[WIRE_EXPERIMENTS_MAX][WIRE_NAME_MAX];
	size_t count = 0;
	bool any = false;
	for (size_t i = 0; i < compare->row_count && count < WIRE_EXPERIMENTS_MAX; i++) {
		const char *experiment = compare->rows[i].series.experiment;
		size_t seen = 0;
		while (seen < count && strcmp(done[seen], experiment) != 0)
			seen++;
		if (seen < count)
			continue;
		wire_copy(done[count++], WIRE_NAME_MAX, experiment);
		any = match_levels_of(compare, experiment) || any;
	}
	return any ? join_rows(compare, problem) : OUTCOME_OK;
}

enum outcome compare_end(struct compare *compare, struct problem *problem)
{
	if (match_levels(compare, problem))
		return OUTCOME_FAILED;
	for (size_t i = 0; compare->wish.paired && i < compare->row_count; i++)
		if (is_in_both(&compare->rows[i]))
			keep_pairs(&compare->rows[i]);
	if (compare->row_count)
		qsort(compare->rows, compare->row_count, sizeof *compare->rows, by_presence);
	for (size_t i = 0; i < compare->row_count; i++) {
		const struct compared_row *row = &compare->rows[i];
		compare->both += is_in_both(row);
		compare->only[SIDE_A] += !row->count[SIDE_B];
		compare->only[SIDE_B] += !row->count[SIDE_A];
	}
	if (!compare->both)
		return fail(problem,
			    "cannot compare: of the rows asked for A has %zu and B %zu, and none "
			    "is in both; give runs of overlapping plans",
			    compare->only[SIDE_A], compare->only[SIDE_B]);
	find_headline(compare);
	for (size_t i = 0; i < compare->both; i++)
		fill_row(compare, &compare->rows[i]);
	if (give_verdicts(compare, problem))
		return OUTCOME_FAILED;
	for (size_t i = 0; i < compare->both; i++) {
		const struct compared_row *row = &compare->rows[i];
		compare->headlines += row->is_headline;
		compare->any_assumed =
			compare->any_assumed ||
			(!row->difference.why && row->difference.between == BETWEEN_ASSUMED);
	}
	qsort(compare->rows, compare->row_count, sizeof *compare->rows, by_weight);
	return OUTCOME_OK;
}

size_t compare_count(const struct compare *compare, enum verdict verdict, bool headline_alone)
{
	size_t count = 0;
	for (size_t i = 0; i < compare->both; i++)
		count += compare->rows[i].verdict == verdict &&
			 (!headline_alone || compare->rows[i].is_headline);
	return count;
}

const struct compared_row *compare_worst(const struct compare *compare, double more_than)
{
	const struct compared_row *worst = NULL;
	for (size_t i = 0; i < compare->both; i++) {
		const struct compared_row *row = &compare->rows[i];
		if (row->is_headline && row->verdict == VERDICT_MORE && compare_is_time(row) &&
		    row->difference.low > 1 + more_than &&
		    (!worst || row->difference.ratio > worst->difference.ratio))
			worst = row;
	}
	return worst;
}

const char *compare_verdict_word(const struct compared_row *row)
{
	const bool time = compare_is_time(row);
	switch (row->verdict) {
	case VERDICT_LESS:
		return time ? "faster" : "lower";
	case VERDICT_MORE:
		return time ? "slower" : "higher";
	case VERDICT_SAME:
		return "the same";
	default:
		return "cannot tell";
	}
}
