#include "harness/driver/claims/findings.h"

#include "harness/common/units.h"
#include "harness/driver/analysis/compared.h"
#include "harness/driver/analysis/differences.h"
#include "harness/driver/analysis/ratio.h"
#include "harness/driver/analysis/shortfall.h"
#include "harness/driver/base/notes.h"
#include "harness/driver/machine/machine.h"
#include "harness/driver/show/derived.h"
#include "harness/driver/show/level_words.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { HEAPS_MAX = 64, REPLICATES_MAX = DATASET_REPLICATES_MAX };

/* What a small heap shows says nothing of large ones: the largest must have this much, and so many times
 * the smallest's. */
enum { LARGE_HEAP = 16 << 20, HEAPS_APART = 16 };

/* What is held against another level has this much: else what a call costs at any heap hides the difference. */
enum { LEVEL_HEAP = 4 << 20 };

/* The largest at which a dirty heap is held against a write-protected one, see take_pairs(). */
enum { PAIRS_HEAP_MAX = 64 << 20 };

enum { IN_ALL, PER_PAGE };                      /* of take_count */
enum { LARGEST_HEAP = -1, SMALLEST_HEAP = -2 }; /* of take_time_ratio */

/* A finding to be worked out. */
struct computation {
	const struct summary *summary;
	const struct definition *definition;
	struct finding *finding;
	struct problem *problem; /* only of a lack of memory */
};

/* ---- helpers ---- */

/* Sets the reason why a finding is not known, cut to its room. Always OUTCOME_OK. */
static enum outcome unknown(struct finding *finding, const char *why)
{
	finding->known = false;
	snprintf(finding->why, sizeof finding->why, "%.*s", FINDING_WHY_MAX - 1, why);
	/* Cut by bytes, here or before, it may end within a character: not for JSON. */
	for (size_t end = strlen(finding->why); end > 0;) {
		unsigned char last = (unsigned char)finding->why[end - 1];
		if (last < 0x80)
			break;
		finding->why[--end] = '\0';
		if (last >= 0xc0)
			break;
	}
	return OUTCOME_OK;
}

/* What a filter is of, in words: "spawn, fork exec, write-protected heap", "first_write, after_exec". */
static const char *filter_text(const struct filter *filter, char text[FINDING_WHY_MAX])
{
	char levels[LEVEL_WORDS_MAX], heap[UNITS_TEXT_MAX];
	notes_fill(text, FINDING_WHY_MAX, "%s, %s", filter->experiment,
		   filter->case_name ? filter->case_name : filter->primitive);
	if (filter->action)
		notes_append(text, FINDING_WHY_MAX, " %s", filter->action);
	if (filter->with_heap)
		notes_append(text, FINDING_WHY_MAX, ", heap %s",
			     units_format_bytes(filter->heap_bytes, heap));
	notes_append(text, FINDING_WHY_MAX, "%s", level_words(filter, 0, levels));
	return text;
}

/* The row that a finding is taken from. A time too wide to be cited is none: no_row() says so. */
static const struct row *take_row(const struct computation *task, const struct filter *filter)
{
	const struct row *row = filter_row(task->summary, filter);
	const bool wide = row && strcmp(row->series->unit, "ns") == 0 &&
			  stats_width(&row->interval) == STATS_TOO_WIDE;
	return wide ? NULL : row;
}

/* How to get a level that a run has only if it is asked for, or why it could not have it. */
static void add_remedy(const struct summary *summary, const struct filter *filter,
		       char why[FILTER_WHY_MAX])
{
	char list[AXIS_TEXT_MAX + sizeof "_left_out"];
	for (enum axis_id axis = 0; axis < AXIS_COUNT; axis++) {
		const char *level = filter->level[axis], *plain = axis_plain_name(&axes[axis]);
		if (!level || strcmp(level, plain) == 0 || !axes[axis].needs_new_worker)
			continue;
		const json_t *left = json_object_get(
			summary->dataset->run,
			notes_fill(list, sizeof list, "%s_left_out", axes[axis].plural));
		const char *reason = json_string_value(json_object_get(left, level));
		if (reason)
			notes_append(why, FILTER_WHY_MAX, ": %s", reason);
		else
			notes_append(why, FILTER_WHY_MAX, "; add --%s %s,%s", axes[axis].option,
				     plain, level);
	}
}

