#include "harness/driver/show/breakdown.h"

#include "harness/common/units.h"
#include "harness/driver/base/fields.h"
#include "harness/driver/base/forms/terminal.h"
#include "harness/driver/base/infile.h"
#include "harness/driver/show/figures.h"
#include "harness/driver/show/grid.h"

#include <math.h>
#include <string.h>
#include <unistd.h>

static const char file_name[] = "profile.json";

/* Below in all arms an item has no line in a table, nor a place in the legend. */
static const double SHOWN_SHARE = 0.005;

/* ---- reading ---- */

bool breakdown_is_there(const char *folder)
{
	return infile_is_there(folder, file_name);
}

static bool read_items(struct breakdown *breakdown, const json_t *list)
{
	breakdown->item_count = json_array_size(list);
	if (breakdown->item_count > BREAKDOWN_ITEMS_MAX)
		return false;
	for (size_t i = 0; i < breakdown->item_count; i++) {
		const json_t *item = json_array_get(list, i);
		if (!fields_reason(item, "name", breakdown->items[i].name, BREAKDOWN_NAME_MAX) ||
		    !fields_count(json_object_get(item, "colour"), 0xffffff,
				  &breakdown->items[i].colour))
			return false;
	}
	return breakdown->item_count > 0;
}

static bool read_proportion(const json_t *object, const char *key, double *value)
{
	return fields_number(json_object_get(object, key), value) && *value <= 1;
}

static bool read_share(const json_t *object, struct stats_interval *share)
{
	*share = (struct stats_interval){.center = NAN};
	if (!json_object_get(object, "share"))
		return true;
	share->has_interval = json_object_get(object, "low");
	return read_proportion(object, "share", &share->center) &&
	       (!share->has_interval || (read_proportion(object, "low", &share->low) &&
					 read_proportion(object, "high", &share->high)));
}

static bool read_arm(const struct breakdown *breakdown, const json_t *object,
		     struct breakdown_arm *arm)
{
	const json_t *shares = json_object_get(object, "items");
	const struct {
		const char *key;
		uint64_t *into;
	} counts[] = {{"heap_bytes", &arm->heap_bytes},
		      {"windows", &arm->windows},
		      {"samples", &arm->samples},
		      {"profiling_itself", &arm->profiling},
		      {"other_programs", &arm->others}};
	for (size_t i = 0; i < sizeof counts / sizeof *counts; i++)
		if (!fields_count(json_object_get(object, counts[i].key), FIELDS_COUNT_MAX,
				  counts[i].into))
			return false;
	if (!fields_reason(object, "primitive", arm->primitive, sizeof arm->primitive) ||
	    !fields_reason(object, "action", arm->action, sizeof arm->action) ||
	    json_array_size(shares) != breakdown->item_count)
		return false;
	for (size_t i = 0; i < breakdown->item_count; i++)
		if (!read_share(json_array_get(shares, i), &arm->shares[i]))
			return false;
	return true;
}

static bool read_all(struct breakdown *breakdown, const json_t *object)
{
	const struct {
		const char *key;
		char *into;
		size_t bytes;
	} texts[] = {{"machine", breakdown->machine, sizeof breakdown->machine},
		     {"kernel", breakdown->kernel, sizeof breakdown->kernel},
		     {"version", breakdown->version, sizeof breakdown->version},
		     {"event", breakdown->event, sizeof breakdown->event},
		     {"state", breakdown->state, sizeof breakdown->state},
		     {"page_kind", breakdown->page_kind, sizeof breakdown->page_kind}};
	const json_t *arms = json_object_get(object, "arms");
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		if (!fields_text(object, texts[i].key, texts[i].into, texts[i].bytes))
			return false;
	breakdown->arm_count = json_array_size(arms);
	if (!fields_count(json_object_get(object, "lost_samples"), FIELDS_COUNT_MAX,
			  &breakdown->lost) ||
	    !read_items(breakdown, json_object_get(object, "items")) ||
	    breakdown->arm_count > BREAKDOWN_ARMS_MAX)
		return false;
	for (size_t i = 0; i < breakdown->arm_count; i++)
		if (!read_arm(breakdown, json_array_get(arms, i), &breakdown->arms[i]))
			return false;
	return true;
}

