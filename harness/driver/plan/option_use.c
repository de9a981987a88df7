#include "harness/driver/plan/option_use.h"

#include "harness/driver/base/notes.h"
#include "harness/driver/plan/axis_rules.h"

#include <stdio.h>
#include <string.h>

enum { VALUE_BYTES = 120, NAMES_BYTES = 160 };

/* Which experiments have a use for an option, and what the others do. */
struct use {
	size_t at;                            /* offset of what the experiment says of it ... */
	uint32_t bits;                        /* ... and which of its bits mean a use */
	const char *verb;                     /* "vary" */
	const char *others_one, *others_many; /* "runs", "run": what the others do ... */
	const char *otherwise;                /* ... "at 4k" */
};

static bool has_use(const struct use *use, const struct wire_experiment *experiment)
{
	return *(const uint32_t *)((const char *)experiment + use->at) & use->bits;
}

/* The rulers count only if there is nothing else: they ride along with everything. */
static bool is_chosen(const struct plan *plan, uint32_t index)
{
	const struct wire_catalog *catalog = &plan->catalog;
	bool only_rulers = true;
	for (uint32_t e = 0; e < catalog->experiment_count; e++)
		only_rulers = only_rulers && (catalog->experiments[e].in_every_plan ||
					      !plan->settings.experiments[e]);
	return only_rulers ? catalog->experiments[index].in_every_plan
			   : plan->settings.experiments[index] &&
				     !catalog->experiments[index].in_every_plan;
}

/* Names of experiments with or without a use for it, the chosen ones alone or all; how many. */
static size_t name_experiments(const struct plan *plan, const struct use *use, bool with_use,
			       bool only_chosen, char names[NAMES_BYTES])
{
	size_t count = 0;
	*names = '\0';
	for (uint32_t e = 0; e < plan->catalog.experiment_count; e++) {
		const struct wire_experiment *experiment = &plan->catalog.experiments[e];
		if (has_use(use, experiment) != with_use || (only_chosen && !is_chosen(plan, e)))
			continue;
		notes_append(names, NAMES_BYTES, "%s%s", count++ ? ", " : "", experiment->name);
	}
	return count;
}

static enum outcome check(struct plan *plan, const char *option, const char *value,
			  const struct use *use, struct problem *problem)
{
	char users[NAMES_BYTES], others[NAMES_BYTES];
	size_t other_count = name_experiments(plan, use, false, true, others);
	if (name_experiments(plan, use, true, true, users) == 0) {
		size_t count = name_experiments(plan, use, true, false, users);
		const char *does = other_count == 1 ? "does" : "do";
		if (count == 0)
			return fail(problem,
				    "cannot use %s %s: %s %s not %s it, nor does any other "
				    "experiment; leave the option out",
				    option, value, others, does, use->verb);
		return fail(problem,
			    "cannot use %s %s: %s %s not %s it; %s %s: choose %s--experiment%s%s, "
			    "or leave the option out",
			    option, value, others, does, use->verb, users,
			    count == 1 ? "does" : "do", count == 1 ? "" : "one of them with ",
			    count == 1 ? " " : "", count == 1 ? users : "");
	}
	if (other_count)
		notes_add(&plan->holds_for, "%s %s applies to %s; %s %s %s", option, value, users,
			  others, other_count == 1 ? use->others_one : use->others_many,
			  use->otherwise);
	return OUTCOME_OK;
}

/* ---- axes ---- */

/* The plain level is everywhere: asking for it alone is fine. */
static enum outcome check_axis(struct plan *plan, enum axis_id id, struct problem *problem)
{
	const struct axis *axis = &axes[id];
	const struct choice *levels = &plan->settings.levels[id];
	char option[WIRE_NAME_MAX], value[VALUE_BYTES], plain[AXIS_WORDS_MAX], at[VALUE_BYTES];
	const struct use use = {
		offsetof(struct wire_experiment, varies), 1u << id, "vary", "runs", "run", at};
	if (!levels->given)
		return OUTCOME_OK;
	snprintf(option, sizeof option, "--%s", axis->option);
	snprintf(at, sizeof at, "at %s", axis_short_words(axis, axis_plain_name(axis), plain));
	if (choice_names(axis, levels, value, sizeof value) &&
	    check(plan, option, value, &use, problem))
		return OUTCOME_FAILED;
	return axis_rules_check(plan, id, levels, problem);
}

