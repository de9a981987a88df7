/* forkcost compare: runs before and after a change, row by row, and what is surely another. */
#include "harness/driver/compare/compare.h"
#include "harness/common/units.h"
#include "harness/driver/base/forms/terminal.h"
#include "harness/driver/commands/choosing.h"
#include "harness/driver/commands/present.h"
#include "harness/driver/compare/figures.h"
#include "harness/driver/compare/view.h"
#include "harness/driver/compare/words.h"

#include <math.h>
#include <string.h>

enum {
	OPTION_FORMAT,
	OPTION_BRIEF,
	OPTION_PLOTS,
	OPTION_FAIL_ABOVE,
	OPTION_SAME_WITHIN,
	OPTION_BETWEEN,
	OPTION_PAIRED,
	OPTION_CHOOSING,
};

static const struct option_row rows[] = {
	[OPTION_FORMAT] = {"format", "FORM", "text, markdown, csv or json [text]", VALUES_WORDS,
			   "text markdown csv json"},
	[OPTION_BRIEF] = {"brief", .help = "in one line"},
	[OPTION_PLOTS] = {"plots", "FOLDER", "draw the ratios and the calls into it, as well",
			  VALUES_FOLDER, NULL},
	[OPTION_FAIL_ABOVE] = {"fail-above", "SHARE",
			       "end with status 3 if a headline row is surely slower by more",
			       VALUES_ANY, NULL},
	[OPTION_SAME_WITHIN] = {"same-within", "SHARE", "what counts as the same [2%]", VALUES_ANY,
				NULL},
	[OPTION_BETWEEN] = {"between-runs", "SHARE",
			    "standard deviation between runs that is assumed where a side has one "
			    "run [by heap: 1.5 to 7.5%]",
			    VALUES_ANY, NULL},
	[OPTION_PAIRED] = {"paired", .help = "run i of A and run i of B are of one round"},
	CHOOSING_ROWS(OPTION_CHOOSING, "all"),
	[OPTION_CHOOSING + CHOOSING_OPTIONS] = {0},
};

/* What the options ask for. */
struct asked {
	struct compare_wish wish;
	enum compare_form form;
	bool is_brief, may_fail;
	const char *plots; /* NULL: none */
	double fail_above;
};

static enum outcome read_share(const struct given *given, int option, double *share,
			       struct problem *problem)
{
	const char *text = given->values[option];
	if (!text || !units_parse_percent(text, share, problem))
		return OUTCOME_OK;
	return options_blame(rows[option].name, problem);
}

static enum outcome read_form(const struct given *given, struct asked *asked,
			      struct problem *problem)
{
	static const char *const names[] = {[COMPARE_TEXT] = "text",
					    [COMPARE_MARKDOWN] = "markdown",
					    [COMPARE_CSV] = "csv",
					    [COMPARE_JSON] = "json"};
	const char *name = given->values[OPTION_FORMAT];
	asked->is_brief = given->values[OPTION_BRIEF];
	if (!name)
		return OUTCOME_OK;
	if (asked->is_brief)
		return fail(problem,
			    "cannot also use --brief: it is text; give --format or --brief");
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (strcmp(name, names[i]) == 0) {
			asked->form = (enum compare_form)i;
			return OUTCOME_OK;
		}
	return fail(problem, "cannot use --format '%.40s'; give text, markdown, csv or json", name);
}

