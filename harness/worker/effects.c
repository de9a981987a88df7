#include "harness/worker/effects.h"

extern const struct effect *const __start_forkcost_effects[];
extern const struct effect *const __stop_forkcost_effects[];

static const struct effect *effects[AXIS_COUNT];

enum outcome effects_find(struct problem *problem)
{
	for (const struct effect *const *entry = __start_forkcost_effects;
	     entry < __stop_forkcost_effects; entry++)
		effects[(*entry)->axis] = *entry;
	for (enum axis_id axis = 0; axis < AXIS_COUNT; axis++)
		if (!effects[axis])
			return fail(problem,
				    "cannot vary %s: no file in harness/worker/axes does it; see "
				    "docs/ADDING-A-BENCHMARK.md",
				    axes[axis].name);
	return OUTCOME_OK;
}

/* A function of all axes that have it, in their order. */
#define RETURN_EACH(function, ...)                                                   \
	for (enum axis_id axis = 0; axis < AXIS_COUNT; axis++)                       \
		if (effects[axis]->function && effects[axis]->function(__VA_ARGS__)) \
			return OUTCOME_FAILED;                                       \
	return OUTCOME_OK

enum outcome effects_begin(struct run *run)
{
	RETURN_EACH(begin, run, run->request->level[axis]);
}

enum outcome effects_make(struct run *run)
{
	RETURN_EACH(make, run);
}

enum outcome effects_begin_cell(struct run *run, const struct wire_cell *cell)
{
	RETURN_EACH(begin_cell, run, cell->level[axis]);
}

enum outcome effects_prepare(struct run *run, const struct arm *arm, const struct wire_cell *cell)
{
	RETURN_EACH(prepare, run, arm, cell->level[axis]);
}

void effects_before_sample(const struct run *run, const struct wire_cell *cell)
{
	for (enum axis_id axis = 0; axis < AXIS_COUNT; axis++)
		if (effects[axis]->before_sample)
			effects[axis]->before_sample(run, cell->level[axis]);
}

enum outcome effects_verify(struct run *run, const struct wire_cell_facts *facts)
{
	RETURN_EACH(verify, run, run->cell->level[axis], facts);
}
