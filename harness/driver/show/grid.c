#include "harness/driver/show/grid.h"

#include "harness/driver/base/forms/latex.h"
#include "harness/driver/base/forms/markdown.h"
#include "harness/driver/base/forms/terminal.h"
#include "harness/driver/base/notes.h"
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
	vsnprintf(grid->cells[grid->rows - 1][grid->filled++].text, GRID_CELL_MAX, format, args);
	va_end(args);
	if (grid->filled > grid->columns)
		grid->columns = grid->filled;
}

void grid_value(struct grid *grid, enum stats_width width, const char *text, const char *latex)
{
	const char *mark = stats_width_mark(width);
	size_t at = grid->filled;
	grid_cell(grid, "%s%s", mark, text);
	if (grid->rows == 0 || at == GRID_COLUMNS_MAX)
		return;
	struct grid_cell *cell = &grid->cells[grid->rows - 1][at];
	snprintf(cell->latex, sizeof cell->latex, "%s%s", mark, latex);
	cell->width = width;
	grid->has_values = grid->has_width[width] = true;
}

/* What margins and marks mean; empty where there are none. */
static const char *legend(const struct grid *grid, bool latex, char text[GRID_NOTE_MAX])
{
	static const char *const words[] = {[STATS_WIDE] = "; ~: above 10 %",
					    [STATS_TOO_WIDE] = "; ?: above 25 %, too wide to cite",
					    [STATS_NO_WIDTH] = "; \u00b1?: " STATS_TOO_FEW};
	*text = '\0';
	if (!grid->has_values)
		return text;
	notes_append(text, GRID_NOTE_MAX, "%s: half of the run's 95 %% interval",
		     latex ? "in parentheses, in units of the last digit" : "\u00b1");
	for (size_t i = STATS_WIDE; i <= STATS_NO_WIDTH; i++)
		notes_append(text, GRID_NOTE_MAX, "%s", grid->has_width[i] ? words[i] : "");
	return text;
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

/* What looks dim stays readable on light and dark ground: the terminal's own faint text, no colour of ours. */
static void print_cell(const struct grid *grid, size_t row, size_t column, size_t width, bool last)
{
	const struct grid_cell *cell = &grid->cells[row][column];
	int padding = (int)(width - width_of(cell->text));
	bool left = column < grid->left;
	bool dim = cell->width >= STATS_TOO_WIDE && terminal_has_looks(stdout);
	print("%s%*s", column ? "  " : "", left ? 0 : padding, "");
	terminal_control(stdout, dim ? "\033[2m" : "");
	print("%s", cell->text);
	terminal_control(stdout, dim ? "\033[22m" : "");
	print("%*s", left && !last ? padding : 0, "");
}

/* The columns of a part: those that lead each, and `count` from `from` on. */
struct part {
	size_t lead, from, count;
};

static bool is_in(const struct part *part, size_t column)
{
	return column < part->lead || (column >= part->from && column < part->from + part->count);
}

static size_t part_width(const struct grid *grid, const size_t *widths, const struct part *part)
{
	size_t width = 0;
	for (size_t c = 0; c < grid->columns; c++)
		width += is_in(part, c) ? widths[c] + (c ? 2 : 0) : 0;
	return width;
}

/* The columns of each part, of as few parts of about the same size as fit. */
static size_t columns_a_part(const struct grid *grid, const size_t *widths, size_t lead)
{
	const size_t room = (size_t)wrapped_columns(stdout), all = grid->columns - lead;
	for (size_t parts = 1; parts < all; parts++) {
		struct part part = {lead, lead, (all + parts - 1) / parts};
		while (part.from < grid->columns && part_width(grid, widths, &part) <= room)
			part.from += part.count;
		if (part.from >= grid->columns)
			return part.count;
	}
	return 1;
}

/* A row between two groups. */
static bool is_empty(const struct grid *grid, size_t row)
{
	bool empty = true;
	for (size_t c = 0; c < grid->columns; c++)
		empty = empty && !*grid->cells[row][c].text;
	return empty;
}

static void print_part(const struct grid *grid, const size_t *widths, const struct part *part)
{
	size_t end =
		part->from + part->count < grid->columns ? part->from + part->count : grid->columns;
	for (size_t r = 0; r < grid->rows; r++) {
		for (size_t c = 0; c < grid->columns && !is_empty(grid, r); c++)
			if (is_in(part, c))
				print_cell(grid, r, c, widths[c], c + 1 == end);
		print("\n");
	}
}

static void print_rows(const struct grid *grid)
{
	size_t widths[GRID_COLUMNS_MAX] = {0};
	for (size_t r = 0; r < grid->rows; r++)
		for (size_t c = 0; c < grid->columns; c++)
			if (width_of(grid->cells[r][c].text) > widths[c])
				widths[c] = width_of(grid->cells[r][c].text);
	size_t lead = grid->lead ? grid->lead : grid->left ? grid->left : 1;
	struct part part = {.lead = lead < grid->columns ? lead : grid->columns};
	part.count = columns_a_part(grid, widths, part.lead);
	for (part.from = part.lead; part.from == part.lead || part.from < grid->columns;
	     part.from += part.count) {
		print("\n");
		print_part(grid, widths, &part);
	}
}

void grid_print(const struct grid *grid)
{
	char text[GRID_NOTE_MAX];
	wrapped_print(stdout, grid->title, 0, 0);
	if (grid->rows)
		print_rows(grid);
	if (grid->rows && (grid->note_count || grid->has_values))
		print("\n");
	for (size_t n = 0; n < grid->note_count; n++)
		wrapped_print(stdout, grid->notes[n], 2, 4);
	wrapped_print(stdout, legend(grid, false, text), 2, 4);
}

/* ---- files ---- */

static void put_markdown_note(FILE *file, const char *note)
{
	if (!*note)
		return;
	markdown_markup(file, "\n");
	markdown_text(file, note);
	markdown_markup(file, "\n");
}

void grid_write_markdown(const struct grid *grid, FILE *file)
{
	char text[GRID_NOTE_MAX];
	markdown_markup(file, "\n**");
	markdown_text(file, grid->title);
	markdown_markup(file, "**\n\n");
	for (size_t r = 0; r < grid->rows; r++) {
		for (size_t c = 0; c < grid->columns; c++) {
			markdown_markup(file, c ? " | " : "| ");
			markdown_text(file, grid->cells[r][c].text);
		}
		markdown_markup(file, " |\n");
		for (size_t c = 0; r == 0 && c < grid->columns; c++)
			markdown_markup(file, c < grid->left ? "|---" : "|--:");
		markdown_markup(file, r == 0 ? "|\n" : "");
	}
	for (size_t n = 0; n < grid->note_count; n++)
		put_markdown_note(file, grid->notes[n]);
	put_markdown_note(file, legend(grid, false, text));
}

static void put_latex_note(FILE *file, const char *note)
{
	if (!*note)
		return;
	latex_markup(file, "\n\\par ");
	latex_text(file, note);
	latex_markup(file, "\n");
}

void grid_write_latex(const struct grid *grid, FILE *file)
{
	char text[GRID_NOTE_MAX];
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
			const struct grid_cell *cell = &grid->cells[r][c];
			latex_text(file, *cell->latex ? cell->latex : cell->text);
		}
		latex_markup(file, r == 0 ? " \\\\\n\\hline\n" : " \\\\\n");
	}
	if (grid->rows)
		latex_markup(file, "\\end{tabular}\n");
	for (size_t n = 0; n < grid->note_count; n++)
		put_latex_note(file, grid->notes[n]);
	put_latex_note(file, legend(grid, true, text));
}
