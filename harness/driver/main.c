/* forkcost: the driver. Plans, starts workers, keeps what they yield, and says what it means. It
 * never forks to measure. */
#include "harness/common/units.h"
#include "harness/driver/analysis/shortfall.h"
#include "harness/driver/analysis/summary.h"
#include "harness/driver/base/forms/terminal.h"
#include "harness/driver/base/interrupts.h"
#include "harness/driver/base/outfile.h"
#include "harness/driver/base/version.h"
#include "harness/driver/claims/view.h"
#include "harness/driver/commands/doctor.h"
#include "harness/driver/commands/once.h"
#include "harness/driver/counters/report.h"
#include "harness/driver/data/dataset.h"
#include "harness/driver/explain/explain.h"
#include "harness/driver/machine/guardian.h"
#include "harness/driver/machine/lent.h"
#include "harness/driver/machine/limits.h"
#include "harness/driver/plan/choice.h"
#include "harness/driver/plan/plan.h"
#include "harness/driver/plan/settings.h"
#include "harness/driver/run/ask_worker.h"
#include "harness/driver/run/estimate.h"
#include "harness/driver/run/record.h"
#include "harness/driver/run/runner.h"
#include "harness/driver/show/export.h"
#include "harness/driver/show/plot.h"
#include "harness/driver/show/tables.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

enum exit_status { EXIT_DONE = 0, EXIT_CELLS_FAILED = 1, EXIT_USAGE = 2, EXIT_INTERRUPTED = 130 };

static int complain(const struct problem *problem, int status)
{
	print_to(stderr, "forkcost: %s\n", problem->text);
	return status;
}

static void print_help(void)
{
	print("forkcost: what starting a process really costs this program on this machine\n\n"
	      "usage: forkcost COMMAND [options]\n\n"
	      "  run         measure, and write a run folder; see forkcost run --help\n"
	      "  explain     what happens to a page when a process is started, live, step by "
	      "step\n"
	      "  once        start N children and nothing else, for timing from outside\n"
	      "  summarize   compute a run's statistics, tables and plot data anew: summarize "
	      "RUN\n"
	      "  plot        draw a run's figures: plot RUN\n"
	      "  show        print a run's table: show RUN\n"
	      "  claims      what people say about fork, put to the test: claims RUN "
	      "[--markdown|--json]\n"
	      "  list        experiments, primitives, arms, axes, metrics with units\n"
	      "  counters    what can be counted here, by which events, and why not the rest\n"
	      "  doctor      what this machine can and cannot measure, and how to mend it\n\n"
	      "  --help, --version\n\n"
	      "RUN is a run's folder, such as results/latest. Exit status: 0 done, 1 some cells "
	      "failed,\n"
	      "2 usage, 130 interrupted.\n");
}

