/* Words on what a table or a figure shows. */
#include "harness/driver/show/blocks.h"
#include "tests/unit/unit.h"

static void assert_words(const struct filter *filter, const char *text, const char *wanted)
{
	char words[200];
	assert_string_equal(block_words(filter, text, words, sizeof words), wanted);
}

TEST(names_in_braces_become_words)
{
	const struct filter filter = {.level[AXIS_STATE] = "write-protected",
				      .level[AXIS_CACHE] = "cold",
				      .level[AXIS_THREADS] = FILTER_ANY,
				      .with_heap = true,
				      .heap_bytes = 1 << 20};
	assert_words(&filter, "{heap} of {page_kind}",
		     "heap 1 MiB of 4 KiB pages, "
		     "write-protected heap, caches cold");
	assert_words(&filter, "{cache}{levels}; no intervals",
		     "caches cold, write-protected heap; no intervals");
	assert_words(&filter, "{state}{, cache}", "write-protected heap, caches cold");
}

TEST(signs_go_with_words_that_are_none)
{
	const struct filter filter = {.level[AXIS_THREADS] = FILTER_ANY};
	assert_words(&filter, "what{, heap}{; threads}: 95 %", "what: 95 %");
	assert_words(&filter, "what{levels}", "what");
	/* What is no name leaves nothing, and an end that is missing does no harm. */
	assert_words(&filter, "what{, else}", "what");
	assert_words(&filter, "what{, heap", "what");
	assert_words(&filter, "what{", "what");
}

TEST(words_that_do_not_fit_are_cut)
{
	const struct filter filter = {.with_heap = true};
	char words[8];
	assert_string_equal(block_words(&filter, "what{, heap}", words, sizeof words), "what, h");
}

static void assert_cell(const struct stats_interval *interval, bool is_time, const char *text,
			const char *latex)
{
	static struct grid grid;
	const struct row row = {.count = 1, .interval = *interval};
	grid_begin(&grid, 0, "a cell");
	grid_row(&grid);
	if (is_time)
		block_time_cell(&grid, &row);
	else
		block_number_cell(&grid, interval);
	assert_string_equal(grid.cells[0][0].text, text);
	assert_string_equal(grid.cells[0][0].latex, latex);
}

TEST(a_number_stands_with_its_margin)
{
	struct stats_interval interval = {22150, 21840, 22460, .has_interval = true};
	assert_cell(&interval, true, "22.1 us \u00b11.4%", "22.15(31) us");
	assert_cell(&interval, false, "22150 \u00b11.4%", "22150(310)");
	interval = (struct stats_interval){30e6, 27e6, 33e6, .has_interval = true};
	assert_cell(&interval, true, "30.0 ms \u00b110%", "30.0(30) ms");
	interval = (struct stats_interval){30e6, 26e6, 34e6, .has_interval = true};
	assert_cell(&interval, true, "~30.0 ms \u00b113%", "~30.0(40) ms");
	interval = (struct stats_interval){600e3, 300e3, 900e3, .has_interval = true};
	assert_cell(&interval, true, "?600 us \u00b150%", "?600(300) us");
	interval = (struct stats_interval){30.3, 30.3, 30.3, .has_interval = true};
	assert_cell(&interval, true, "30.3 ns \u00b10%", "30.3(0) ns");
	interval = (struct stats_interval){.center = 30.3};
	assert_cell(&interval, true, "30.3 ns \u00b1?", "30.3 ns \u00b1?");
	interval = (struct stats_interval){1e300, 1e300, 1.02e300, .has_interval = true};
	assert_cell(&interval, true, "1e+291 s \u00b11.0%", "1e+291 s \u00b11.0%");
	assert_cell(&interval, false, "1e+300 \u00b11.0%", "1e+300 \u00b11.0%");
	interval = (struct stats_interval){0.0431, 0.0430, 0.0432, .has_interval = true};
	assert_cell(&interval, false, "0.0431 \u00b10.2%", "0.04310(10)");
}

TEST(a_difference_stands_with_sign_and_margin)
{
	static struct grid grid;
	static const struct {
		struct stats_interval difference;
		const char *text, *latex;
	} wanted[] = {
		{{1200, 1170, 1230, .has_interval = true}, "+1.20 us \u00b12.5%", "+1.200(30) us"},
		{{-300, -345, -255, .has_interval = true}, "~-300 ns \u00b115%", "~-300(45) ns"},
		{{-300, -900, 300, .has_interval = true}, "?-300 ns \u00b1200%", "?-300(600) ns"},
		{{0.01, -900, 900, .has_interval = true}, "?+0.01 ns \u00b1>999%", "?+0(900) ns"},
		{{0, -900, 900, .has_interval = true}, "?+0.00 ns \u00b1?", "?+0(900) ns"},
		{{-300, 0, 0, .has_interval = false}, "-300 ns \u00b1?", "-300 ns \u00b1?"},
	};
	char text[BLOCK_TEXT_MAX];
	for (size_t i = 0; i < COUNT_OF(wanted); i++) {
		grid_begin(&grid, 0, "a cell");
		grid_row(&grid);
		block_difference_cell(&grid, &wanted[i].difference);
		assert_string_equal(grid.cells[0][0].text, wanted[i].text);
		assert_string_equal(grid.cells[0][0].latex, wanted[i].latex);
		assert_string_equal(block_difference(&wanted[i].difference, text), wanted[i].text);
	}
}

TEST(what_is_not_there_has_no_margin)
{
	static struct grid grid;
	char text[BLOCK_TEXT_MAX];
	grid_begin(&grid, 0, "a cell");
	grid_row(&grid);
	block_time_cell(&grid, NULL);
	assert_string_equal(grid.cells[0][0].text, "n/a");
	assert_false(grid.has_values);
	assert_string_equal(block_time(NULL, text), "n/a");
}
