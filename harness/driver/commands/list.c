/* forkcost list: what is compiled into the worker, and the axes. */
#include "harness/common/axes.h"
#include "harness/driver/base/forms/terminal.h"
#include "harness/driver/commands/command.h"
#include "harness/driver/run/session.h"

#include <string.h>

static void print_axis(const struct axis *axis)
{
	print("  %-12s", axis->name);
	if (axis->kind == AXIS_COUNTS)
		print(" numbers, as 0,1,2");
	if (axis->kind == AXIS_SIZES)
		print(" sizes, as 0,1M..4G*4");
	for (unsigned i = 0; axis->kind == AXIS_LEVELS && axis->levels[i].name; i++)
		if (*axis->levels[i].name)
			print(" %s", axis->levels[i].name);
	print(": %s\n", axis->summary);
}

/* As many names a line as fit 80 columns. */
static void list_cases(const struct wire_experiment *experiment)
{
	enum { COLUMNS = 80, INDENT = 11 };
	size_t column = 0;
	for (uint32_t c = 0; c < experiment->case_count; c++) {
		size_t length = strlen(experiment->cases[c]) + 2;
		bool fits = column + length <= COLUMNS;
		if (c == 0 || !fits) {
			if (c)
				print(",\n");
			print("%*s", INDENT, c ? "" : "cases: ");
			column = INDENT;
		}
		print("%s%s", c && fits ? ", " : "", experiment->cases[c]);
		column += length;
	}
	if (experiment->case_count)
		print("\n");
}

static void list_catalog(const struct wire_catalog *catalog)
{
	print("experiments\n");
	for (uint32_t e = 0; e < catalog->experiment_count; e++) {
		const struct wire_experiment *experiment = &catalog->experiments[e];
		print("  %-16s %s\n", experiment->name, experiment->summary);
		for (uint32_t m = 0; m < experiment->metric_count; m++)
			print("    %-16s %-6s %s\n", experiment->metrics[m].name,
			      experiment->metrics[m].unit, experiment->metrics[m].summary);
		list_cases(experiment);
	}
	print("\n"
	      "primitives and their actions; an arm is a primitive with an action\n");
	for (uint32_t p = 0; p < catalog->primitive_count; p++) {
		const struct wire_primitive *primitive = &catalog->primitives[p];
		print("  %-16s %s\n", primitive->name, primitive->summary);
		for (unsigned action = ACTION_EXIT; action < ACTION_COUNT; action++)
			print("    %-14s %s%s\n", axis_name(&axis_action, action),
			      *primitive->refuses[action] ? "refused: " : "yes",
			      primitive->refuses[action]);
	}
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
