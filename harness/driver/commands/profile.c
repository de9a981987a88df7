/* forkcost profile: where the kernel's time goes. */
#include "harness/driver/profile/profile.h"

#include "harness/common/remedy.h"
#include "harness/common/units.h"
#include "harness/driver/base/forms/terminal.h"
#include "harness/driver/base/interrupts.h"
#include "harness/driver/commands/present.h"
#include "harness/driver/machine/limits.h"
#include "harness/driver/plan/plan_make.h"
#include "harness/driver/plan/settings.h"
#include "harness/driver/run/record.h"
#include "harness/driver/run/session.h"
#include "harness/driver/show/breakdown.h"
#include "harness/driver/show/plot.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

enum {
	OPTION_PRIMITIVE,
	OPTION_ACTION,
	OPTION_HEAP,
	OPTION_PAGE_KIND,
	OPTION_STATE,
	OPTION_CPU,
	OPTION_CELL_TIME,
	RUN_OPTIONS, /* the above are options of forkcost run as well */
	OPTION_OUTPUT = RUN_OPTIONS,
	OPTION_NO_PLOTS,
};

static const struct option_row rows[] = {
	[OPTION_PRIMITIVE] = {"primitive", "NAMES",
			      "which primitives [fork,clone,vfork,posix_spawn]",
			      .values = VALUES_PRIMITIVES},
	[OPTION_ACTION] = {"action", "LEVELS", "exit, exec [both]", VALUES_WORDS, "exit exec"},
	[OPTION_HEAP] = {"heap", "SIZES", .help = "heaps of the caller [0,4M,64M]"},
	[OPTION_PAGE_KIND] = {"page-kind", "LEVEL", .help = "what the heap is made of [4k]"},
	[OPTION_STATE] = {"state", "LEVEL", "dirty or write-protected [dirty]", VALUES_WORDS,
			  "dirty write-protected"},
	[OPTION_CPU] = {"cpu", "N", .help = "CPU of the worker [the last one allowed]"},
	[OPTION_CELL_TIME] = {"cell-time", "TIME", .help = "how long a heap is measured [6s]"},
	[OPTION_OUTPUT] = {"output", "FOLDER", "where a folder is made, without RUN [results]",
			   .values = VALUES_FOLDER},
	[OPTION_NO_PLOTS] = {"no-plots", .help = "do not draw"},
	{0},
};

static const char *const defaults[RUN_OPTIONS] = {
	[OPTION_PRIMITIVE] = "fork,clone,vfork,posix_spawn",
	[OPTION_HEAP] = "0,4M,64M",
	[OPTION_PAGE_KIND] = "4k",
	[OPTION_STATE] = "dirty",
	[OPTION_CELL_TIME] = "6s",
};

/* As if it had been typed to forkcost run, so that words are read, and refused, in one place. */
static enum outcome make_plan(struct plan *plan, const struct given *given,
			      const struct wire_catalog *catalog, struct problem *problem)
{
	enum { WORD_MAX = 32 };
	char names[RUN_OPTIONS][WORD_MAX];
	char *words[2 * RUN_OPTIONS + 16] = {"run",   "--preset",    "quick", "--experiment",
					     "spawn", "--counters",  "none",  "--cache",
					     "warm",  "--child-cpu", "same"};
	int count = 11;
	struct given as_run;
	struct settings settings;
	for (int i = 0; i < RUN_OPTIONS; i++) {
		const char *value = given->values[i] ? given->values[i] : defaults[i];
		if (!value)
			continue;
		snprintf(names[i], sizeof names[i], "--%s", rows[i].name);
		words[count++] = names[i];
		words[count++] = (char *)value;
	}
	if (options_read(settings_options(), count, words, &as_run, problem) ||
	    settings_parse(&settings, &as_run, catalog, problem) ||
	    plan_make(plan, &settings, catalog, problem))
		return OUTCOME_FAILED;
	for (size_t i = 0; i < plan->job_count; i++)
		if (plan->jobs[i].cell_count != 1 ||
		    plan->jobs[i].level[AXIS_PAGE_KIND] != plan->jobs[0].level[AXIS_PAGE_KIND])
			return fail(problem, "cannot profile several states or page kinds at once; "
					     "give --state and --page-kind one level");
	return OUTCOME_OK;
}