/* Reads and summarises a run; on success the caller frees both. */
static enum outcome load(const char *folder, struct dataset *dataset, struct summary *summary,
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

enum wanted { WANT_FILES = 1, WANT_PLOTS = 2, WANT_TABLE = 4, WANT_SHORTFALL = 8 };

/* What the run did not get to, for whoever does not read the table. */
static void warn_shortfall(const struct dataset *dataset)
{
	struct notes notes;
	shortfall_describe(dataset, &notes);
	notes_print(stderr, "forkcost: ", &notes);
}

/* Whatever is wanted of a finished run. */
static enum outcome present(const char *folder, unsigned wanted, struct problem *problem)
{
	struct dataset dataset;
	struct summary summary;
	size_t figures;
	if (load(folder, &dataset, &summary, problem))
		return OUTCOME_FAILED;
	enum outcome outcome = OUTCOME_OK;
	if (wanted & WANT_SHORTFALL)
		warn_shortfall(&dataset);
	if (wanted & WANT_FILES &&
	    (summary_write(&summary, folder, problem) || tables_write(&summary, folder, problem) ||
	     export_write(&summary, folder, problem) || claims_write(&summary, folder, problem)))
		outcome = OUTCOME_FAILED;
	if (wanted & WANT_TABLE) {
		tables_print(&summary);
		if (!outcome)
			outcome = claims_print_brief(&summary, problem);
		print("\nresults: %s\n", folder);
	}
	if (!outcome && wanted & WANT_PLOTS) {
		outcome = plot_draw(&summary, folder, &figures, problem);
		if (!outcome)
			print("plots:   %s/plots (%zu figures as SVG, PDF and PNG)\n", folder,
			      figures);
	}
	summary_free(&summary);
	dataset_free(&dataset);
	return outcome;
}

/* A folder that is not there was not a run's: that is a wrong word, not a run that is broken. */
static enum outcome find_run(const char *folder, struct problem *problem)
{
	struct stat stat_of;
	bool there = stat(folder, &stat_of) == 0;
	if (!there && errno != ENOENT && errno != ENOTDIR && errno != ENAMETOOLONG)
		return OUTCOME_OK; /* who reads it says what is wrong */
	if (there && S_ISDIR(stat_of.st_mode))
		return OUTCOME_OK;
	return fail(problem,
		    "cannot find a run at '%s': %s; give a run's folder, as results/latest", folder,
		    there ? "it is no folder" : strerror(errno));
}

static int failed_or_interrupted(void)
{
	return interrupts_came() ? EXIT_INTERRUPTED : EXIT_CELLS_FAILED;
}

static int present_command(int argc, char **argv, unsigned wanted)
{
	struct problem problem;
	if (argc == 2 && strcmp(argv[1], "--help") == 0) {
		print_help();
		return EXIT_DONE;
	}
	if (argc != 2) {
		fail(&problem,
		     "cannot tell which run: give one run folder, as forkcost %s results/latest",
		     argv[0]);
		return complain(&problem, EXIT_USAGE);
	}
	if (find_run(argv[1], &problem))
		return complain(&problem, EXIT_USAGE);
	return present(argv[1], wanted, &problem) ? complain(&problem, failed_or_interrupted())
						  : EXIT_DONE;
}

static int command_summarize(int argc, char **argv)
{
	return present_command(argc, argv, WANT_FILES);
}

static int command_plot(int argc, char **argv)
{
	return present_command(argc, argv, WANT_FILES | WANT_PLOTS);
}

static int command_show(int argc, char **argv)
{
	return present_command(argc, argv, WANT_TABLE);
}

/* RUN and at most one option. */
static enum outcome read_claims_options(int argc, char **argv, const char **folder,
					enum claims_form *form, struct problem *problem)
{
	*folder = NULL;
	*form = CLAIMS_TERMINAL;
	for (int i = 1; i < argc; i++) {
		if (*argv[i] == '-' && *form != CLAIMS_TERMINAL)
			return fail(problem, "cannot use '%s' as well: give --markdown or --json",
				    argv[i]);
		if (strcmp(argv[i], "--markdown") == 0)
			*form = CLAIMS_MARKDOWN;
		else if (strcmp(argv[i], "--json") == 0)
			*form = CLAIMS_JSON;
		else if (*argv[i] == '-' || *folder)
			return fail(problem,
				    "cannot use '%s': forkcost claims takes a run folder, "
				    "--markdown or --json; leave it out",
				    argv[i]);
		else
			*folder = argv[i];
	}
	if (*folder)
		return find_run(*folder, problem);
	return fail(problem, "cannot tell which run: give one run folder, as forkcost claims "
			     "results/latest");
}

static int command_claims(int argc, char **argv)
{
	struct problem problem;
	struct dataset dataset;
	struct summary summary;
	const char *folder;
	enum claims_form form;
	if (argc == 2 && strcmp(argv[1], "--help") == 0) {
		print("usage: forkcost claims RUN [--markdown|--json]\n\n"
		      "Holds twelve things that people say about fork against a run's data. Each "
		      "gets a\n"
		      "verdict with numbers, intervals and the figure to look at. docs/CLAIMS.md "
		      "has\n"
		      "the rules.\n");
		return EXIT_DONE;
	}
	if (read_claims_options(argc, argv, &folder, &form, &problem))
		return complain(&problem, EXIT_USAGE);
	if (load(folder, &dataset, &summary, &problem))
		return complain(&problem, EXIT_CELLS_FAILED);
	enum outcome outcome = claims_put(&summary, form, stdout, &problem);
	summary_free(&summary);
	dataset_free(&dataset);
	return outcome ? complain(&problem, EXIT_CELLS_FAILED) : EXIT_DONE;
}

/* Whether a run could make its folder there; makes nothing. */
static enum outcome check_output(const char *output, struct problem *problem)
{
	char parent[WIRE_PATH_MAX];
	struct stat stat_of;
	int error = 0;
	wire_copy(parent, sizeof parent, output);
	if (stat(output, &stat_of) < 0)
		error = errno == ENOENT && access(dirname(parent), W_OK | X_OK) == 0 ? 0 : errno;
	else if (!S_ISDIR(stat_of.st_mode))
		error = ENOTDIR;
	else if (access(output, W_OK | X_OK) < 0)
		error = errno;
	if (!error)
		return OUTCOME_OK;
	return fail(problem, "cannot make a run folder in %s: %s; choose another with --output",
		    output, strerror(error));
}

/* Refuses what the run itself would refuse. */
static int dry_run(const struct plan *plan)
{
	struct problem problem;
	struct estimate estimate;
	if (check_output(plan->settings.output, &problem) ||
	    estimate_make(&estimate, plan, &problem))
		return complain(&problem, EXIT_CELLS_FAILED);
	estimate_print(&estimate, plan);
	return EXIT_DONE;
}

/* Page kinds that nobody asked for by name, and that turned out not to be had. */
static void tell_left_out(const struct plan_gap *gaps, size_t count)
{
	for (size_t i = 0; i < count; i++)
		print_to(stderr, "left out: page kind %s: %s\n",
			 axis_name(&axes[AXIS_PAGE_KIND], gaps[i].page_kind), gaps[i].why);
}

/* Measures, then presents what there is. */
static int measure(const struct plan *plan, int argc, char **argv)
{
	struct problem problem;
	struct record record;
	struct runner_result result;
	interrupts_catch();
	if (record_open(&record, plan, argc, argv, &problem))
		return complain(&problem, EXIT_CELLS_FAILED);
	if (*record.warning)
		print_to(stderr, "forkcost: warning: %s\n", record.warning);
	print_to(stderr, "measuring into %s\n", record.folder);
	notes_print(stderr, "", &plan->holds_for);
	notes_print(stderr, "left out: ", &plan->left_out);
	if (runner_run(plan, &record, &result, &problem))
		return complain(&problem, EXIT_CELLS_FAILED);
	if (result.replicates == 0 && result.failures == 0 && !result.interrupted) {
		fail(&problem,
		     "cannot measure anything in %g s: one replicate takes longer; raise --budget, "
		     "or use smaller heaps",
		     (double)plan->settings.budget_ns / 1e9);
		return complain(&problem, EXIT_CELLS_FAILED);
	}
	tell_left_out(result.gaps, result.gap_count);
	unsigned wanted = WANT_FILES | WANT_SHORTFALL | (plan->settings.no_table ? 0 : WANT_TABLE) |
			  (plan->settings.no_plots ? 0 : WANT_PLOTS);
	int status = EXIT_DONE;
	if (present(record.folder, result.interrupted ? WANT_FILES | WANT_SHORTFALL : wanted,
		    &problem))
		status = complain(&problem, failed_or_interrupted());
	if (result.failures) {
		print_to(stderr, "forkcost: %lu replicates failed; the first: %s\n",
			 result.failures, result.first_failure);
		status = EXIT_CELLS_FAILED;
	}
	if (result.interrupted) {
		print_to(stderr, "forkcost: interrupted; the cells that were done are in %s\n",
			 record.folder);
		status = EXIT_INTERRUPTED;
	}
	return status;
}

static int command_run(int argc, char **argv)
{
	static struct wire_catalog catalog;
	static struct plan plan;
	struct settings settings;
	struct problem problem;
	bool help;
	/* Help must not need a worker. */
	for (int i = 1; i < argc; i++)
		if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0) {
			settings_print_help();
			return EXIT_DONE;
		}
	if (limits_check(&problem) || catalog_read(&catalog, &problem))
		return complain(&problem, EXIT_CELLS_FAILED);
	if (settings_parse(&settings, argc, argv, &catalog, &help, &problem))
		return complain(&problem, EXIT_USAGE);
	if (help) { /* cut short */
		settings_print_help();
		return EXIT_DONE;
	}
	if (plan_make(&plan, &settings, &catalog, &problem))
		return complain(&problem, EXIT_USAGE);
	return settings.dry_run ? dry_run(&plan) : measure(&plan, argc, argv);
}

