/* What a fork costs, as lines: its call, write protection, and what comes after the call, over pages and over each
 * number that a run varies (METHODOLOGY, "The model"). */
#ifndef FORKCOST_MODEL_H
#define FORKCOST_MODEL_H

#include "harness/driver/analysis/summary.h"
#include "harness/driver/model/line.h"
#include "harness/driver/show/filter.h"

/* What is fitted. protect: call_ns of a dirty heap less that of a write-protected one, in the same process. later: the
 * end, reaped_ns or joined_ns, less call_ns. */
enum model_item { MODEL_CALL, MODEL_PROTECT, MODEL_LATER, MODEL_ITEMS };

/* Over what: pages of the heap, or numbers that an axis sets. */
enum model_over {
	MODEL_PAGE,
	MODEL_TABLE,
	MODEL_MAPPING,
	MODEL_SLEEPING_THREAD,
	MODEL_RUNNING_THREAD,
	MODEL_OPEN_FILE,
	MODEL_OVERS
};

extern const char *const model_item_names[MODEL_ITEMS], *const model_over_names[MODEL_OVERS];

/* A line of an arm, and the points that it was fitted to, or lies beside. */
struct model_line {
	const struct series *arm; /* of call_ns, at some point: its primitive, action and state */
	enum model_item item;
	enum model_over over;
	uint64_t heap_bytes; /* of lines that are not over pages */
	size_t point_count;
	struct line_point points[LINE_POINTS_MAX];
	struct line line;
};

struct model {
	size_t count, capacity;
	struct model_line *lines;
	/* Why a number is in none of the lines; empty if it is in one. */
	char lacks[MODEL_OVERS][FILTER_WHY_MAX];
};

enum outcome model_make(struct model *model, const struct summary *summary,
			struct problem *problem);

void model_free(struct model *model);

/* The line of an arm; NULL if there is none. */
const struct model_line *model_find(const struct model *model, const char *primitive,
				    const char *action, const char *state, enum model_item item,
				    enum model_over over);

/* Whether tables and figures show a line over pages: of an arm with exit, where the primitive has it. */
bool model_is_shown(const struct model *model, const struct model_line *line);

/* What a line's slope is below, up or down, in ns. */
double model_bound(const struct model_line *line);

/* What the largest number of a line takes in all, in ns: the line there or, where it is a part of the call, the call's;
 * 0: not known. */
double model_whole(const struct model *model, const struct model_line *line);

/* Whether all that is varied adds, as far as is known, less than LINE_BOUND of the whole. */
bool model_is_flat(const struct model *model, const struct model_line *line);

#endif
