/* How the model is shown: a table, sentences, model.json, and its residuals for the figure. */
#ifndef FORKCOST_MODEL_VIEW_H
#define FORKCOST_MODEL_VIEW_H

#include "harness/driver/model/model.h"
#include "harness/driver/show/grid.h"

enum { MODEL_SENTENCE_MAX = 800 };

/* What a line goes over in words, and what stands above a column. */
extern const struct model_words {
	const char *words, *head;
} model_words[MODEL_OVERS];

/* A row for each primitive with its shorter action, exit where it has that, and state; of call_ns, or of what comes
 * later. */
void model_table(const struct model *model, enum model_item item, struct grid *grid);

/* The cell of a coefficient as the table has it: of a flat slope only the bound, "n/a" without a line. */
void model_fixed_cell(struct grid *grid, const struct model_line *line);
void model_slope_cell(struct grid *grid, const struct model *model, const struct model_line *line);

/* "fork, exit: 30.7 us ±1.3%, 46.5 ns ±2.6% a page to copy, ...": every coefficient of the call of a line's arm, of both
 * states. Empty where another line of the arm says it. Returns `text`. */
const char *model_sentence(const struct model *model, const struct model_line *line,
			   char text[MODEL_SENTENCE_MAX]);

/* Writes model.json and tables/model into the run's folder. */
enum outcome model_write(const struct summary *summary, const char *folder,
			 struct problem *problem);

/* A block for each primitive at the filter's state: its name, then lines of heap in bytes, how far call_ns is from its
 * line over pages, as a share of itself, low, high. */
void model_put_residuals(FILE *file, const struct summary *summary, const struct filter *filter);

#endif
