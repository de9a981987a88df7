/* Which coefficients are known to within 5 %, on lines that are made up. */
#include "harness/driver/model/precision.h"
#include "tests/unit/unit.h"

#include <math.h>

enum { POINTS = 5 };

static const double CALL_NS = 30000;

static const struct series arm = {
	.primitive = "fork", .action = "exit", .level = {[AXIS_STATE] = "dirty"}};

/* Points that lie off a line by turns, and have errors: shares of themselves. */
static struct model_line make_line(double page_ns, double off, double error, size_t replicates)
{
	static const double pages[POINTS] = {0, 256, 1024, 4096, 16384};
	struct model_line line = {.arm = &arm, .item = MODEL_CALL, .point_count = POINTS};
	for (size_t i = 0; i < POINTS; i++) {
		const double y = (CALL_NS + page_ns * pages[i]) * (i % 2 ? 1 + off : 1 - off);
		line.points[i] = (struct line_point){.x = pages[i],
						     .y = y,
						     .whole = y,
						     .error = error * y,
						     .half = 2 * error * y,
						     .count = replicates};
	}
	assert_true(line_fit(line.points, POINTS, &line.line));
	return line;
}

static struct precision of_slope(double page_ns, double off, double error, size_t replicates)
{
	struct model_line line = make_line(page_ns, off, error, replicates);
	const struct model model = {.count = 1, .lines = &line};
	return precision_of_slope(&model, &line);
}

TEST(so_many_more_replicates_make_it_precise)
{
	const size_t many = 10000;
	const struct precision wide = of_slope(65, 0, 0.049, many);
	assert_false(wide.is_within);
	assert_true(wide.replicates > 1);
	assert_false(of_slope(65, 0, 0.049 / sqrt(0.9 * wide.replicates), many).is_within);
	assert_true(of_slope(65, 0, 0.049 / sqrt(1.1 * wide.replicates), many).is_within);
	const struct model_line line = make_line(65, 0, 0.049, many);
	const struct precision fixed = precision_of_fixed(&line);
	assert_false(fixed.is_within);
	const struct model_line narrow =
		make_line(65, 0, 0.049 / sqrt(1.1 * fixed.replicates), many);
	assert_true(precision_of_fixed(&narrow).is_within);
}

TEST(no_replicates_make_a_bent_line_precise)
{
	const struct precision bent = of_slope(65, 0.06, 0.001, 100);
	assert_false(bent.is_within);
	assert_near(bent.replicates, 0, 0);
}

/* 0.03 ns a page are 2 % of the call at 64 MiB: nobody can know them to 5 % of themselves, nor need to. */
TEST(a_flat_slope_is_held_against_the_whole)
{
	assert_true(of_slope(0.03, 0, 0.01, 30).is_within);
	assert_false(of_slope(0.03, 0, 0.04, 30).is_within);
}

TEST(the_table_lists_what_is_not_within_and_counts_all)
{
	static struct grid grid;
	struct model_line lines[] = {make_line(65, 0, 0.005, 30), make_line(65, 0.06, 0.005, 30)};
	const struct model narrow = {.count = 1, .lines = lines};
	precision_table(&narrow, &grid);
	assert_string_equal(grid.title, "0 of the model's 2 coefficients are not within ±5%");
	assert_int_equal(grid.rows, 0);
	const struct model bent = {.count = 1, .lines = lines + 1};
	precision_table(&bent, &grid);
	assert_contains(grid.title, "2 of the model's 2 coefficients are not within ±5%");
	assert_int_equal(grid.rows, 3);
	assert_string_equal(grid.cells[1][4].text, "fixed");
	assert_string_equal(grid.cells[2][4].text, "a page");
	assert_string_equal(grid.cells[2][6].text, "off the line");
}
