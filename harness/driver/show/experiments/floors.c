/* How floors is shown: a table of what was measured over what it takes at memory speed; the floors as lines on
 * spawn-by-heap and first-write-by-heap. */
#include "harness/driver/show/show.h"

#include "harness/common/units.h"
#include "harness/driver/base/notes.h"

#include <math.h>

enum { PAGE_BYTES = 4096 };

/* Cases, with the looks of the palette. */
static const struct look looks[] = {
	{.name = "read"},
	{.name = "write"},
	{.name = "copy"},
	{.name = "update"},
	{.name = "system_call"},
	{.name = "page_fault"},
	{0},
};

/* Streams, by the names of their bandwidths. */
static const struct {
	const char *case_name, *name, *does;
} streams[] = {
	{"read", "memory_read", "read"},
	{"write", "memory_write", "written"},
	{"copy", "memory_copy", "copied"},
	{"update", "memory_update", "updated in place"},
};

enum { STREAMS = sizeof streams / sizeof *streams };

static size_t put_bandwidths(const struct summary *summary, struct derived *rows)
{
	struct filter filter;
	char why[FILTER_WHY_MAX];
	const bool known = floor_levels(summary, &filter, why);
	for (size_t s = 0; s < STREAMS; s++) {
		filter.case_name = streams[s].case_name;
		filter.metric = "page_ns";
		const struct row *row = known ? filter_row(summary, &filter) : NULL;
		rows[s] = (struct derived){.name = streams[s].name,
					   .unit = "GB/s",
					   .case_name = streams[s].case_name,
					   .value.center = NAN};
		notes_fill(rows[s].note, sizeof rows[s].note, "%s",
			   known ? "unavailable: this case was not measured" : why);
		if (!row)
			continue;
		rows[s].value = (struct stats_interval){
			PAGE_BYTES / row->interval.center, PAGE_BYTES / row->interval.high,
			PAGE_BYTES / row->interval.low, .has_interval = row->interval.has_interval};
		rows[s].replicates = row->undisturbed.series.block_count;
		notes_fill(rows[s].note, sizeof rows[s].note, "bytes %s", streams[s].does);
	}
	return STREAMS;
}

static void put_ratio(struct derived *row, const struct summary *summary, const char *experiment,
		      const struct floored *floored)
{
	const struct floor_ratio ratio = floor_ratio_make(summary, experiment, floored);
	*row = (struct derived){.name = floored->name,
				.unit = "ratio",
				.value = ratio.times,
				.with_heap = ratio.row,
				.heap_bytes = ratio.row ? ratio.row->series->heap_bytes : 0};
	notes_fill(row->note, sizeof row->note, "%s", ratio.why);
}

static size_t derive(const struct summary *summary, struct derived rows[DERIVED_MAX])
{
	size_t n = put_bandwidths(summary, rows);
	for (enum floor_item i = 0; i < FLOOR_ITEMS; i++, n++) {
		const struct floor_value floor = floor_find(summary, i);
		rows[n] = (struct derived){.name = floor_names[i],
					   .unit = "ns",
					   .replicates = floor.replicates,
					   .value = floor.ns};
		notes_fill(rows[n].note, sizeof rows[n].note, "%s", floor.why);
	}
	const struct show *show;
	for (size_t s = 0; (show = show_at(s)); s++)
		for (const struct floored *of = show->floored; of && of->name && n < DERIVED_MAX;
		     of++, n++)
			put_ratio(&rows[n], summary, show->experiment, of);
	return n;
}

static void put_item(const struct summary *summary, struct grid *grid, const char *experiment,
		     const struct floored *floored)
{
	const struct floor_ratio ratio = floor_ratio_make(summary, experiment, floored);
	if (!ratio.row)
		return;
	grid_row(grid);
	grid_cell(grid, "%s", floored->words);
	block_bytes_cell(grid, ratio.row->series->heap_bytes);
	block_time_cell(grid, ratio.row);
	block_interval_cell(grid, &ratio.floor);
	block_number_cell(grid, &ratio.times);
}

static void put_table(const struct summary *summary, struct grid *grid)
{
	struct filter filter;
	char why[FILTER_WHY_MAX], heap[UNITS_TEXT_MAX], text[BLOCK_TEXT_MAX];
	struct derived rows[STREAMS];
	if (!floor_levels(summary, &filter, why)) {
		grid_begin(grid, 0, "floors: %s", why);
		return;
	}
	grid_begin(grid, 1, "measured, and what it takes at memory speed");
	grid_heads(grid, "item", "heap", "measured", "floor", "measured / floor");
	const struct show *show;
	for (size_t i = 0; (show = show_at(i)); i++)
		for (const struct floored *of = show->floored; of && of->name; of++)
			put_item(summary, grid, show->experiment, of);
	char line[GRID_NOTE_MAX] = "";
	put_bandwidths(summary, rows);
	for (size_t s = 0; s < STREAMS; s++)
		if (isfinite(rows[s].value.center))
			notes_append(line, sizeof line, "%s%.1f GB/s %s", *line ? ", " : "",
				     rows[s].value.center, streams[s].does);
	grid_note(grid, "memory, in streams over pages of %s: %s",
		  units_format_bytes(filter.heap_bytes, heap), line);
	filter.case_name = "system_call";
	filter.metric = NULL;
	filter.mains = true;
	grid_note(grid, "the cheapest system call: %s",
		  block_time(filter_row(summary, &filter), text));
	filter.case_name = "page_fault";
	grid_note(grid, "the cheapest page fault: %s",
		  block_time(filter_row(summary, &filter), text));
	grid_note(grid, "floor of a fork: for each page 8 bytes copied and a cache line of 64 "
			"updated; of a fault: the cheapest one, and 4 KiB copied, or written");
}

/* They are lines on the figures of others. */
static const struct face_figure figures[] = {{0}};

SHOW(floors, .place = 8, .looks = looks, .derive = derive, .tables = {put_table},
     .figures = figures);
