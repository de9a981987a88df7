/* Which coefficients of a model are known well enough, and what keeps the others from it. */
#ifndef FORKCOST_MODEL_PRECISION_H
#define FORKCOST_MODEL_PRECISION_H

#include "harness/driver/model/view.h"

/* A coefficient is within this share of itself to either side; a slope that is flat, and so shown as 0, within what is this
 * share of the whole at the largest number. */
#define MODEL_PRECISION 0.05

struct precision {
	bool is_within;
	/* Of replicates: about so many times as many bring it there. 0: none do, for points lie off the line by more
	 * than that. 1 of what is within. */
	double replicates;
};

struct precision precision_of_fixed(const struct model_line *line);
struct precision precision_of_slope(const struct model *model, const struct model_line *line);

/* A row for each coefficient of the tables that is not within MODEL_PRECISION. Its title counts them all: those that it
 * does not list are within. */
void precision_table(const struct model *model, struct grid *grid);

#endif
