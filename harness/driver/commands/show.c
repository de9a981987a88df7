/* forkcost show: the tables of a run, or the rows that are asked for in one. */
#include "harness/driver/commands/choosing.h"
#include "harness/driver/commands/present.h"
#include "harness/driver/show/article.h"

enum { OPTION_CHOOSING, OPTION_FORMAT = OPTION_CHOOSING + CHOOSING_OPTIONS, OPTIONS };

static const struct option_row rows[] = {
	CHOOSING_ROWS(OPTION_CHOOSING, "the main one"),
	[OPTION_FORMAT] = {"format", "FORM", "text, markdown, latex, typst or csv [text]",
			   VALUES_WORDS, ARTICLE_FORMS},
	[OPTIONS] = {0},
};

static enum status run(const struct given *given)
{
	struct problem problem;
	struct dataset dataset;
	struct summary summary;
	struct row_choice choice;
	const char *form = given->values[OPTION_FORMAT];
	bool any = false;
	for (int option = 0; option < OPTIONS; option++)
		any = any || given->values[option];
	if (!any)
		return present_given(given, WANT_TABLE, NULL);
	if (form && !article_has_form(form)) {
		fail(&problem,
		     "cannot use --format '%.40s'; give text, markdown, latex, typst or csv", form);
		return complain(&problem, STATUS_USAGE);
	}
	if (choosing_read(given, OPTION_CHOOSING, &choice, &problem) ||
	    present_find(given->operand, &problem))
		return complain(&problem, STATUS_USAGE);
	if (present_load(given->operand, &dataset, &summary, &problem))
		return complain(&problem, STATUS_FAILED);
	const enum outcome outcome =
		article_put(stdout, &summary, &choice, form ? form : "text", &problem);
	summary_free(&summary);
	dataset_free(&dataset);
	return outcome ? complain(&problem, STATUS_FAILED) : STATUS_DONE;
}

COMMAND(show, .summary = "print a run's tables, or the rows that you choose",
	.options = {.text = "Prints a run's tables, and the verdicts on the claims in short; with "
			    "an option one table of the rows that are asked for.",
		    .rows = rows,
		    OPERAND_RUN},
	.run = run);
