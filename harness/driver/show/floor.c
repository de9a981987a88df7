#include "harness/driver/show/floor.h"

#include "harness/common/units.h"
#include "harness/driver/analysis/compared.h"
#include "harness/driver/analysis/differences.h"
#include "harness/driver/base/fields.h"
#include "harness/driver/base/notes.h"
#include "harness/driver/machine/machine.h"
#include "harness/driver/show/figures.h"

#include <math.h>
#include <stdio.h>

enum {
	PARTS_MAX = 2,
	HEAPS_MAX = 64,
	PART_BYTES = 64 << 20 /* walked in a sample */,
	PAGES_HEAP_MIN = 16 << 20,
	PAGE_BYTES = 4096
};

const char *const floor_names[FLOOR_ITEMS] = {
	[FLOOR_FORK_PAGE] = "floor_fork_page",
	[FLOOR_COPY_FAULT] = "floor_copy_fault",
	[FLOOR_FRESH_PAGE] = "floor_fresh_page",
	[FLOOR_REUSE_FAULT] = "floor_reuse_fault",
};

/* Of a fork: an entry of 8 bytes is copied, and one cache line of the page's metadata is updated. A write fault: the
 * cheapest fault, and what it does to the page. */
static const struct part {
	const char *case_name, *metric; /* NULL: there is no such part */
	double times;
} parts[FLOOR_ITEMS][PARTS_MAX] = {
	[FLOOR_FORK_PAGE] = {{"copy", "page_ns", 8.0 / 4096}, {"update", "page_ns", 64.0 / 4096}},
	[FLOOR_COPY_FAULT] = {{"page_fault", "fault_ns", 1}, {"copy", "page_ns", 1}},
	[FLOOR_FRESH_PAGE] = {{"page_fault", "fault_ns", 1}, {"write", "page_ns", 1}},
	[FLOOR_REUSE_FAULT] = {{"page_fault", "fault_ns", 1}},
};

/* 0: not known. */
static uint64_t largest_cache_bytes(const struct summary *summary)
{
	const json_t *topology = json_object_get(summary->dataset->environment, "topology"), *cache;
	uint64_t largest = 0, bytes;
	size_t i;
	json_array_foreach(json_object_get(topology, "caches"), i, cache)
	{
		if (fields_count(json_object_get(cache, "bytes"), FIELDS_COUNT_MAX, &bytes) &&
		    bytes > largest)
			largest = bytes;
	}
	return largest;
}

bool floor_levels(const struct summary *summary, struct filter *filter, char why[FILTER_WHY_MAX])
{
	uint64_t heaps[HEAPS_MAX];
	const uint64_t cache_bytes = largest_cache_bytes(summary);
	char heap[UNITS_TEXT_MAX], cache[UNITS_TEXT_MAX];
	*filter = (struct filter){.experiment = "floors", .with_heap = true};
	filter_settle_levels(summary, filter);
	filter->with_heap = false;
	const size_t count = filter_heaps_with_interval(summary, filter, heaps, HEAPS_MAX);
	filter->with_heap = true;
	filter->heap_bytes = count ? heaps[count - 1] : 0;
	if (count && filter->heap_bytes >= cache_bytes + PART_BYTES)
		return true;
	if (count)
		notes_fill(why, FILTER_WHY_MAX,
			   "unavailable: the heap of floors, %s, and a cache of %s: too small for "
			   "memory's speed; leave --heap out",
			   units_format_bytes(filter->heap_bytes, heap),
			   units_format_bytes(cache_bytes, cache));
	else if (!*filter_why_none(summary, "floors", why))
		notes_fill(why, FILTER_WHY_MAX, "unavailable: floors has no values");
	return false;
}

/* The sum of an item's parts in each replicate that has all. */
static size_t add_up(const struct part *items, const struct row *const *rows, size_t count,
		     double values[DATASET_REPLICATES_MAX])
{
	const struct series *taken[PARTS_MAX];
	size_t n = 0;
	compared_take(rows, count, taken);
	for (size_t b = 0; b < taken[0]->block_count && n < DATASET_REPLICATES_MAX; b++) {
		double sum = 0;
		for (size_t p = 0; p < count; p++)
			sum += items[p].times *
			       differences_median(taken[p], taken[0]->blocks[b].replicate);
		if (isfinite(sum))
			values[n++] = sum;
	}
	return n;
}

