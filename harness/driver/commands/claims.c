/* forkcost claims: what people say about fork, tested with the data of a run. */
#include "harness/driver/claims/view.h"
#include "harness/driver/commands/present.h"

#include <stdio.h>

enum { OPTION_MARKDOWN, OPTION_JSON };

static const struct option_row rows[] = {
	[OPTION_MARKDOWN] = {"markdown", .help = "as Markdown"},
	[OPTION_JSON] = {"json", .help = "as JSON"},
	{0},
};

/* At most one of them. */
static enum outcome read_form(const struct given *given, enum claims_form *form,
			      struct problem *problem)
{
	bool markdown = given->values[OPTION_MARKDOWN], json = given->values[OPTION_JSON];
	*form = markdown ? CLAIMS_MARKDOWN : json ? CLAIMS_JSON : CLAIMS_TERMINAL;
	if (!markdown || !json)
		return OUTCOME_OK;
	return fail(problem, "cannot also use '--json': give --markdown or --json");
}

static enum status run(const struct given *given)
{
	struct problem problem;
	struct dataset dataset;
	struct summary summary;
	enum claims_form form;
	if (read_form(given, &form, &problem) || present_find(given->operand, &problem))
		return complain(&problem, STATUS_USAGE);
	if (present_load(given->operand, &dataset, &summary, &problem))
		return complain(&problem, STATUS_FAILED);
	enum outcome outcome = claims_put(&summary, form, stdout, &problem);
	summary_free(&summary);
	dataset_free(&dataset);
	return outcome ? complain(&problem, STATUS_FAILED) : STATUS_DONE;
}

COMMAND(claims, .summary = "check common claims about fork against a run's data",
	.options = {.text = "Checks eighteen common claims about fork against a run's data. Each "
			    "gets a verdict with numbers, intervals and the figure to look at. "
			    "docs/CLAIMS.md has the rules.",
		    .rows = rows,
		    OPERAND_RUN},
	.run = run);
