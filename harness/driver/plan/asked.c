#include "harness/driver/plan/asked.h"

#include "harness/driver/base/notes.h"

#include <stdio.h>
#include <string.h>

enum { VALUE_BYTES = 120, NAMES_BYTES = 160 };

/* An option as it was given, and which experiments have a use for it. */
struct asked {
	const char *option;
	char value[VALUE_BYTES];
	enum varies axis; /* 0: of no axis */
	bool (*takes)(const struct wire_experiment *experiment);
	const char *verb;                     /* "vary" */
	const char *others_one, *others_many; /* "runs", "run": what the others do ... */
	const char *otherwise;                /* ... "at 4k" */
};

static bool has_use(const struct asked *asked, const struct wire_experiment *experiment)
{
	return asked->axis ? (experiment->varies & (uint32_t)asked->axis) != 0
			   : asked->takes(experiment);
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
static size_t name_experiments(const struct plan *plan, const struct asked *asked, bool with_use,
			       bool only_chosen, char names[NAMES_BYTES])
{
	size_t count = 0;
	*names = '\0';
	for (uint32_t e = 0; e < plan->catalog.experiment_count; e++) {
		const struct wire_experiment *experiment = &plan->catalog.experiments[e];
		if (has_use(asked, experiment) != with_use || (only_chosen && !is_chosen(plan, e)))
			continue;
		notes_append(names, NAMES_BYTES, "%s%s", count++ ? ", " : "", experiment->name);
	}
	return count;
}

static enum outcome check(struct plan *plan, const struct asked *asked, struct problem *problem)
{
	char users[NAMES_BYTES], others[NAMES_BYTES];
	size_t other_count = name_experiments(plan, asked, false, true, others);
	if (name_experiments(plan, asked, true, true, users) == 0) {
		size_t count = name_experiments(plan, asked, true, false, users);
		const char *does = other_count == 1 ? "does" : "do";
		if (count == 0)
			return fail(problem,
				    "cannot use %s %s: %s %s not %s it, nor does any other "
				    "experiment; leave the option out",
				    asked->option, asked->value, others, does, asked->verb);
		return fail(problem,
			    "cannot use %s %s: %s %s not %s it; %s %s: choose %s--experiment%s%s, "
			    "or leave the option out",
			    asked->option, asked->value, others, does, asked->verb, users,
			    count == 1 ? "does" : "do", count == 1 ? "" : "one of them with ",
			    count == 1 ? " " : "", count == 1 ? users : "");
	}
	if (other_count)
		notes_add(&plan->holds_for, "%s %s holds for %s; %s %s %s", asked->option,
			  asked->value, users, others,
			  other_count == 1 ? asked->others_one : asked->others_many,
			  asked->otherwise);
	return OUTCOME_OK;
}

/* ---- axes ---- */

/* Names of the chosen levels; whether there are others among them than the first there is. */
static bool name_levels(const struct axis *axis, const struct levels *levels,
			char value[VALUE_BYTES])
{
	bool beside = false;
	*value = '\0';
	for (unsigned i = 0; i < axis->level_count; i++)
		if (levels->chosen[i] && *axis->levels[i]) {
			notes_append(value, VALUE_BYTES, "%s%s", *value ? "," : "",
				     axis->levels[i]);
			beside = beside || i > 0;
		}
	return beside;
}

static enum outcome check_levels(struct plan *plan, struct problem *problem)
{
	const struct settings *settings = &plan->settings;
	const struct {
		const char *option;
		bool given;
		enum varies varies;
		const struct axis *axis;
		const struct levels *levels;
	} rows[] = {
		{"--state", settings->states_given, VARIES_STATE, &axis_state, &settings->states},
		{"--cache", settings->caches_given, VARIES_CACHE, &axis_cache, &settings->caches},
		{"--child-cpu", settings->child_cpu_given, VARIES_PLACEMENT, &axis_child_cpu,
		 &settings->child_cpus},
		{"--page-kind", settings->page_kinds_given, VARIES_PAGE_KIND, &axis_page_kind,
		 &settings->page_kinds},
		{"--touch-order", settings->touch_orders_given, VARIES_TOUCH_ORDER,
		 &axis_touch_order, &settings->touch_orders},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		char otherwise[VALUE_BYTES];
		struct asked asked = {.option = rows[i].option,
				      .axis = rows[i].varies,
				      .verb = "vary",
				      .others_one = "runs",
				      .others_many = "run",
				      .otherwise = otherwise};
		snprintf(otherwise, sizeof otherwise, "at %s", axis_name(rows[i].axis, 0));
		if (rows[i].given && name_levels(rows[i].axis, rows[i].levels, asked.value) &&
		    check(plan, &asked, problem))
			return OUTCOME_FAILED;
	}
	return OUTCOME_OK;
}

static enum outcome check_threads(struct plan *plan, struct problem *problem)
{
	const struct settings *settings = &plan->settings;
	struct asked asked = {.option = "--threads",
			      .axis = VARIES_THREADS,
			      .verb = "vary",
			      .others_one = "runs",
			      .others_many = "run",
			      .otherwise = "without"};
	uint32_t others = plan_other_cpus(plan), most = 0;
	for (size_t i = 0; i < settings->thread_level_count; i++) {
		notes_append(asked.value, sizeof asked.value, "%s%u", i ? "," : "",
			     settings->threads[i]);
		most = settings->threads[i] > most ? settings->threads[i] : most;
	}
	if (most && check(plan, &asked, problem))
		return OUTCOME_FAILED;
	if (most <= others)
		return OUTCOME_OK;
	return fail(
		problem,
		"cannot run %u threads on CPUs of their own: besides the caller's %u %s allowed; "
		"give --threads less, or widen the CPU set",
		most, others, others == 1 ? "is" : "are");
}

/* ---- arms and counters ---- */

static bool takes_primitives(const struct wire_experiment *experiment)
{
	return experiment->uses_primitives;
}

static bool takes_counters(const struct wire_experiment *experiment)
{
	return experiment->is_countable;
}

static bool counters_given(const struct plan *plan)
{
	return *plan->settings.counters && strcmp(plan->settings.counters, "none") != 0;
}

static enum outcome check_arms(struct plan *plan, struct problem *problem)
{
	const struct settings *settings = &plan->settings;
	struct asked asked = {.option = "--primitive",
			      .takes = takes_primitives,
			      .verb = "use",
			      .others_one = "has",
			      .others_many = "have",
			      .otherwise = "other arms"};
	for (uint32_t p = 0; p < plan->catalog.primitive_count; p++)
		if (settings->primitives[p])
			notes_append(asked.value, sizeof asked.value, "%s%s",
				     *asked.value ? "," : "", plan->catalog.primitives[p].name);
	if (settings->primitives_given && check(plan, &asked, problem))
		return OUTCOME_FAILED;
	asked.option = "--action";
	name_levels(&axis_action, &settings->actions, asked.value);
	return settings->actions_given ? check(plan, &asked, problem) : OUTCOME_OK;
}

static enum outcome check_counters(struct plan *plan, struct problem *problem)
{
	struct asked asked = {.option = "--counters",
			      .takes = takes_counters,
			      .verb = "count",
			      .others_one = "is",
			      .others_many = "are",
			      .otherwise = "not counted"};
	if (!counters_given(plan))
		return OUTCOME_OK;
	snprintf(asked.value, sizeof asked.value, "%.*s", VALUE_BYTES - 1, plan->settings.counters);
	return check(plan, &asked, problem);
}

enum outcome asked_check(struct plan *plan, struct problem *problem)
{
	if (check_levels(plan, problem) || check_threads(plan, problem) ||
	    check_arms(plan, problem) || check_counters(plan, problem))
		return OUTCOME_FAILED;
	return OUTCOME_OK;
}

/* Whether the experiment has a cell of which something is counted. */
static bool is_counted(const struct plan *plan, const struct wire_experiment *experiment)
{
	for (size_t i = 0; i < plan->job_count; i++)
		for (uint32_t c = 0; c < plan->jobs[i].cell_count; c++)
			if (plan->jobs[i].experiment == experiment &&
			    plan->jobs[i].cells[c].counted)
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

enum outcome asked_check_jobs(struct plan *plan, struct problem *problem)
{
	const struct settings *settings = &plan->settings;
	bool cold = false, pinned = false;
	for (size_t i = 0; i < plan->job_count; i++) {
		pinned = pinned || plan->jobs[i].child_cpu != CHILD_CPU_FREE;
		for (uint32_t c = 0; c < plan->jobs[i].cell_count; c++)
			cold = cold || plan->jobs[i].cells[c].cache == CACHE_COLD;
	}
	if (settings->evict_bytes != UINT64_MAX && !cold)
		return fail(problem,
			    "cannot use --evict: no cell of this plan has cold caches; add --cache "
			    "cold and an experiment that varies it, or leave the option out");
	if (settings->caller_cpu >= 0 && !pinned)
		return fail(problem,
			    "cannot use --cpu %d: with --child-cpu free neither worker nor child "
			    "is pinned; leave one of them out",
			    settings->caller_cpu);
	return check_counted(plan, problem);
}
