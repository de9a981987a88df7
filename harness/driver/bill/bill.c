#include "harness/driver/bill/bill.h"

#include "harness/common/units.h"
#include "harness/driver/analysis/compared.h"
#include "harness/driver/base/notes.h"
#include "harness/driver/show/derived.h"

#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A run has few heaps and percents written; one from elsewhere may claim many. */
enum { PAGE_BYTES = 4096, HEAPS_MAX = 16, TERMS_MAX = 64, LEVELS_MAX = 16, RATES_MAX = 16 };

const struct bill_item_words bill_items[BILL_ITEMS] = {
	[BILL_CREATE] = {"create", "task creation", "caller", "in the call", false},
	[BILL_TABLES] = {"tables", "page-table copy", "caller", "in the call", true},
	[BILL_PROTECT] = {"protect", "write protection", "caller", "in the call", true},
	[BILL_SHOOTDOWN] = {"shootdown", "shootdown, a thread", "caller, threads", "in the call",
			    false},
	[BILL_WRITES] = {"writes", "first writes", "caller", "later", false},
	[BILL_REFILL] = {"refill", "TLB and cache refill", "caller", "later", true},
	[BILL_SWITCH] = {"switch", "task switches", "caller, child", "its end", false},
	[BILL_END] = {"end", "child's start and end", "child", "its end", true},
	[BILL_FREE] = {"free", "freeing of copies", "child", "its end", false},
	[BILL_REAP] = {"reap", "reaping", "caller", "its end", false},
};

const struct bill_story bill_stories[BILL_STORIES] = {
	{"fork_caller_writes", "fork", "fork", "exit", "parent_copy", "caller_copy", "exit_copied",
	 true, false, true},
	{"fork_child_writes", "fork, child", "fork", "exit", "child_copy", "child_copy",
	 "exit_copied", true, true, true},
	{"fork_written_later", "fork, later", "fork", "exit", "reuse_child_exited", "take_back",
	 "exit_copied", true, false, false},
	{"clone_written_later", "clone, later", "clone", "exit", "reuse_child_exited", "take_back",
	 "exit_copied", true, false, false},
	{"vfork_written_later", "vfork, later", "vfork", "exit", "after_vfork", "plain", NULL,
	 false, false, false},
	{"posix_spawn_written_later", "posix_spawn, later", "posix_spawn", "exec",
	 "after_posix_spawn", "plain", NULL, false, false, false},
};

const char *bill_payer(const struct bill_story *story, enum bill_item item)
{
	const bool writing = item == BILL_WRITES || item == BILL_REFILL;
	return story->child_writes && writing ? "child" : bill_items[item].payer;
}

/* ---- sums of rows ---- */

/* A sum of rows, each times a number; a row that comes in twice counts once with both. So what is added by one item and
 * taken away by the next does not widen the interval of their sum. */
struct terms {
	size_t count;
	struct {
		const struct row *row;
		double weight;
	} of[TERMS_MAX];
};

static void add(struct terms *terms, const struct row *row, double weight)
{
	size_t i = 0;
	while (i < terms->count && terms->of[i].row != row)
		i++;
	if (i == TERMS_MAX)
		return;
	if (i == terms->count) {
		terms->of[terms->count].row = row;
		terms->of[terms->count++].weight = 0;
	}
	terms->of[i].weight += weight;
}

static void add_all(struct terms *terms, const struct terms *others, double weight)
{
	for (size_t i = 0; i < others->count; i++)
		add(terms, others->of[i].row, weight * others->of[i].weight);
}

/* A row's part of the half width of a sum, with the sign of its weight. */
static double half_of(const struct terms *terms, size_t i)
{
	const struct stats_interval *interval = &terms->of[i].row->interval;
	return terms->of[i].weight * (interval->high - interval->low) / 2;
}

/* Whether two rows are metrics of the same samples. */
static bool same_samples(const struct summary *summary, const struct row *one,
			 const struct row *other)
{
	return summary_find(summary, one->series, NULL, NULL, other->series->metric) == other;
}

/* Rows of different workers have independent errors, whose half widths add as squares. Metrics of the same samples
 * rise and fall together: with the same sign their half widths add as they are, so that the sum's is not too small;
 * with different signs squares are too wide already. */
