#include "harness/driver/bill/bill_view.h"

#include "harness/common/units.h"
#include "harness/driver/base/forms/csv.h"
#include "harness/driver/base/notes.h"
#include "harness/driver/base/outfile.h"
#include "harness/driver/show/blocks.h"
#include "harness/driver/show/tables.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

enum { USUAL_WRITTEN = 10 };

unsigned bill_usual_written(const struct bills *bills)
{
	unsigned most = 0;
	for (size_t i = 0; i < bills->count; i++) {
		if (bills->all[i].written == USUAL_WRITTEN)
			return USUAL_WRITTEN;
		most = bills->all[i].written > most ? bills->all[i].written : most;
	}
	return most;
}

uint64_t bill_usual_rate(const struct bills *bills)
{
	uint64_t least = bills->count ? bills->all[0].write_rate : 0;
	for (size_t i = 0; i < bills->count; i++)
		least = bills->all[i].write_rate < least ? bills->all[i].write_rate : least;
	return least;
}

/* ---- tables ---- */

/* The bills of one heap, percent written and rate, by story. */
struct column {
	const struct bill *bills;
	size_t count;
};

/* A time, which may be a difference and lie below 0. "-": there is no such item; "n/a": it was not measured. */
static void put_value(struct grid *grid, const struct bill_value *value, double pages)
{
	struct stats_interval ns = value->ns;
	if (!value->known) {
		grid_cell(grid, "%s", value->counts ? "n/a" : "-");
		return;
	}
	ns.center /= pages;
	ns.low /= pages;
	ns.high /= pages;
	if (ns.center < 0)
		block_difference_cell(grid, &ns);
	else
		block_interval_cell(grid, &ns);
}

static void put_heads(struct grid *grid, const char *words, const char *payer, const char *when)
{
	grid_row(grid);
	grid_cell(grid, "%s", words);
	grid_cell(grid, "%s", payer);
	grid_cell(grid, "%s", when);
}

/* The first story's time a page, where it is of pages. */
static void put_page(struct grid *grid, const struct bill_value *value)
{
	if (value->known && value->pages > 0)
		put_value(grid, value, value->pages);
	else
		grid_cell(grid, "-");
}

static const struct bill_value *part(const struct bill *bill, size_t offset)
{
	return (const struct bill_value *)(const void *)((const char *)bill + offset);
}

static void put_totals(struct grid *grid, const struct column *column)
{
	static const struct {
		const char *words;
		size_t offset;
	} rows[] = {
		{"sum of the items", offsetof(struct bill, sum)},
		{"the whole", offsetof(struct bill, whole)},
		{"the rest", offsetof(struct bill, rest)},
		{"CPU time of the whole", offsetof(struct bill, cpu)},
	};
	for (size_t r = 0; r < sizeof rows / sizeof *rows; r++) {
		put_heads(grid, rows[r].words, "", "");
		for (size_t b = 0; b < column->count; b++) {
			put_value(grid, part(&column->bills[b], rows[r].offset), 1);
			if (b == 0)
				grid_cell(grid, "-");
		}
	}
}

/* The rate that each program reached; where one was not kept, a line below the table says so. */
static void put_reached(struct grid *grid, const struct column *column)
{
	char names[GRID_NOTE_MAX] = "";
	put_heads(grid, "pages/s reached", "", "");
	for (size_t b = 0; b < column->count; b++) {
		const struct bill *bill = &column->bills[b];
		const bool is_known = isfinite(bill->reached_rate.center);
		if (is_known)
			block_number_cell(grid, &bill->reached_rate);
		else
			grid_cell(grid, "n/a");
		if (b == 0)
			grid_cell(grid, "-");
		if (is_known && !bill_keeps_rate(bill->reached_rate.center, bill->write_rate))
			notes_append(names, sizeof names, "%s%s", *names ? "; " : "",
				     bill->story->words);
	}
	if (*names)
		grid_note(grid, "the rate was not kept by: %s", names);
}

static void put_explained(struct grid *grid, const struct bill *bill)
{
	if (isfinite(bill->explained))
		grid_cell(grid, "%.0f %%", bill->explained * 100);
	else
		grid_cell(grid, "n/a");
}