enum outcome breakdown_read(struct breakdown *breakdown, const char *folder,
			    struct problem *problem)
{
	*breakdown = (struct breakdown){0};
	int fd = infile_folder(folder, problem);
	FILE *file = fd >= 0 ? infile_open(fd, folder, file_name, problem) : NULL;
	if (fd >= 0)
		close(fd);
	json_t *object = file ? infile_json(file, folder, file_name, problem) : NULL;
	if (!object)
		return OUTCOME_FAILED;
	bool is_good = read_all(breakdown, object);
	json_decref(object);
	if (is_good)
		return OUTCOME_OK;
	return fail(problem,
		    "cannot read %s/%s: it is not what forkcost profile writes; make it again",
		    folder, file_name);
}

/* ---- showing ---- */

static bool is_shown(const struct breakdown *breakdown, size_t item)
{
	for (size_t a = 0; a < breakdown->arm_count; a++)
		if (breakdown->arms[a].shares[item].center >= SHOWN_SHARE)
			return true;
	return false;
}

/* Half of the widest of an arm's intervals; NAN: it has none. */
static double margin(const struct breakdown *breakdown, const struct breakdown_arm *arm)
{
	double widest = NAN;
	for (size_t i = 0; i < breakdown->item_count; i++)
		if (arm->shares[i].has_interval)
			widest = fmax(widest, (arm->shares[i].high - arm->shares[i].low) / 2);
	return widest;
}

/* Bars lie below each other, those of a heap under a line that says which; places count down from 0. */
static void put_bars(FILE *file, const struct breakdown *breakdown)
{
	int row = 0;
	for (size_t a = 0; a < breakdown->arm_count; a++) {
		const struct breakdown_arm *arm = &breakdown->arms[a];
		double from = 0;
		row -= a == 0 || arm->heap_bytes != arm[-1].heap_bytes ? 2 : 1;
		for (size_t i = 0; i < breakdown->item_count && arm->samples; i++) {
			double share = arm->shares[i].center;
			if (!(share > 0))
				continue;
			gnuplot_put(file, "%d\t%.5g\t%.5g\t%llu\n", row, 100 * from,
				    100 * (from + share),
				    (unsigned long long)breakdown->items[i].colour);
			from += share;
		}
	}
	gnuplot_put(file, "\n\n");
}

static void put_names(FILE *file, const struct breakdown *breakdown)
{
	char heap[UNITS_TEXT_MAX];
	int row = 0;
	for (size_t a = 0; a < breakdown->arm_count; a++) {
		const struct breakdown_arm *arm = &breakdown->arms[a];
		double half = margin(breakdown, arm);
		if (a == 0 || arm->heap_bytes != arm[-1].heap_bytes)
			gnuplot_put(file, "%d\theap %s\t-\n", --row,
				    units_format_bytes(arm->heap_bytes, heap));
		gnuplot_put(file, "%d\t", --row);
		gnuplot_text(file, arm->primitive);
		gnuplot_put(file, " ");
		gnuplot_text(file, arm->action);
		gnuplot_put(file, "\t%llu", (unsigned long long)arm->samples);
		if (isfinite(half))
			gnuplot_put(file, ", ±%.2g", 100 * half);
		gnuplot_put(file, "\n");
	}
	gnuplot_put(file, "\n\n");
}

static void put_legend(FILE *file, const struct breakdown *breakdown)
{
	for (size_t i = 0; i < breakdown->item_count; i++) {
		if (!is_shown(breakdown, i))
			continue;
		gnuplot_text(file, breakdown->items[i].name);
		gnuplot_put(file, "\t%llu\n", (unsigned long long)breakdown->items[i].colour);
	}
}

/* What was sampled, in words that a caption and a table share. */
static const char *what(const struct breakdown *breakdown, char text[400])
{
	snprintf(text, 400,
		 "CPU time from the call until reaped, sampled by %s, by kernel function; %s heap, "
		 "%s pages, caches warm, child on the caller's CPU",
		 breakdown->event, breakdown->state, breakdown->page_kind);
	return text;
}

