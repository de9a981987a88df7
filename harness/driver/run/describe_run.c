#include "harness/driver/run/describe.h"

#include "harness/driver/base/forms/json.h"
#include "harness/driver/base/stats.h"
#include "harness/driver/base/version.h"
#include "harness/driver/machine/machine.h"

/* Empty: the plan chooses. */
static json_t *choice_json(const struct axis *axis, const struct choice *choice)
{
	json_t *list = json_array();
	for (size_t i = 0; i < choice->count; i++)
		json_array_append_new(list, axis->kind == AXIS_LEVELS
						    ? json_string(axis_name(axis, choice->level[i]))
						    : json_integer((json_int_t)choice->level[i]));
	return list;
}

static json_t *chosen_experiments(const struct plan *plan)
{
	json_t *names = json_array();
	for (uint32_t e = 0; e < plan->catalog.experiment_count; e++)
		if (plan->settings.experiments[e] || plan->catalog.experiments[e].in_every_plan)
			json_array_append_new(names,
					      json_string(plan->catalog.experiments[e].name));
	return names;
}

static json_t *describe_eviction(const struct eviction *eviction)
{
	json_t *result = json_pack("{s:s,s:o}", "found_by",
				   *eviction->found_by ? eviction->found_by : "given by --evict",
				   "huge_bytes",
				   json_known_or(eviction->huge_bytes, UINT64_MAX,
						 "unavailable: /proc/self/smaps_rollup"));
	if (eviction->memory_ns > 0)
		json_object_update_new(result, json_pack("{s:f,s:f}", "line_after_walk_ns",
							 eviction->after_ns, "line_from_memory_ns",
							 eviction->memory_ns));
	return result;
}

static json_t *describe_settings(const struct plan *plan, int argc, char **argv)
{
	const struct settings *settings = &plan->settings;
	json_t *words = json_array();
	for (int i = 0; i < argc; i++)
		json_array_append_new(words, json_text(argv[i]));
	json_t *result =
		json_pack("{s:s,s:o,s:o,s:o}", "preset", settings->preset, "arguments", words,
			  axis_heap.plural, choice_json(&axis_heap, &settings->heaps),
			  axis_action.plural, choice_json(&axis_action, &settings->actions));
	for (enum axis_id axis = 0; axis < AXIS_COUNT; axis++)
		json_object_set_new(result, axes[axis].plural,
				    choice_json(&axes[axis], &settings->levels[axis]));
	json_object_update_new(
		result,
		json_pack("{s:b,s:f,s:f,s:i,s:I,s:f,s:I,s:i,s:i,s:I,s:o,s:s,s:b}",
			  "other_placements_added", !settings->levels[AXIS_CHILD_CPU].given,
			  "precision", settings->precision, "budget_s",
			  (double)settings->budget_ns / 1e9, "replicates_for_precision",
			  STATS_PRECISION_VALUES_MIN, "replicates_max",
			  (json_int_t)settings->replicates_max, "cell_s",
			  (double)settings->cell_ns / 1e9, "seed", (json_int_t)settings->seed,
			  "caller_cpu", plan->caller_cpu, "other_cpu", plan->other_cpu,
			  "evict_bytes", (json_int_t)plan->eviction.bytes, "experiments",
			  chosen_experiments(plan), "counters", settings->counters, "heaps_given",
			  (int)settings->heaps.given));
	if (*settings->target)
		json_object_update_new(result,
				       json_pack("{s:o,s:i}", "target", json_text(settings->target),
						 "target_status", plan->target_status));
	if (plan_evicts(plan))
		json_object_set_new(result, "eviction", describe_eviction(&plan->eviction));
	if (plan->working_set_bytes)
		json_object_update_new(result,
				       json_pack("{s:I,s:s}", "working_set_bytes",
						 (json_int_t)plan->working_set_bytes,
						 "working_set_from", plan->working_set_from));
	return result;
}

static json_t *describe_catalog(const struct wire_catalog *catalog)
{
	json_t *experiments = json_array();
	for (uint32_t e = 0; e < catalog->experiment_count; e++) {
		const struct wire_experiment *experiment = &catalog->experiments[e];
		json_t *metrics = json_array();
		for (uint32_t m = 0; m < experiment->metric_count; m++)
			json_array_append_new(metrics,
					      json_pack("{s:s,s:s,s:s}", "name",
							experiment->metrics[m].name, "unit",
							experiment->metrics[m].unit, "summary",
							experiment->metrics[m].summary));
		json_array_append_new(experiments,
				      json_pack("{s:s,s:b,s:b,s:o}", "name", experiment->name,
						"countable", (int)experiment->is_countable,
						"counts_children", (int)experiment->counts_children,
						"metrics", metrics));
	}
	return experiments;
}

/* Every counter asked for: which event counts it, and how that differs from its role; or why it is not
 * counted. */