static bool has_rates(const struct bills *bills)
{
	for (size_t i = 0; i < bills->count; i++)
		if (bills->all[i].write_rate)
			return true;
	return false;
}

/* How much of the whole the items are, of every bill. */
static void put_summary(struct grid *grid, const struct bills *bills)
{
	char heap[UNITS_TEXT_MAX];
	const bool any_rate = has_rates(bills);
	grid_begin(grid, any_rate ? 3 : 2, "the items' sum in parts of the whole");
	grid_heads(grid, "heap", "written");
	if (any_rate)
		grid_cell(grid, "pages/s");
	for (size_t s = 0; s < BILL_STORIES; s++)
		grid_cell(grid, "%s", bill_stories[s].words);
	for (size_t i = 0; i < bills->count; i++) {
		if (i % BILL_STORIES == 0) {
			grid_row(grid);
			grid_cell(grid, "%s", units_format_bytes(bills->all[i].heap_bytes, heap));
			grid_cell(grid, "%u %%", bills->all[i].written);
			if (any_rate && bills->all[i].write_rate)
				grid_cell(grid, "%" PRIu64, bills->all[i].write_rate);
			else if (any_rate)
				grid_cell(grid, "all");
		}
		put_explained(grid, &bills->all[i]);
	}
	grid_note(grid,
		  "fork: the caller writes while the child is there; child: the child writes; "
		  "later: the caller writes when the child is reaped. posix_spawn executes "
		  "forkcost-target");
}

/* Of what is missing, or was measured elsewhere, the first reason of each item; bill.csv has all. */
static void put_notes(struct grid *grid, const struct column *column)
{
	for (enum bill_item item = 0; item < BILL_ITEMS; item++)
		for (size_t b = 0; b < column->count; b++) {
			const struct bill_value *value = &column->bills[b].items[item];
			if (!*value->note || (!value->known && !value->counts))
				continue;
			if (grid->note_count + 2 < GRID_NOTES_MAX)
				grid_note(grid, "%s (%s): %s", bill_items[item].words,
					  column->bills[b].story->words, value->note);
			break;
		}
}

/* Their sums with other items are measured times, so the whole does not test them one by one. */
static void note_differences(struct grid *grid)
{
	char items[GRID_NOTE_MAX] = "";
	for (enum bill_item item = 0; item < BILL_ITEMS; item++)
		if (bill_items[item].by_difference)
			notes_append(items, sizeof items, "%s%s", *items ? ", " : "",
				     bill_items[item].words);
	grid_note(grid,
		  "by difference: %s; with the others of the call and the end, or of the writes, "
		  "they sum to one measured time each, and the rest tests those times alone",
		  items);
}

static void put_table(struct grid *grid, const struct bills *bills, const struct column *column)
{
	const struct bill *first = column->bills;
	char heap[UNITS_TEXT_MAX], rate[48] = "";
	if (first->write_rate)
		snprintf(rate, sizeof rate, ", %" PRIu64 " pages/s", first->write_rate);
	grid_begin(grid, 3, "the fork bill, heap %s, %u %% of its pages written after the call%s",
		   units_format_bytes(first->heap_bytes, heap), first->written, rate);
	grid->lead = 1;
	grid_heads(grid, "item", "paid by", "when");
	for (size_t b = 0; b < column->count; b++) {
		grid_cell(grid, "%s", column->bills[b].story->words);
		if (b == 0)
			grid_cell(grid, "a page");
	}
	for (enum bill_item item = 0; item < BILL_ITEMS; item++) {
		put_heads(grid, bill_items[item].words, bill_items[item].payer,
			  bill_items[item].when);
		for (size_t b = 0; b < column->count; b++) {
			put_value(grid, &first[b].items[item], 1);
			if (b == 0)
				put_page(grid, &first->items[item]);
		}
	}
	put_totals(grid, column);
	if (first->write_rate) {
		put_reached(grid, column);
		grid_note(grid, "the whole (%s): %s", first->story->words, first->whole.note);
	}
	note_differences(grid);
	put_notes(grid, column);
	for (size_t i = 0; i < BILL_NOTES_MAX; i++)
		grid_note(grid, "%s", bills->notes[i]);
}

