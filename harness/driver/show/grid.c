#include "harness/driver/show/grid.h"

#include "harness/driver/base/forms/latex.h"
#include "harness/driver/base/forms/markdown.h"
#include "harness/driver/base/forms/terminal.h"
#include "harness/driver/base/wrapped.h"

#include <stdarg.h>
#include <string.h>

void grid_begin(struct grid *grid, size_t left, const char *title, ...)
{
	va_list args;
	memset(grid, 0, sizeof *grid);
	grid->left = left;
	va_start(args, title);
	vsnprintf(grid->title, sizeof grid->title, title, args);
	va_end(args);
}

void grid_row(struct grid *grid)
{
	grid->filled = 0;
	if (grid->rows < GRID_ROWS_MAX)
		grid->rows++;
}

void grid_cell(struct grid *grid, const char *format, ...)
{
	va_list args;
	if (grid->rows == 0 || grid->filled == GRID_COLUMNS_MAX)
		return;
	va_start(args, format);
	vsnprintf(grid->cells[grid->rows - 1][grid->filled++], GRID_CELL_MAX, format, args);
	va_end(args);
	if (grid->filled > grid->columns)
		grid->columns = grid->filled;
}

void grid_put_heads(struct grid *grid, const char *const *heads)
{
	grid_row(grid);
	for (; *heads; heads++)
		grid_cell(grid, "%s", *heads);
}

void grid_note(struct grid *grid, const char *format, ...)
{
	va_list args;
	if (grid->note_count == GRID_NOTES_MAX)
		return;
	char *note = grid->notes[grid->note_count];
	va_start(args, format);
	vsnprintf(note, GRID_NOTE_MAX, format, args);
	va_end(args);
	grid->note_count += *note != '\0';
}

/* ---- terminal ---- */

/* Columns of text on the screen: UTF-8's continuation bytes take none. */
static size_t width_of(const char *text)
{
	size_t width = 0;
	for (; *text; text++)
		width += ((unsigned char)*text & 0xc0) != 0x80;
	return width;
}

static void print_cell(const struct grid *grid, size_t row, size_t column, size_t width)
{
	const char *text = grid->cells[row][column];
	int padding = (int)(width - width_of(text));
	bool last = column + 1 == grid->columns;
	if (column < grid->left)
		print("%s%s%*s", column ? "  " : "", text, last ? 0 : padding, "");
	else
		print("%s%*s%s", column ? "  " : "", padding, "", text);
}

void grid_print(const struct grid *grid)
{
	size_t widths[GRID_COLUMNS_MAX] = {0};
	wrapped_print(stdout, grid->title, 0, 0);
	if (grid->rows)
		print("\n");
	for (size_t r = 0; r < grid->rows; r++)
		for (size_t c = 0; c < grid->columns; c++)
			if (width_of(grid->cells[r][c]) > widths[c])
				widths[c] = width_of(grid->cells[r][c]);
	for (size_t r = 0; r < grid->rows; r++) {
		for (size_t c = 0; c < grid->columns; c++)
			print_cell(grid, r, c, widths[c]);
		print("\n");
	}
	if (grid->rows && grid->note_count)
		print("\n");
	for (size_t n = 0; n < grid->note_count; n++)
		wrapped_print(stdout, grid->notes[n], 2, 4);
}

/* ---- files ---- */

void grid_write_markdown(const struct grid *grid, FILE *file)
{
	markdown_markup(file, "\n**");
	markdown_text(file, grid->title);
	markdown_markup(file, "**\n\n");
	for (size_t r = 0; r < grid->rows; r++) {
		for (size_t c = 0; c < grid->columns; c++) {
			markdown_markup(file, c ? " | " : "| ");
			markdown_text(file, grid->cells[r][c]);
		}
		markdown_markup(file, " |\n");
		for (size_t c = 0; r == 0 && c < grid->columns; c++)
			markdown_markup(file, c < grid->left ? "|---" : "|--:");
		markdown_markup(file, r == 0 ? "|\n" : "");
	}
	for (size_t n = 0; n < grid->note_count; n++) {
		markdown_markup(file, "\n");
		markdown_text(file, grid->notes[n]);
		markdown_markup(file, "\n");
	}
}

void grid_write_latex(const struct grid *grid, FILE *file)
{
	latex_comment(file, grid->title);
	if (grid->rows) {
		latex_markup(file, "\\begin{tabular}{");
		for (size_t c = 0; c < grid->columns; c++)
			latex_markup(file, c < grid->left ? "l" : "r");
		latex_markup(file, "}\n");
	}
	for (size_t r = 0; r < grid->rows; r++) {
		for (size_t c = 0; c < grid->columns; c++) {
			latex_markup(file, c ? " & " : "");
			latex_text(file, grid->cells[r][c]);
		}
		latex_markup(file, r == 0 ? " \\\\\n\\hline\n" : " \\\\\n");
	}
	if (grid->rows)
		latex_markup(file, "\\end{tabular}\n");
	for (size_t n = 0; n < grid->note_count; n++) {
		latex_markup(file, "\n\\par ");
		latex_text(file, grid->notes[n]);
		latex_markup(file, "\n");
	}
}
