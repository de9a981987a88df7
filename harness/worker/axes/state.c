/* state: every heap page written since the last fork, or none (METHODOLOGY, "State before the window"). */
#include "harness/worker/effects.h"
#include "harness/worker/heap.h"

/* For which sample the heap was prepared last. */
static const struct arm *prepared_for;
static uint64_t prepared_level;

static bool shares_memory(const struct arm *arm)
{
	return arm && arm->experiment->spawns && arm->primitive &&
	       arm->primitive->traits & TRAIT_SHARES_MEMORY;
}

/* Children that share memory leave the heap as it was: between their samples there is nothing to prepare. What copies
 * the heap finds it prepared right before. */
static enum outcome prepare(struct run *run, const struct arm *arm, uint64_t level)
{
	const bool is_kept =
		shares_memory(arm) && shares_memory(prepared_for) && level == prepared_level;
	prepared_for = arm;
	prepared_level = level;
	if (is_kept)
		return OUTCOME_OK;
	return level == STATE_WRITE_PROTECTED ? child_write_protect_heap(run) : heap_write(run);
}

AXIS_EFFECT(STATE, .prepare = prepare);