static json_t *describe_counters(const struct counters *counters)
{
	json_t *list = json_array();
	for (size_t i = 0; i < counters->count; i++) {
		const struct wire_counter *counter = &counters->counted[i];
		const struct counters_role *role = counters_role_of(counters, counter->name);
		json_array_append_new(list, json_pack("{s:s,s:i,s:b,s:s,s:s}", "name",
						      counter->name, "group", (int)counter->group,
						      "with_child", (int)counter->with_child,
						      "event", role ? role->event : "", "differs",
						      role ? role->differs : ""));
	}
	for (size_t i = 0; i < counters->missing_count; i++)
		json_array_append_new(list,
				      json_pack("{s:s,s:s}", "name", counters->missing[i].name,
						"missing", counters->missing[i].why));
	return list;
}

static json_t *describe_gaps(const struct plan_gaps *gaps, enum axis_id axis)
{
	json_t *left_out = json_object();
	char level[AXIS_TEXT_MAX];
	for (size_t i = 0; i < gaps->count; i++)
		if (gaps->gap[i].axis == axis)
			json_object_set_new(left_out,
					    axis_text(&axes[axis], gaps->gap[i].level, level),
					    json_string(gaps->gap[i].why));
	return left_out;
}

static json_t *describe_limits(const struct wire_start *start)
{
	static const char *const names[WIRE_LIMIT_COUNT] = {
		[WIRE_LIMIT_ADDRESS_SPACE] = "address_space_bytes",
		[WIRE_LIMIT_CORE] = "core_bytes",
		[WIRE_LIMIT_CPU] = "cpu_s",
		[WIRE_LIMIT_DATA] = "data_bytes",
		[WIRE_LIMIT_LOCKED] = "locked_bytes",
		[WIRE_LIMIT_FILES] = "open_files",
		[WIRE_LIMIT_PROCESSES] = "processes",
		[WIRE_LIMIT_STACK] = "stack_bytes",
	};
	json_t *limits = json_object();
	for (unsigned i = 0; i < WIRE_LIMIT_COUNT; i++)
		json_object_set_new(limits, names[i],
				    start->limits[i] == WIRE_UNLIMITED
					    ? json_string("unlimited")
					    : json_known_or(start->limits[i], WIRE_UNKNOWN,
							    "unavailable: getrlimit"));
	return limits;
}

/* What every worker of the run starts with. */
static json_t *describe_start(const struct wire_start *start)
{
	static const char no_status[] = "unavailable: /proc/self/status";
	static const char no_call[] = "unavailable: the kernel does not say";
	const struct {
		const char *name;
		uint64_t value;
		const char *why;
	} known[] = {
		{"open_files", start->open_files, "unavailable: /proc/self/fd"},
		{"open_files_table", start->table_slots, no_status},
		{"policy", start->policy, no_call},
		{"umask", start->umask, no_call},
		{"personality", start->personality, no_call},
		{"timer_slack_ns", start->timer_slack_ns, no_call},
		{"securebits", start->securebits, no_call},
		{"no_new_privs", start->no_new_privs, no_call},
		{"seccomp", start->seccomp, no_status},
		{"seccomp_filters", start->seccomp_filters, no_status},
	};
	json_t *result = json_object();
	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		json_object_set_new(result, known[i].name,
				    json_known_or(known[i].value, WIRE_UNKNOWN, known[i].why));
	json_object_set_new(result, "niceness", json_integer(start->niceness));
	json_object_set_new(result, "oom_score_adj",
			    start->oom_score_adj == INT32_MIN
				    ? json_string("unavailable: /proc/self/oom_score_adj")
				    : json_integer(start->oom_score_adj));
	json_object_set_new(result, "limits", describe_limits(start));
	return result;
}

json_t *describe_environment(const struct plan *plan, int argc, char **argv)
{
	json_t *environment = machine_describe(&plan->catalog.clock);
	if (!environment)
		return NULL;
	json_object_set_new(environment, "settings", describe_settings(plan, argc, argv));
	json_object_set_new(environment, "worker", describe_start(&plan->catalog.start));
	return environment;
}

json_t *describe_run_line(const struct plan *plan, const char *id, int argc, char **argv)
{
	json_t *line = json_pack(
		"{s:s,s:i,s:s,s:s,s:s,s:o,s:o,s:o,s:o,s:o}", "type", "run", "format",
		FORKCOST_FORMAT, "version", FORKCOST_VERSION, "git_commit", FORKCOST_COMMIT, "id",
		id, "settings", describe_settings(plan, argc, argv), "experiments",
		describe_catalog(&plan->catalog), "counters", describe_counters(&plan->counters),
		"left_out", notes_to_json(&plan->left_out), "holds_for",
		notes_to_json(&plan->holds_for));
	for (enum axis_id axis = 0; axis < AXIS_COUNT; axis++) {
		char key[AXIS_WORDS_MAX];
		if (axes[axis].may_lack)
			json_object_set_new(line, axis_left_out(axes[axis].plural, key),
					    describe_gaps(&plan->gaps, axis));
	}
	return line;
}
