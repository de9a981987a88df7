/* What the figures' data files are made of. Which there are, each experiment's face says (show.h). Files lie in
 * RUN/plots/data/, fields with tabs between, blocks with two blank lines between.
 * docs/RESULTS-FORMAT.md describes each. */
#ifndef FORKCOST_FIGURES_H
#define FORKCOST_FIGURES_H

#include "harness/common/problem.h"
#include "harness/driver/analysis/summary.h"
#include "harness/driver/base/forms/gnuplot.h"
#include "harness/driver/base/outfile.h"
#include "harness/driver/show/filter.h"

#include <stdbool.h>
#include <stdio.h>

struct figures {
	const struct summary *summary;
	const char *folder;      /* RUN */
	struct outfile *outfile; /* the one that is open */
	struct problem *problem;
};

/* ---- files and their fields (figures.c) ---- */

/* One at a time. NULL, with the problem filled in, if it cannot be written. */
FILE *figures_open(const struct figures *figures, const char *name);
enum outcome figures_close(const struct figures *figures, FILE *file);

/* Centre, low and high as fields with tabs before; NaN where there is no interval. */
void figures_put_interval(FILE *file, const struct stats_interval *interval, double divisor);

/* ---- looks, by name (figures.c): data as well, so that plot scripts need no list of names ---- */

/* Their order is that of the legend. One without a width looks as the palette has it at its place. */
struct look {
	const char *name; /* a case, a primitive or a metric; NULL ends the list */
	unsigned colour;  /* 0xRRGGBB */
	double width;
	unsigned char dash[4]; /* on, off, on, off; all 0: solid */
	unsigned char marker;  /* gnuplot's point type */
	double size;
	const char *heading; /* begins a column of the legend with this above it; NULL: none */
};

/* Writes look-NAME.dat: the looks, and after them what of the palette is left, for other names. `looks` NULL:
 * the palette alone. */
enum outcome looks_write(const struct figures *figures, const char *name, const struct look *looks);

/* ---- curves (curves.c) ---- */

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
	const char *const *names; /* CURVE_OVER_NAME */
	size_t name_count;
	enum axis_id axis; /* of numbers and names */
	bool a_page;       /* values are divided by the pages of the heap */
	bool to_fork;      /* the ratio to fork instead of the value */
	bool (*takes)(const struct summary *summary, const struct series *series); /* or NULL */
	void (*put)(FILE *file, const struct summary *summary, const struct filter *filter);
	/* 1, 2, 3: `put` writes of the smallest, the middle, the largest heap; empty where there are not so many. */
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

/* ---- captions (caption.c) ---- */

struct caption {
	const char *figure;
	/* What is shown, and what its intervals are, as block_words() takes it; without "{levels}" these follow. */
	const char *what;
	struct filter filter; /* whose samples and replicates are told, and levels */
	const char *remark;   /* a line of its own; NULL or empty: none */
	bool full_reasons;    /* why counters were not counted: with remedies, else in short */
};

/* Lines under a figure: what, samples and replicates, or why there are none; the remark; counters;
 * machine, kernel, run and version. */
enum outcome caption_write(const struct figures *figures, const struct caption *caption);

/* ---- figures of a face (figures.c) ---- */

enum { FIGURE_FILES_MAX = 4, FIGURE_REMARK_MAX = 1000 };

#define FIGURE_MEANS "geometric means of replicate medians, bands: 95 % t interval on their logs"

/* A figure: plots/NAME.gp draws it from `files` and caption-NAME.dat. */
struct face_figure {
	const char *name; /* NULL ends the list */
	const char *what; /* of its caption */
	/* What all of its files and its caption show. The experiment is filled in, levels that are NULL are settled; what
	 * is set in a file's own filter stands in its place there. */
	struct filter filter;
	enum curve_axis over; /* of all its curves; `axis` as well */
	enum axis_id axis;
	bool (*takes)(const struct summary *summary,
		      const struct series *series); /* as in a file */
	/* Chooses the one heap that it shows, as filter_one_heap(). NULL: all. */
	bool (*choose_heap)(const struct summary *summary, struct filter *filter);
	/* Writes a line of its own for the caption, and may narrow the filter of the samples that are told. NULL: none. */
	void (*remark)(const struct summary *summary, struct filter *filter,
		       char text[FIGURE_REMARK_MAX]);
	struct data_file files[FIGURE_FILES_MAX + 1];
};

/* ---- all of them (figures.c) ---- */

/* Writes all data files of a run. A figure without data gets empty files, and a caption that says why. */
enum outcome figures_write(const struct summary *summary, const char *folder,
			   struct problem *problem);

#endif
