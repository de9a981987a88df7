/* forkcost bill: what starting a child costs a program, item by item, out of a run's data. */
#include "harness/driver/base/forms/terminal.h"
#include "harness/driver/bill/bill_view.h"
#include "harness/driver/commands/present.h"
#include "harness/driver/plan/choice.h"

#include "harness/common/units.h"

enum { OPTION_HEAP, OPTION_WRITTEN, OPTION_WRITE_RATE };

static const struct option_row rows[] = {
	[OPTION_HEAP] = {"heap", "SIZE", "of this heap alone [all]", VALUES_ANY, NULL},
	[OPTION_WRITTEN] = {"written", "PERCENT",
			    "of the heap's pages, written after the call [10]", VALUES_ANY, NULL},
	[OPTION_WRITE_RATE] = {"write-rate", "RATE",
			       "pages written in a second; 0: full speed [all]", VALUES_ANY, NULL},
	{0},
};

static void print_grid(const struct grid *grid, void *to)
{
	(void)to;
	grid_print(grid);
	print("\n");
}

/* One level of an axis, where it was asked for. */
static enum outcome read_level(const char *text, const struct axis *axis, uint64_t *level,
			       struct problem *problem)
{
	struct choice levels;
	*level = 0;
	if (!text)
		return OUTCOME_OK;
	if (choice_parse(axis, text, &levels, problem))
		return OUTCOME_FAILED;
	if (levels.count > 1)
		return fail(problem, "cannot bill for several levels at once; give one --%s",
			    axis->option);
	*level = levels.level[0];
	return OUTCOME_OK;
}

/* What was asked for. */
static enum outcome read_choice(const struct given *given, struct bill_choice *choice,
				const char **blamed, struct problem *problem)
{
	const char *heap = given->values[OPTION_HEAP], *rate = given->values[OPTION_WRITE_RATE];
	uint64_t written;
	choice->one_heap = heap;
	choice->one_written = true;
	choice->one_rate = rate;
	*blamed = rows[OPTION_HEAP].name;
	if (heap && units_parse_bytes(heap, &choice->heap_bytes, problem))
		return OUTCOME_FAILED;
	*blamed = rows[OPTION_WRITTEN].name;
	if (read_level(given->values[OPTION_WRITTEN], &axes[AXIS_WRITTEN], &written, problem))
		return OUTCOME_FAILED;
	choice->written = (unsigned)written;
	*blamed = rows[OPTION_WRITE_RATE].name;
	return read_level(rate, &axes[AXIS_WRITE_RATE], &choice->write_rate, problem);
}

static enum outcome print_bills(const struct summary *summary, struct bill_choice choice,
				bool any_written, struct problem *problem)
{
	struct bills bills;
	if (bills_make(&bills, summary, problem))
		return OUTCOME_FAILED;
	choice.bills = &bills;
	if (any_written)
		choice.written = bill_usual_written(&bills);
	const bool any = bill_has(&choice);
	if (any)
		bill_each_table(&choice, print_grid, NULL);
	bills_free(&bills);
	if (any)
		return OUTCOME_OK;
	return fail(
		problem,
		"cannot find such a bill in the run: it has none of that heap with %u %% of its "
		"pages written%s; RUN/bill.csv lists those that there are",
		choice.written, choice.one_rate ? " at that rate" : "");
}

static enum status run(const struct given *given)
{
	struct problem problem;
	struct dataset dataset;
	struct summary summary;
	struct bill_choice choice = {.bills = NULL};
	const char *blamed;
	if (read_choice(given, &choice, &blamed, &problem)) {
		options_blame(blamed, &problem);
		return complain(&problem, STATUS_USAGE);
	}
	if (present_find(given->operand, &problem))
		return complain(&problem, STATUS_USAGE);
	if (present_load(given->operand, &dataset, &summary, &problem))
		return complain(&problem, STATUS_FAILED);
	enum outcome outcome =
		print_bills(&summary, choice, !given->values[OPTION_WRITTEN], &problem);
	summary_free(&summary);
	dataset_free(&dataset);
	return outcome ? complain(&problem, STATUS_FAILED) : STATUS_DONE;
}

COMMAND(bill, .summary = "print the fork bill: what is paid, when, and by whom",
	.options =
		{.text = "Adds up what starting a child costs a program, out of a run's data: "
			 "item by item, who pays it and when, and what is left of an independent "
			 "whole.",
		 .rows = rows,
		 OPERAND_RUN},
	.run = run);
