/* The data files of a figure, and the curves that most of them are. */
#ifndef FORKCOST_CURVES_H
#define FORKCOST_CURVES_H

#include "harness/driver/show/figures.h"
#include "harness/driver/show/filter.h"

enum curve_split { CURVE_BY_ARM, CURVE_BY_METRIC, CURVE_BY_ARM_AND_METRIC };
enum curve_axis {
	CURVE_OVER_HEAP,
	CURVE_OVER_PAGES,
	CURVE_OVER_NUMBER, /* the level of an axis, a number */
	CURVE_OVER_NAME,   /* the place of the level among names */
};

/* A data file of a figure: what `put` writes; without it curves, a block for each arm or metric, first its name,
 * then lines of x, value, low, high, with rising x. */
struct data_file {
	const char *name; /* NULL ends the list */
	struct filter filter;
	enum curve_split split;
	enum curve_axis over;
	const char *const *names; /* CURVE_OVER_NAME; NULL: those of the axis's row */
	size_t name_count;
	enum axis_id axis; /* of numbers and names */
	bool a_page;       /* values are divided by the pages of the heap */
	bool to_fork;      /* the ratio to fork instead of the value */
	/* Left out are curves of one point where others have several: arms that ran at one level alone. */
	bool skips_single;
	bool of_crowded; /* what a crowded core costs instead, where that has an interval */
	bool (*takes)(const struct summary *summary, const struct series *series); /* or NULL */
	void (*put)(FILE *file, const struct summary *summary, const struct filter *filter);
	/* 1, 2, 3: it is of the smallest, the middle (of two: the larger), the largest heap; empty where there are not
	 * so many. 0: of the figure's. */
	unsigned panel;
};

/* Writes a file of curves. */
enum outcome curves_write(const struct figures *figures, const struct data_file *curves);

enum { CURVES_NAME_MAX = 2 * WIRE_NAME_MAX + COUNTER_NAME_MAX + 8 };

/* "vfork", "after_exec" or, with the metric, "read_file, page_read_ns". Returns `text`. */
const char *curves_arm_name(const struct series *arm, bool with_metric, char text[CURVES_NAME_MAX]);

/* Figures compare primitives with exec, which all processes can; thread and eager_copy, which cannot, are
 * shown with exit. True of arms that start no child. */
bool curves_is_shown_action(const struct summary *summary, const struct series *series);

#endif