/* Why there is no row to go by: it is too wide, its own note, its experiment's reason, or that it is no part of the
 * run. */
static enum outcome no_row(const struct computation *task, const struct filter *filter)
{
	const struct summary *summary = task->summary;
	struct finding *finding = task->finding;
	char why[FILTER_WHY_MAX], what[FINDING_WHY_MAX], levels[LEVEL_WORDS_MAX];
	struct filter anywhere = *filter;
	anywhere.with_heap = false;
	const struct row *row = filter_any_row(summary, filter);
	if (row && !row->count && *row->note)
		return unknown(finding, row->note);
	if (filter_row(summary, filter)) {
		snprintf(why, sizeof why, "%s: too wide for a verdict (above 25 %%); run longer",
			 filter_text(filter, what));
		return unknown(finding, why);
	}
	const bool other_levels = !filter_any_row(summary, &anywhere);
	finding->absent = !filter_was_run(summary, filter->experiment);
	if (*filter_why_none(summary, filter->experiment, why))
		return unknown(finding, why);
	filter_text(filter, what);
	filter_settle_levels(summary, &anywhere);
	notes_fill(why, sizeof why, "not part of this run: %s", what);
	add_remedy(summary, filter, why);
	if (other_levels && filter_row(summary, &anywhere))
		snprintf(why, sizeof why, "this run has %s only at other levels%s", what,
			 level_words(&anywhere, 0, levels));
	return unknown(finding, why);
}

static const struct stats_interval none;

static enum outcome by_interval(struct finding *finding, struct stats_interval interval,
				size_t replicates)
{
	finding->replicates = replicates;
	if (!replicates)
		return unknown(finding, "the two were not measured in the same process");
	if (!interval.has_interval)
		return unknown(finding, STATS_TOO_FEW ", so there is no interval; run longer");
	finding->known = true;
	finding->center = interval.center;
	finding->low = interval.low;
	finding->high = interval.high;
	return OUTCOME_OK;
}

/* Why there is nothing from the two together: one of them is not there, or both are, apart. */
static enum outcome neither_or_one(const struct computation *task)
{
	const struct definition *definition = task->definition;
	if (!take_row(task, &definition->one))
		return no_row(task, &definition->one);
	if (!take_row(task, &definition->other))
		return no_row(task, &definition->other);
	return by_interval(task->finding, none, 0);
}

/* Sets the filter's heap: as parameter LARGEST_HEAP or SMALLEST_HEAP, or the one that tables and figures of the
 * experiment show. False if there is none. */
static bool choose_heap(const struct summary *summary, struct filter *filter, double parameter)
{
	uint64_t heaps[HEAPS_MAX];
	if (parameter != LARGEST_HEAP && parameter != SMALLEST_HEAP)
		return filter_one_heap(summary, filter);
	size_t count = filter_heaps_with_interval(summary, filter, heaps, HEAPS_MAX);
	filter->with_heap = count > 0;
	if (count)
		filter->heap_bytes = heaps[parameter == SMALLEST_HEAP ? 0 : count - 1];
	return filter->with_heap;
}

/* Both rows, at the heap that `parameter` says; false with the reason in the finding. */
static bool both_rows(const struct computation *task, double parameter, const struct row **one,
		      const struct row **other)
{
	const struct summary *summary = task->summary;
	const struct dataset *dataset = summary->dataset;
	struct finding *finding = task->finding;
	struct filter first = task->definition->one, second = task->definition->other;
	char text[FINDING_WHY_MAX];
	*one = *other = NULL;
	if (choose_heap(summary, &first, parameter)) {
		second.heap_bytes = first.heap_bytes;
		second.with_heap = true;
		*one = take_row(task, &first);
		*other = take_row(task, &second);
		snprintf(finding->where, sizeof finding->where, "heap %s",
			 units_format_bytes(first.heap_bytes, text));
	}
	if (!*one || !*other) {
		no_row(task, *one ? &second : &first);
		return false;
	}
	if (parameter != LARGEST_HEAP || first.heap_bytes >= LARGE_HEAP)
		return true;
	unknown(finding, notes_fill(text, sizeof text, "no heap of 16 MiB or more was measured; %s",
				    shortfall_holds(dataset, first.experiment, LARGE_HEAP)
					    ? shortfall_reason(dataset)
					    : "add --heap 64M"));
	return false;
}

