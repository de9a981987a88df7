/* state: every heap page written since the last fork, or none (METHODOLOGY, "State before the window"). */
#include "harness/worker/effects.h"
#include "harness/worker/heap.h"

static enum outcome prepare(struct run *run, const struct arm *arm, uint64_t level)
{
	(void)arm;
	return level == STATE_WRITE_PROTECTED ? child_write_protect_heap(run) : heap_write(run);
}

AXIS_EFFECT(STATE, .prepare = prepare);
