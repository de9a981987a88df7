/* Figures drawn by gnuplot, as many at a time as there are CPUs. */
#ifndef FORKCOST_DRAW_H
#define FORKCOST_DRAW_H

#include "harness/common/problem.h"
#include "harness/driver/base/outfile.h"
#include "harness/driver/base/tool.h"

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

/* The formats, and what a whole file of each ends with: gnuplot does not notice that a disk is full. */
enum { DRAW_FORMATS = 3 };
struct draw_format {
	const char *name, *end;
};
extern const struct draw_format draw_formats[DRAW_FORMATS];

/* Each takes up to 80 MB. */
enum { DRAW_AT_ONCE_MAX = 8 };

/* A figure that gnuplot is drawing. */
struct figure {
	char name[OUTFILE_NAME_MAX]; /* without an ending */
	long long end_ms;            /* of tool_now_ms(): it may take no longer */
	struct tool gnuplot;
};

/* Where gnuplot works, and what it works with. */
struct studio {
	char folder[PATH_MAX];     /* private */
	char data[PATH_MAX + 16];  /* in it */
	char scripts[PATH_MAX];    /* ours, absolute */
	char style[PATH_MAX + 16]; /* the same */
	const char *result;        /* the run's folder */
	bool has_published;        /* points over spawn-by-heap */
	size_t drawn, failed;      /* figures */
	struct problem first;      /* that kept one from being drawn */
	size_t begun, ended;       /* figures; those between are being drawn */
	struct figure figures[DRAW_AT_ONCE_MAX];
};

/* Begins to draw one figure, in all formats, by a script of ours. `also`: a further word for the script, the experiment
 * of one that draws more than one figure, or that there are published points; "" for none. Where as many are being drawn
 * as there are CPUs it waits for the oldest first. A figure that cannot be drawn keeps no other from it: it is counted,
 * and the first problem kept. After an interrupt nothing more is begun. */
void draw_begin(struct studio *studio, const char *script, const char *name, const char *also);

/* Waits until all that were begun are drawn. Nothing runs any more then. Fails if one could not be drawn. */
enum outcome draw_end(struct studio *studio, struct problem *problem);

/* Finds the scripts, and makes a private folder below TMPDIR for the data of figures that go to `result`. draw_close()
 * removes it, also where an interrupt came. */
enum outcome draw_open(struct studio *studio, struct problem *problem);
void draw_close(const struct studio *studio);

#endif
