/* forkcost list: what is compiled into the worker, and the axes. */
#include "harness/common/axes.h"
#include "harness/driver/base/forms/terminal.h"
#include "harness/driver/base/notes.h"
#include "harness/driver/base/wrapped.h"
#include "harness/driver/commands/command.h"
#include "harness/driver/run/session.h"

static void print_axis(const struct axis *axis)
{
	char levels[WRAPPED_TEXT_MAX] = "";
	if (axis->kind == AXIS_COUNTS)
		notes_append(levels, sizeof levels, " numbers, as 0,1,2");
	if (axis->kind == AXIS_SIZES)
		notes_append(levels, sizeof levels, " sizes, as 0,1M..4G*4");
	for (unsigned i = 0; axis->kind == AXIS_LEVELS && axis->levels[i].name; i++)
		if (*axis->levels[i].name)
			notes_append(levels, sizeof levels, " %s", axis->levels[i].name);
	wrapped_put(15, "  %-12s%s: %s", axis->name, levels, axis->summary);
}

static void list_experiment(const struct wire_experiment *experiment)
{
	char cases[WRAPPED_TEXT_MAX] = "    cases:";
	wrapped_put(19, "  %-16s %s", experiment->name, experiment->summary);
	for (uint32_t m = 0; m < experiment->metric_count; m++)
		wrapped_put(28, "    %-16s %-6s %s", experiment->metrics[m].name,
			    experiment->metrics[m].unit, experiment->metrics[m].summary);
	for (uint32_t c = 0; c < experiment->case_count; c++)
		notes_append(cases, sizeof cases, "%s %s", c ? "," : "", experiment->cases[c]);
	if (experiment->case_count)
		wrapped_put(11, "%s", cases);
}

static void list_primitive(const struct wire_primitive *primitive)
{
	wrapped_put(19, "  %-16s %s", primitive->name, primitive->summary);
	for (unsigned action = ACTION_EXIT; action < ACTION_COUNT; action++)
		wrapped_put(19, "    %-14s %s%s", axis_name(&axis_action, action),
			    *primitive->refuses[action] ? "refused: " : "yes",
			    primitive->refuses[action]);
}

static void list_catalog(const struct wire_catalog *catalog)
{
	print("experiments\n");
	for (uint32_t e = 0; e < catalog->experiment_count; e++)
		list_experiment(&catalog->experiments[e]);
	print("\n");
	wrapped_put(0, "primitives and their actions; an arm is a primitive with an action");
	for (uint32_t p = 0; p < catalog->primitive_count; p++)
		list_primitive(&catalog->primitives[p]);
	print("\naxes\n");
	print_axis(&axis_heap);
	for (enum axis_id axis = 0; axis < AXIS_COUNT; axis++)
		print_axis(&axes[axis]);
	print_axis(&axis_action);
}

static enum status run(const struct given *given)
{
	static struct wire_catalog catalog;
	struct problem problem;
	(void)given;
	if (catalog_read(&catalog, &problem))
		return complain(&problem, STATUS_FAILED);
	list_catalog(&catalog);
	return STATUS_DONE;
}

COMMAND(list, .summary = "experiments, primitives, arms, axes, metrics with units",
	.options = {.text = "Lists experiments with their metrics and units, primitives with the "
			    "actions that they take, and axes with their levels."},
	.run = run);
