/* A table's three forms. */
#include "harness/driver/show/grid.h"
#include "tests/unit/unit.h"

#include <stdlib.h>

static struct grid grid;

static void fill(void)
{
	grid_begin(&grid, 1, "a title with 100 %% of %s", "words");
	grid_row(&grid);
	grid_cell(&grid, "case");
	grid_cell(&grid, "mean");
	grid_row(&grid);
	grid_cell(&grid, "a_b|c");
	grid_cell(&grid, "%.2f us +-3%%", 1.5);
	grid_note(&grid, "%s", "");
	grid_note(&grid, "a note");
}

/* What a writer makes of it. */
static char *written(void (*write)(const struct grid *, FILE *))
{
	char *text = NULL;
	size_t bytes = 0;
	FILE *file = open_memstream(&text, &bytes);
	assert_non_null(file);
	write(&grid, file);
	assert_int_equal(fclose(file), 0);
	return text;
}

TEST(markdown_escapes_what_would_end_a_cell)
{
	fill();
	char *text = written(grid_write_markdown);
	assert_contains(text, "**a title with 100 % of words**");
	assert_contains(text, "| case | mean |\n|---|--:|\n| a_b\\|c | 1.50 us +-3% |\n");
	assert_contains(text, "\na note\n");
	free(text);
}

TEST(latex_escapes_its_special_characters)
{
	fill();
	char *text = written(grid_write_latex);
	assert_contains(text, "\\begin{tabular}{lr}\ncase & mean \\\\\n\\hline\n");
	assert_contains(text, "a\\_b\\textbar{}c & 1.50 us $\\pm$3\\% \\\\\n\\end{tabular}\n");
	free(text);
}

TEST(an_empty_note_is_left_out_and_too_much_is_dropped)
{
	fill();
	assert_int_equal(grid.note_count, 1);
	for (int i = 0; i < 2 * GRID_COLUMNS_MAX; i++)
		grid_cell(&grid, "cell");
	assert_int_equal(grid.columns, GRID_COLUMNS_MAX);
	for (int i = 0; i < 2 * GRID_ROWS_MAX; i++)
		grid_row(&grid);
	assert_int_equal(grid.rows, GRID_ROWS_MAX);
}
