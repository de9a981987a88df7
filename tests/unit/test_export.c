/* The data files that gnuplot reads: nothing in them that it would take for syntax. */
#include "harness/driver/show/by_axis.h"
#include "harness/driver/show/figures_write.h"
#include "tests/unit/unit.h"

#include <stdlib.h>

/* Exports what was put into `file`. */
static void export_points(FILE *file)
{
	struct dataset dataset;
	struct summary summary;
	struct problem problem = {""};
	unit_run_end(file);
	unit_summarize(&summary, &dataset);
	if (figures_write(&summary, unit_folder(), &problem))
		fail_msg("%s", problem.text);
	unit_free(&summary, &dataset);
}

/* Two primitives, three heaps, in an order that is not that of the figures. */
static void export_run(void)
{
	static const unsigned rounds[] = {0, 0, 0, 0, 0};
	static const uint64_t heaps[] = {4 << 20, 0, 1 << 20};
	FILE *file = unit_run_begin();
	for (unsigned replicate = 0; replicate < 5; replicate++) {
		for (size_t h = 0; h < COUNT_OF(heaps); h++) {
			double fork[5], vfork[5];
			for (int i = 0; i < 5; i++) {
				fork[i] = 1000 + (double)heaps[h] / 1000 + replicate;
				vfork[i] = 500 + replicate;
			}
			const struct unit_arm arms[] = {
				{"fork", "exec", false, 5, fork, rounds, "not looked at"},
				{"vfork", "exec", false, 5, vfork, rounds, "not looked at"},
				{"fork", "exec", true, 5, fork, rounds, "not looked at"},
			};
			unit_run_cell(file, replicate, heaps[h], arms, COUNT_OF(arms));
		}
	}
	export_points(file);
}

TEST(blocks_are_by_primitive_and_rise)
{
	export_run();
	char *text = unit_read("plots/data/spawn-by-heap-call-dirty.dat");
	char primitive[32] = "";
	double last = -1;
	int points = 0, blocks = 0, blanks = 2;
	for (char *line = text, *end; *line; line = end + 1) {
		double heap, center, low, high;
		end = strchr(line, '\n');
		assert_non_null(end);
		*end = '\0';
		if (!*line) {
			blanks++;
			continue;
		}
		if (sscanf(line, "%lf\t%lf\t%lf\t%lf", &heap, &center, &low, &high) == 4) {
			assert_true(heap > last);
			assert_true(low <= center && center <= high);
			double expected = strcmp(primitive, "fork") == 0 ? 1002 + heap / 1000 : 502;
			assert_near(center, expected, expected / 500);
			last = heap;
			points++;
		} else { /* a title: gnuplot starts a new block behind two blank lines */
			assert_int_equal(blanks, 2);
			assert_in_range(snprintf(primitive, sizeof primitive, "%s", line), 1, 31);
			last = -1;
			blocks++;
		}
		blanks = 0;
	}
	assert_int_equal(blocks, 2); /* the A/A control is no primitive of its own */
	assert_int_equal(points, 6);
	free(text);
}

TEST(empty_figures_have_empty_files)
{
	export_run();
	char *text = unit_read("plots/data/spawn-by-heap-call-write-protected.dat");
	assert_string_equal(text, "");
	free(text);
}

TEST(samples_are_in_order)
{
	export_run();
	char *text = unit_read("plots/data/samples-0.dat");
	assert_contains(text, "fork exec call_ns, heap 0");
	assert_contains(text, "\n0\t1000\t0\n");
	assert_contains(text, "\n24\t1004\t4\n");
	free(text);
}

TEST(captions_are_lines_of_plain_text)
{
	export_run();
	char *text = unit_read("plots/data/caption-spawn-by-heap.dat");
	assert_contains(text, "run made-up");
	assert_null(strpbrk(text, "\"'\\`"));
	int lines = 0;
	for (const char *c = text; *c; c++)
		lines += *c == '\n';
	assert_int_equal(lines, 2); /* what, and where from */
	assert_contains(text, "; exec starts forkcost-target, which has no libc: a floor");
	assert_null(strstr(text, "not counted")); /* of a figure without counts */
	free(text);
}