static double quotient(double one, double other)
{
	return one / other;
}

/* A count, in parts of `whole`: its median, least and most. */
static enum outcome by_spread(struct finding *finding, const struct stats_summary *spread,
			      size_t replicates, double whole)
{
	finding->known = true;
	finding->replicates = replicates;
	finding->center = spread->p50 / whole;
	finding->low = spread->min / whole;
	finding->high = spread->max / whole;
	return OUTCOME_OK;
}

/* ---- takes ---- */

/* A count in all samples: as it is (IN_ALL), or over the pages of the same case (PER_PAGE). */
static enum outcome take_count(const struct computation *task)
{
	const struct row *one, *pages;
	if (!both_rows(task, 0, &one, &pages))
		return OUTCOME_OK;
	double whole = task->definition->parameter == PER_PAGE ? pages->spread.p50 : 1;
	if (!(whole > 0))
		return unknown(task->finding, "the total is 0, so there is no share");
	return by_spread(task->finding, &one->spread, one->series->block_count, whole);
}

/* A count minus another one of the same replicate. */
static enum outcome take_count_difference(const struct computation *task)
{
	const struct row *one, *other;
	double differences[REPLICATES_MAX];
	if (!both_rows(task, 0, &one, &other))
		return OUTCOME_OK;
	size_t n = compared_differences(one, other, differences);
	if (!n)
		return by_interval(task->finding, none, 0);
	struct stats_summary spread = stats_summarize(differences, n);
	return by_spread(task->finding, &spread, n, 1);
}

static enum outcome ratio_of_rows(const struct row *one, const struct row *other,
				  struct finding *finding, struct problem *problem)
{
	struct ratio ratio;
	const struct row *const rows[] = {one, other};
	const struct series *taken[2];
	compared_take(rows, 2, taken);
	if (ratio_make(&ratio, taken[0], taken[1], problem))
		return OUTCOME_FAILED;
	return by_interval(finding, ratio.interval, ratio.replicates);
}

static enum outcome ratio_at(const struct computation *task, double parameter)
{
	const struct row *one, *other;
	if (!both_rows(task, parameter, &one, &other))
		return OUTCOME_OK;
	return ratio_of_rows(one, other, task->finding, task->problem);
}

/* At the heap that the parameter says. */
static enum outcome take_time_ratio(const struct computation *task)
{
	return ratio_at(task, task->definition->parameter);
}

/* The only row, at the heap that tables and figures show. NULL with the reason in the finding. */
static const struct row *only_row(const struct computation *task)
{
	const struct row *one, *other;
	return both_rows(task, 0, &one, &other) ? one : NULL;
}

/* A time as it is. */
static enum outcome take_value(const struct computation *task)
{
	const struct row *row = only_row(task);
	return row ? by_interval(task->finding, row->interval, row->series->block_count)
		   : OUTCOME_OK;
}

/* Of what is 1 or 0 in each sample: how often it is 1. */
static enum outcome take_mean(const struct computation *task)
{
	const struct row *row = only_row(task);
	double means[REPLICATES_MAX];
	size_t n = 0;
	for (size_t b = 0; row && b < row->series->block_count && n < REPLICATES_MAX; b++) {
		const struct block *block = &row->series->blocks[b];
		double sum = 0;
		for (size_t i = 0; i < block->count; i++)
			sum += block->values[i];
		if (isfinite(sum / (double)block->count))
			means[n++] = sum / (double)block->count;
	}
	if (!row)
		return OUTCOME_OK;
	struct stats_interval mean = stats_difference_interval(means, n);
	mean.low = fmax(mean.low, 0);
	mean.high = fmin(mean.high, 1);
	return by_interval(task->finding, mean, n);
}

