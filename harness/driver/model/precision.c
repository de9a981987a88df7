#include "harness/driver/model/precision.h"

#include <math.h>

/* Half of the interval is to be `wanted`. Student's t stays what it is, so that these are rather too many. */
static struct precision judge(const struct line_interval *parts, double wanted)
{
	const double square = pow(parts->error, 2);
	const double room = pow(wanted / parts->t, 2) - parts->off * square;
	if (parts->t * parts->error <= wanted)
		return (struct precision){true, 1};
	return (struct precision){false,
				  wanted > 0 && room > 0 ? (1 - parts->off) * square / room : 0};
}

struct precision precision_of_fixed(const struct model_line *line)
{
	return judge(&line->line.of_zero, MODEL_PRECISION * fabs(line->line.at_zero.center));
}

struct precision precision_of_slope(const struct model *model, const struct model_line *line)
{
	const double wanted = model_is_flat(model, line)
				      ? model_whole(model, line) / line->points[line->line.last].x
				      : fabs(line->line.slope.center);
	return judge(&line->line.of_slope, MODEL_PRECISION * wanted);
}

struct listing {
	struct grid *grid;
	size_t all, wide;
};

/* Begins the row of one that is not within; `as`: how the tables of the model call it. */
static bool begin_row(struct listing *listing, const struct model_line *line, const char *as,
		      const struct precision *precision)
{
	struct grid *grid = listing->grid;
	listing->all++;
	if (precision->is_within)
		return false;
	listing->wide++;
	grid_row(grid);
	grid_cell(grid, "%s", line->arm->primitive);
	grid_cell(grid, "%s", line->arm->action);
	grid_cell(grid, "%s", line->arm->level[AXIS_STATE]);
	grid_cell(grid, "%s", line->item == MODEL_LATER ? "later" : "call");
	grid_cell(grid, "%s", as);
	return true;
}

static void end_row(struct grid *grid, const struct precision *precision)
{
	if (precision->replicates > 0)
		grid_cell(grid, "%.*f times", precision->replicates < 10, precision->replicates);
	else
		grid_cell(grid, "off the line");
}

static void put_fixed(struct listing *listing, const struct model_line *line)
{
	const struct precision precision = precision_of_fixed(line);
	if (!begin_row(listing, line, "fixed", &precision))
		return;
	model_fixed_cell(listing->grid, line);
	end_row(listing->grid, &precision);
}

static void put_slope(struct listing *listing, const struct model *model,
		      const struct model_line *line)
{
	const struct precision precision = precision_of_slope(model, line);
	if (!begin_row(listing, line,
		       line->item == MODEL_PROTECT ? "to protect" : model_words[line->over].head,
		       &precision))
		return;
	model_slope_cell(listing->grid, model, line);
	end_row(listing->grid, &precision);
}

/* What a line of the tables has in it. */
static void put_line(struct listing *listing, const struct model *model,
		     const struct model_line *line)
{
	const struct series *arm = line->arm;
	put_fixed(listing, line);
	put_slope(listing, model, line);
	for (size_t i = 0; i < model->count; i++) {
		const struct model_line *other = &model->lines[i];
		const bool is_part = other->over == MODEL_PAGE ? other->item == MODEL_PROTECT &&
									 line->item == MODEL_CALL
							       : other->item == line->item;
		if (is_part &&
		    model_find(model, arm->primitive, arm->action, arm->level[AXIS_STATE],
			       other->item, other->over) == other)
			put_slope(listing, model, other);
	}
}

void precision_table(const struct model *model, struct grid *grid)
{
	struct listing listing = {.grid = grid};
	grid_begin(grid, 5, "the model's coefficients");
	grid_heads(grid, "primitive", "child", "heap", "of", "coefficient", "value", "replicates");
	for (size_t i = 0; i < model->count; i++)
		if (model->lines[i].item != MODEL_PROTECT &&
		    model_is_shown(model, &model->lines[i]))
			put_line(&listing, model, &model->lines[i]);
	snprintf(grid->title, sizeof grid->title,
		 "%zu of the model's %zu coefficients are not within ±%.0f%%%s", listing.wide,
		 listing.all, 100 * MODEL_PRECISION, listing.wide ? "; these, and no others" : "");
	if (!listing.wide)
		grid->rows = 0;
	else
		grid_note(grid, "replicates: about so many times as many would bring it there; off "
				"the line: none would, for heaps lie further from a straight line");
}
