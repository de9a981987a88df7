/* A table of short texts, filled in once, and its three forms: terminal, Markdown, LaTeX. */
#ifndef FORKCOST_GRID_H
#define FORKCOST_GRID_H

#include "harness/driver/base/stats.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

enum {
	GRID_COLUMNS_MAX = 16,
	GRID_ROWS_MAX = 136,
	GRID_CELL_MAX = 48,
	GRID_NOTES_MAX = 12,
	GRID_NOTE_MAX = 2200,
};

struct grid_cell {
	char text[GRID_CELL_MAX], latex[GRID_CELL_MAX]; /* latex: empty if it is the same */
	enum stats_width width;
};

struct grid {
	char title[400];
	size_t columns, left; /* the first `left` columns are set left, the others right */
	size_t lead; /* columns that stand in each part of a table that is too wide for one; 0: `left` */
	size_t filled; /* cells of the last row */
	size_t rows;   /* the first holds the heads; 0: no table, notes alone */
	bool has_values, has_width[STATS_NO_WIDTH + 1]; /* what a line below must explain */
	struct grid_cell cells[GRID_ROWS_MAX][GRID_COLUMNS_MAX];
	size_t note_count;
	char notes[GRID_NOTES_MAX][GRID_NOTE_MAX];
};

/* Empties it and gives it a title, as printf. */
void grid_begin(struct grid *grid, size_t left, const char *title, ...)
	__attribute__((format(printf, 3, 4)));

/* Begins a row; what lies beyond GRID_ROWS_MAX is dropped. */
void grid_row(struct grid *grid);

/* Appends a cell to the last row, as printf. */
void grid_cell(struct grid *grid, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Appends a number with its margin, in the words of a table (`text`) and of LaTeX. One that is wide gets a mark, one
 * that is too wide another, and is dim on a terminal; a line below the table says so. */
void grid_value(struct grid *grid, enum stats_width width, const char *text, const char *latex);

/* Begins a row of these cells; of a list that NULL ends. */
#define grid_heads(grid, ...) grid_put_heads(grid, (const char *const[]){__VA_ARGS__, NULL})
void grid_put_heads(struct grid *grid, const char *const *heads);

/* Adds a line below the table, as printf. An empty one is left out. */
void grid_note(struct grid *grid, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* On a terminal in as many parts below each other as its width takes. */
void grid_print(const struct grid *grid);
void grid_write_markdown(const struct grid *grid, FILE *file);
void grid_write_latex(const struct grid *grid, FILE *file);

#endif