/* Bytes of the heap for each fault of a pass that wrote all of it. */
static enum outcome take_bytes_a_fault(const struct computation *task)
{
	const struct row *row = only_row(task);
	if (!row)
		return OUTCOME_OK;
	if (!(row->spread.min >= 1))
		return unknown(task->finding, "a pass took no faults");
	const double heap_bytes = (double)row->series->heap_bytes;
	const struct stats_summary spread = {.p50 = heap_bytes / row->spread.p50,
					     .min = heap_bytes / row->spread.max,
					     .max = heap_bytes / row->spread.min};
	return by_spread(task->finding, &spread, row->series->block_count, 1);
}

/* Two that were measured in workers of their own: their intervals are combined at their worst. */
static enum outcome by_worst(struct finding *finding, const struct row *one,
			     const struct row *other)
{
	if (!one->interval.has_interval || !other->interval.has_interval)
		return by_interval(finding, none, 1);
	if (!(other->interval.low > 0))
		return unknown(finding, "a time is 0, so there is no ratio");
	finding->known = true;
	finding->replicates = one->series->block_count < other->series->block_count
				      ? one->series->block_count
				      : other->series->block_count;
	finding->center = one->interval.center / other->interval.center;
	finding->low = one->interval.low / other->interval.high;
	finding->high = one->interval.high / other->interval.low;
	return OUTCOME_OK;
}

/* The smallest and the largest heap of the first series; false with the reason in the finding if they are too alike to
 * say what grows. */
static bool heaps_apart(const struct computation *task, uint64_t *smallest, uint64_t *largest)
{
	struct finding *finding = task->finding;
	uint64_t heaps[HEAPS_MAX];
	char least[UNITS_TEXT_MAX], most[UNITS_TEXT_MAX];
	size_t count =
		filter_heaps_with_interval(task->summary, &task->definition->one, heaps, HEAPS_MAX);
	*smallest = heaps[0];
	*largest = heaps[count - 1];
	if (count == 1 || *largest < HEAPS_APART * *smallest) {
		unknown(finding, "the measured heaps are too similar; add --heap 0");
		return false;
	}
	snprintf(finding->where, sizeof finding->where, "heap %s against %s",
		 units_format_bytes(*largest, most), units_format_bytes(*smallest, least));
	return true;
}

/* A time at the largest heap over the same at the smallest. */
static enum outcome take_growth_alone(const struct computation *task)
{
	struct filter filter = task->definition->one;
	const struct row *largest, *other;
	if (!both_rows(task, LARGEST_HEAP, &largest, &other) ||
	    !heaps_apart(task, &filter.heap_bytes, &(uint64_t){0}))
		return OUTCOME_OK;
	filter.with_heap = true;
	const struct row *smallest = take_row(task, &filter);
	return smallest ? by_worst(task->finding, largest, smallest) : no_row(task, &filter);
}

/* Heaps are measured in workers of their own, so the two intervals are combined at their worst. */
static enum outcome take_growth(const struct computation *task)
{
	struct finding smallest = {0}, largest = {0}, *finding = task->finding;
	struct computation at = *task;
	at.finding = &smallest;
	if (ratio_at(&at, SMALLEST_HEAP))
		return OUTCOME_FAILED;
	at.finding = &largest;
	if (ratio_at(&at, LARGEST_HEAP))
		return OUTCOME_FAILED;
	finding->absent = smallest.absent || largest.absent;
	if (!smallest.known || !largest.known)
		return unknown(finding, smallest.known ? largest.why : smallest.why);
	if (!heaps_apart(task, &(uint64_t){0}, &(uint64_t){0}))
		return OUTCOME_OK;
	finding->known = true;
	finding->replicates = largest.replicates;
	finding->center = largest.center / smallest.center;
	finding->low = largest.low / smallest.high;
	finding->high = largest.high / smallest.low;
	return OUTCOME_OK;
}

static bool find_axis(const char *name, enum axis_id *axis)
{
	for (*axis = 0; *axis < AXIS_COUNT; (*axis)++)
		if (strcmp(axes[*axis].name, name) == 0)
			return true;
	return false;
}

