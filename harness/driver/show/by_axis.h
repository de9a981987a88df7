/* What is shown without a face: an experiment's cases or arms by an axis, in a table and a figure. Of an experiment
 * without a face (show.h), or with one that has no tables or no figures, each axis that it varies, or the
 * heap if it varies none; of others the axes that their own tables and figures leave out. */
#ifndef FORKCOST_BY_AXIS_H
#define FORKCOST_BY_AXIS_H

#include "harness/driver/show/show.h"

enum { BY_AXIS_VIEWS_MAX = 48, BY_AXIS_LEVELS_MAX = 16, BY_AXIS_STEM_MAX = 2 * WIRE_NAME_MAX + 8 };

struct by_axis {
	const char *experiment;
	const char *name;     /* of the axis */
	const char *metric;   /* the main one; NULL: arms differ in it, or have no values */
	struct filter filter; /* at all levels of the axis, and one of each other */
	size_t level_count;   /* 0: no values */
	const char *levels[BY_AXIS_LEVELS_MAX];
	enum axis_id axis; /* AXIS_COUNT: the heap */
	bool has_face;
	bool by_number;   /* its levels are numbers */
	bool has_actions; /* its arms start children that exit or exec */
	bool is_time;     /* some main metric is */
	char stem
		[BY_AXIS_STEM_MAX]; /* of its files: "EXPERIMENT-by-AXIS", letters, digits, "_" and "-" */
};

enum by_axis_part { BY_AXIS_TABLES, BY_AXIS_FIGURES };

/* Finds all tables or all figures that a run needs, in its order. Experiments whose names would not do as file names
 * are left out. Returns how many. */
size_t by_axis_find(const struct summary *summary, enum by_axis_part part,
		    struct by_axis views[BY_AXIS_VIEWS_MAX]);

/* Fills in the table: a row for each arm, a column for each level, four of them at most. */
void by_axis_table(const struct summary *summary, const struct by_axis *view, struct grid *grid);

/* Writes STEM.dat, STEM-axes.dat and the caption, and the looks of an experiment without a face. */
enum outcome by_axis_figure(const struct figures *figures, const struct by_axis *view);

#endif
