/* touch_order: the orders in which passes touch the heap's pages. */
#include "harness/common/shuffle.h"
#include "harness/worker/arena.h"
#include "harness/worker/effects.h"

static const uint32_t *orders[TOUCH_COUNT]; /* in memory that fork does not copy */

static enum outcome make(struct run *run)
{
	size_t count = run->touch.count;
	struct shuffle shuffle;
	if (count == 0)
		return OUTCOME_OK;
	uint32_t *made =
		arena_share(TOUCH_COUNT * count * sizeof *made, "the page orders", run->problem);
	if (!made)
		return OUTCOME_FAILED;
	for (uint32_t i = 0; i < count; i++)
		made[i] = i;
	shuffle_seed(&shuffle, ~run->request->seed); /* rounds shuffle by the seed itself */
	shuffle_order(&shuffle, made + count, (uint32_t)count);
	orders[TOUCH_SEQUENTIAL] = made;
	orders[TOUCH_SHUFFLED] = made + count;
	run->touch.order = made;
	return OUTCOME_OK;
}

static enum outcome begin_cell(struct run *run, uint64_t level)
{
	run->touch.order = orders[level];
	return OUTCOME_OK;
}

AXIS_EFFECT(TOUCH_ORDER, .make = make, .begin_cell = begin_cell);
