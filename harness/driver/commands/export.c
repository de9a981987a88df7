/* forkcost export: a run's rows in the form of another program. */
#include "harness/driver/export/export.h"
#include "harness/driver/base/outfile.h"
#include "harness/driver/commands/present.h"

#include <errno.h>
#include <string.h>

enum { OPTION_EXPERIMENT, OPTION_FORMAT };

/* The names of all forms, with blanks between, or with ", ". */
static const char *names(const char *between)
{
	static char text[256];
	const struct export_format *format;
	size_t at = 0;
	*text = '\0';
	for (size_t i = 0; (format = export_at(i)) && at < sizeof text; i++)
		at += (size_t)snprintf(text + at, sizeof text - at, "%s%s", i ? between : "",
				       format->name);
	return text;
}

static const struct options *make_options(void)
{
	static char words[256];
	static struct option_row rows[] = {
		[OPTION_EXPERIMENT] = {"experiment", "NAME", "of this experiment alone [all]",
				       VALUES_EXPERIMENTS, NULL},
		[OPTION_FORMAT] = {"format", "FORM", NULL, VALUES_WORDS, words},
		{0},
	};
	static char help[320];
	static const struct options options = {
		.text = "Writes a run's rows in the form of another program to standard output. A "
			"time goes out as the medians of its replicates, of undisturbed samples.",
		.rows = rows,
		OPERAND_RUN};
	snprintf(words, sizeof words, "%s", names(" "));
	snprintf(help, sizeof help, "one of %s", names(", "));
	rows[OPTION_FORMAT].help = help;
	return &options;
}

static enum outcome put_rows(const struct summary *summary, const struct export_format *format,
			     const char *experiment, struct problem *problem)
{
	size_t taken = 0;
	for (size_t i = 0; i < summary->row_count; i++)
		taken += export_takes(&summary->rows[i], experiment);
	if (!taken)
		return fail(problem,
			    "cannot find experiment '%s' in the run; leave --experiment out, or "
			    "see summary.csv",
			    experiment ? experiment : "any");
	if (format->write(stdout, summary, experiment, problem))
		return OUTCOME_FAILED;
	if (fflush(stdout) == 0)
		return OUTCOME_OK;
	return fail(problem, "cannot write to standard output: %s; %s", strerror(errno),
		    outfile_remedy(errno));
}

static enum status run(const struct given *given)
{
	struct problem problem;
	struct dataset dataset;
	struct summary summary;
	const char *name = given->values[OPTION_FORMAT];
	const struct export_format *format = name ? export_find(name) : NULL;
	if (!format) {
		fail(&problem, "cannot export as '%s'; give --format one of %s", name ? name : "",
		     names(", "));
		return complain(&problem, STATUS_USAGE);
	}
	if (present_find(given->operand, &problem))
		return complain(&problem, STATUS_USAGE);
	if (present_load(given->operand, &dataset, &summary, &problem))
		return complain(&problem, STATUS_FAILED);
	enum outcome outcome =
		put_rows(&summary, format, given->values[OPTION_EXPERIMENT], &problem);
	summary_free(&summary);
	dataset_free(&dataset);
	return outcome ? complain(&problem, STATUS_FAILED) : STATUS_DONE;
}

COMMAND(export, .summary = "write a run's rows for other programs to read",
	.make_options = make_options, .run = run);
