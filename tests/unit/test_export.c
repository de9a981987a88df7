/* The data files that gnuplot reads: nothing in them that it would take for syntax. */
#include "harness/driver/export.h"
#include "harness/driver/figures/figures.h"
#include "tests/unit/unit.h"

#include <stdlib.h>

static const char *folder;

static void text_is_cleaned(void **state)
{
	(void)state;
	char text[] = "a\"b'c\\d`e\tf\ng\x7fh\x1bi";
	figures_clean_text(text);
	assert_string_equal(text, "a b c d e f g h i");
	char harmless[] = "8 GiB, 2.5 GHz; 95 % (x86-64) \xc2\xb5s";
	figures_clean_text(harmless);
	assert_string_equal(harmless, "8 GiB, 2.5 GHz; 95 % (x86-64) \xc2\xb5s");
	char empty[] = "";
	figures_clean_text(empty);
	assert_string_equal(empty, "");
}

/* Two primitives, three heaps, in an order that is not that of the figures. */
static void export_run(void)
{
	static const unsigned rounds[] = {0, 0, 0, 0, 0};
	static const uint64_t heaps[] = {4 << 20, 0, 1 << 20};
	struct dataset dataset;
	struct summary summary;
	struct problem problem = {""};
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
	unit_run_end(file);
	if (dataset_read(&dataset, folder, &problem) ||
	    summary_make(&summary, &dataset, folder, &problem) ||
	    export_write(&summary, folder, &problem))
		fail_msg("%s", problem.text);
	summary_free(&summary);
	dataset_free(&dataset);
}

static void blocks_are_by_primitive_and_rise(void **state)
{
	(void)state;
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
	assert_int_equal(blocks, 2); /* the twin is no primitive of its own */
	assert_int_equal(points, 6);
	free(text);
}

static void empty_figures_have_empty_files(void **state)
{
	(void)state;
	export_run();
	char *text = unit_read("plots/data/spawn-by-heap-call-clean.dat");
	assert_string_equal(text, "");
	free(text);
}

static void samples_are_in_order(void **state)
{
	(void)state;
	export_run();
	char *text = unit_read("plots/data/samples-0.dat");
	assert_contains(text, "fork exec call_ns, heap 0");
	assert_contains(text, "\n0\t1000\t0\n");
	assert_contains(text, "\n24\t1004\t4\n");
	free(text);
}

static void captions_are_two_lines_of_plain_text(void **state)
{
	(void)state;
	export_run();
	char *text = unit_read("plots/data/caption-spawn-by-heap.dat");
	assert_contains(text, "run made-up");
	assert_null(strpbrk(text, "\"'\\`"));
	int lines = 0;
	for (const char *c = text; *c; c++)
		lines += *c == '\n';
	assert_int_equal(lines, 2);
	free(text);
}

static int make(void **state)
{
	(void)state;
	folder = unit_folder_make();
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	unit_folder_remove();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_is_cleaned),
		cmocka_unit_test(blocks_are_by_primitive_and_rise),
		cmocka_unit_test(empty_figures_have_empty_files),
		cmocka_unit_test(samples_are_in_order),
		cmocka_unit_test(captions_are_two_lines_of_plain_text),
	};
	return cmocka_run_group_tests_name("export", tests, make, tear_down);
}
