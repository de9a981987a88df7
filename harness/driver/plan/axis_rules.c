#include "harness/driver/plan/axis_rules.h"

#include "harness/common/units.h"

#include <stdio.h>

/* Samples an arm takes in a row. Cold ones pay for a walk over the caches each. */
enum { BURST_WARM = 2, BURST_COLD = 1 };

extern const struct axis_rule *const __start_forkcost_axis_rules[];
extern const struct axis_rule *const __stop_forkcost_axis_rules[];

const struct axis_rule *axis_rule(enum axis_id axis)
{
	static const struct axis_rule none = {0};
	for (const struct axis_rule *const *entry = __start_forkcost_axis_rules;
	     entry < __stop_forkcost_axis_rules; entry++)
		if ((*entry)->axis == axis)
			return *entry;
	return &none;
}

/* ---- what several rules use ---- */

const char *axis_rules_name_heaps(const uint64_t *heap_bytes, size_t count, char text[NOTE_BYTES])
{
	char heap[UNITS_TEXT_MAX];
	*text = '\0';
	for (size_t i = 0; i < count; i++)
		notes_append(text, NOTE_BYTES, "%s%s", i ? ", " : "",
			     units_format_bytes(heap_bytes[i], heap));
	return text;
}

void axis_rules_note_expensive(const struct jobs *jobs, const char *what, uint64_t largest_bytes,
			       const char *option)
{
	char heaps[NOTE_BYTES];
	size_t from = 0;
	while (from < jobs->heaps.count && jobs->heaps.level[from] <= largest_bytes)
		from++;
	if (from < jobs->heaps.count)
		notes_add(&jobs->plan->left_out, "%s of %s at %s: expensive; ask for them with %s",
			  what, jobs->experiment->name,
			  axis_rules_name_heaps(jobs->heaps.level + from, jobs->heaps.count - from,
						heaps),
			  option);
}

struct choice axis_rules_three(const struct jobs *jobs, uint64_t largest_bytes)
{
	struct choice three = {0};
	size_t last = jobs->heaps.count;
	while (last > 1 && jobs->heaps.level[last - 1] > largest_bytes)
		last--;
	if (last == 0)
		return three;
	choice_add(&three, jobs->heaps.level[0]);
	choice_add(&three, jobs->heaps.level[(last - 1) / 2]);
	choice_add(&three, jobs->heaps.level[last - 1]);
	return three;
}

uint32_t axis_rules_other_cpus(const struct plan *plan)
{
	uint32_t others = 0;
	for (unsigned i = 0; i < WIRE_CPUS_MAX; i++)
		others += (int)i != plan->caller_cpu && plan->allowed_cpus[i / 64] >> i % 64 & 1;
	return others;
}

bool axis_rules_set_burst(struct wire_cell *cell)
{
	const bool is_cold = cell->level[AXIS_CACHE] == CACHE_COLD;
	cell->burst_max = is_cold ? BURST_COLD : BURST_WARM;
	return is_cold;
}

/* ---- rules and rows ---- */

enum axis_apart axis_rules_apart(enum axis_id axis, const struct wire_experiment *experiment)
{
	return axis_is_apart_in(&axes[axis], experiment->name) ? APART_UNASKED
							       : axis_rule(axis)->apart;
}

enum outcome axis_rules_choose_heaps(const struct jobs *jobs, enum axis_id axis, uint64_t level,
				     struct choice *heaps)
{
	const struct axis_rule *rule = axis_rule(axis);
	if (rule->choose_heaps)
		return rule->choose_heaps(jobs, level, heaps);
	heaps->count = 0;
	for (size_t i = jobs->heaps.count; i-- > 0 && !heaps->count;)
		if (jobs->heaps.level[i] <= axes[axis].apart_heap_bytes &&
		    (!rule->runs_at || rule->runs_at(jobs, level, jobs->heaps.level[i])))
			choice_add(heaps, jobs->heaps.level[i]);
	/* Where all are larger, the smallest. */
	if (!heaps->count && jobs->heaps.count && !rule->runs_at)
		choice_add(heaps, jobs->heaps.level[0]);
	return OUTCOME_OK;
}

/* Heaps that were chosen and do not run a level that was asked for. */
static struct choice unfit_heaps(const struct jobs *jobs, enum axis_id axis, uint64_t level)
{
	struct choice unfit = {0};
	for (size_t i = 0; i < jobs->heaps.count; i++)
		if (!axis_rule(axis)->runs_at(jobs, level, jobs->heaps.level[i]))
			choice_add(&unfit, jobs->heaps.level[i]);
	return unfit;
}

void axis_rules_note(const struct jobs *jobs, enum axis_id axis)
{
	const struct axis_rule *rule = axis_rule(axis);
	const struct choice *levels = &jobs->plan->settings.levels[axis];
	char heaps[NOTE_BYTES], level[AXIS_TEXT_MAX];
	if (rule->note)
		rule->note(jobs);
	for (size_t i = 0; rule->unfit && levels->given && i < levels->count; i++) {
		const struct choice unfit = unfit_heaps(jobs, axis, levels->level[i]);
		if (unfit.count)
			notes_add(&jobs->plan->left_out, "--%s %s of %s at %s: %s",
				  axes[axis].option,
				  axis_text(&axes[axis], levels->level[i], level),
				  jobs->experiment->name,
				  axis_rules_name_heaps(unfit.level, unfit.count, heaps),
				  rule->unfit);
	}
}

enum outcome axis_rules_check(struct plan *plan, enum axis_id axis, const struct choice *levels,
			      struct problem *problem)
{
	const struct axis_rule *rule = axis_rule(axis);
	const struct jobs jobs = {.plan = plan, .heaps = plan->settings.heaps};
	char level[AXIS_TEXT_MAX];
	for (size_t i = 0; rule->unfit && jobs.heaps.given && i < levels->count; i++)
		if (unfit_heaps(&jobs, axis, levels->level[i]).count == jobs.heaps.count)
			return fail(problem, "cannot use --%s %s: %s; give another --heap",
				    axes[axis].option,
				    axis_text(&axes[axis], levels->level[i], level), rule->unfit);
	return rule->check ? rule->check(plan, levels, problem) : OUTCOME_OK;
}

enum outcome axis_rules_arrange(const struct plan_job *job, struct wire_request *request,
				struct problem *problem)
{
	for (enum axis_id axis = 0; axis < AXIS_COUNT; axis++)
		if (axis_rule(axis)->arrange && axis_rule(axis)->arrange(job, request, problem))
			return OUTCOME_FAILED;
	return OUTCOME_OK;
}

bool axis_rules_has(enum axis_id axis, uint64_t level, const struct wire_experiment *experiment)
{
	char name[AXIS_TEXT_MAX];
	return experiment->varies >> axis & 1 &&
	       (!axis_lists(axes[axis].own_levels, axis_text(&axes[axis], level, name)) ||
		axis_lists(axes[axis].experiments, experiment->name));
}

bool axis_rules_skips(const struct plan *plan, enum axis_id axis, uint64_t level, uint32_t arm)
{
	const struct wire_primitive *primitive = plan->arm_primitive[arm];
	const struct axis_rule *rule = axis_rule(axis);
	if (rule->skips && rule->skips(plan, level, arm))
		return true;
	return level != axis_plain(&axes[axis]) && axes[axis].unasked_primitives && primitive &&
	       !plan->settings.levels[axis].given && !plan->settings.primitives_given &&
	       !axis_lists(axes[axis].unasked_primitives, primitive->name);
}