static void assert_file(const char *name, const char *wanted)
{
	char *text = unit_read(name);
	assert_string_equal(text, wanted);
	free(text);
}

static void assert_file_contains(const char *name, const char *part)
{
	char *text = unit_read(name);
	assert_contains(text, part);
	free(text);
}

/* Orders and page kinds go to files and blocks of their own; below 5 replicates there is no interval. */
TEST(first_writes_are_parted_by_order_and_kind)
{
	struct unit_point point = {.experiment = "first_write",
				   .case_name = "child_copy",
				   .metric = "write_ns",
				   .heap_bytes = 2 << 20,
				   .value = 1800,
				   .touch_order = "sequential"};
	FILE *file = unit_points_begin();
	unit_point_put(file, 0, &point);
	point.touch_order = "shuffled";
	point.value = 2000;
	unit_point_put(file, 0, &point);
	point.touch_order = "sequential";
	point.page_kind = "thp";
	point.value = 30;
	unit_point_put(file, 0, &point);
	export_points(file);
	assert_file("plots/data/first-write-by-heap-sequential.dat",
		    "child_copy\n2097152\t1800\tNaN\tNaN\n\n\n");
	assert_file("plots/data/first-write-by-heap-shuffled.dat",
		    "child_copy\n2097152\t2000\tNaN\tNaN\n\n\n");
	assert_file("plots/data/first-write-by-page-kind.dat",
		    "4k\t4096\n0\tchild_copy\t1800\tNaN\tNaN\n\n\n"
		    "thp\t4096\n0\tchild_copy\t30\tNaN\tNaN\n\n\n");
	assert_file_contains("plots/data/caption-first-write-by-page-kind.dat",
			     "left out: hugetlb (not permitted: made up)");
}

/* A write that settles 2 MiB is distinguished from one that settles 4 KiB. */
TEST(the_bytes_between_writes_are_given)
{
	struct unit_point point = {.experiment = "first_write",
				   .case_name = "child_copy",
				   .heap_bytes = 8 << 20,
				   .touch_order = "sequential",
				   .page_kind = "hugetlb"};
	FILE *file = unit_points_begin();
	point.metric = "write_ns";
	point.value = 600000;
	unit_point_put(file, 0, &point);
	point.metric = "pages";
	point.value = 4;
	unit_point_put(file, 0, &point);
	export_points(file);
	assert_file("plots/data/first-write-by-page-kind.dat",
		    "hugetlb\t2097152\n0\tchild_copy\t600000\tNaN\tNaN\n\n\n");
}

/* A run that lacks the plain levels is drawn at those that it has, by their names. */
TEST(other_levels_alone_are_drawn_and_named)
{
	const struct unit_point point = {.experiment = "first_write",
					 .case_name = "child_copy",
					 .metric = "write_ns",
					 .heap_bytes = 2 << 20,
					 .value = 30,
					 .touch_order = "shuffled",
					 .page_kind = "thp"};
	FILE *file = unit_points_begin();
	unit_point_put(file, 0, &point);
	export_points(file);
	assert_file("plots/data/first-write-by-heap-shuffled.dat",
		    "child_copy\n2097152\t30\tNaN\tNaN\n\n\n");
	assert_file("plots/data/first-write-by-page-kind.dat",
		    "thp\t4096\n0\tchild_copy\t30\tNaN\tNaN\n\n\n");
	assert_file_contains("plots/data/caption-first-write-by-heap.dat",
			     "whole passes over thp pages (2 MiB); trimmed means");
	assert_file_contains("plots/data/caption-first-write-by-page-kind.dat",
			     "whole passes in shuffled order, heap 2 MiB: ");
	assert_file_contains("plots/data/caption-first-write-cdf.dat",
			     "single writes, thp pages (2 MiB) in shuffled order, heap 2 MiB,");
}