/* The highest number that rows have; NULL if they have none beside the plain one. */
static const char *highest_level(const struct summary *summary, struct filter filter,
				 enum axis_id axis)
{
	const char *highest = NULL;
	double most = strtod(axis_plain_name(&axes[axis]), NULL);
	filter.level[axis] = FILTER_ANY;
	for (const struct row *row = NULL; (row = filter_next(summary, &filter, row));)
		if (strtod(row->series->level[axis], NULL) > most) {
			highest = row->series->level[axis];
			most = strtod(highest, NULL);
		}
	return highest;
}

/* At a level of an axis (NULL: the highest), over the plain one: at the largest heap that has the level. */
static enum outcome take_level(const struct computation *task)
{
	const struct definition *definition = task->definition;
	struct filter plain = definition->one, varied = definition->one;
	struct finding *finding = task->finding;
	char heap[UNITS_TEXT_MAX], levels[LEVEL_WORDS_MAX], why[FINDING_WHY_MAX];
	enum axis_id axis;
	if (!find_axis(definition->axis, &axis))
		return unknown(finding, notes_fill(why, sizeof why, "this build has no axis %s",
						   definition->axis));
	varied.level[axis] =
		definition->level ? definition->level : highest_level(task->summary, varied, axis);
	if (!varied.level[axis] && filter_row(task->summary, &plain))
		return unknown(finding,
			       notes_fill(why, sizeof why,
					  "not part of this run: %s at two levels; give them "
					  "with --%s",
					  definition->axis, axes[axis].option));
	if (!varied.level[axis] || !choose_heap(task->summary, &varied, LARGEST_HEAP))
		return no_row(task, &varied);
	plain.with_heap = true;
	plain.heap_bytes = varied.heap_bytes;
	const struct row *one = take_row(task, &varied), *other = take_row(task, &plain);
	if (!one || !other)
		return no_row(task, one ? &plain : &varied);
	if (plain.heap_bytes < LEVEL_HEAP)
		return unknown(finding,
			       "no heap of 4 MiB or more was measured at that level; add --heap "
			       "64M");
	snprintf(finding->where, sizeof finding->where, "heap %s%s",
		 units_format_bytes(plain.heap_bytes, heap), level_words(&varied, 0, levels));
	return by_worst(finding, one, other);
}

/* Series of one heap: fork of a dirty and of a write-protected heap, and vfork where the finding is of that as well. */
struct triple {
	const struct series *dirty, *write_protected, *vfork;
};

/* Adds a value for each replicate that has all of them to the `n` in `values`. Returns how many there are then. */
static size_t add_ratios(const struct triple *triple, double *values, size_t n)
{
	double more[REPLICATES_MAX];
	size_t count = differences_each(triple->dirty, triple->write_protected, quotient, more);
	for (size_t i = 0; i < count && n < REPLICATES_MAX; i++)
		values[n++] = more[i];
	return n;
}

static size_t add_shares(const struct triple *triple, double *values, size_t n)
{
	for (size_t b = 0; b < triple->dirty->block_count && n < REPLICATES_MAX; b++) {
		uint64_t replicate = triple->dirty->blocks[b].replicate;
		double dirty_ns = differences_median(triple->dirty, replicate);
		double more_ns = dirty_ns - differences_median(triple->vfork, replicate);
		double spared_ns =
			dirty_ns - differences_median(triple->write_protected, replicate);
		if (isfinite(spared_ns / more_ns) && more_ns > 0)
			values[n++] = spared_ns / more_ns;
	}
	return n;
}

/* Adds up pairs of a dirty and a write-protected heap in one process, where they lie next to each other in time: at
 * each heap from 16 to 64 MiB. There a pair takes less time than the machine takes to change, and the pages are so
 * many that the call's fixed part does not hide them. Each replicate of each heap is a process of its own, so all
 * count alike. Returns how many; 0 with the reason in the finding. */
