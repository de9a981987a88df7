/* The fork bill, of runs made up so that each item, the sum and the whole are known. */
#include "harness/driver/bill/bill_view.h"
#include "tests/unit/unit.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { REPLICATES = 6 };

#define HEAP_BYTES (16 << 20)
#define PAGES 4096.0
#define WRITTEN 409.0 /* 10 % of them */

/* What the made-up machine takes, in ns. */
#define CREATE 30000.0
#define TABLES 50.0 /* a page, as the next three */
#define PROTECT 20.0
#define END 60.0
#define COPY 1500.0
#define COLD 300.0
#define FREE 200.0
#define SWITCH 1000.0
#define REAP 3000.0

static struct dataset dataset;
static struct summary summary;
static struct bills bills;

/* Replicates scatter by so much around 1, without moving the geometric mean. */
static double spread(unsigned replicate, double by)
{
	static const double signs[REPLICATES] = {-1, 1, -1, 1, -1, 1};
	return exp(signs[replicate] * by);
}

static void put_spawn(FILE *file, unsigned replicate, uint64_t heap_bytes, const char *state,
		      double call_ns)
{
	const double pages = (double)heap_bytes / 4096;
	struct unit_point point = {.experiment = "spawn",
				   .primitive = "fork",
				   .action = "exit",
				   .metric = "call_ns",
				   .state = state,
				   .heap_bytes = heap_bytes,
				   .value = call_ns * spread(replicate, 0.01)};
	unit_point_put(file, replicate, &point);
	point.metric = "reaped_ns";
	point.value = point.value + (2 * SWITCH + REAP + 5000 + END * pages);
	unit_point_put(file, replicate, &point);
}

static void put_case(FILE *file, unsigned replicate, const char *experiment, const char *case_name,
		     const char *metric, uint64_t heap_bytes, const char *written, double value)
{
	const struct unit_point point = {.experiment = experiment,
					 .case_name = case_name,
					 .metric = metric,
					 .heap_bytes = heap_bytes,
					 .written = written,
					 .value = value};
	unit_point_put(file, replicate, &point);
}

struct lacks {
	bool spread_write, teardown, heap_zero;
};

static void put_run(struct lacks lacks, double whole_ns)
{
	FILE *file = unit_points_begin();
	for (unsigned r = 0; r < REPLICATES; r++) {
		if (!lacks.heap_zero)
			put_spawn(file, r, 0, "dirty", CREATE);
		put_spawn(file, r, HEAP_BYTES, "dirty", CREATE + (TABLES + PROTECT) * PAGES);
		put_spawn(file, r, HEAP_BYTES, "write-protected", CREATE + TABLES * PAGES);
		put_case(file, r, "switch", "separate", "switch_ns", 0, NULL,
			 SWITCH * spread(r, 0.02));
		put_case(file, r, "switch", "shared", "switch_ns", 0, NULL,
			 0.9 * SWITCH * spread(r, 0.02));
		put_case(file, r, "first_write", "parent_copy", "write_ns", 1 << 20, NULL, COPY);
		put_case(file, r, "first_write", "parent_copy", "write_ns", HEAP_BYTES, NULL,
			 2 * COPY);
		if (!lacks.teardown)
			put_case(file, r, "teardown", "exit_copied", "reap_ns", HEAP_BYTES, NULL,
				 REAP * spread(r, 0.03));
		if (!lacks.spread_write) {
			put_case(file, r, "spread_write", "caller_copy", "writes_ns", HEAP_BYTES,
				 "10", (COPY + COLD) * WRITTEN * spread(r, 0.02));
			put_case(file, r, "spread_write", "caller_copy", "end_ns", HEAP_BYTES, "10",
				 (7000 + FREE * WRITTEN) * spread(r, 0.02));
			put_case(file, r, "spread_write", "caller_copy", "end_ns", HEAP_BYTES, "0",
				 7000);
		}
		put_case(file, r, "snapshot", "fork_caller_writes", "total_ns", HEAP_BYTES, "10",
			 whole_ns);
		put_case(file, r, "snapshot", "fork_caller_writes", "cpu_ns", HEAP_BYTES, "10",
			 whole_ns - 500);
	}
	unit_run_end(file);
	unit_summarize(&summary, &dataset);
	struct problem problem = {""};
	assert_int_equal(bills_make(&bills, &summary, &problem), OUTCOME_OK);
}