/* ---- arms and counters ---- */

static bool counters_given(const struct plan *plan)
{
	return *plan->settings.counters && strcmp(plan->settings.counters, "none") != 0;
}

static enum outcome check_arms(struct plan *plan, struct problem *problem)
{
	static const struct use use = {offsetof(struct wire_experiment, uses_primitives),
				       UINT32_MAX,
				       "use",
				       "has",
				       "have",
				       "other arms"};
	const struct settings *settings = &plan->settings;
	char value[VALUE_BYTES] = "";
	for (uint32_t p = 0; p < plan->catalog.primitive_count; p++)
		if (settings->primitives[p])
			notes_append(value, sizeof value, "%s%s", *value ? "," : "",
				     plan->catalog.primitives[p].name);
	if (settings->primitives_given && check(plan, "--primitive", value, &use, problem))
		return OUTCOME_FAILED;
	choice_names(&axis_action, &settings->actions, value, sizeof value);
	return settings->actions.given ? check(plan, "--action", value, &use, problem) : OUTCOME_OK;
}

static enum outcome check_counters(struct plan *plan, struct problem *problem)
{
	static const struct use use = {offsetof(struct wire_experiment, is_countable),
				       UINT32_MAX,
				       "count",
				       "is",
				       "are",
				       "not counted"};
	char value[VALUE_BYTES];
	snprintf(value, sizeof value, "%.*s", VALUE_BYTES - 1, plan->settings.counters);
	return counters_given(plan) ? check(plan, "--counters", value, &use, problem) : OUTCOME_OK;
}

enum outcome option_use_check(struct plan *plan, struct problem *problem)
{
	for (enum axis_id axis = 0; axis < AXIS_COUNT; axis++)
		if (check_axis(plan, axis, problem))
			return OUTCOME_FAILED;
	return check_arms(plan, problem) ? OUTCOME_FAILED : check_counters(plan, problem);
}

/* Whether the experiment has a cell of which something is counted. */
static bool is_counted(const struct plan *plan, const struct wire_experiment *experiment)
{
	for (size_t i = 0; i < plan->job_count; i++)
		for (uint32_t c = 0; c < plan->jobs[i].cell_count; c++)
			if (plan->jobs[i].experiment == experiment &&
			    wire_cell_has(&plan->jobs[i].cells[c], WIRE_COUNTING))
				return experiment->is_countable;
	return false;
}

static enum outcome check_counted(struct plan *plan, struct problem *problem)
{
	static const char which[] =
		"only cells with a dirty heap, warm caches, sequential order and "
		"the child on the caller's CPU are counted";
	bool any = false;
	for (uint32_t e = 0; e < plan->catalog.experiment_count; e++) {
		const struct wire_experiment *experiment = &plan->catalog.experiments[e];
		bool counted = is_counted(plan, experiment);
		any = any || counted;
		if (plan->counters.count && is_chosen(plan, e) && experiment->is_countable &&
		    !counted)
			notes_add(&plan->left_out, "counters of %s: %s", experiment->name, which);
	}
	if (any || !counters_given(plan))
		return OUTCOME_OK;
	return fail(problem, "cannot count anything: %s; choose those too, or leave --counters out",
		    which);
}

enum outcome option_use_check_jobs(struct plan *plan, struct problem *problem)
{
	const struct settings *settings = &plan->settings;
	bool pinned = false;
	for (size_t i = 0; i < plan->job_count; i++)
		pinned = pinned || plan->jobs[i].level[AXIS_CHILD_CPU] != CHILD_CPU_FREE;
	if (settings->evict_bytes != UINT64_MAX && !plan_evicts(plan))
		return fail(problem,
			    "cannot use --evict: no cell of this plan has cold caches; add --cache "
			    "cold and an experiment that varies it, or leave the option out");
	if (settings->working_set_bytes && !plan->working_set_bytes)
		return fail(problem,
			    "cannot use --working-set: no cell of this plan has used caches; add "
			    "--cache "
			    "used and an experiment that varies it, or leave the option out");
	if (settings->caller_cpu >= 0 && !pinned)
		return fail(problem,
			    "cannot use --cpu %d: with --child-cpu free neither worker nor child "
			    "is pinned; leave one of them out",
			    settings->caller_cpu);
	return check_counted(plan, problem);
}
