/* forkcost model: what a run's forks cost, as lines over pages, mappings, threads and open files. */
#include "harness/driver/base/forms/terminal.h"
#include "harness/driver/base/wrapped.h"
#include "harness/driver/commands/present.h"
#include "harness/driver/model/precision.h"

static void put_all(const struct model *model)
{
	static const enum model_item items[] = {MODEL_CALL, MODEL_LATER};
	static struct grid grid;
	char text[MODEL_SENTENCE_MAX];
	for (size_t i = 0; i < model->count; i++)
		if (*model_sentence(model, &model->lines[i], text))
			wrapped_put(2, "%s", text);
	print("\n");
	for (size_t i = 0; i < sizeof items / sizeof *items; i++) {
		model_table(model, items[i], &grid);
		grid_print(&grid);
		print("\n");
	}
	precision_table(model, &grid);
	grid_print(&grid);
}

static enum status run(const struct given *given)
{
	struct problem problem;
	struct dataset dataset;
	struct summary summary;
	struct model model;
	if (present_find(given->operand, &problem))
		return complain(&problem, STATUS_USAGE);
	if (present_load(given->operand, &dataset, &summary, &problem))
		return complain(&problem, STATUS_FAILED);
	enum status status = STATUS_DONE;
	if (model_make(&model, &summary, &problem)) {
		status = complain(&problem, STATUS_FAILED);
	} else {
		put_all(&model);
		model_free(&model);
	}
	summary_free(&summary);
	dataset_free(&dataset);
	return status;
}

COMMAND(model, .summary = "print what a run's forks cost a page, a mapping, a thread, an open file",
	.options = {.text = "Fits lines to a run's calls and to what comes after them, by pages of "
			    "the heap and by each number that the run varies, and says where they "
			    "hold. Which coefficients are not within ±5 %, and how many "
			    "more replicates they need, stands at the end. summarize writes the "
			    "same to model.json and tables/model.",
		    OPERAND_RUN},
	.run = run);
