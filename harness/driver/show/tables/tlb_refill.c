#include "harness/driver/show/tables/blocks.h"

#include "harness/common/units.h"
#include "harness/driver/show/level_words.h"

#include <string.h>

enum { CASES_MAX = 12, SIZES_MAX = 24 };

static size_t find_cases(const struct summary *summary, const struct pick *levels,
			 const char *cases[CASES_MAX])
{
	struct pick pick = *levels;
	pick.metric = "page_ns";
	size_t count = 0;
	for (size_t i = 0; i < summary->row_count && count < CASES_MAX; i++) {
		const struct series *series = summary->rows[i].series;
		size_t known = 0;
		if (!pick_takes(&pick, series))
			continue;
		while (known < count && strcmp(cases[known], series->case_name) != 0)
			known++;
		if (known == count)
			cases[count++] = series->case_name;
	}
	return count;
}

/* Without "after_", which all but two begin with. */
static const char *short_name(const char *case_name)
{
	static const char start[] = "after_";
	size_t length = sizeof start - 1;
	return strncmp(case_name, start, length) == 0 ? case_name + length : case_name;
}

static void put_value(struct grid *grid, double value)
{
	grid_cell(grid, value < 100 ? "%.1f" : "%.0f", value);
}

/* A row for each number of pages: the metric of each case, or its count a page. */
static void put_rows(const struct summary *summary, struct grid *grid, const struct pick *levels,
		     const char *metric, const char *heads)
{
	struct pick pick = *levels;
	const char *cases[CASES_MAX];
	uint64_t heaps[SIZES_MAX];
	pick.metric = metric;
	size_t case_count = find_cases(summary, levels, cases);
	size_t sizes = pick_heaps(summary, &pick, heaps, SIZES_MAX);
	grid_row(grid);
	grid_cell(grid, "%s", heads);
	for (size_t c = 0; c < case_count; c++)
		grid_cell(grid, "%s", short_name(cases[c]));
	pick.with_heap = true;
	for (size_t s = 0; s < sizes; s++) {
		pick.heap_bytes = heaps[s];
		pick.case_name = NULL;
		grid_row(grid);
		grid_cell(grid, "%.0f", pick_pages(summary, pick_row(summary, &pick)->series));
		for (size_t c = 0; c < case_count; c++) {
			pick.case_name = cases[c];
			const struct row *row = pick_row(summary, &pick);
			if (!row)
				grid_cell(grid, "n/a");
			else
				put_value(grid, row->series->is_counter
							? row->interval.center /
								  pick_pages(summary, row->series)
							: row->interval.center);
		}
	}
}

static void put_reach(const struct reach *reach, struct grid *grid)
{
	char bytes[UNITS_TEXT_MAX];
	if (reach->found)
		grid_note(
			grid,
			"TLB reach: %.0f pages (%s): beyond them a flush costs the next reads less "
			"than half of the %.1f ns a page that it costs below",
			reach->pages, units_format_bytes((uint64_t)reach->pages * 4096, bytes),
			reach->plateau_ns);
	else
		grid_note(grid, "TLB reach: %s", reach->why);
}

void block_tlb_refill(const struct summary *summary, struct grid *grid)
{
	static const char *const walks[] = {"dtlb_load_walks_both", "dtlb_load_walks_user"};
	char words[LEVEL_WORDS_MAX];
	struct pick levels = {.experiment = "tlb_refill"};
	const char *counted = NULL;
	pick_settle(summary, &levels);
	for (size_t i = 0; i < 2 && !counted; i++) {
		struct pick pick = levels;
		pick.metric = walks[i];
		counted = pick_row(summary, &pick) ? walks[i] : NULL;
	}
	grid_begin(grid, 0,
		   "reading pages again, ns a page%s: warm, and after (flush, evict, ...)%s",
		   counted ? ", and page walks a page" : "", level_words(&levels, 0, words));
	put_rows(summary, grid, &levels, "page_ns", counted ? "pages: ns" : "pages");
	if (counted)
		put_rows(summary, grid, &levels, counted, "pages: walks");
	put_reach(&summary->derived.reach, grid);
}