static size_t take_pairs(const struct computation *task, bool with_vfork, double *values)
{
	const struct definition *definition = task->definition;
	const struct summary *summary = task->summary;
	struct filter filters[] = {definition->one, definition->one, definition->other};
	uint64_t heaps[HEAPS_MAX], first = 0, last = 0;
	char least[UNITS_TEXT_MAX], most[UNITS_TEXT_MAX], why[PROBLEM_TEXT_MAX];
	size_t n = 0, needed = with_vfork ? 3 : 2;
	size_t count = filter_heaps(summary, &definition->one, heaps, HEAPS_MAX);
	filters[1].level[AXIS_STATE] = "write-protected";
	if (!count)
		no_row(task, &definition->one);
	for (size_t h = 0; h < count; h++) {
		const struct row *rows[3] = {NULL};
		const struct series *taken[3];
		if (heaps[h] < LARGE_HEAP || heaps[h] > PAIRS_HEAP_MAX)
			continue;
		for (size_t f = 0; f < needed; f++) {
			filters[f].with_heap = true;
			filters[f].heap_bytes = heaps[h];
			/* However wide: the pairs have an interval of their own. */
			rows[f] = filter_row(summary, &filters[f]);
			if (!rows[f]) {
				no_row(task, &filters[f]);
				return 0;
			}
		}
		compared_take(rows, needed, taken);
		const struct triple triple = {taken[0], taken[1], with_vfork ? taken[2] : NULL};
		n = with_vfork ? add_shares(&triple, values, n) : add_ratios(&triple, values, n);
		first = first ? first : heaps[h];
		last = heaps[h];
	}
	units_format_bytes(first, least);
	units_format_bytes(last, most);
	if (last)
		snprintf(task->finding->where, sizeof task->finding->where, "heap %s%s%s", least,
			 first < last ? " to " : "", first < last ? most : "");
	if (count && !last)
		unknown(task->finding,
			notes_fill(why, sizeof why, "no heap from 16 to 64 MiB was measured; %s",
				   shortfall_holds(summary->dataset, definition->one.experiment,
						   LARGE_HEAP)
					   ? shortfall_reason(summary->dataset)
					   : "add --heap 16M,64M"));
	else if (last && !n)
		by_interval(task->finding, none, 0);
	return n;
}

/* fork of a dirty heap, against one of a write-protected heap. */
static enum outcome take_states(const struct computation *task)
{
	double ratios[REPLICATES_MAX];
	size_t n = take_pairs(task, false, ratios);
	return n ? by_interval(task->finding, stats_interval(ratios, n), n) : OUTCOME_OK;
}

/* Of what fork and exec cost more than vfork and exec: the part that a write-protected heap is spared (parameter 0), or
 * what is left without it (1). */
static enum outcome take_share_of_difference(const struct computation *task)
{
	double shares[REPLICATES_MAX];
	size_t n = take_pairs(task, true, shares);
	for (size_t i = 0; i < n && task->definition->parameter > 0; i++)
		shares[i] = 1 - shares[i];
	return n ? by_interval(task->finding, stats_difference_interval(shares, n), n) : OUTCOME_OK;
}

/* Of the values of that name that the experiment of `one` yields, those of both cases where it tells cases
 * apart: the one of the smallest heap. Without any, or without a value there, the finding has the reason. */
static enum outcome by_derived(const struct computation *task, const char *name)
{
	const struct filter *one = &task->definition->one, *other = &task->definition->other;
	struct derived rows[DERIVED_MAX];
	const struct derived *found = NULL;
	char heap[UNITS_TEXT_MAX];
	size_t count = derived_rows(task->summary, one->experiment, rows);
	for (size_t i = 0; i < count; i++) {
		const struct derived *row = &rows[i];
		if (strcmp(row->name, name) == 0 &&
		    (!row->case_name ||
		     (row->control && strcmp(row->case_name, one->case_name) == 0 &&
		      strcmp(row->control, other->case_name) == 0)) &&
		    (!found || row->heap_bytes < found->heap_bytes))
			found = row;
	}
	if (!found)
		return neither_or_one(task);
	if (!found->replicates)
		return unknown(task->finding, found->note);
	struct filter sources[] = {*one, *other};
	for (size_t i = 0; i < sizeof sources / sizeof *sources; i++) {
		sources[i].with_heap = true;
		sources[i].heap_bytes = found->heap_bytes;
		if (filter_row(task->summary, &sources[i]) && !take_row(task, &sources[i]))
			return no_row(task, &sources[i]);
	}
	snprintf(task->finding->where, sizeof task->finding->where, "heap %s",
		 units_format_bytes(found->heap_bytes, heap));
	return by_interval(task->finding, found->value, found->replicates);
}