/* The run's folder, or a new one. */
static enum outcome find_folder(const struct given *given, char folder[RECORD_FOLDER_MAX],
				struct problem *problem)
{
	const char *output = given->values[OPTION_OUTPUT];
	if (!given->operand)
		return record_make_folder(output ? output : "results", "profile", folder, problem);
	if (snprintf(folder, RECORD_FOLDER_MAX, "%s", given->operand) >= RECORD_FOLDER_MAX)
		return fail(problem, "cannot write into '%s': %s; give a shorter path",
			    given->operand, strerror(ENAMETOOLONG));
	return OUTCOME_OK;
}

/* Whether find_folder() will do; makes nothing. */
static enum outcome check_folder(const struct given *given, struct problem *problem)
{
	const char *output = given->values[OPTION_OUTPUT];
	char folder[RECORD_FOLDER_MAX];
	if (!given->operand)
		return record_check_output(output ? output : "results", problem);
	if (find_folder(given, folder, problem))
		return OUTCOME_FAILED;
	if (access(folder, W_OK | X_OK) == 0)
		return OUTCOME_OK;
	return fail(problem, "cannot write into %s: %s; %s", folder, strerror(errno),
		    remedy_or(errno, "copy the run to a folder of yours"));
}

/* Reads back what was written, so that what is shown is what others will read. */
static enum outcome show(const char *folder, bool draws, struct problem *problem)
{
	static struct breakdown breakdown;
	size_t figures;
	if (breakdown_read(&breakdown, folder, problem))
		return OUTCOME_FAILED;
	breakdown_print(&breakdown);
	print("profile: %s/profile.json\nstacks:  %s/stacks.folded, for flame graphs\n", folder,
	      folder);
	if (!draws)
		return OUTCOME_OK;
	if (breakdown_write(&breakdown, folder, problem) ||
	    plot_draw(NULL, NULL, folder, &figures, problem))
		return OUTCOME_FAILED;
	print("plot:    %s/plots/kernel-breakdown.svg, .pdf, .png\n", folder);
	return OUTCOME_OK;
}

static enum status run(const struct given *given)
{
	static struct wire_catalog catalog;
	static struct plan plan;
	static struct profile profile;
	char folder[RECORD_FOLDER_MAX];
	struct problem problem;
	if (given->operand && given->values[OPTION_OUTPUT]) {
		fail(&problem, "cannot make a folder for the profile of a run; leave out --output");
		return complain(&problem, STATUS_USAGE);
	}
	if (given->operand && present_find(given->operand, &problem))
		return complain(&problem, STATUS_USAGE);
	if (limits_check(&problem) || catalog_read(&catalog, &problem))
		return complain(&problem, STATUS_FAILED);
	if (make_plan(&plan, given, &catalog, &problem))
		return complain(&problem, STATUS_USAGE);
	/* Not only when all is sampled. */
	if (check_folder(given, &problem))
		return complain(&problem, STATUS_FAILED);
	interrupts_catch();
	print_to(stderr, "sampling at %zu heap%s\n", plan.job_count, units_plural(plan.job_count));
	enum outcome outcome = profile_take(&profile, &plan, &problem);
	if (!outcome)
		outcome = find_folder(given, folder, &problem);
	if (!outcome)
		outcome = profile_write(&profile, &plan, folder, &problem);
	profile_free(&profile);
	if (!outcome)
		outcome = show(folder, !given->values[OPTION_NO_PLOTS], &problem);
	return outcome ? complain(&problem, present_failed()) : STATUS_DONE;
}

COMMAND(profile, .summary = "find out by perf where the kernel's time goes",
	.options = {.text = "Samples the worker's CPU by the clock with perf while it starts "
			    "children, and groups "
			    "the kernel's functions into the items of the fork bill. Writes "
			    "profile.json, stacks.folded and the figure kernel-breakdown into the "
			    "folder of a run, or into a new folder. Needs perf, and permission to "
			    "sample a whole CPU: root, CAP_PERFMON, or sysctl "
			    "kernel.perf_event_paranoid=0 with kernel.kptr_restrict=0.",
		    .rows = rows,
		    .operand = {.argument = "RUN", .values = VALUES_FOLDER}},
	.run = run);