static void put_caption(FILE *file, const struct breakdown *breakdown)
{
	char text[400];
	gnuplot_text(file, what(breakdown, text));
	gnuplot_put(file,
		    ". Right: samples, and half the widest 95 %% interval of the bar's shares, "
		    "in points\n");
	gnuplot_text(file, breakdown->machine);
	gnuplot_put(file, "; Linux ");
	gnuplot_text(file, breakdown->kernel);
	gnuplot_put(file, "; forkcost ");
	gnuplot_text(file, breakdown->version);
	gnuplot_put(file, "\n");
}

enum outcome breakdown_write(const struct breakdown *breakdown, const char *folder,
			     struct problem *problem)
{
	struct outfile outfile;
	const struct figures figures = {.folder = folder, .outfile = &outfile, .problem = problem};
	static const struct {
		const char *name;
		void (*put)(FILE *file, const struct breakdown *breakdown);
	} files[] = {{"kernel-breakdown.dat", put_bars},
		     {"kernel-breakdown-names.dat", put_names},
		     {"kernel-breakdown-items.dat", put_legend},
		     {"caption-kernel-breakdown.dat", put_caption}};
	for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
		FILE *file = figures_open(&figures, files[i].name);
		if (!file)
			return OUTCOME_FAILED;
		files[i].put(file, breakdown);
		if (figures_close(&figures, file))
			return OUTCOME_FAILED;
	}
	return OUTCOME_OK;
}

static void put_share(struct grid *grid, const struct stats_interval *share)
{
	if (isnan(share->center))
		grid_cell(grid, "n/a");
	else if (share->has_interval)
		grid_cell(grid, "%.1f ±%.1f", 100 * share->center, 50 * (share->high - share->low));
	else
		grid_cell(grid, "%.1f ±?", 100 * share->center);
}

/* The arms of one heap, from the first of them to before `end`. */
static void print_heap(const struct breakdown *breakdown, const struct breakdown_arm *first,
		       const struct breakdown_arm *end)
{
	static struct grid grid;
	char heap[UNITS_TEXT_MAX], text[400];
	const struct breakdown_arm *arm;
	grid_begin(&grid, 1, "where the time goes, in %% of it, heap %s",
		   units_format_bytes(first->heap_bytes, heap));
	grid_row(&grid);
	grid_cell(&grid, "item");
	for (arm = first; arm < end; arm++)
		grid_cell(&grid, "%s %s", arm->primitive, arm->action);
	for (size_t i = 0; i < breakdown->item_count; i++) {
		if (!is_shown(breakdown, i))
			continue;
		grid_row(&grid);
		grid_cell(&grid, "%s", breakdown->items[i].name);
		for (arm = first; arm < end; arm++)
			put_share(&grid, &arm->shares[i]);
	}
	grid_row(&grid);
	grid_cell(&grid, "samples");
	for (arm = first; arm < end; arm++)
		grid_cell(&grid, "%llu", (unsigned long long)arm->samples);
	grid_row(&grid);
	grid_cell(&grid, "left out: profiling");
	for (arm = first; arm < end; arm++)
		grid_cell(&grid, "%llu", (unsigned long long)arm->profiling);
	grid_row(&grid);
	grid_cell(&grid, "left out: others");
	for (arm = first; arm < end; arm++)
		grid_cell(&grid, "%llu", (unsigned long long)arm->others);
	if (end == breakdown->arms + breakdown->arm_count)
		grid_note(&grid,
			  "%s; ±: half of the 95 %% interval; profiling: what sampling itself "
			  "adds; others: other programs and kernel threads",
			  what(breakdown, text));
	grid_print(&grid);
	print("\n");
}

void breakdown_print(const struct breakdown *breakdown)
{
	const struct breakdown_arm *end = breakdown->arms + breakdown->arm_count, *next;
	for (const struct breakdown_arm *first = breakdown->arms; first < end; first = next) {
		for (next = first; next < end && next->heap_bytes == first->heap_bytes; next++)
			if (next - first == GRID_COLUMNS_MAX - 1)
				break;
		print_heap(breakdown, first, next);
	}
}
