/* What is worked out from several series, from runs made up so that the result is known. */
#include "harness/driver/analysis/differences.h"
#include "harness/driver/analysis/summary.h"
#include "harness/driver/show/counter_words.h"
#include "harness/driver/show/derived.h"
#include "harness/driver/show/exec_floor.h"
#include "tests/unit/unit.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { REPLICATES = 6 };

static struct dataset dataset;
static struct summary summary;
static struct derived rows[DERIVED_MAX];

/* Reads back what was put into `file`. */
static void load(FILE *file)
{
	unit_run_end(file);
	unit_summarize(&summary, &dataset);
}

static void put_shootdown(FILE *file, unsigned replicate, const char *case_name, const char *metric,
			  unsigned threads, double value)
{
	char number[16];
	snprintf(number, sizeof number, "%u", threads);
	const struct unit_point point = {.experiment = "tlb_shootdown",
					 .case_name = case_name,
					 .metric = metric,
					 .heap_bytes = 1 << 20,
					 .value = value,
					 .threads = number};
	unit_point_put(file, replicate, &point);
}

/* A running thread costs 2000 ns and one of others' 500; each replicate has an offset of its own. */
TEST(a_running_thread_costs_the_slope_less_that_of_the_control)
{
	static const unsigned threads[] = {0, 1, 2, 4, 7};
	FILE *file = unit_points_begin();
	for (unsigned r = 0; r < REPLICATES; r++)
		for (size_t t = 0; t < COUNT_OF(threads); t++) {
			double k = threads[t], offset = 50000 + 900.0 * r;
			put_shootdown(file, r, "fork_running", "call_ns", threads[t],
				      offset + 2000 * k);
			put_shootdown(file, r, "fork_busy_processes", "call_ns", threads[t],
				      offset + (500 + 10.0 * r) * k);
			put_shootdown(file, r, "flush_page", "flush_ns", threads[t], 700 - 20 * k);
		}
	load(file);
	bool seen[3] = {false, false, false};
	const size_t count = derived_rows(&summary, "tlb_shootdown", rows);
	for (size_t i = 0; i < count; i++) {
		const struct derived *slope = &rows[i];
		assert_string_equal(slope->name, "thread_slope");
		if (slope->control && strcmp(slope->control, "fork_busy_processes") == 0) {
			seen[0] = true;
			assert_contains(slope->note, "minus fork_busy_processes");
			assert_int_equal(slope->replicates, REPLICATES);
			assert_near(slope->value.center, 1475, 1e-6);
			assert_true(slope->value.has_interval);
			assert_true(slope->value.low < 1475 && slope->value.low > 1450);
		} else if (slope->control) { /* fork_sleeping was not measured */
			seen[1] = true;
			assert_int_equal(slope->replicates, 0);
			assert_true(isnan(slope->value.center));
			assert_contains(slope->note, "unavailable: ");
		} else if (strcmp(slope->case_name, "flush_page") == 0) {
			seen[2] = true; /* an interval of no width, below zero */
			assert_near(slope->value.center, -20, 1e-6);
			assert_near(slope->value.high, -20, 1e-6);
		}
	}
	assert_true(seen[0] && seen[1] && seen[2]);
	unit_free(&summary, &dataset);
}

/* Without another CPU there is no thread to take the slope over. */
TEST(without_threads_there_is_a_reason)
{
	FILE *file = unit_points_begin();
	put_shootdown(file, 0, "fork_running", "call_ns", 0, 50000);
	put_shootdown(file, 0, "fork_busy_processes", "call_ns", 0, 50000);
	load(file);
	assert_true(derived_rows(&summary, "tlb_shootdown", rows) > 0);
	assert_int_equal(rows[0].replicates, 0);
	assert_contains(rows[0].note, "no replicate has it with and without");
	unit_free(&summary, &dataset);
}

TEST(slope_goes_through_the_origin)
{
	const double x[] = {1, 2, 4}, y[] = {3, 6, 12}, zero[] = {0, 0, 0};
	assert_near(differences_slope(x, y, 3), 3, 1e-12);
	assert_true(isnan(differences_slope(zero, y, 3)));
	assert_true(isnan(differences_slope(x, y, 0)));
}