/* Replicates are pooled; between buckets without counts the share stays level. */
TEST(distributions_are_cumulative)
{
	const struct unit_point point = {.experiment = "first_write",
					 .case_name = "child_copy",
					 .metric = "single_ns",
					 .heap_bytes = 1 << 20,
					 .value = 4,
					 .histogram = "[128, 3], [129, 1], [192, 1]"};
	FILE *file = unit_points_begin();
	unit_point_put(file, 0, &point);
	unit_point_put(file, 1, &point);
	export_points(file);
	assert_file("plots/data/first-write-cdf.dat", "child_copy\n4\t0\t1\n4.04356\t0.6\t0.4\n"
						      "4.08759\t0.8\t0.2\n8\t0.8\t0.2\n"
						      "8.08711\t1\t0\n\n\n");
	assert_file_contains("plots/data/caption-first-write-cdf.dat", "up to 10 writes per case");
}

/* Counts are given a page, and the grid names what was counted. */
TEST(counts_reach_the_walks_and_the_grid)
{
	FILE *file = unit_points_begin();
	const struct unit_point point = {.experiment = "tlb_refill",
					 .case_name = "after_flush",
					 .metric = "page_ns",
					 .heap_bytes = 1 << 20,
					 .value = 12,
					 .counted_value = 12,
					 .count = 384};
	unit_point_put(file, 0, &point);
	export_points(file);
	assert_file("plots/data/tlb-refill.dat", "after_flush\n256\t12\tNaN\tNaN\n\n\n");
	assert_file("plots/data/tlb-refill-walks.dat", "after_flush\n256\t1.5\tNaN\tNaN\n\n\n");
	assert_file("plots/data/tlb-reach.dat", "");
	assert_file_contains("plots/data/caption-tlb-refill.dat",
			     "at least 3 are needed; walks: dtlb_load_walks_both");
	assert_file_contains("plots/data/counters-by-arm.dat", "1\t-1\tdtlb_load_walks\t0\n");
	assert_file_contains("plots/data/caption-counters-by-arm.dat",
			     "; not counted: 2, see tables/counters.md\n");
}

/* A case that could not be measured is no gap without words. */
TEST(cases_without_values_are_named)
{
	FILE *file = unit_points_begin();
	struct unit_point point = {.experiment = "tlb_shootdown",
				   .case_name = "fork_running",
				   .metric = "call_ns",
				   .value = 10000,
				   .threads = "0"};
	unit_point_put(file, 0, &point);
	point.case_name = "flush_page";
	point.metric = "none";
	unit_point_put(file, 0, &point);
	export_points(file);
	assert_file_contains("plots/data/caption-tlb-shootdown.dat",
			     "; left out: flush_page (no)\n");
}

/* An axis that no figure of the experiment shows: curves over numbers, groups over names, at the heap that has most
 * of its levels. */
TEST(other_axes_have_figures_of_their_own)
{
	struct unit_point point = {.experiment = "tlb_refill",
				   .case_name = "warm",
				   .metric = "page_ns",
				   .heap_bytes = 1 << 20,
				   .value = 12,
				   .threads = "10"};
	FILE *file = unit_points_begin();
	unit_point_put(file, 0, &point);
	point.threads = "2";
	point.value = 10;
	unit_point_put(file, 0, &point);
	point.threads = "10";
	point.page_kind = "thp";
	point.value = 3;
	unit_point_put(file, 0, &point);
	point.heap_bytes = 2 << 20; /* a heap of one level */
	unit_point_put(file, 0, &point);
	point.heap_bytes = 1 << 20; /* an arm of one level, where the other has two */
	point.case_name = "again";
	point.threads = "10";
	point.page_kind = "4k";
	unit_point_put(file, 0, &point);
	export_points(file);
	assert_file("plots/data/tlb_refill-by-threads.dat",
		    "warm\n2\t10\tNaN\tNaN\n10\t12\tNaN\tNaN\n\n\n");
	assert_file("plots/data/tlb_refill-by-threads-axes.dat",
		    "number\tthe caller’s threads that run on other CPUs\tpage_ns\tns\n");
	assert_file("plots/data/tlb_refill-by-page_kind.dat",
		    "warm\n0\t12\tNaN\tNaN\n1\t3\tNaN\tNaN\n\n\n");
	assert_file("plots/data/tlb_refill-by-page_kind-axes.dat",
		    "names\twhat the heap is made of\tpage_ns\tns\n0\t4k\n1\tthp\n");
	assert_file_contains("plots/data/caption-tlb_refill-by-page_kind.dat",
			     "tlb_refill by page_kind, heap 1 MiB; trimmed means, bars: 95 % "
			     "intervals");
}

