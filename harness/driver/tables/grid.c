#include "harness/driver/tables/grid.h"

#include "harness/driver/wrapped.h"

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
		printf("%s%s%*s", column ? "  " : "", text, last ? 0 : padding, "");
	else
		printf("%s%*s%s", column ? "  " : "", padding, "", text);
}

void grid_print(const struct grid *grid)
{
	size_t widths[GRID_COLUMNS_MAX] = {0};
	wrapped_print(stdout, grid->title, 0, 0);
	if (grid->rows)
		printf("\n");
	for (size_t r = 0; r < grid->rows; r++)
		for (size_t c = 0; c < grid->columns; c++)
			if (width_of(grid->cells[r][c]) > widths[c])
				widths[c] = width_of(grid->cells[r][c]);
	for (size_t r = 0; r < grid->rows; r++) {
		for (size_t c = 0; c < grid->columns; c++)
			print_cell(grid, r, c, widths[c]);
		printf("\n");
	}
	if (grid->rows && grid->note_count)
		printf("\n");
	for (size_t n = 0; n < grid->note_count; n++)
		wrapped_print(stdout, grid->notes[n], 2, 4);
}

/* ---- files ---- */

/* LaTeX's special characters that can occur in names, units and reasons. */
static void put_latex(FILE *file, const char *text)
{
	for (const char *c = text; *c; c++) {
		if (strncmp(c, "+-", 2) == 0 && c[2] != '?') {
			fputs("$\\pm$", file);
			c++;
			continue;
		}
		if (strchr("_%&#${}", *c))
			putc('\\', file);
		if (*c != '\\' && *c != '~' && *c != '^')
			putc(*c, file);
	}
}

static void put_markdown(FILE *file, const char *text)
{
	for (const char *c = text; *c; c++) {
		if (*c == '|')
			putc('\\', file);
		putc(*c, file);
	}
}

void grid_write_markdown(const struct grid *grid, FILE *file)
{
	fputs("\n**", file);
	put_markdown(file, grid->title);
	fputs("**\n\n", file);
	for (size_t r = 0; r < grid->rows; r++) {
		for (size_t c = 0; c < grid->columns; c++) {
			fputs(c ? " | " : "| ", file);
			put_markdown(file, grid->cells[r][c]);
		}
		fputs(" |\n", file);
		for (size_t c = 0; r == 0 && c < grid->columns; c++)
			fputs(c < grid->left ? "|---" : "|--:", file);
		fputs(r == 0 ? "|\n" : "", file);
	}
	for (size_t n = 0; n < grid->note_count; n++) {
		putc('\n', file);
		put_markdown(file, grid->notes[n]);
		putc('\n', file);
	}
}

void grid_write_latex(const struct grid *grid, FILE *file)
{
	fprintf(file, "%% %s\n", grid->title);
	if (grid->rows) {
		fputs("\\begin{tabular}{", file);
		for (size_t c = 0; c < grid->columns; c++)
			putc(c < grid->left ? 'l' : 'r', file);
		fputs("}\n", file);
	}
	for (size_t r = 0; r < grid->rows; r++) {
		for (size_t c = 0; c < grid->columns; c++) {
			fputs(c ? " & " : "", file);
			put_latex(file, grid->cells[r][c]);
		}
		fputs(r == 0 ? " \\\\\n\\hline\n" : " \\\\\n", file);
	}
	if (grid->rows)
		fputs("\\end{tabular}\n", file);
	for (size_t n = 0; n < grid->note_count; n++) {
		fputs("\n\\par ", file);
		put_latex(file, grid->notes[n]);
		putc('\n', file);
	}
}
