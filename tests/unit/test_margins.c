/* How many rows are too wide to cite, and what would fix it: made-up rows. */
#include "harness/driver/analysis/margins.h"
#include "tests/unit/unit.h"

#include <math.h>

enum { ROWS_MAX = 24 };

static struct {
	struct summary summary;
	struct dataset dataset;
	struct series series[ROWS_MAX];
	struct row rows[ROWS_MAX];
} made;

void unit_before(void)
{
	memset(&made, 0, sizeof made);
	made.summary = (struct summary){.dataset = &made.dataset, .rows = made.rows};
}

void unit_after(void)
{
	json_decref(made.dataset.run);
	json_decref(made.dataset.end);
}

/* A main time of ten replicates, so wide. */
static struct row *add(double half_width)
{
	size_t at = made.summary.row_count++;
	made.series[at] = (struct series){.unit = "ns", .is_main = true, .block_count = 10};
	made.rows[at] = (struct row){.series = &made.series[at],
				     .count = 100,
				     .interval = {100, 100 - 100 * half_width,
						  100 + 100 * half_width, .has_interval = true}};
	return &made.rows[at];
}

static const char *words(const char *run, const char *end)
{
	static char text[MARGINS_TEXT_MAX];
	unit_after();
	made.dataset.run = json_loads(run, 0, NULL);
	made.dataset.end = end ? json_loads(end, 0, NULL) : NULL;
	return margins_words(&made.summary, text);
}

TEST(widths_have_bounds)
{
	assert_int_equal(stats_width(&add(0.1)->interval), STATS_NARROW);
	assert_int_equal(stats_width(&add(0.11)->interval), STATS_WIDE);
	assert_int_equal(stats_width(&add(0.25)->interval), STATS_WIDE);
	assert_int_equal(stats_width(&add(0.26)->interval), STATS_TOO_WIDE);
	const struct stats_interval none = {.center = 1};
	assert_int_equal(stats_width(&none), STATS_NO_WIDTH);
	const struct stats_interval around_zero = {0, -1, 1, .has_interval = true};
	assert_int_equal(stats_width(&around_zero), STATS_TOO_WIDE);
}

TEST(a_run_without_wide_rows_says_nothing)
{
	add(0.25);
	assert_string_equal(words("{}", "{\"duration_s\":60}"), "");
	assert_int_equal(margins_find(&made.summary).rows, 1);
}

TEST(width_falls_with_the_square_root_of_replicates)
{
	add(0.02);
	for (int i = 0; i < 9; i++)
		add(0.5); /* four times as many replicates */
	add(2.5);         /* a hundred times */
	struct margins margins = margins_find(&made.summary);
	assert_int_equal(margins.rows, 11);
	assert_int_equal(margins.too_wide, 10);
	assert_near(margins.nine_in_ten, 4, 1e-6);
	assert_near(margins.all, 100, 1e-6);
	assert_int_equal(margins.replicates, 40);
	assert_string_equal(
		words("{}", "{\"duration_s\":366}"),
		"10 of 11 main rows are wider than \u00b125 %, too wide to cite: by their "
		"variance a budget of about 25m would fix nine in ten of them, 610m all");
	assert_contains(words("{\"settings\":{\"replicates_max\":30}}", "{\"duration_s\":10}"),
			"about 40s would fix nine in ten of them, 17m all; with --replicates 40, ");
}

TEST(other_rows_do_not_count)
{
	add(0.5)->count = 0;
	made.series[0].is_main = true;
	add(0.5);
	made.series[1].is_main = false;
	add(0.5);
	wire_copy(made.series[2].unit, WIRE_NAME_MAX, "count");
	add(0)->interval.has_interval = false;
	struct margins margins = margins_find(&made.summary);
	assert_int_equal(margins.too_wide, 0);
	assert_int_equal(margins.rows, 1);
}

TEST(a_run_that_was_cut_off_has_no_budget_to_give)
{
	add(0.5);
	assert_string_equal(words("{}", NULL),
			    "1 of 1 main rows are wider than \u00b125 %, too wide to cite");
	assert_string_equal(words("{}", "{\"duration_s\":-1}"),
			    "1 of 1 main rows are wider than \u00b125 %, too wide to cite");
}
