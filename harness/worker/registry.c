#include "harness/worker/registry.h"

#include <string.h>

extern const struct primitive *const __start_forkcost_primitives[];
extern const struct primitive *const __stop_forkcost_primitives[];
extern const struct experiment *const __start_forkcost_experiments[];
extern const struct experiment *const __stop_forkcost_experiments[];

/* What a for loop takes to walk over all that registered themselves. */
#define EACH_ENTRY(kind)                                              \
	const struct kind *const *entry = __start_forkcost_##kind##s; \
	entry < __stop_forkcost_##kind##s;                            \
	entry++

#define COPY(destination, text) wire_copy(destination, sizeof(destination), text)

const char *registry_refusal(const struct primitive *primitive, enum action action)
{
	return action == ACTION_EXEC ? primitive->refuses_exec : primitive->refuses_exit;
}

const char *registry_case(const struct experiment *experiment, size_t index)
{
	size_t bytes = experiment->case_bytes ? experiment->case_bytes : sizeof(const char *);
	const char *rows = (const char *)experiment->cases;
	return rows ? *(const char *const *)(const void *)(rows + index * bytes) : NULL;
}

static bool describe_primitive(const struct primitive *primitive, struct wire_primitive *wire)
{
	bool fits = COPY(wire->name, primitive->name) && COPY(wire->summary, primitive->summary);
	for (unsigned action = ACTION_EXIT; action < ACTION_COUNT; action++) {
		const char *why = registry_refusal(primitive, action);
		fits = fits && COPY(wire->refuses[action], why ? why : "");
	}
	wire->traits = primitive->traits;
	return fits;
}

/* The axes that vary by their rows, not by the experiment's. */
static uint32_t varied_by_rows(const struct experiment *experiment)
{
	uint32_t varies = 0;
	for (enum axis_id axis = 0; axis < AXIS_COUNT; axis++)
		if ((axes[axis].varied_by == AXIS_BY_ALL_THAT_SPAWN &&
		     (experiment->uses_primitives || experiment->spawns)) ||
		    axis_lists(axes[axis].experiments, experiment->name))
			varies |= 1u << axis;
	return varies;
}

static bool describe_experiment(const struct experiment *experiment, struct wire_experiment *wire)
{
	bool fits = COPY(wire->name, experiment->name) && COPY(wire->summary, experiment->summary);
	wire->uses_primitives = experiment->uses_primitives;
	wire->in_every_plan = experiment->in_every_plan;
	wire->varies = experiment->varies | varied_by_rows(experiment);
	wire->needs_heap = experiment->needs_heap;
	wire->copies_heap = experiment->copies_heap;
	wire->histogram = experiment->histogram;
	wire->is_countable = experiment->is_countable;
	wire->counts_children = experiment->counts_children;
	fits = fits && COPY(wire->heaps, experiment->heaps ? experiment->heaps : "") &&
	       COPY(wire->quick_heaps, experiment->quick_heaps ? experiment->quick_heaps : "");
	for (const struct metric *metric = experiment->metrics; metric->name; metric++) {
		if (wire->metric_count == WIRE_METRICS_MAX)
			return false;
		struct wire_metric *to = &wire->metrics[wire->metric_count++];
		fits = fits && COPY(to->name, metric->name) && COPY(to->unit, metric->unit) &&
		       COPY(to->summary, metric->summary);
	}
	for (const char *name; (name = registry_case(experiment, wire->case_count));) {
		if (wire->case_count == WIRE_CASES_MAX)
			return false;
		fits = fits && COPY(wire->cases[wire->case_count], name);
		wire->case_count++;
	}
	return fits;
}

enum outcome registry_describe(struct wire_catalog *catalog, struct problem *problem)
{
	for (EACH_ENTRY(primitive)) {
		if (catalog->primitive_count == WIRE_PRIMITIVES_MAX)
			return fail(problem,
				    "cannot list primitives: more than %d; raise "
				    "WIRE_PRIMITIVES_MAX in harness/common/wire.h",
				    WIRE_PRIMITIVES_MAX);
		if (!describe_primitive(*entry, &catalog->primitives[catalog->primitive_count++]))
			return fail(problem,
				    "cannot list primitive '%s': a name or text is too long; names "
				    "take %d characters, texts %d",
				    (*entry)->name, WIRE_NAME_MAX - 1, WIRE_TEXT_MAX - 1);
	}
	for (EACH_ENTRY(experiment)) {
		if (catalog->experiment_count == WIRE_EXPERIMENTS_MAX)
			return fail(problem,
				    "cannot list experiments: more than %d; raise "
				    "WIRE_EXPERIMENTS_MAX in harness/common/wire.h",
				    WIRE_EXPERIMENTS_MAX);
		if (!describe_experiment(*entry,
					 &catalog->experiments[catalog->experiment_count++]))
			return fail(problem,
				    "cannot list experiment '%s': a text is too long, or there are "
				    "too many metrics or cases",
				    (*entry)->name);
	}
	return OUTCOME_OK;
}

#define RETURN_NAMED(kind, wanted)                       \
	for (EACH_ENTRY(kind))                           \
		if (strcmp((*entry)->name, wanted) == 0) \
			return *entry;                   \
	return NULL

static const struct experiment *find_experiment(const char *name)
{
	RETURN_NAMED(experiment, name);
}

const struct primitive *registry_primitive(const char *name)
{
	RETURN_NAMED(primitive, name);
}

enum outcome registry_resolve(const struct wire_arm *wire, struct arm *arm, struct problem *problem)
{
	*arm = (struct arm){.action = wire->action};
	arm->experiment = find_experiment(wire->experiment);
	if (!arm->experiment)
		return fail(problem, "cannot find experiment '%s'; see forkcost list",
			    wire->experiment);
	if (arm->experiment->uses_primitives) {
		arm->primitive = registry_primitive(wire->primitive);
		if (!arm->primitive)
			return fail(problem, "cannot find primitive '%s'; see forkcost list",
				    wire->primitive);
		if (arm->action == ACTION_NONE)
			return fail(
				problem,
				"cannot run primitive '%s' without an action; give exit or exec",
				wire->primitive);
	}
	const char *name = wire->case_name;
	while (*name && (name = registry_case(arm->experiment, arm->case_index)) &&
	       strcmp(name, wire->case_name) != 0)
		arm->case_index++;
	return name ? OUTCOME_OK
		    : fail(problem, "cannot find case '%s' of experiment '%s'; see forkcost list",
			   wire->case_name, wire->experiment);
}