static int command_once(int argc, char **argv)
{
	struct problem problem;
	bool help;
	if (once_become_worker(argc, argv, &help, &problem))
		return complain(&problem, EXIT_USAGE);
	if (help)
		once_print_help();
	return EXIT_DONE;
}

static int command_counters(int argc, char **argv)
{
	struct problem problem;
	bool help;
	if (counters_report(argc, argv, &help, &problem))
		return complain(&problem, EXIT_USAGE);
	if (help)
		counters_report_print_help();
	return EXIT_DONE;
}

static int command_explain(int argc, char **argv)
{
	struct problem problem;
	switch (explain(argc, argv, &problem)) {
	case EXPLAINED_HELP:
	case EXPLAINED_HOLDS:
		return EXIT_DONE;
	case EXPLAINED_FAILS:
		return EXIT_CELLS_FAILED;
	case EXPLAINED_USAGE:
		return complain(&problem, EXIT_USAGE);
	case EXPLAINED_INTERRUPTED:
		return EXIT_INTERRUPTED;
	default:
		return complain(&problem, EXIT_CELLS_FAILED);
	}
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
	print("\nprimitives, with the actions that make them arms\n");
	for (uint32_t p = 0; p < catalog->primitive_count; p++) {
		const struct wire_primitive *primitive = &catalog->primitives[p];
		print("  %-16s %s\n", primitive->name, primitive->summary);
		for (unsigned action = ACTION_EXIT; action < ACTION_COUNT; action++)
			print("    %-14s %s%s\n", axis_name(&axis_action, action),
			      *primitive->refuses[action] ? "refused: " : "yes",
			      primitive->refuses[action]);
	}
	print("\naxes\n");
	choice_print_axes();
}

