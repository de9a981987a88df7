/* The face of an experiment: all that is known about how it is shown, in one file of show/experiments/, which
 * ends with SHOW(...) and registers itself, as the experiment does in bench/. What has no such file is shown
 * all the same: by_axis.h. */
#ifndef FORKCOST_SHOW_H
#define FORKCOST_SHOW_H

#include "harness/driver/show/blocks.h"
#include "harness/driver/show/curves.h"
#include "harness/driver/show/filter.h"
#include "harness/driver/show/floor.h"
#include "harness/driver/show/grid.h"

enum { FIGURE_FILES_MAX = 5, FIGURE_REMARK_MAX = 1000 };

/* What a caption says of intervals; docs/READING-THE-PLOTS.md has the rest. */
#define FIGURE_MEANS "trimmed means, bands: 95 % intervals"
#define FIGURE_BARS "trimmed means, bars: 95 % intervals"

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
	/* Writes a line of its own for the caption, and may narrow the filter of the samples that are counted. NULL: none. */
	void (*remark)(const struct summary *summary, struct filter *filter,
		       char text[FIGURE_REMARK_MAX]);
	struct data_file files[FIGURE_FILES_MAX + 1];
};

enum { DERIVED_MAX = 64, DERIVED_NOTE_MAX = 184 };

/* A value that is computed from several rows of a run (derived.h). */
struct derived {
	const char *name, *unit;
	const char *case_name, *metric; /* NULL: not of one alone */
	const char *control;            /* the case that was subtracted; NULL: none */
	bool with_heap;                 /* else it is not of one heap */
	uint64_t heap_bytes;
	size_t replicates;           /* 0: not over replicates */
	struct stats_interval value; /* centre NAN: none, and the note says why */
	char note[DERIVED_NOTE_MAX];
};

/* A part of the figure of counters: the arms of the experiment at one heap. */
struct counted_part {
	const char *title;  /* NULL: none */
	const char *per;    /* the metric that counts are divided by; NULL: none */
	const char *suffix; /* of the counters' names; NULL: none */
	uint64_t heap_max;  /* the largest heap up to this is shown; 0: FILTER_HEAP */
	bool most_threads;  /* the cell with the most running threads */
};

enum { SHOW_TABLES_MAX = 4, SHOW_PARTS_MAX = 2, SHOW_CHECK_MAX = 800 };

struct show {
	const char *experiment;
	unsigned place; /* among tables and parts of figures, rising */
	unsigned axes;  /* those that its own table or figures show, as a mask of 1 << axis */
	const struct look *looks;
	struct counted_part counted[SHOW_PARTS_MAX];
	/* Fills in the values that it computes from several rows, and those that it lacks with the reason; returns
	 * how many. Called for every run. NULL: none. */
	size_t (*derive)(const struct summary *summary, struct derived rows[DERIVED_MAX]);
	/* Each fills in a table, or leaves it without a title: there is none in this run. Called only if
	 * the experiment has values. None: it has generic ones. */
	void (*tables[SHOW_TABLES_MAX])(const struct summary *summary, struct grid *grid);
	/* The same for the terminal; none: `tables` are printed there, too. */
	void (*terminal[SHOW_TABLES_MAX])(const struct summary *summary, struct grid *grid);
	const struct face_figure *figures; /* NULL: it has generic ones */
	const struct floored *floored;     /* what is held against a floor; NULL: nothing */
	/* A ruler has this instead of tables and figures: writes its line of the checks, as snprintf. */
	void (*check)(const struct summary *summary, char line[SHOW_CHECK_MAX]);
};

#define SHOW(id, ...)                                                          \
	static const struct show id##_show = {.experiment = #id, __VA_ARGS__}; \
	static const struct show *const id##_show_entry                        \
		__attribute__((used, retain, section("forkcost_shows"))) = &id##_show

/* The faces by place; NULL behind the last. */
const struct show *show_at(size_t index);

/* NULL: the experiment has none. */
const struct show *show_find(const char *experiment);

#endif