static void end_run(void)
{
	bills_free(&bills);
	unit_free(&summary, &dataset);
}

/* What all items come to. */
static double all_ns(void)
{
	return CREATE + 2 * SWITCH + REAP + 5000 + (TABLES + PROTECT + END) * PAGES +
	       (COPY + COLD + FREE) * WRITTEN;
}

static const struct bill *made(void)
{
	const struct bill *bill = bills_find(&bills, &bill_stories[0], HEAP_BYTES, 10, 0);
	assert_non_null(bill);
	return bill;
}

static void assert_item(enum bill_item item, double ns, double pages)
{
	const struct bill_value *value = &made()->items[item];
	assert_true(value->known);
	assert_near(value->ns.center, ns, ns * 0.001);
	assert_near(value->pages, pages, 1e-9);
}

TEST(items_are_what_the_machine_takes_and_sum_to_all_of_it)
{
	put_run((struct lacks){.teardown = false}, all_ns() * 1.25);
	assert_item(BILL_CREATE, CREATE, 0);
	assert_item(BILL_TABLES, TABLES * PAGES, PAGES);
	assert_item(BILL_PROTECT, PROTECT * PAGES, PAGES);
	assert_item(BILL_SWITCH, 2 * SWITCH, 0);
	assert_item(BILL_END, 5000 + END * PAGES, PAGES);
	assert_item(BILL_REAP, REAP, 0);
	assert_item(BILL_FREE, FREE * WRITTEN, WRITTEN);
	const struct bill *bill = made();
	assert_true(bill->sum.known && bill->whole.known && bill->rest.known && bill->cpu.known);
	assert_near(bill->sum.ns.center, all_ns(), all_ns() * 0.001);
	assert_near(bill->explained, 0.8, 0.001);
	assert_near(bill->rest.ns.center, all_ns() * 0.25, all_ns() * 0.001);
	assert_near(bill->cpu.ns.center, all_ns() * 1.25 - 500, all_ns() * 0.001);
	end_run();
}

/* Copies are warm where as much is copied: 409 pages are nearer to 1 MiB than to 16. */
TEST(warm_writes_are_those_of_a_heap_as_large_as_what_is_written)
{
	put_run((struct lacks){.teardown = false}, all_ns());
	assert_item(BILL_WRITES, COPY * WRITTEN, WRITTEN);
	assert_item(BILL_REFILL, COLD * WRITTEN, WRITTEN);
	assert_contains(made()->items[BILL_WRITES].note, "first_write at 1 MiB: the nearest heap");
	end_run();
}

static double half(const struct stats_interval *interval)
{
	return (interval->high - interval->low) / 2;
}

/* Half of a row's interval; at the bill's heap and percent written, where there are several. */
static double half_of(const char *experiment, const char *case_name, const char *metric)
{
	for (size_t i = 0; i < summary.row_count; i++) {
		const struct row *row = &summary.rows[i];
		const struct series *series = row->series;
		if (row->count && strcmp(series->experiment, experiment) == 0 &&
		    (!case_name || strcmp(series->case_name, case_name) == 0) &&
		    strcmp(series->metric, metric) == 0 &&
		    (strcmp(experiment, "switch") == 0 || series->heap_bytes) &&
		    strcmp(series->level[AXIS_STATE], "write-protected") != 0 &&
		    (strcmp(experiment, "spread_write") != 0 ||
		     strcmp(series->level[AXIS_WRITTEN], "10") == 0))
			return half(&row->interval);
	}
	fail_msg("no row of %s", experiment);
	return NAN;
}

/* The sum is reaped_ns and what spread_write adds; that other items come in twice, with both signs, adds nothing. The
 * writes and the end after them are of the same samples: they may all be too long together. */
TEST(intervals_of_different_samples_add_as_squares_and_of_the_same_as_they_are)
{
	put_run((struct lacks){.teardown = false}, all_ns());
	const struct bill *bill = made();
	const double reaped = half_of("spawn", NULL, "reaped_ns"),
		     writes = half_of("spread_write", "caller_copy", "writes_ns"),
		     end = half_of("spread_write", "caller_copy", "end_ns"),
		     expected = hypot(reaped, writes + end);
	assert_true(reaped > 0 && writes > 0 && end > 0 && bill->sum.ns.has_interval);
	assert_near(half(&bill->sum.ns), expected, expected * 0.001);
	assert_near(half(&bill->rest.ns), expected, expected * 0.001);
	/* Dirty and write-protected heaps of a replicate rise and fall together: their difference is known better. */
	assert_true(half(&bill->items[BILL_PROTECT].ns) < PROTECT * PAGES * 0.025);
	end_run();
}