TEST(separate_memory_costs_the_difference_within_a_replicate)
{
	FILE *file = unit_points_begin();
	for (unsigned r = 0; r < REPLICATES; r++) {
		struct unit_point point = {.experiment = "switch",
					   .case_name = "shared",
					   .metric = "switch_ns",
					   .value = 1000 + 300.0 * r};
		unit_point_put(file, r, &point);
		point.case_name = "separate";
		point.value += r % 2 ? -10 : 30;
		unit_point_put(file, r, &point);
	}
	load(file);
	assert_int_equal(derived_rows(&summary, "switch", rows), 1);
	assert_int_equal(rows[0].replicates, REPLICATES);
	assert_near(rows[0].value.center, 10, 1e-6);
	assert_true(rows[0].value.low < 0 && rows[0].value.high > 20);
	unit_free(&summary, &dataset);
}

static void put_refill(FILE *file, unsigned replicate, const char *case_name, uint64_t heap_bytes,
		       double value)
{
	const struct unit_point point = {.experiment = "tlb_refill",
					 .case_name = case_name,
					 .metric = "page_ns",
					 .heap_bytes = heap_bytes,
					 .value = value};
	unit_point_put(file, replicate, &point);
}

/* What tlb_refill yields by that name. */
static const struct derived *find(const char *name)
{
	size_t count = derived_rows(&summary, "tlb_refill", rows), at = 0;
	while (at < count && strcmp(rows[at].name, name) != 0)
		at++;
	assert_true(at < count);
	return &rows[at];
}

/* Four processes: half of the plateau is reached anywhere, by chance. */
TEST(few_replicates_tell_no_reach)
{
	FILE *file = unit_points_begin();
	for (unsigned r = 0; r < 4; r++)
		for (uint64_t pages = 16; pages <= 4096; pages *= 16) {
			put_refill(file, r, "warm", pages * 4096, 3);
			put_refill(file, r, "after_flush", pages * 4096, pages > 1024 ? 3 : 11);
		}
	load(file);
	const struct derived *reach = find("tlb_reach");
	assert_true(isnan(reach->value.center));
	assert_contains(reach->note, "fewer than 5 replicates");
	unit_free(&summary, &dataset);
}

TEST(the_reach_comes_from_warm_and_flushed_reads)
{
	static const uint64_t pages[] = {4096, 16, 256, 64}; /* in another order */
	static const double refills[] = {2, 20, 8, 8};
	FILE *file = unit_points_begin();
	for (unsigned r = 0; r < REPLICATES; r++)
		for (size_t h = 0; h < COUNT_OF(pages); h++) {
			/* Replicates differ, but warm and flushed reads alike, except at 4096 pages. */
			const double warm = 3 + r, more = h == 0 ? (r % 2 ? 0.5 : -0.5) : 0;
			put_refill(file, r, "warm", pages[h] * 4096, warm);
			put_refill(file, r, "after_flush", pages[h] * 4096,
				   warm + refills[h] + more);
			put_refill(file, r, "after_fork", pages[h] * 4096, 100);
		}
	load(file);
	const struct derived *reach = find("tlb_reach"), *cost = find("tlb_refill_cost");
	/* From 8 at 256 to 2 at 4096, half of 8 is two thirds of the way. */
	assert_near(log2(reach->value.center), 8 + 4 * 2.0 / 3, 0.2);
	assert_true(reach->value.low < reach->value.center &&
		    reach->value.center < reach->value.high);
	assert_near(cost->value.center, 8, 1e-3);
	assert_near(cost->value.high - cost->value.low, 0, 1e-3);
	unit_free(&summary, &dataset);
}

static void put_exec(FILE *file, unsigned replicate, const char *primitive, const char *program,
		     double value)
{
	const struct unit_point point = {.experiment = "spawn",
					 .metric = "reaped_ns",
					 .primitive = primitive,
					 .action = "exec",
					 .program = program,
					 .value = value};
	unit_point_put(file, replicate, &point);
}