/* Where neither reads a page in between: with pages, what separate memory adds is also the room that is missing in the
 * TLB, and not only what tells the MMU of the switch. */
static enum outcome take_switch(const struct computation *task)
{
	struct filter pageless = task->definition->one;
	pageless.with_heap = true;
	if (filter_row(task->summary, &task->definition->one) &&
	    !filter_row(task->summary, &pageless))
		return unknown(task->finding, "no switch without reads in between was measured; "
					      "add --heap 0");
	by_derived(task, "separate_minus_shared");
	if (task->finding->known)
		snprintf(task->finding->where, sizeof task->finding->where,
			 "with no pages read in between");
	return OUTCOME_OK;
}

/* At the smallest heap, where it is not lost in the rest. */
static enum outcome take_thread(const struct computation *task)
{
	return by_derived(task, "thread_slope");
}

/* ---- from which heap on ---- */

enum crossing findings_crossing(const double *heap_bytes, const double *ratio, size_t n,
				double factor, double *from_bytes)
{
	size_t first = n;
	while (first > 0 && ratio[first - 1] >= factor)
		first--;
	*from_bytes = heap_bytes[first < n ? first : n - 1];
	if (first == n)
		return CROSSING_AFTER;
	if (first == 0)
		return CROSSING_BEFORE;
	*from_bytes = heap_bytes[first - 1] + (heap_bytes[first] - heap_bytes[first - 1]) *
						      (factor - ratio[first - 1]) /
						      (ratio[first] - ratio[first - 1]);
	return CROSSING_FOUND;
}

/* The heaps that both arms have, and the ratio there with its interval. */
struct ratios {
	size_t n, replicates;
	double heap_bytes[HEAPS_MAX], center[HEAPS_MAX], low[HEAPS_MAX], high[HEAPS_MAX];
};

/* Takes them all; none, with the reason in the finding, if one has no interval. */
static enum outcome take_ratios(const struct computation *task, struct ratios *ratios)
{
	const struct definition *definition = task->definition;
	uint64_t heaps[HEAPS_MAX];
	size_t count =
		filter_heaps_with_interval(task->summary, &definition->one, heaps, HEAPS_MAX);
	for (size_t i = 0; i < count; i++) {
		struct filter one = definition->one, other = definition->other;
		struct finding at = {0};
		one.heap_bytes = other.heap_bytes = heaps[i];
		one.with_heap = other.with_heap = true;
		const struct row *fork = take_row(task, &one), *vfork = take_row(task, &other);
		if (!fork || !vfork)
			continue;
		if (ratio_of_rows(fork, vfork, &at, task->problem))
			return OUTCOME_FAILED;
		if (!at.known) {
			ratios->n = 0;
			return unknown(task->finding, at.why);
		}
		ratios->heap_bytes[ratios->n] = (double)heaps[i];
		ratios->center[ratios->n] = at.center;
		ratios->low[ratios->n] = at.low;
		ratios->high[ratios->n++] = at.high;
		ratios->replicates = at.replicates;
	}
	if (ratios->n == 0)
		return neither_or_one(task);
	return OUTCOME_OK;
}

/* The heap from which on the ratio is `parameter` or more: where its center crosses that, and, as bounds,
 * where the upper and the lower end of its interval do. Where that is at the smallest heap measured, it is
 * only known to be no more than that. */