/* Where no arm has several levels, each shows its own. */
TEST(arms_of_one_level_each_are_drawn)
{
	struct unit_point point = {.experiment = "made_up",
				   .case_name = "one",
				   .metric = "made_ns",
				   .heap_bytes = 1 << 20,
				   .value = 12,
				   .threads = "1"};
	FILE *file = unit_points_begin();
	unit_point_put(file, 0, &point);
	point.case_name = "two";
	point.threads = "2";
	unit_point_put(file, 0, &point);
	export_points(file);
	assert_file("plots/data/made_up-by-threads.dat",
		    "one\n1\t12\tNaN\tNaN\n\n\ntwo\n2\t12\tNaN\tNaN\n\n\n");
}

/* An experiment that nobody has written a face for: its cases by heap, its looks, its counters. */
TEST(an_experiment_without_a_face_is_drawn)
{
	const struct unit_point point = {.experiment = "made_up",
					 .case_name = "some_case",
					 .metric = "made_ns",
					 .heap_bytes = 1 << 20,
					 .value = 12,
					 .counted_value = 12,
					 .count = 384};
	FILE *file = unit_points_begin();
	unit_point_put(file, 0, &point);
	export_points(file);
	assert_file("plots/data/made_up-by-heap.dat", "some_case\n1048576\t12\tNaN\tNaN\n\n\n");
	assert_file("plots/data/made_up-by-heap-axes.dat", "heap\theap size, bytes\tmade_ns\tns\n");
	assert_file_contains("plots/data/look-made_up.dat", "*\t0\t3\t0\t0\t0\t0\t7\t0.65\t-\n");
	assert_file_contains("plots/data/counters-by-arm.dat",
			     "-2\t0\tmade_up, per sample, heap 1 MiB\t0\n");
	assert_file_contains("plots/data/counters-by-arm.dat", "-1\t1\tsome_case\t0\n");
}

/* What an experiment is called in a file becomes a file's name only if it is one. */
TEST(a_name_that_is_a_path_is_no_file)
{
	struct by_axis views[BY_AXIS_VIEWS_MAX];
	static const char *const names[] = {"../tlb_refill", "a b", "", "made_up"};
	struct series series[COUNT_OF(names)] = {0};
	struct row rows[COUNT_OF(names)] = {0};
	const struct dataset dataset = {.series = series, .series_count = COUNT_OF(names)};
	const struct summary summary = {
		.dataset = &dataset, .rows = rows, .row_count = COUNT_OF(names)};
	for (size_t i = 0; i < COUNT_OF(names); i++) {
		wire_copy(series[i].experiment, sizeof series[i].experiment, names[i]);
		rows[i].series = &series[i];
	}
	assert_int_equal(by_axis_find(&summary, BY_AXIS_FIGURES, views), 1);
	assert_string_equal(views[0].stem, "made_up-by-heap");
	assert_false(views[0].has_face);
}

/* An experiment that did not run has empty files, and captions that say so. */
TEST(what_did_not_run_is_said)
{
	FILE *file = unit_points_begin();
	fputs("{\"type\": \"failure\", \"experiment\": \"switch\", \"why\": \"it broke\"}\n", file);
	export_points(file);
	static const char *const empty[] = {"first-write-cdf",   "first-write-by-page-kind",
					    "tlb-refill",        "tlb-shootdown-call",
					    "tlb-shootdown-gap", "switch",
					    "teardown-end",      "switch-difference"};
	char name[64];
	for (size_t i = 0; i < COUNT_OF(empty); i++) {
		snprintf(name, sizeof name, "plots/data/%s.dat", empty[i]);
		assert_file(name, "");
	}
	assert_file_contains("plots/data/caption-tlb-refill.dat",
			     "nothing measured: not part of this run; forkcost run --experiment "
			     "tlb_refill measures it");
	assert_file_contains("plots/data/caption-switch.dat", "nothing measured: failed: it broke");
}
