#include "harness/driver/commands/present.h"

#include "harness/common/units.h"
#include "harness/driver/analysis/shortfall.h"
#include "harness/driver/base/forms/terminal.h"
#include "harness/driver/base/interrupts.h"
#include "harness/driver/bill/bill_view.h"
#include "harness/driver/claims/view.h"
#include "harness/driver/model/view.h"
#include "harness/driver/show/breakdown.h"
#include "harness/driver/show/derived.h"
#include "harness/driver/show/figures_write.h"
#include "harness/driver/show/plot.h"
#include "harness/driver/show/tables.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

enum outcome present_load(const char *folder, struct dataset *dataset, struct summary *summary,
			  struct problem *problem)
{
	if (dataset_read(dataset, folder, problem))
		return OUTCOME_FAILED;
	if (*dataset->warning)
		print_to(stderr, "forkcost: warning: %s\n", dataset->warning);
	if (!summary_make(summary, dataset, folder, problem))
		return OUTCOME_OK;
	dataset_free(dataset);
	return OUTCOME_FAILED;
}

enum outcome present_find(const char *folder, struct problem *problem)
{
	struct stat stat_of;
	bool there = stat(folder, &stat_of) == 0;
	if (!there && errno != ENOENT && errno != ENOTDIR && errno != ENAMETOOLONG)
		return OUTCOME_OK; /* who reads it says what is wrong */
	if (there && S_ISDIR(stat_of.st_mode))
		return OUTCOME_OK;
	return fail(problem,
		    "cannot find a run at '%s': %s; give a run's folder, as results/latest", folder,
		    there ? "it is not a folder" : strerror(errno));
}

/* Where the run has a profile. */
static enum outcome write_breakdown(const char *folder, struct problem *problem)
{
	static struct breakdown breakdown;
	if (!breakdown_is_there(folder))
		return OUTCOME_OK;
	if (breakdown_read(&breakdown, folder, problem))
		return OUTCOME_FAILED;
	return breakdown_write(&breakdown, folder, problem);
}

enum outcome present(const char *folder, unsigned wanted, const char *published,
		     struct problem *problem)
{
	static struct published points;
	struct dataset dataset;
	struct summary summary;
	struct notes notes;
	size_t figures;
	if ((published && published_read(&points, published, problem)) ||
	    present_load(folder, &dataset, &summary, problem))
		return OUTCOME_FAILED;
	enum outcome outcome = OUTCOME_OK;
	if (wanted & WANT_SHORTFALL) { /* for whoever does not read the table */
		shortfall_describe(&dataset, &notes);
		notes_print(stderr, "forkcost: ", &notes);
	}
	if (wanted & WANT_FILES &&
	    (summary_write(&summary, folder, problem) || derived_write(&summary, folder, problem) ||
	     tables_write(&summary, folder, problem) || figures_write(&summary, folder, problem) ||
	     claims_write(&summary, folder, problem) || model_write(&summary, folder, problem) ||
	     bill_write(&summary, folder, problem) || write_breakdown(folder, problem)))
		outcome = OUTCOME_FAILED;
	if (wanted & WANT_TABLE) {
		tables_print(&summary);
		if (!outcome)
			outcome = claims_print_brief(&summary, problem);
		print("\nresults: %s\n", folder);
	}
	if (!outcome && wanted & WANT_PLOTS) {
		outcome =
			plot_draw(&summary, published ? &points : NULL, folder, &figures, problem);
		if (!outcome)
			print("plots:   %s/plots (%zu figure%s as SVG, PDF and PNG)\n", folder,
			      figures, units_plural(figures));
	}
	summary_free(&summary);
	dataset_free(&dataset);
	return outcome;
}

enum status present_failed(void)
{
	return interrupts_came() ? STATUS_INTERRUPTED : STATUS_FAILED;
}

enum status present_given(const struct given *given, unsigned wanted, const char *published)
{
	struct problem problem;
	if (present_find(given->operand, &problem))
		return complain(&problem, STATUS_USAGE);
	if (present(given->operand, wanted, published, &problem))
		return complain(&problem, present_failed());
	return STATUS_DONE;
}