static enum outcome take_win_from(const struct computation *task)
{
	struct ratios at = {0};
	struct finding *finding = task->finding;
	double factor = task->definition->parameter;
	char heap[UNITS_TEXT_MAX], why[FINDING_WHY_MAX];
	if (take_ratios(task, &at))
		return OUTCOME_FAILED;
	if (at.n == 0)
		return OUTCOME_OK;
	enum crossing center =
		findings_crossing(at.heap_bytes, at.center, at.n, factor, &finding->center);
	if (center == CROSSING_AFTER) {
		snprintf(why, sizeof why,
			 "at no heap up to %s, the largest measured (%.3g times there)",
			 units_format_bytes((uint64_t)at.heap_bytes[at.n - 1], heap),
			 at.center[at.n - 1]);
		return unknown(finding, why);
	}
	/* The lower end of the ratio reaches the factor later, and perhaps not at all. */
	enum crossing low = findings_crossing(at.heap_bytes, at.high, at.n, factor, &finding->low);
	bool below = at.heap_bytes[0] > 0; /* there are smaller heaps */
	finding->center_at_most = below && center == CROSSING_BEFORE;
	finding->low_at_most = below && low == CROSSING_BEFORE;
	finding->high_above = findings_crossing(at.heap_bytes, at.low, at.n, factor,
						&finding->high) == CROSSING_AFTER;
	if (center == CROSSING_BEFORE)
		snprintf(finding->where, sizeof finding->where,
			 "already so at the smallest heap measured (%.3g times there)",
			 at.center[0]);
	finding->replicates = at.replicates;
	finding->known = true;
	return OUTCOME_OK;
}

/* ---- all of them ---- */

#define OF(e, c, m)                                                \
	{                                                          \
		.experiment = (e), .case_name = (c), .metric = (m) \
	}
#define WRITES(c, m) OF("first_write", c, m)
#define INHERITS(c, m) OF("inherit", c, m)
#define SPAWNS(p, a, s, m)                                                                        \
	{                                                                                         \
		.experiment = "spawn", .primitive = (p), .action = (a), .level[AXIS_STATE] = (s), \
		.metric = (m)                                                                     \
	}
/* A metric of a case beside its pages, and one of two cases. */
#define OF_PAGES(experiment, c, m) experiment(c, m), experiment(c, "pages")
#define CASES(experiment, one, other, m) experiment(one, m), experiment(other, m)
#define EXECS(one, other) \
	SPAWNS(one, "exec", "dirty", "reaped_ns"), SPAWNS(other, "exec", "dirty", "reaped_ns")
#define FORK_OVER_VFORK EXECS("fork", "vfork")
#define WRITES_TO(kind, m)                                               \
	{                                                                \
		.experiment = "first_write", .case_name = "parent_copy", \
		.level[AXIS_PAGE_KIND] = (kind), .metric = (m)           \
	}
#define GAP_OF(c) OF("thread_gap", c, "gap_ns"), OF("thread_gap", c, "call_ns")
/* Nothing else that it is held against. */
#define ALONE(...) __VA_ARGS__, __VA_ARGS__
#define FORK_CALL ALONE(SPAWNS("fork", "exec", "dirty", "call_ns"))

#define FINDING(id, text, words, unit, take, parameter, ...) \
	[id] = {.name = (text), words, FINDING_##unit, take_##take, parameter, __VA_ARGS__},
const struct definition definitions[FINDING_COUNT] = {
#include "harness/driver/claims/findings.def"
};
#undef FINDING

bool finding_is_count(enum finding_id id)
{
	return definitions[id].take == take_count ||
	       definitions[id].take == take_count_difference ||
	       definitions[id].take == take_bytes_a_fault;
}

enum outcome findings_make(const struct summary *summary, struct finding findings[FINDING_COUNT],
			   struct problem *problem)
{
	bool emulated = machine_was_emulated(summary->dataset->environment);
	for (size_t i = 0; i < FINDING_COUNT; i++) {
		findings[i] = (struct finding){0};
		struct computation task = {summary, &definitions[i], &findings[i], problem};
		if (emulated && !finding_is_count((enum finding_id)i))
			unknown(&findings[i], "times of an emulated machine are not used");
		else if (definitions[i].take(&task))
			return OUTCOME_FAILED;
	}
	return OUTCOME_OK;
}