/* Programs have replicates of their own, which scatter by 1 %; vfork's ratio is another. */
TEST(a_floor_is_exceeded_by_what_programs_take)
{
	static const struct filter shown = {.experiment = "spawn", .metric = "reaped_ns"};
	char text[EXEC_FLOOR_MAX];
	FILE *file = unit_points_begin();
	for (unsigned r = 0; r < REPLICATES; r++) {
		const double scatter = r % 2 ? 1.01 : 0.99;
		put_exec(file, r, "posix_spawn", "own", 100000 * scatter);
		put_exec(file, r, "vfork", "own", 50000);
		put_exec(file, REPLICATES + r, "posix_spawn", "static", 400000 * scatter);
		put_exec(file, REPLICATES + r, "vfork", "static", 350000);
	}
	load(file);
	size_t count = derived_rows(&summary, "spawn", rows);
	assert_int_equal(count, 3);
	assert_string_equal(rows[0].name, "exec_static_times");
	assert_string_equal(rows[0].metric, "reaped_ns");
	assert_string_equal(rows[0].note, "static over own");
	assert_string_equal(rows[0].case_name, "posix_spawn");
	assert_near(rows[0].value.center, 4, 1e-3);
	/* Each is known to t(0.975, 5) sd / sqrt(6) of its logs; two of these at a right angle. */
	const double half = 2.570582 * 0.01 * sqrt(6.0 / 5) / sqrt(6) * sqrt(2);
	assert_near(log(rows[0].value.high / 4), half, half / 50);
	assert_near(log(4 / rows[0].value.low), half, half / 50);
	assert_true(isnan(rows[1].value.center));
	assert_string_equal(rows[1].note, "program dynamic was not measured");
	assert_string_equal(
		exec_floor_words(&summary, &shown, text),
		"exec starts forkcost-target, which has no libc: a floor; a "
		"static program takes 4.00 ±1.6% times as long by posix_spawn until reaped, heap "
		"0");
	/* What shows no exec of it says nothing. */
	struct filter other = shown;
	other.level[AXIS_PROGRAM] = "static";
	assert_string_equal(exec_floor_words(&summary, &other, text), "");
	other = shown;
	other.action = "exit";
	assert_string_equal(exec_floor_words(&summary, &other, text), "");
	unit_free(&summary, &dataset);
}

TEST(a_floor_is_named_where_nothing_is_known_beside_it)
{
	static const struct filter shown = {.experiment = "spawn"};
	char text[EXEC_FLOOR_MAX];
	FILE *file = unit_points_begin();
	put_exec(file, 0, "vfork", "", 50000); /* as in an older run */
	load(file);
	assert_string_equal(exec_floor_words(&summary, &shown, text),
			    "exec starts forkcost-target, which has no libc: a floor; "
			    "see --program static,dynamic");
	unit_free(&summary, &dataset);
	file = unit_points_begin();
	put_exec(file, 0, "vfork", "given", 50000);
	load(file);
	assert_int_equal(derived_rows(&summary, "spawn", rows), 3);
	assert_true(isnan(rows[2].value.center));
	assert_string_equal(rows[2].note, "given over own: program own was not measured there");
	unit_free(&summary, &dataset);
}

TEST(the_windows_share_is_named_at_the_fewest_pages)
{
	FILE *file = unit_points_begin();
	const struct unit_point null = {
		.experiment = "null", .case_name = "null", .metric = "window_ns", .value = 32};
	for (unsigned r = 0; r < REPLICATES; r++) {
		put_refill(file, r, "warm", 64ul * 4096, 3);
		put_refill(file, r, "warm", 16ul * 4096, 3);
		unit_point_put(file, r, &null);
	}
	load(file);
	assert_near(find("tlb_refill_window")->value.center, 2, 1e-9);
	assert_contains(find("tlb_refill_window")->note, "at 16 pages: the window itself, 32.0 ns");
	unit_free(&summary, &dataset);
}

