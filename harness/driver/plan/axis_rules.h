/* What a plan does with an axis beyond running all its chosen levels: rules that are about one axis, in one file.
 * An axis without a rule needs none. */
#ifndef FORKCOST_AXIS_RULES_H
#define FORKCOST_AXIS_RULES_H

#include "harness/driver/plan/job_heaps.h"

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
	bool (*runs_at)(const struct settings *settings, uint64_t level, uint64_t heap_bytes);
	/* Notes what the experiment's jobs will lack by that. */
	void (*note)(const struct jobs *jobs);
	/* Fails if levels that were asked for cannot be. */
	enum outcome (*check)(const struct plan *plan, const struct choice *levels,
			      struct problem *problem);
};

extern const struct axis_rule axis_rules[AXIS_COUNT];

/* How many samples an arm takes in a row in such a cell, at most. */
uint32_t axis_rules_burst_max(const struct wire_cell *cell);

/* What the cell walks over to make caches cold; 0: nothing. */
uint64_t axis_rules_evict_bytes(const struct plan *plan, const struct wire_cell *cell);

#endif
