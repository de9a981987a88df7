/* What an axis does to the process: one file an axis in harness/worker/axes, which ends with AXIS_EFFECT(...) and
 * so registers itself. */
#ifndef FORKCOST_EFFECTS_H
#define FORKCOST_EFFECTS_H

#include "harness/worker/bench.h"

/* Any of these may be NULL. `level` is the request's or the cell's, and was checked against the axis's row. */
struct effect {
	enum axis_id axis;
	/* Once, before the heap is built, whatever the request's mode. */
	enum outcome (*begin)(struct run *run, uint64_t level);
	/* Once, when the heap is there. */
	enum outcome (*make)(struct run *run);
	/* Before the first sample of each cell. */
	enum outcome (*begin_cell)(struct run *run, uint64_t level);
	/* Before each sample and each warm-up of an experiment that does not ignore the heap. */
	enum outcome (*prepare)(struct run *run, const struct arm *arm, uint64_t level);
	/* Right before each sample, but no warm-up. */
	void (*before_sample)(const struct run *run, uint64_t level);
	/* When a cell is done: fails if the process is not what the level says. `facts` are of the cell. */
	enum outcome (*verify)(struct run *run, uint64_t level,
			       const struct wire_cell_facts *facts);
};

#define AXIS_EFFECT(id, ...)                                                       \
	static const struct effect id##_effect = {.axis = AXIS_##id, __VA_ARGS__}; \
	static const struct effect *const id##_effect_entry                        \
		__attribute__((used, retain, section("forkcost_effects"))) = &id##_effect

/* Finds the effect of each axis. Fails if an axis has none: it would be varied in vain. */
enum outcome effects_find(struct problem *problem);

/* Each of these calls the function of its name of all axes, in their order. */
enum outcome effects_begin(struct run *run);
enum outcome effects_make(struct run *run);
enum outcome effects_begin_cell(struct run *run, const struct wire_cell *cell);
enum outcome effects_prepare(struct run *run, const struct arm *arm, const struct wire_cell *cell);
void effects_before_sample(const struct run *run, const struct wire_cell *cell);
enum outcome effects_verify(struct run *run, const struct wire_cell_facts *facts);

#endif
