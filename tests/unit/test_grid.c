/* A table's three forms. */
#include "harness/driver/show/grid.h"
#include "tests/unit/unit.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

static struct grid grid;

static void fill(void)
{
	grid_begin(&grid, 1, "a title with 100 %% of %s", "words");
	grid_row(&grid);
	grid_cell(&grid, "case");
	grid_cell(&grid, "mean");
	grid_row(&grid);
	grid_cell(&grid, "a_b|c");
	grid_value(&grid, STATS_NARROW, "1.50 us \u00b13%", "1.500(45) us");
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
	assert_contains(text, "| case | mean |\n|---|--:|\n| a_b\\|c | 1.50 us \u00b13% |\n");
	assert_contains(text, "\na note\n");
	free(text);
}

TEST(latex_escapes_its_special_characters)
{
	fill();
	char *text = written(grid_write_latex);
	assert_contains(text, "\\begin{tabular}{lr}\ncase & mean \\\\\n\\hline\n");
	assert_contains(text, "a\\_b\\textbar{}c & 1.500(45) us \\\\\n\\end{tabular}\n");
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

/* What grid_print() writes where no terminal is. */
static char *printed(void)
{
	char *text;
	char path[200];
	snprintf(path, sizeof path, "%s/printed", unit_folder());
	fflush(stdout);
	int kept = dup(STDOUT_FILENO), file = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	assert_true(kept >= 0 && file >= 0 && dup2(file, STDOUT_FILENO) >= 0);
	grid_print(&grid);
	fflush(stdout);
	dup2(kept, STDOUT_FILENO);
	close(kept);
	close(file);
	text = unit_read("printed");
	return text;
}

TEST(wide_numbers_are_marked_in_every_form_and_a_line_says_how)
{
	char *text;
	fill();
	text = printed();
	assert_contains(text, "\u00b1: half of the run's 95 % interval\n");
	free(text);
	grid_row(&grid);
	grid_cell(&grid, "d");
	grid_value(&grid, STATS_WIDE, "2.00 us \u00b112%", "2.00(24) us");
	grid_row(&grid);
	grid_cell(&grid, "e");
	grid_value(&grid, STATS_TOO_WIDE, "3.00 us \u00b130%", "3.00(90) us");
	grid_row(&grid);
	grid_cell(&grid, "f");
	grid_value(&grid, STATS_NO_WIDTH, "4.00 us \u00b1?", "4.00 us \u00b1?");
	text = printed();
	assert_contains(text, "d      ~2.00 us \u00b112%\n");
	assert_contains(text, "e      ?3.00 us \u00b130%\n");
	assert_contains(text, "f         4.00 us \u00b1?\n");
	assert_contains(text, "; ~: above 10 %; ?: above 25 %, too wide to");
	assert_contains(text, "\u00b1?: fewer than 5 replicates\n");
	assert_null(strchr(text, '\033'));
	free(text);
	text = written(grid_write_markdown);
	assert_contains(text, "| d | \\~2.00 us \u00b112% |\n| e | ?3.00 us \u00b130% |\n");
	assert_contains(text, "\n\u00b1: half of the run's 95 % interval; \\~: above");
	free(text);
	text = written(grid_write_latex);
	assert_contains(text, "d & \\textasciitilde{}2.00(24) us \\\\\ne & ?3.00(90) us \\\\\n");
	assert_contains(text, "f & 4.00 us $\\pm$? \\\\\n");
	assert_contains(text, "in parentheses, in units of the last digit: half of the run's 95");
	free(text);
}

TEST(a_table_without_margins_explains_none)
{
	grid_begin(&grid, 1, "counts");
	grid_row(&grid);
	grid_cell(&grid, "3");
	char *text = printed();
	assert_string_equal(text, "counts\n\n3\n");
	free(text);
}

TEST(a_table_wider_than_the_screen_is_printed_in_parts_of_equal_size)
{
	grid_begin(&grid, 1, "wide");
	for (int row = 0; row < 2; row++) {
		grid_row(&grid);
		grid_cell(&grid, row ? "case" : "");
		for (int column = 1; column <= 6; column++)
			grid_cell(&grid, "%d-------------------", 10 * row + column);
	}
	char *text = printed();
	assert_contains(text, "wide\n\n       1---");
	assert_contains(text, "\n\n       4---");
	assert_contains(text, "\ncase  14---");
	for (char *line = text, *end; (end = strchr(line, '\n')); line = end + 1)
		assert_true(end - line <= 80);
	free(text);
}