static int with_catalog(int (*use)(const struct wire_catalog *))
{
	static struct wire_catalog catalog;
	struct problem problem;
	if (catalog_read(&catalog, &problem))
		return complain(&problem, EXIT_CELLS_FAILED);
	return use(&catalog);
}

static int use_for_list(const struct wire_catalog *catalog)
{
	list_catalog(catalog);
	return EXIT_DONE;
}

static int use_for_doctor(const struct wire_catalog *catalog)
{
	return doctor_examine(catalog) ? EXIT_CELLS_FAILED : EXIT_DONE;
}

/* For a command without arguments. */
static int alone(int argc, char **argv, int (*use)(const struct wire_catalog *))
{
	struct problem problem;
	if (argc == 1)
		return with_catalog(use);
	if (argc == 2 && strcmp(argv[1], "--help") == 0) {
		print_help();
		return EXIT_DONE;
	}
	fail(&problem, "cannot use '%s': forkcost %s takes no arguments; leave it out", argv[1],
	     argv[0]);
	return complain(&problem, EXIT_USAGE);
}

static int command_list(int argc, char **argv)
{
	return alone(argc, argv, use_for_list);
}

static int command_doctor(int argc, char **argv)
{
	return alone(argc, argv, use_for_doctor);
}

static int command_help(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	print_help();
	return EXIT_DONE;
}

static int command_version(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	print("forkcost %s (%s)\n", FORKCOST_VERSION, FORKCOST_COMMIT);
	return EXIT_DONE;
}

static const struct command {
	const char *name;
	int (*run)(int argc, char **argv);
} commands[] = {
	{"run", command_run},           {"explain", command_explain},
	{"once", command_once},         {"summarize", command_summarize},
	{"plot", command_plot},         {"show", command_show},
	{"claims", command_claims},     {"list", command_list},
	{"counters", command_counters}, {"doctor", command_doctor},
	{"--help", command_help},       {"-h", command_help},
	{"help", command_help},         {"--version", command_version},
};

/* A file that we open must not become the standard output of somebody else. */
static void fill_standard_descriptors(void)
{
	int fd;
	do
		fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd >= 0)
		close(fd);
}

/* What could not be written was not said. */
static int end(int status)
{
	struct problem problem;
	if (fflush(stdout) == 0 && !ferror(stdout))
		return status;
	if (errno == EPIPE)
		return status == EXIT_DONE ? EXIT_CELLS_FAILED : status; /* the reader has left */
	fail(&problem, "cannot write the output: %s; %s", strerror(errno), outfile_remedy(errno));
	return complain(&problem, status == EXIT_DONE ? EXIT_CELLS_FAILED : status);
}

int main(int argc, char **argv)
{
	struct problem problem;
	fill_standard_descriptors();
	if (argc == 2 && strcmp(argv[1], GUARDIAN_COMMAND) == 0) {
		guardian_live();
		return EXIT_DONE;
	}
	lent_recover(&problem);
	if (*problem.text)
		complain(&problem, EXIT_DONE);
	/* A file that grows too large is an error of writing, which is told; not a sudden end. */
	signal(SIGXFSZ, SIG_IGN);
	/* Inherited as ignored, it would let a worker go unreaped. */
	signal(SIGCHLD, SIG_DFL);
	/* Orphans of a worker come to us, so that none is left behind. */
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	if (argc < 2) {
		fail(&problem, "cannot tell what to do: give a command, as forkcost run; see "
			       "forkcost --help");
		return complain(&problem, EXIT_USAGE);
	}
	for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
		if (strcmp(argv[1], commands[i].name) == 0)
			return end(commands[i].run(argc - 1, argv + 1));
	fail(&problem, "cannot find command '%s'; see forkcost --help", argv[1]);
	return complain(&problem, EXIT_USAGE);
}