static bool is_chosen(const struct bill_choice *choice, const struct bill *bill)
{
	return !((choice->one_heap && bill->heap_bytes != choice->heap_bytes) ||
		 (choice->one_written && bill->written != choice->written) ||
		 (choice->one_rate && bill->write_rate != choice->write_rate));
}

bool bill_has(const struct bill_choice *choice)
{
	for (size_t i = 0; i < choice->bills->count; i++)
		if (is_chosen(choice, &choice->bills->all[i]))
			return true;
	return false;
}

void bill_each_table(const void *of, void (*take)(const struct grid *grid, void *to), void *to)
{
	static struct grid grid;
	const struct bill_choice *choice = of;
	const struct bills *bills = choice->bills;
	for (size_t i = 0; i < bills->count; i += BILL_STORIES) {
		const struct column column = {&bills->all[i], BILL_STORIES};
		if (!is_chosen(choice, column.bills))
			continue;
		put_table(&grid, bills, &column);
		take(&grid, to);
	}
	put_summary(&grid, bills);
	take(&grid, to);
}

/* ---- bill.csv ---- */

static void put_csv_interval(FILE *file, const struct stats_interval *ns, double pages)
{
	const struct stats_interval value = {ns->center / pages, ns->low / pages, ns->high / pages,
					     .has_interval = ns->has_interval};
	summary_put_interval(file, &value);
}

static void put_csv_row(FILE *file, const struct bill *bill, const char *item, const char *payer,
			const char *when, const struct bill_value *value)
{
	csv_text(file, bill->story->case_name);
	csv_next_text(file, bill->story->primitive);
	csv_next_text(file, bill->story->action);
	csv_next_count(file, bill->heap_bytes);
	csv_next_count(file, bill->written);
	csv_next_text(file, item);
	csv_next_text(file, payer);
	csv_next_text(file, when);
	if (value->known)
		put_csv_interval(file, &value->ns, 1);
	else
		csv_next_empty(file, 3);
	if (value->known && value->pages > 0)
		put_csv_interval(file, &value->ns, value->pages);
	else
		csv_next_empty(file, 3);
	if (value->known && bill->whole.known)
		csv_next_number(file, value->ns.center / bill->whole.ns.center);
	else
		csv_next_empty(file, 1);
	csv_next_text(file, value->note);
	csv_next_count(file, bill->write_rate);
	csv_end(file);
}

static enum outcome write_csv(const struct bills *bills, const char *folder,
			      struct problem *problem)
{
	struct outfile outfile;
	FILE *file = outfile_open(&outfile, folder, "bill.csv", problem);
	if (!file)
		return OUTCOME_FAILED;
	csv_header(file, "case,primitive,action,heap_bytes,written,item,payer,when,ns,ci_low,"
			 "ci_high,page_ns,page_ci_low,page_ci_high,share_of_whole,note,write_rate");
	csv_end(file);
	for (size_t i = 0; i < bills->count; i++) {
		const struct bill *bill = &bills->all[i];
		for (enum bill_item item = 0; item < BILL_ITEMS; item++)
			put_csv_row(file, bill, bill_items[item].name,
				    bill_payer(bill->story, item), bill_items[item].when,
				    &bill->items[item]);
		put_csv_row(file, bill, "sum", "", "", &bill->sum);
		put_csv_row(file, bill, "whole", "", "", &bill->whole);
		put_csv_row(file, bill, "rest", "", "", &bill->rest);
		put_csv_row(file, bill, "whole_cpu", "", "", &bill->cpu);
	}
	return outfile_close(&outfile, file, problem);
}

enum outcome bill_write(const struct summary *summary, const char *folder, struct problem *problem)
{
	struct bills bills;
	if (bills_make(&bills, summary, problem))
		return OUTCOME_FAILED;
	const struct bill_choice all = {.bills = &bills};
	enum outcome outcome = write_csv(&bills, folder, problem);
	if (!outcome)
		outcome = tables_write_named(summary, folder, "fork-bill", bill_each_table, &all,
					     problem);
	bills_free(&bills);
	return outcome;
}
