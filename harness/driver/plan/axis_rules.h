/* What a plan does with an axis beyond running all its chosen levels: rules that are about one axis, in one file.
 * An axis without a rule needs none. */
#ifndef FORKCOST_AXIS_RULES_H
#define FORKCOST_AXIS_RULES_H

#include "harness/driver/plan/plan.h"

/* What the jobs of one experiment share. */
struct jobs {
	struct plan *plan;
	const struct wire_experiment *experiment;
	uint32_t arm_from;
	struct choice heaps; /* those that it runs at */
	struct problem *problem;
};

/* Whether the levels beside the plain one are run apart: each alone, with the other such axes at their plain
 * levels, and at heaps that the rule chooses; where nobody asked for them, in the plain cell alone. */
enum axis_apart { APART_NEVER, APART_UNASKED, APART_ALWAYS };

struct axis_rule {
	enum axis_apart apart;
	/* The levels where nobody asked for any and the axis's row leaves it to the plan. */
	void (*choose)(const struct jobs *jobs, struct choice *levels);
	/* The heaps at which a level runs that is apart, in the order of the jobs. */
	enum outcome (*choose_heaps)(const struct jobs *jobs, uint64_t level, struct choice *heaps);
	/* Whether a job's level that is apart can be had; if not, fails where it was asked for, else notes why. */
	enum outcome (*can)(const struct jobs *jobs, const struct plan_job *job, bool *can);
	/* Whether a cell at this heap has the level. */
	bool (*runs_at)(const struct jobs *jobs, uint64_t level, uint64_t heap_bytes);
	/* Whether a cell of the level leaves out an arm of the plan. */
	bool (*skips)(const struct plan *plan, uint64_t level, uint32_t arm);
	/* Notes what the experiment's jobs will lack by that. */
	void (*note)(const struct jobs *jobs);
	/* Fails if levels that were asked for cannot be. */
	enum outcome (*check)(const struct plan *plan, const struct choice *levels,
			      struct problem *problem);
};

extern const struct axis_rule axis_rules[AXIS_COUNT];

/* "1 GiB, 4 GiB". Returns `text`. */
const char *axis_rules_name_heaps(const uint64_t *heap_bytes, size_t count, char text[NOTE_BYTES]);

/* Notes that something is left out at heaps above the largest, if there are any, and which option asks for it. */
void axis_rules_note_expensive(const struct jobs *jobs, const char *what, uint64_t largest_bytes,
			       const char *option);

/* Sets how many samples an arm takes in a row in the cell, at most. Whether a buffer is read before each. */
bool axis_rules_set_burst(struct wire_cell *cell);

#endif