/* Counted passes are no source of times, but say what counting costs. */
TEST(counting_costs_the_ratio_of_counted_to_plain)
{
	static const char *const cases[] = {"child_copy", "parent_copy", "never_forked"};
	static const double ratios[] = {1.1, 1.04, 1.0};
	FILE *file = unit_points_begin();
	for (unsigned r = 0; r < REPLICATES; r++)
		for (size_t c = 0; c < COUNT_OF(cases); c++) {
			const double plain = 2000 + 100 * r;
			const struct unit_point point = {.experiment = "first_write",
							 .case_name = cases[c],
							 .metric = "write_ns",
							 .heap_bytes = 409600,
							 .value = plain,
							 .counted_value = plain * ratios[c],
							 .count = 100};
			unit_point_put(file, r, &point);
		}
	load(file);
	assert_int_equal(summary.counting.count, 1);
	const struct counting_cost *cost = &summary.counting.costs[0];
	assert_string_equal(cost->experiment, "first_write");
	assert_int_equal(cost->arms, 3);
	assert_near(cost->ratio, 1.04, 1e-4);
	struct series key = *summary.rows[0].series;
	const struct row *times = summary_find(&summary, &key, NULL, NULL, "write_ns");
	assert_int_equal(times->count, REPLICATES); /* none of a counted pass */
	const struct row *counts = summary_find(&summary, &key, NULL, NULL, "page_faults_both");
	assert_near(counts->interval.center, 100, 0);
	assert_contains(counts->note, "counting changed write_ns by +4.0 %");
	unit_free(&summary, &dataset);
}

/* A replicate that counts takes no times: it is held against those of all others. */
TEST(counting_alone_is_held_against_all_plain_replicates)
{
	static const double plain[] = {1000, 2000, 3000, 2000, 2000};
	FILE *file = unit_points_begin();
	for (unsigned r = 0; r < 7; r++) {
		const bool counts = r >= COUNT_OF(plain);
		const struct unit_point point = {.experiment = "first_write",
						 .case_name = "parent_copy",
						 .metric = "write_ns",
						 .heap_bytes = 409600,
						 .value = counts ? 0 : plain[r],
						 .counted_value = counts ? 2100 : 0,
						 .count = 100};
		unit_point_put(file, r, &point);
	}
	load(file);
	assert_int_equal(summary.counting.count, 1);
	assert_near(summary.counting.costs[0].ratio, 1.05, 1e-4);
	struct series key = *summary.rows[0].series;
	assert_int_equal(summary_find(&summary, &key, NULL, NULL, "write_ns")->count,
			 COUNT_OF(plain));
	const struct row *counts = summary_find(&summary, &key, NULL, NULL, "page_faults_both");
	assert_int_equal(counts->count, 2);
	assert_near(counts->interval.center, 100, 0);
	unit_free(&summary, &dataset);
}

TEST(what_was_not_counted_is_said_once_a_reason)
{
	char words[COUNTER_WORDS_MAX];
	load(unit_points_begin());
	assert_string_equal(
		counters_missing(&dataset, words),
		"not counted: cycles, instructions (unavailable: made up, by us; ask us)");
	assert_int_equal(counters_missing_count(&dataset), 2);
	assert_string_equal(counters_why_missing(&dataset, "cycles", words), "made up");
	assert_string_equal(counters_why_missing(&dataset, "page_faults", words), "");
	/* What was chosen and can be had, but in no cell that is counted, was not counted. */
	assert_string_equal(counters_counted(&dataset, words), "");
	unit_free(&summary, &dataset);
	FILE *file = unit_points_begin();
	const struct unit_point point = {.experiment = "first_write",
					 .case_name = "parent_copy",
					 .metric = "write_ns",
					 .heap_bytes = 409600,
					 .value = 2000,
					 .counted_value = 2100,
					 .count = 100};
	unit_point_put(file, 0, &point);
	load(file);
	assert_string_equal(counters_counted(&dataset, words), "page_faults, dtlb_load_walks");
	unit_free(&summary, &dataset);
}