struct floor_value floor_find(const struct summary *summary, enum floor_item item)
{
	static double values[DATASET_REPLICATES_MAX];
	struct floor_value floor = {.ns.center = NAN};
	const struct row *rows[PARTS_MAX];
	struct filter filter;
	size_t count = 0;
	if (!floor_levels(summary, &filter, floor.why))
		return floor;
	for (; count < PARTS_MAX && parts[item][count].case_name; count++) {
		filter.case_name = parts[item][count].case_name;
		filter.metric = parts[item][count].metric;
		rows[count] = filter_row(summary, &filter);
		if (!rows[count]) {
			notes_fill(floor.why, sizeof floor.why,
				   "unavailable: case %s of floors was not measured",
				   filter.case_name);
			return floor;
		}
	}
	floor.replicates = add_up(parts[item], rows, count, values);
	if (floor.replicates)
		floor.ns = stats_interval(values, floor.replicates);
	else
		notes_fill(floor.why, sizeof floor.why,
			   "unavailable: no replicate of floors has all of its parts");
	return floor;
}

const char *floor_paging_words(const struct summary *summary, char *text, size_t bytes)
{
	/* A fault takes 0.1 to 0.7 us on bare metal, and up to 1.5 in guests with nested paging. */
	enum { HARDWARE_FAULT_NS_MAX = 3000 };
	const struct floor_value fault = floor_find(summary, FLOOR_REUSE_FAULT);
	char ns[BLOCK_TEXT_MAX];
	*text = '\0';
	if (fault.replicates && fault.ns.center > HARDWARE_FAULT_NS_MAX &&
	    !machine_was_emulated(summary->dataset->environment))
		notes_fill(
			text, bytes,
			"the cheapest page fault takes %s, several times what hardware needs: this "
			"guest's page tables are kept in software, so fork and first writes "
			"cost several times what they cost elsewhere",
			block_interval(&fault.ns, ns));
	return text;
}

struct stats_interval floor_times(const struct stats_interval *measured,
				  const struct stats_interval *floor)
{
	const double center = measured->center / floor->center;
	struct stats_interval times = {center, center, center, .has_interval = false};
	if (!measured->has_interval || !floor->has_interval || !(measured->low > 0) ||
	    !(floor->low > 0))
		return times;
	const double half =
		hypot(log(measured->high / measured->low) / 2, log(floor->high / floor->low) / 2);
	return (struct stats_interval){center, center * exp(-half), center * exp(half),
				       .has_interval = true};
}

/* The row that is held against the floor; NULL: it was not measured. */
static const struct row *find_measured(const struct summary *summary, const char *experiment,
				       const struct floored *floored)
{
	struct filter filter = floored->filter;
	uint64_t heaps[HEAPS_MAX];
	filter.experiment = experiment;
	if (!floored->a_page)
		return filter_one_heap(summary, &filter) ? filter_row(summary, &filter) : NULL;
	const size_t count = filter_heaps_with_interval(summary, &filter, heaps, HEAPS_MAX);
	filter.with_heap = true;
	filter.heap_bytes = count ? heaps[count - 1] : 0;
	return filter.heap_bytes >= PAGES_HEAP_MIN ? filter_row(summary, &filter) : NULL;
}

struct floor_ratio floor_ratio_make(const struct summary *summary, const char *experiment,
				    const struct floored *floored)
{
	const struct row *row = find_measured(summary, experiment, floored);
	const struct floor_value floor = floor_find(summary, floored->floor);
	struct floor_ratio ratio = {.times.center = NAN};
	if (!row || !floor.replicates) {
		notes_fill(ratio.why, sizeof ratio.why, "%s",
			   row ? floor.why : "unavailable: it was not measured");
		return ratio;
	}
	const double pages = floored->a_page ? (double)row->series->heap_bytes / PAGE_BYTES : 1;
	ratio.row = row;
	ratio.floor = (struct stats_interval){floor.ns.center * pages, floor.ns.low * pages,
					      floor.ns.high * pages,
					      .has_interval = floor.ns.has_interval};
	ratio.times = floor_times(&row->interval, &ratio.floor);
	return ratio;
}

void floor_put_line(FILE *file, const struct summary *summary, const struct filter *filter,
		    enum floor_item item, bool a_page, unsigned colour)
{
	const struct floor_value floor = floor_find(summary, item);
	uint64_t heaps[HEAPS_MAX];
	const size_t count = filter_heaps(summary, filter, heaps, HEAPS_MAX);
	for (size_t h = 0; floor.replicates && h < count; h++)
		if (heaps[h])
			gnuplot_put(file, "%.10g\t%.6g\t%u\n", (double)heaps[h],
				    floor.ns.center * (a_page ? (double)heaps[h] / PAGE_BYTES : 1),
				    colour);
	if (floor.replicates)
		gnuplot_put(file, "\n\n");
}

const char *floor_words(const struct summary *summary, enum floor_item item, const char *words,
			char *text, size_t bytes)
{
	const struct floor_value floor = floor_find(summary, item);
	*text = '\0';
	if (floor.replicates)
		snprintf(text, bytes, "dotted: %s, at memory speed", words);
	return text;
}
