/* What a plan does with an axis beyond running all its chosen levels: one file an axis in harness/driver/plan/axes, which
 * ends with AXIS_RULE(...) and so registers itself. An axis without such a file needs none. */
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
	enum axis_id axis;
	enum axis_apart apart;
	/* The levels where nobody asked for any and the axis's row leaves it to the plan. */
	void (*choose)(const struct jobs *jobs, struct choice *levels);
	/* The heaps at which a level runs that is apart, in the order of the jobs. */
	enum outcome (*choose_heaps)(const struct jobs *jobs, uint64_t level, struct choice *heaps);
	/* Whether a job's level that is apart can be had; if not, fails where it was asked for, else notes why. */
	enum outcome (*can)(const struct jobs *jobs, const struct plan_job *job, bool *can);
	/* Whether a cell at this heap has the level; why it does not, where that is noted or an error. */
	bool (*runs_at)(const struct jobs *jobs, uint64_t level, uint64_t heap_bytes);
	const char *unfit;
	/* Why levels of different axes do not go together in a cell at this heap; NULL: they do. Empty: they do not, and
	 * nobody would expect it. */
	const char *(*clash)(const uint64_t level[AXIS_COUNT], uint64_t heap_bytes);
	/* Whether a cell of the level leaves out an arm of the plan. */
	bool (*skips)(const struct plan *plan, uint64_t level, uint32_t arm);
	/* Notes what the experiment's jobs will lack by that. */
	void (*note)(const struct jobs *jobs);
	/* Fails if levels that were asked for cannot be. */
	enum outcome (*check)(const struct plan *plan, const struct choice *levels,
			      struct problem *problem);
	/* Before a worker of the job: changes of the machine what its level needs, and says so in the request.
	 * tunables_restore() puts it back. */
	enum outcome (*arrange)(const struct plan_job *job, struct wire_request *request,
				struct problem *problem);
};

#define AXIS_RULE(id, ...)                                                          \
	static const struct axis_rule id##_rule = {.axis = AXIS_##id, __VA_ARGS__}; \
	static const struct axis_rule *const id##_rule_entry                        \
		__attribute__((used, retain, section("forkcost_axis_rules"))) = &id##_rule

/* The axis's; one that says nothing where it has none. */
const struct axis_rule *axis_rule(enum axis_id axis);

/* The rule's, or the row's. */
enum axis_apart axis_rules_apart(enum axis_id axis, const struct wire_experiment *experiment);

/* The heaps of a level that is apart; one heap where the row says so. */
enum outcome axis_rules_choose_heaps(const struct jobs *jobs, enum axis_id axis, uint64_t level,
				     struct choice *heaps);

/* Whether the experiment has the level: some are for those alone that the axis's row names. */
bool axis_rules_has(enum axis_id axis, uint64_t level, const struct wire_experiment *experiment);

/* Notes what the experiment's jobs will lack by the axis's rule. */
void axis_rules_note(const struct jobs *jobs, enum axis_id axis);

/* Fails if levels that were asked for cannot be, or run at no heap that was asked for. */
enum outcome axis_rules_check(struct plan *plan, enum axis_id axis, const struct choice *levels,
			      struct problem *problem);

/* Changes of the machine what a worker of the job needs. Fails if that cannot be. */
enum outcome axis_rules_arrange(const struct plan_job *job, struct wire_request *request,
				struct problem *problem);

/* Whether a cell of the level leaves out an arm of the plan, by rule or by row. */
bool axis_rules_skips(const struct plan *plan, enum axis_id axis, uint64_t level, uint32_t arm);

/* Of the heaps at which an experiment runs the smallest, the middle one, and the largest up to a size: for what is expensive
 * and not asked for. */
struct choice axis_rules_three(const struct jobs *jobs, uint64_t largest_bytes);

/* CPUs that are allowed besides the caller's. */
uint32_t axis_rules_other_cpus(const struct plan *plan);

/* "1 GiB, 4 GiB". Returns `text`. */
const char *axis_rules_name_heaps(const uint64_t *heap_bytes, size_t count, char text[NOTE_BYTES]);

/* Notes that something is left out at heaps above the largest, if there are any, and which option asks for it. */
void axis_rules_note_expensive(const struct jobs *jobs, const char *what, uint64_t largest_bytes,
			       const char *option);

/* Sets how many samples an arm takes in a row in the cell, at most. Whether a buffer is read before each. */
bool axis_rules_set_burst(struct wire_cell *cell);

#endif