static enum outcome read_options(const struct given *given, struct asked *asked,
				 struct problem *problem)
{
	*asked = (struct asked){.wish = {.paired = given->values[OPTION_PAIRED],
					 .between = NAN,
					 .same_within = 0.02},
				.plots = given->values[OPTION_PLOTS],
				.may_fail = given->values[OPTION_FAIL_ABOVE]};
	struct compare_wish *wish = &asked->wish;
	if (choosing_read(given, OPTION_CHOOSING, &wish->rows, problem) ||
	    read_form(given, asked, problem) ||
	    read_share(given, OPTION_FAIL_ABOVE, &asked->fail_above, problem) ||
	    read_share(given, OPTION_SAME_WITHIN, &wish->same_within, problem) ||
	    read_share(given, OPTION_BETWEEN, &wish->between, problem))
		return OUTCOME_FAILED;
	if (!isnan(wish->between) && given->sides[SIDE_A].count > 1 &&
	    given->sides[SIDE_B].count > 1)
		return fail(problem,
			    "cannot use --between-runs: both sides have several runs, which "
			    "measure it; leave it out");
	if (wish->paired && (given->sides[SIDE_A].count != given->sides[SIDE_B].count ||
			     given->sides[SIDE_A].count < 2))
		return fail(
			problem,
			"cannot use --paired: A has %zu runs and B %zu; give as many a side, two "
			"or more, in the order of the rounds, or leave it out",
			(size_t)given->sides[SIDE_A].count, (size_t)given->sides[SIDE_B].count);
	for (enum side_id side = SIDE_A; side < SIDES; side++)
		for (size_t i = 0; i < given->sides[side].count; i++)
			if (present_find(given->sides[side].operands[i], problem))
				return OUTCOME_FAILED;
	return OUTCOME_OK;
}

static enum outcome add_run(struct compare *compare, enum side_id side, const char *folder,
			    struct problem *problem)
{
	struct dataset dataset;
	struct summary summary;
	if (present_load(folder, &dataset, &summary, problem))
		return OUTCOME_FAILED;
	enum outcome outcome = compare_add(compare, side, &summary, folder, problem);
	summary_free(&summary);
	dataset_free(&dataset);
	return outcome;
}

static enum outcome make(struct compare *compare, const struct given *given,
			 struct problem *problem)
{
	for (enum side_id side = SIDE_A; side < SIDES; side++)
		for (size_t i = 0; i < given->sides[side].count; i++)
			if (add_run(compare, side, given->sides[side].operands[i], problem))
				return OUTCOME_FAILED;
	return compare_end(compare, problem);
}

static enum outcome put(const struct compare *compare, const struct asked *asked,
			struct problem *problem)
{
	if (asked->is_brief)
		compare_put_brief(compare);
	else if (compare_put(compare, asked->form, stdout, problem))
		return OUTCOME_FAILED;
	return asked->plots ? compare_draw(compare, asked->plots, problem) : OUTCOME_OK;
}

/* Whether a headline row is too slow. */
static enum status judge(const struct compare *compare, double share)
{
	struct problem problem;
	char label[COMPARE_LABEL_MAX], ratio[COMPARE_NUMBER_MAX];
	const struct compared_row *worst = compare_worst(compare, share);
	if (!compare->headlines) {
		fail(&problem, "cannot judge by --fail-above: no headline row is on both sides; "
			       "leave it out, or choose other rows");
		return complain(&problem, STATUS_FAILED);
	}
	if (!worst)
		return STATUS_DONE;
	print_to(stderr, "forkcost: slower by more than %g %%: %s: %s\n", 100 * share,
		 compare_label(worst, label), compare_ratio_words(worst, ratio));
	return STATUS_SLOWER;
}

static enum status run(const struct given *given)
{
	static struct compare compare;
	struct problem problem;
	struct asked asked;
	if (read_options(given, &asked, &problem))
		return complain(&problem, STATUS_USAGE);
	compare_begin(&compare, &asked.wish);
	enum status status = STATUS_DONE;
	if (make(&compare, given, &problem) || put(&compare, &asked, &problem))
		status = complain(&problem, STATUS_FAILED);
	else if (asked.may_fail)
		status = judge(&compare, asked.fail_above);
	compare_free(&compare);
	return status;
}

COMMAND(compare, .summary = "compare runs: what is faster, slower, the same, or cannot be told",
	.options =
		{.text = "Holds the rows of runs B against those of runs A, one or several a side: "
			 "the "
			 "ratio with a 95 % interval, a verdict, and what differs in the runs' "
			 "surroundings. With one run a side, how far runs differ by themselves is "
			 "assumed; with several it is measured.",
		 .rows = rows,
		 .operand = {.argument = "A... -- B...", .values = VALUES_FOLDER},
		 .example = "results/before -- results/after",
		 .has_sides = true},
	.run = run);