/* reaped_ns and call_ns differ by the same in each replicate here, so all of the width is that of the other two. */
TEST(the_end_is_known_no_better_than_what_is_subtracted_from_it)
{
	put_run((struct lacks){.teardown = false}, all_ns());
	const double expected = hypot(2 * half_of("switch", "separate", "switch_ns"),
				      half_of("teardown", "exit_copied", "reap_ns"));
	assert_true(expected > 0);
	assert_near(half(&made()->items[BILL_END].ns), expected, expected * 0.001);
	end_run();
}

/* A tenth of a switch is the address space's here. */
TEST(task_switches_say_what_of_them_is_the_address_spaces)
{
	put_run((struct lacks){.teardown = false}, all_ns());
	assert_contains(made()->items[BILL_SWITCH].note, "of the 1000 ns of each 100 ns (±");
	end_run();
}

TEST(what_is_missing_says_why_and_leaves_no_sum)
{
	put_run((struct lacks){.spread_write = true}, all_ns());
	const struct bill *bill = made();
	assert_false(bill->items[BILL_REFILL].known);
	assert_contains(bill->items[BILL_REFILL].note, "spread_write: ");
	assert_false(bill->sum.known);
	assert_contains(bill->sum.note, "refill: spread_write: ");
	assert_false(bill->rest.known);
	assert_true(bill->whole.known && isnan(bill->explained));
	end_run();
	put_run((struct lacks){.heap_zero = true}, all_ns());
	assert_false(made()->sum.known);
	assert_contains(made()->sum.note, "create: not part of this run: spawn at heap 0");
	end_run();
}

/* Reaping is a part of the end: without it the end has it, and the sum stays. */
TEST(what_lies_within_another_item_stays_there)
{
	put_run((struct lacks){.teardown = true}, all_ns());
	assert_false(made()->items[BILL_REAP].known);
	assert_contains(made()->items[BILL_REAP].note, "within the child's start and end");
	assert_item(BILL_END, 5000 + REAP + END * PAGES, PAGES);
	assert_near(made()->sum.ns.center, all_ns(), all_ns() * 0.001);
	end_run();
}

/* A vfork copies nothing, so nobody pays for a shootdown or for frames. */
TEST(what_a_primitive_does_not_do_is_no_item_of_its_bill)
{
	put_run((struct lacks){.teardown = false}, all_ns());
	const struct bill *bill = bills_find(&bills, &bill_stories[4], HEAP_BYTES, 10, 0);
	assert_non_null(bill);
	assert_string_equal(bill->story->primitive, "vfork");
	assert_false(bill->items[BILL_SHOOTDOWN].counts || bill->items[BILL_FREE].counts);
	assert_contains(bill->items[BILL_SHOOTDOWN].note, "no page is write-protected");
	assert_string_equal(bill_payer(&bill_stories[1], BILL_WRITES), "child");
	assert_string_equal(bill_payer(&bill_stories[0], BILL_WRITES), "caller");
	end_run();
}

TEST(bill_csv_has_each_item_with_its_payer)
{
	put_run((struct lacks){.teardown = false}, all_ns());
	struct problem problem = {""};
	assert_int_equal(bill_write(&summary, unit_folder(), &problem), OUTCOME_OK);
	char *text = unit_read("bill.csv");
	assert_contains(text, "case,primitive,action,heap_bytes,written,item,payer,when,ns,");
	assert_contains(text,
			"\nfork_caller_writes,fork,exit,16777216,10,protect,caller,in the call,");
	assert_contains(text, "\nfork_child_writes,fork,exit,16777216,10,writes,child,later,");
	assert_contains(text, "\nfork_caller_writes,fork,exit,16777216,10,rest,,,");
	free(text);
	text = unit_read("tables/fork-bill.md");
	assert_contains(text, "task switches");
	assert_contains(text, "by difference: page-table copy, write protection, TLB and cache "
			      "refill, child's start and end; ");
	assert_contains(text, "the items' sum in parts of the whole");
	free(text);
	end_run();
}
