/* forkcost run: measures, writes a run's folder and presents it. */
#include "harness/driver/base/forms/terminal.h"
#include "harness/driver/base/interrupts.h"
#include "harness/driver/commands/present.h"
#include "harness/driver/machine/limits.h"
#include "harness/driver/plan/plan_make.h"
#include "harness/driver/plan/settings.h"
#include "harness/driver/run/estimate.h"
#include "harness/driver/run/record.h"
#include "harness/driver/run/runner.h"
#include "harness/driver/run/session.h"
#include "harness/driver/show/published.h"

#include "harness/common/units.h"

#include <math.h>
#include <string.h>

/* Refuses what the run itself would refuse. */
static enum status dry_run(const struct plan *plan)
{
	struct problem problem;
	struct estimate estimate;
	if (record_check_output(plan->settings.output, &problem) ||
	    estimate_make(&estimate, plan, &problem))
		return complain(&problem, STATUS_FAILED);
	estimate_print(&estimate, plan);
	return STATUS_DONE;
}

/* Measures, then presents what there is. */
static enum status measure(struct plan *plan, const struct given *given)
{
	struct problem problem;
	struct record record;
	struct runner_result result;
	interrupts_catch();
	if (record_open(&record, plan, given->argc, given->argv, &problem))
		return complain(&problem, STATUS_FAILED);
	if (*record.warning)
		print_to(stderr, "forkcost: warning: %s\n", record.warning);
	print_to(stderr, "measuring into %s\n", record.folder);
	notes_print(stderr, "", &plan->holds_for);
	notes_print(stderr, "left out: ", &plan->left_out);
	enum outcome measured = runner_run(plan, &record, &result, &problem);
	eviction_free(&plan->eviction);
	if (measured)
		return complain(&problem, STATUS_FAILED);
	if (result.replicates == 0 && result.failures == 0 && !result.interrupted) {
		fail(&problem,
		     "cannot measure anything in %g s: one replicate takes longer; raise --budget, "
		     "or use smaller heaps",
		     (double)plan->settings.budget_ns / 1e9);
		return complain(&problem, STATUS_FAILED);
	}
	char windows[UNITS_TEXT_MAX], measured_for[UNITS_TEXT_MAX];
	print_to(stderr, "timed windows were open for %s of %s, %.0f %%\n",
		 units_format_seconds(result.windows_s, windows),
		 units_format_seconds(result.duration_s, measured_for),
		 100 * result.windows_s / fmax(result.duration_s, 1e-9));
	/* Pages and frames that nobody asked for by name, and that turned out not to be had. */
	for (size_t i = 0; i < result.gaps.count; i++) {
		char text[NOTE_BYTES];
		print_to(stderr, "left out: %s\n", plan_describe_gap(&result.gaps.gap[i], text));
	}
	/* The table ends with what was not reached. */
	unsigned wanted = WANT_FILES | (plan->settings.no_table ? WANT_SHORTFALL : WANT_TABLE) |
			  (plan->settings.no_plots ? 0 : WANT_PLOTS);
	enum status status = STATUS_DONE;
	if (present(record.folder, result.interrupted ? WANT_FILES | WANT_SHORTFALL : wanted,
		    plan->settings.published, &problem))
		status = complain(&problem, present_failed());
	if (result.failures) {
		print_to(stderr, "forkcost: %lu replicate%s failed; the first: %s\n",
			 result.failures, units_plural(result.failures), result.first_failure);
		status = STATUS_FAILED;
	}
	if (result.interrupted) {
		print_to(stderr, "forkcost: interrupted; the finished cells are in %s\n",
			 record.folder);
		status = STATUS_INTERRUPTED;
	}
	return status;
}

/* Points that could not be drawn in the end are refused before anything is measured. */
static enum outcome check_plots(const struct settings *settings, struct problem *problem)
{
	static struct published points;
	if (!settings->published)
		return OUTCOME_OK;
	if (settings->no_plots)
		return fail(problem, "cannot draw published points without plots; leave out "
				     "--published or --no-plots");
	return published_read(&points, settings->published, problem);
}

static enum status run(const struct given *given)
{
	static struct wire_catalog catalog;
	static struct plan plan;
	struct settings settings;
	struct problem problem;
	if (limits_check(&problem) || catalog_read(&catalog, &problem))
		return complain(&problem, STATUS_FAILED);
	if (settings_parse(&settings, given, &catalog, &problem) ||
	    check_plots(&settings, &problem) || plan_make(&plan, &settings, &catalog, &problem))
		return complain(&problem, STATUS_USAGE);
	if (plan_evicts(&plan) && eviction_make(&plan.eviction, plan.caller_cpu, &problem))
		return complain(&problem, STATUS_FAILED);
	return settings.dry_run ? dry_run(&plan) : measure(&plan, given);
}

COMMAND(run, .summary = "measure, and write a run's folder; see forkcost run --help",
	.make_options = settings_options, .run = run);
