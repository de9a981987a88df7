#include "harness/driver/plan/kinds.h"

#include "harness/driver/base/stats.h"

const struct worker_kind worker_kinds[WIRE_KIND_COUNT] = {
	[WIRE_ALL] = {"all", "every arm in every cell, in short", 0.435, 0.5,
		      STATS_INTERVAL_VALUES_MIN, SETTINGS_REPLICATES_MAX,
		      STATS_PRECISION_VALUES_MIN},
	[WIRE_HEADLINE] = {"headline", "the headline's arms and cells", 0.445, 1, 1,
			   SETTINGS_REPLICATES_MAX, SETTINGS_REPLICATES_MAX},
	/* Counts vary little, and one round is enough to count. */
	[WIRE_COUNTING] = {"counting", "counts instead of times", 0.12, 0, 0,
			   STATS_INTERVAL_VALUES_MIN, 0},
};

/* The level that the headline's cells have where nobody asks for one: this is the one place that says it. */
static bool is_headline_level(const struct plan *plan, enum axis_id axis, uint64_t level)
{
	return level == axis_plain(&axes[axis]) || plan->settings.levels[axis].given;
}

bool kinds_is_headline(const struct plan *plan, uint32_t arm)
{
	const struct wire_primitive *primitive = plan->arm_primitive[arm];
	return primitive && (primitive->traits & TRAIT_HEADLINE || plan->settings.primitives_given);
}

void kinds_set(const struct plan *plan, const struct plan_job *job, bool counted,
	       struct wire_cell *cell)
{
	bool is_headline = false;
	for (uint32_t a = 0; a < job->arm_count; a++)
		is_headline = is_headline || kinds_is_headline(plan, job->arm_from + a);
	for (enum axis_id axis = 0; axis < AXIS_COUNT; axis++)
		is_headline = is_headline && is_headline_level(plan, axis, cell->level[axis]);
	cell->kinds = 1u << WIRE_ALL | (uint32_t)is_headline << WIRE_HEADLINE |
		      (uint32_t)counted << WIRE_COUNTING;
}

bool kinds_runs(const struct plan *plan, const struct plan_job *job, enum wire_kind kind)
{
	if (kind == WIRE_COUNTING && plan->counters.count == 0)
		return false;
	for (uint32_t c = 0; c < job->cell_count; c++)
		if (wire_cell_has(&job->cells[c], kind))
			return true;
	return false;
}

bool kinds_has(const struct plan *plan, enum wire_kind kind)
{
	for (size_t i = 0; i < plan->job_count; i++)
		if (kinds_runs(plan, &plan->jobs[i], kind))
			return true;
	return false;
}

bool kinds_skips(const struct plan *plan, const struct plan_job *job, enum wire_kind kind,
		 uint32_t cell, uint32_t arm)
{
	return wire_cell_skips(&job->cells[cell], arm) ||
	       (kind == WIRE_HEADLINE && !kinds_is_headline(plan, job->arm_from + arm));
}

uint64_t kinds_cell_ns(const struct plan *plan, enum wire_kind kind)
{
	double share = kind == WIRE_ALL && !kinds_has(plan, WIRE_HEADLINE)
			       ? 1
			       : worker_kinds[kind].cell_share;
	return (uint64_t)(share * (double)plan->settings.cell_ns) + 1;
}

double kinds_share(const struct plan *plan, enum wire_kind kind)
{
	if (!kinds_has(plan, kind))
		return 0;
	/* What the plan has none of goes to those that take times, in proportion. */
	double counting = kinds_has(plan, WIRE_COUNTING) ? worker_kinds[WIRE_COUNTING].share : 0;
	double all = worker_kinds[WIRE_ALL].share;
	double headline = kinds_has(plan, WIRE_HEADLINE) ? worker_kinds[WIRE_HEADLINE].share : 0;
	return kind == WIRE_COUNTING ? counting
				     : worker_kinds[kind].share / (all + headline) * (1 - counting);
}