static struct stats_interval value_of(const struct summary *summary, const struct terms *terms)
{
	struct stats_interval value = {.has_interval = true};
	double squares = 0;
	for (size_t i = 0; i < terms->count; i++) {
		const struct stats_interval *interval = &terms->of[i].row->interval;
		const double weight = terms->of[i].weight, half = half_of(terms, i);
		value.center += weight * interval->center;
		squares += half * half;
		for (size_t j = 0; j < i; j++) {
			const double both = half * half_of(terms, j);
			if (both > 0 && same_samples(summary, terms->of[i].row, terms->of[j].row))
				squares += 2 * both;
		}
		if (!interval->has_interval && weight != 0)
			value.has_interval = false;
	}
	value.low = value.center - sqrt(squares);
	value.high = value.center + sqrt(squares);
	return value;
}

/* ---- the rows of a bill ---- */

struct making {
	const struct summary *summary;
	struct bill *bill;
	struct terms items[BILL_ITEMS];
};

static void missing(struct bill_value *value, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static void missing(struct bill_value *value, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	// NOLINTNEXTLINE(clang-analyzer-valist.Uninitialized): it is
	vsnprintf(value->note, sizeof value->note, format, arguments);
	va_end(arguments);
	value->known = false;
}

static double distance(uint64_t one, uint64_t other)
{
	return fabs(log2((double)one + PAGE_BYTES) - log2((double)other + PAGE_BYTES));
}

/* The row that matches at a heap, or at the nearest one above 0 that has values. NULL: none, and the note says why. */
static const struct row *nearest_to(uint64_t wanted, const struct making *making,
				    struct filter filter, struct bill_value *value)
{
	const struct summary *summary = making->summary;
	const struct row *best = NULL;
	char heap[UNITS_TEXT_MAX], why[FILTER_WHY_MAX];
	for (const struct row *row = NULL; (row = filter_next(summary, &filter, row));)
		if (row->series->heap_bytes && row->interval.center >= 0 &&
		    (!best || distance(row->series->heap_bytes, wanted) <
				      distance(best->series->heap_bytes, wanted)))
			best = row;
	if (best && best->series->heap_bytes != wanted)
		notes_append(value->note, sizeof value->note, "%s%s at %s: the nearest heap",
			     *value->note ? "; " : "", filter.experiment,
			     units_format_bytes(best->series->heap_bytes, heap));
	if (!best && *filter_why_none(summary, filter.experiment, why))
		missing(value, "%s: %s", filter.experiment, why);
	else if (!best)
		missing(value, "not part of this run: %s %s", filter.experiment,
			filter.case_name ? filter.case_name : filter.primitive);
	return best;
}

/* At the bill's own heap. */
static const struct row *nearest(const struct making *making, struct filter filter,
				 struct bill_value *value)
{
	return nearest_to(making->bill->heap_bytes, making, filter, value);
}

/* A row at heap 0. */
static const struct row *at_zero(const struct making *making, struct filter filter,
				 struct bill_value *value)
{
	filter.with_heap = true;
	filter.heap_bytes = 0;
	const struct row *row = filter_row(making->summary, &filter);
	if (!row)
		missing(value, "not part of this run: %s at heap 0", filter.experiment);
	return row;
}

static struct filter spawn(const struct bill *bill, const char *state, const char *metric)
{
	return (struct filter){.experiment = "spawn",
			       .primitive = bill->story->primitive,
			       .action = bill->story->action,
			       .metric = metric,
			       .level[AXIS_STATE] = state};
}

static struct filter by_case(const char *experiment, const char *case_name, const char *metric)
{
	return (struct filter){.experiment = experiment, .case_name = case_name, .metric = metric};
}

/* How many times as many pages the bill has as a row. */
static double scale(const struct bill *bill, const struct row *row)
{
	return (double)bill->heap_bytes / (double)row->series->heap_bytes;
}

/* ---- items ---- */

/* Of two rows of the same workers the difference within each is known better than that of two strangers. What else
 * the value is made of keeps its own width. */
static void narrow(struct stats_interval *value, const struct terms *terms, const struct row *one,
		   const struct row *other, double weight)
{
	double differences[DATASET_REPLICATES_MAX];
	const size_t n = compared_differences(one, other, differences);
	if (n < STATS_INTERVAL_VALUES_MIN)
		return;
	const struct stats_interval paired = stats_difference_interval(differences, n);
	double half = (paired.high - paired.low) / 2 * weight;
	for (size_t i = 0; i < terms->count; i++)
		if (terms->of[i].row != one && terms->of[i].row != other)
			half = hypot(half, half_of(terms, i));
	if (half > value->center - value->low)
		return;
	value->low = value->center - half;
	value->high = value->center + half;
}

static void settle(struct making *making, enum bill_item item, double pages)
{
	struct bill_value *value = &making->bill->items[item];
	value->known = true;
	value->ns = value_of(making->summary, &making->items[item]);
	value->pages = pages;
}

/* What the call takes: of a task alone, of its page tables, of pages to be write-protected. */
static void make_call(struct making *making)
{
	struct bill *bill = making->bill;
	struct bill_value *create = &bill->items[BILL_CREATE], *tables = &bill->items[BILL_TABLES],
			  *protect = &bill->items[BILL_PROTECT];
	const struct row *none = at_zero(making, spawn(bill, "dirty", "call_ns"), create);
	const struct row *dirty = nearest(making, spawn(bill, "dirty", "call_ns"), protect);
	const struct row *clean =
		nearest(making, spawn(bill, "write-protected", "call_ns"), tables);
	create->counts = tables->counts = protect->counts = true;
	if (none) {
		add(&making->items[BILL_CREATE], none, 1);
		settle(making, BILL_CREATE, 0);
	} else if (clean) {
		missing(tables, "%s", create->note);
	}
	if (none && clean) {
		add(&making->items[BILL_TABLES], clean, scale(bill, clean));
		add(&making->items[BILL_TABLES], none, -scale(bill, clean));
		settle(making, BILL_TABLES, bill->pages);
	}
	if (dirty && clean) {
		add(&making->items[BILL_PROTECT], dirty, scale(bill, dirty));
		add(&making->items[BILL_PROTECT], clean, -scale(bill, clean));
		settle(making, BILL_PROTECT, bill->pages);
		if (dirty->series->heap_bytes == clean->series->heap_bytes)
			narrow(&protect->ns, &making->items[BILL_PROTECT], dirty, clean,
			       scale(bill, dirty));
	} else if (dirty) {
		missing(protect, "%s", tables->note);
	}
}

/* For a thread that runs on another CPU, at heap 0. The program of the whole has none. */
static void make_shootdown(const struct summary *summary, struct bill_value *value)
{
	struct derived rows[DERIVED_MAX];
	size_t count = derived_rows(summary, "tlb_shootdown", rows), i = 0;
	while (i < count && (rows[i].heap_bytes || !rows[i].control ||
			     strcmp(rows[i].control, "fork_busy_processes") != 0))
		i++;
	if (i == count) {
		missing(value, "not part of this run: tlb_shootdown at heap 0");
	} else if (!isfinite(rows[i].value.center)) {
		missing(value, "%s", rows[i].note);
	} else {
		value->known = true;
		value->ns = rows[i].value;
		snprintf(value->note, sizeof value->note,
			 "for each thread of the caller that runs on another CPU; not in the sum, "
			 "because the program has none");
	}
}

/* First writes: with TLB and caches warm, as first_write has them at a heap that is as large as what is written, for
 * copies displace the caches themselves; and what they cost more as spread_write has them. */
static void make_writes(struct making *making)
{
	struct bill *bill = making->bill;
	const struct bill_story *story = bill->story;
	struct bill_value *writes = &bill->items[BILL_WRITES], *refill = &bill->items[BILL_REFILL];
	char level[16];
	if (bill->written_pages <= 0) {
		missing(writes, "nothing is written");
		missing(refill, "nothing is written");
		return;
	}
	writes->counts = refill->counts = true;
	const struct row *warm =
		nearest_to((uint64_t)bill->written_pages * PAGE_BYTES, making,
			   by_case("first_write", story->write_case, "write_ns"), writes);
	struct filter filter = by_case("spread_write", story->spread_case, "writes_ns");
	snprintf(level, sizeof level, "%u", bill->written);
	filter.level[AXIS_WRITTEN] = level;
	const struct row *spread = nearest(making, filter, refill);
	if (warm) {
		add(&making->items[BILL_WRITES], warm, bill->written_pages);
		settle(making, BILL_WRITES, bill->written_pages);
	}
	if (spread && warm) {
		add(&making->items[BILL_REFILL], spread, scale(bill, spread));
		add(&making->items[BILL_REFILL], warm, -bill->written_pages);
		settle(making, BILL_REFILL, bill->written_pages);
	} else if (spread) {
		missing(refill, "%s", writes->note);
	}
}

/* The part of a task switch that is the address space's. */
static void note_address_space(const struct making *making, const struct row *separate,
			       struct bill_value *turn)
{
	struct bill_value none;
	const struct row *shared = at_zero(making, by_case("switch", "shared", "switch_ns"), &none);
	struct terms terms = {.count = 0};
	if (!shared)
		return;
	add(&terms, separate, 1);
	add(&terms, shared, -1);
	struct stats_interval part = value_of(making->summary, &terms);
	narrow(&part, &terms, separate, shared, 1);
	notes_fill(turn->note, sizeof turn->note,
		   "two, handed over by futex; of the %.0f ns of each %.0f ns (±%.0f) are the "
		   "address space's: separate minus shared memory",
		   separate->interval.center, part.center, part.high - part.center);
}

/* From the call's return to reaped, without what other items say of it. What these lack stays in it. */
static void make_end(struct making *making)
{
	struct bill *bill = making->bill;
	const struct bill_story *story = bill->story;
	struct bill_value *end = &bill->items[BILL_END], *turn = &bill->items[BILL_SWITCH],
			  *reap = &bill->items[BILL_REAP];
	static const char within[] = "it lies within the child's start and end";
	const struct row *reaped = nearest(making, spawn(bill, "dirty", "reaped_ns"), end);
	const struct row *call =
		reaped ? summary_find(making->summary, reaped->series, NULL, NULL, "call_ns")
		       : NULL;
	end->counts = true;
	if (!call || !call->count) {
		if (reaped)
			missing(end, "not part of this run: call_ns of spawn");
		missing(turn, "%s", within);
		missing(reap, "%s", within);
		return;
	}
	add(&making->items[BILL_END], reaped, scale(bill, reaped));
	add(&making->items[BILL_END], call, -scale(bill, reaped));
	const struct row *once =
		story->reap_case ? at_zero(making, by_case("switch", "separate", "switch_ns"), turn)
				 : NULL;
	const struct row *last =
		story->reap_case
			? nearest(making, by_case("teardown", story->reap_case, "reap_ns"), reap)
			: NULL;
	if (once) {
		turn->counts = true;
		add(&making->items[BILL_SWITCH], once, 2);
		add(&making->items[BILL_END], once, -2);
		settle(making, BILL_SWITCH, 0);
		note_address_space(making, once, turn);
	} else {
		notes_append(turn->note, sizeof turn->note, "%s%s", *turn->note ? "; " : "",
			     within);
	}
	if (last) {
		reap->counts = true;
		add(&making->items[BILL_REAP], last, 1);
		add(&making->items[BILL_END], last, -1);
		settle(making, BILL_REAP, 0);
	} else {
		notes_append(reap->note, sizeof reap->note, "%s%s", *reap->note ? "; " : "",
			     within);
	}
	settle(making, BILL_END, bill->pages);
	narrow(&end->ns, &making->items[BILL_END], reaped, call, scale(bill, reaped));
}

/* What the child's end takes longer after writes than without. */
static void make_free(struct making *making)
{
	struct bill *bill = making->bill;
	struct bill_value *value = &bill->items[BILL_FREE];
	struct filter filter = by_case("spread_write", bill->story->spread_case, "end_ns");
	char level[16];
	if (bill->written_pages <= 0 || !bill->story->frees) {
		missing(value, "nothing was copied");
		return;
	}
	value->counts = true;
	snprintf(level, sizeof level, "%u", bill->written);
	filter.level[AXIS_WRITTEN] = level;
	const struct row *after = nearest(making, filter, value);
	filter.level[AXIS_WRITTEN] = "0";
	const struct row *without = after ? nearest(making, filter, value) : NULL;
	if (!without)
		return;
	add(&making->items[BILL_FREE], after, scale(bill, after));
	add(&making->items[BILL_FREE], without, -scale(bill, without));
	settle(making, BILL_FREE, bill->written_pages);
}

/* ---- the sum and the whole ---- */

static void make_sum(struct making *making, struct terms *terms)
{
	struct bill *bill = making->bill;
	bill->sum.known = bill->sum.counts = true;
	for (enum bill_item item = 0; item < BILL_ITEMS; item++) {
		const struct bill_value *value = &bill->items[item];
		if (!value->counts)
			continue;
		add_all(terms, &making->items[item], 1);
		if (!value->known && bill->sum.known)
			missing(&bill->sum, "%s: %s", bill_items[item].name, value->note);
	}
	if (bill->sum.known)
		bill->sum.ns = value_of(making->summary, terms);
}

/* A metric of snapshot, which must be of the bill's own heap. */
static const struct row *whole_row(const struct making *making, const char *metric,
				   struct bill_value *value)
{
	struct bill *bill = making->bill;
	struct filter filter = by_case("snapshot", bill->story->case_name, metric);
	char level[16], rate[AXIS_TEXT_MAX], why[FILTER_WHY_MAX];
	snprintf(level, sizeof level, "%u", bill->written);
	filter.level[AXIS_WRITTEN] = level;
	if (bill->write_rate)
		filter.level[AXIS_WRITE_RATE] =
			axis_text(&axes[AXIS_WRITE_RATE], bill->write_rate, rate);
	filter.with_heap = true;
	filter.heap_bytes = bill->heap_bytes;
	const struct row *row = filter_row(making->summary, &filter);
	if (!row)
		missing(value, "snapshot: %s",
			*filter_why_none(making->summary, "snapshot", why)
				? why
				: "not part of this run");
	return row;
}

/* The whole as measured; at a rate what of it is no wait for a write's turn, less the two clock readings that each
 * write's time has and no item knows of. */
static void make_whole_value(struct making *making, const struct row *total, struct terms *whole)
{
	struct bill *bill = making->bill;
	struct filter ruler = {.experiment = "null", .mains = true};
	char clock[UNITS_TEXT_MAX];
	add(whole, total, 1);
	bill->whole.known = true;
	bill->whole.ns = total->interval;
	if (!bill->write_rate)
		return;
	const struct row *reading = filter_settled_row(making->summary, &ruler);
	const struct row *reached =
		whole_row(making, "pages_per_s", &(struct bill_value){.known = false});
	if (reached)
		bill->reached_rate = reached->interval;
	if (reading)
		add(whole, reading, -bill->written_pages);
	bill->whole.ns = value_of(making->summary, whole);
	notes_fill(bill->whole.note, sizeof bill->whole.note,
		   "at %.0f of %" PRIu64 " pages/s%s: without the waits between writes, %s%s%s",
		   bill->reached_rate.center, bill->write_rate,
		   bill_keeps_rate(bill->reached_rate.center, bill->write_rate)
			   ? ""
			   : ", a rate that was not kept",
		   reading ? "and without the clock's " : "but with what the clock adds to each",
		   reading ? units_format_ns(reading->interval.center, clock) : "",
		   reading ? " a write" : "");
}

static void make_whole(struct making *making, struct terms *sum)
{
	struct bill *bill = making->bill;
	struct terms rest = {.count = 0};
	const struct row *total =
		whole_row(making, bill->write_rate ? "busy_ns" : "total_ns", &bill->whole);
	const struct row *cpu = whole_row(making, "cpu_ns", &bill->cpu);
	bill->explained = NAN;
	bill->reached_rate = (struct stats_interval){.center = NAN};
	bill->rest.counts = bill->whole.counts = bill->cpu.counts = true;
	bill->cpu.known = cpu;
	if (total)
		make_whole_value(making, total, &rest);
	if (cpu)
		bill->cpu.ns = cpu->interval;
	if (bill->write_rate)
		missing(&bill->cpu, "the waits between writes are busy, so CPU time is the rate's");
	if (!total || !bill->sum.known) {
		missing(&bill->rest, "%s", total ? bill->sum.note : bill->whole.note);
		return;
	}
	add_all(&rest, sum, -1);
	bill->rest.known = true;
	bill->rest.ns = value_of(making->summary, &rest);
	bill->explained = bill->sum.ns.center / bill->whole.ns.center;
}

bool bill_keeps_rate(double reached_rate, uint64_t write_rate)
{
	static const double KEPT = 0.99;
	return reached_rate >= KEPT * (double)write_rate;
}

static void make_bill(const struct summary *summary, const struct bill_value *shootdown,
		      struct bill *bill)
{
	struct making making = {.summary = summary, .bill = bill};
	struct terms sum = {.count = 0};
	make_call(&making);
	if (bill->story->copies_memory)
		bill->items[BILL_SHOOTDOWN] = *shootdown;
	else
		missing(&bill->items[BILL_SHOOTDOWN],
			"no page is write-protected, so no TLB is flushed");
	make_writes(&making);
	make_end(&making);
	make_free(&making);
	make_sum(&making, &sum);
	make_whole(&making, &sum);
}

/* ---- all bills of a run ---- */

static struct filter of_wholes(void)
{
	return (struct filter){.experiment = "snapshot",
			       .level[AXIS_WRITTEN] = FILTER_ANY,
			       .level[AXIS_WRITE_RATE] = FILTER_ANY};
}

/* Rates that the run has, rising; without a whole 0. */
// NOLINTNEXTLINE(readability-non-const-parameter): written through the list
static size_t find_rates(const struct summary *summary, uint64_t rates[RATES_MAX])
{
	const struct filter filter = of_wholes();
	struct size_list list = {.bytes = rates, .capacity = RATES_MAX};
	for (const struct row *row = NULL; (row = filter_next(summary, &filter, row));)
		size_list_add(&list, strtoull(row->series->level[AXIS_WRITE_RATE], NULL, 10));
	if (!list.count)
		size_list_add(&list, 0);
	return list.count;
}

/* Whether the run has the whole of a bill: not every share of every heap can be written at each rate. */
static bool has_whole(const struct summary *summary, struct bill *bill)
{
	const struct making making = {.summary = summary, .bill = bill};
	return whole_row(&making, "busy_ns", &(struct bill_value){.known = false});
}

/* Percents written that the run has, rising. */
static size_t find_written(const struct summary *summary, unsigned levels[LEVELS_MAX])
{
	bool has[101] = {false};
	size_t count = 0;
	const struct filter filter = of_wholes();
	for (const struct row *row = NULL; (row = filter_next(summary, &filter, row));) {
		const unsigned long level = strtoul(row->series->level[AXIS_WRITTEN], NULL, 10);
		if (level < sizeof has / sizeof *has)
			has[level] = true;
	}
	for (unsigned level = 0; level < sizeof has / sizeof *has && count < LEVELS_MAX; level++)
		if (has[level])
			levels[count++] = level;
	if (!count)
		levels[count++] = 0;
	return count;
}

static size_t find_heaps(const struct summary *summary, uint64_t heaps[HEAPS_MAX])
{
	struct filter filter = of_wholes();
	size_t count = filter_heaps(summary, &filter, heaps, HEAPS_MAX);
	if (count)
		return count;
	filter.experiment = "spawn";
	count = filter_heaps(summary, &filter, heaps, HEAPS_MAX);
	if (count && heaps[0] == 0)
		memmove(heaps, heaps + 1, --count * sizeof *heaps);
	return count;
}

static const struct row *walks_row(const struct summary *summary, const char *case_name)
{
	const struct filter filter = by_case("tlb_refill", case_name, "dtlb_load_walks_user");
	return filter_row(summary, &filter);
}

/* A refill's share of the TLB, by the flush alone, beside the walks that explain it. */
static void note_refill(const struct summary *summary, char note[BILL_NOTE_MAX])
{
	struct derived rows[DERIVED_MAX];
	const struct row *flushed = walks_row(summary, "after_flush");
	const struct row *warm = walks_row(summary, "warm");
	char cost[UNITS_TEXT_MAX], counts[112];
	size_t count = derived_rows(summary, "tlb_refill", rows), i = 0;
	while (i < count && strcmp(rows[i].name, "tlb_refill_cost") != 0)
		i++;
	if (i == count || !isfinite(rows[i].value.center))
		return;
	if (flushed && warm)
		snprintf(counts, sizeof counts, "counted here: %.2f walks a page, warm %.2f",
			 flushed->spread.p50 / filter_pages(summary, flushed->series),
			 warm->spread.p50 / filter_pages(summary, warm->series));
	else
		snprintf(counts, sizeof counts,
			 "walks cannot be counted here; the emulated machine counts one a page, "
			 "warm none");
	notes_fill(note, BILL_NOTE_MAX,
		   "TLB's part of the refill: after a flush a page costs %s more than warm (±%.0f "
		   "%%), which is one page walk; %s",
		   units_format_ns(rows[i].value.center, cost),
		   100 * stats_relative_half_width(&rows[i].value), counts);
}

/* The shootdown's slope beside the requests that the kernel's tracepoint counts. */
static void note_shootdown(const struct summary *summary, const struct bill_value *value,
			   char note[BILL_NOTE_MAX])
{
	const struct filter filter = {.experiment = "tlb_shootdown",
				      .case_name = "fork_running",
				      .metric = "tlb_flush_remote_send_ipi",
				      .level[AXIS_THREADS] = FILTER_ANY};
	const struct row *most = filter_most_threads(summary, &filter);
	char slope[UNITS_TEXT_MAX];
	if (!value->known)
		return;
	if (!most) {
		notes_fill(
			note, BILL_NOTE_MAX,
			"shootdown: a running thread adds %s to a fork; the kernel's requests to "
			"other CPUs were not counted in this run",
			units_format_ns(value->ns.center, slope));
		return;
	}
	notes_fill(note, BILL_NOTE_MAX,
		   "shootdown: a running thread adds %s to a fork; the tracepoint counts %.0f "
		   "request%s "
		   "to other CPUs a fork with %s running thread%s",
		   units_format_ns(value->ns.center, slope), most->spread.p50,
		   units_plural(most->spread.p50 == 1 ? 1 : 2), most->series->level[AXIS_THREADS],
		   units_plural(strtoull(most->series->level[AXIS_THREADS], NULL, 10)));
}

/* The bills of one heap, percent written and rate: one a story. At a rate only those that were measured. */
static void add_bills(const struct summary *summary, const struct bill_value *shootdown,
		      struct bills *bills, const struct bill *like)
{
	for (size_t s = 0; s < BILL_STORIES; s++) {
		struct bill *bill = &bills->all[bills->count + s];
		*bill = *like;
		bill->story = &bill_stories[s];
		const uint64_t pages = like->heap_bytes / PAGE_BYTES,
			       written = pages * like->written / 100;
		bill->pages = (double)pages;
		bill->written_pages = (double)written;
		if (s == 0 && bill->write_rate && !has_whole(summary, bill))
			return;
		make_bill(summary, shootdown, bill);
	}
	bills->count += BILL_STORIES;
}

enum outcome bills_make(struct bills *bills, const struct summary *summary, struct problem *problem)
{
	uint64_t heaps[HEAPS_MAX], rates[RATES_MAX];
	unsigned levels[LEVELS_MAX];
	const size_t heap_count = find_heaps(summary, heaps);
	const size_t level_count = find_written(summary, levels);
	const size_t rate_count = find_rates(summary, rates);
	struct bill_value shootdown = {.known = false};
	memset(bills, 0, sizeof *bills);
	make_shootdown(summary, &shootdown);
	bills->all = calloc(heap_count * level_count * rate_count * BILL_STORIES + 1,
			    sizeof *bills->all);
	if (!bills->all)
		return fail(problem, "cannot make the bill: out of memory; end other programs");
	for (size_t h = 0; h < heap_count; h++)
		for (size_t l = 0; l < level_count; l++)
			for (size_t r = 0; r < rate_count; r++)
				add_bills(summary, &shootdown, bills,
					  &(struct bill){.heap_bytes = heaps[h],
							 .written = levels[l],
							 .write_rate = rates[r]});
	note_refill(summary, bills->notes[0]);
	note_shootdown(summary, &shootdown, bills->notes[1]);
	return OUTCOME_OK;
}

void bills_free(struct bills *bills)
{
	free(bills->all);
	memset(bills, 0, sizeof *bills);
}

const struct bill *bills_find(const struct bills *bills, const struct bill_story *story,
			      uint64_t heap_bytes, unsigned written, uint64_t write_rate)
{
	for (size_t i = 0; i < bills->count; i++)
		if (bills->all[i].story == story && bills->all[i].heap_bytes == heap_bytes &&
		    bills->all[i].written == written && bills->all[i].write_rate == write_rate)
			return &bills->all[i];
	return NULL;
}
