#include "harness/driver/explain/explain.h"
#include "harness/driver/forms/json.h"
#include "harness/driver/forms/terminal.h"

#include "harness/common/units.h"
#include "harness/driver/catalog.h"
#include "harness/driver/explain/report_json.h"
#include "harness/driver/explain/scene.h"
#include "harness/driver/explain/show.h"
#include "harness/driver/explain/story.h"
#include "harness/driver/hugepages.h"
#include "harness/driver/interrupts.h"
#include "harness/driver/machine.h"
#include "harness/driver/memory.h"
#include "harness/driver/version.h"

#include <getopt.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

enum { PAGES_MAX = 1 << 18 };

/* Pages unless told otherwise, and what their number must be a multiple of: whole large pages. */
static const struct {
	uint64_t usual, multiple;
} page_counts[PAGE_KIND_COUNT] = {
	[PAGE_KIND_4K] = {64, 1},
	[PAGE_KIND_THP] = {512, 512},
	[PAGE_KIND_MTHP] = {64, 16},
	[PAGE_KIND_HUGETLB] = {2, 1},
};

static const struct option long_options[] = {
	{"primitive", required_argument, NULL, 'p'},
	{"pages", required_argument, NULL, 'n'},
	{"who", required_argument, NULL, 'w'},
	{"page-kind", required_argument, NULL, 'k'},
	{"json", no_argument, NULL, 'j'},
	{"no-pause", no_argument, NULL, 'P'},
	{"help", no_argument, NULL, 'h'},
	{0},
};

struct options {
	const char *primitive; /* NULL: fork, then vfork */
	uint64_t pages;        /* 0: the kind's usual number */
	enum walk_who first;
	enum page_kind page_kind;
	bool json, no_pause, help;
};

static void print_help(void)
{
	print("usage: forkcost explain [options]\n\n"
	      "Starts a child and has both write, one step after the other, and shows at each\n"
	      "step what the kernel shows of both: addresses, frames, page faults, page tables.\n"
	      "Each step says what should happen, and checks that it does. Frame numbers are\n"
	      "shown to root only.\n\n"
	      "  --primitive NAME   which primitive; see forkcost list [fork, then vfork]\n"
	      "  --pages N          how many pages [64; of large kinds a few whole ones]\n"
	      "  --who WHO          parent or child writes first [child]\n"
	      "  --page-kind KIND   4k, thp, mthp or hugetlb [4k]\n"
	      "  --json             as JSON; never pauses\n"
	      "  --no-pause         do not wait for Enter after each step\n\n"
	      "exit status: 0 every statement holds, 1 one does not, or it cannot be played,\n"
	      "2 usage, 130 interrupted\n");
}

static enum outcome take_option(struct options *options, int choice, const char *word,
				struct problem *problem)
{
	unsigned level;
	switch (choice) {
	case 'p':
		options->primitive = optarg;
		return OUTCOME_OK;
	case 'n':
		if (!units_parse_count(optarg, 1, PAGES_MAX, &options->pages, problem))
			return OUTCOME_OK;
		return fail(problem, "cannot take '%s' for --pages: give a number from 1 to %d",
			    optarg, PAGES_MAX);
	case 'w':
		options->first = strcmp(optarg, "parent") == 0 ? WALK_CALLER : WALK_CHILD;
		if (options->first == WALK_CHILD && strcmp(optarg, "child") != 0)
			return fail(problem, "cannot let '%s' write first; give parent or child",
				    optarg);
		return OUTCOME_OK;
	case 'k':
		if (!axis_find(&axis_page_kind, optarg, &level))
			return fail(problem,
				    "cannot find page kind '%s'; there are: 4k, thp, mthp, hugetlb",
				    optarg);
		options->page_kind = level;
		return OUTCOME_OK;
	case 'j':
		options->json = true;
		return OUTCOME_OK;
	case 'P':
		options->no_pause = true;
		return OUTCOME_OK;
	case 'h':
		options->help = true;
		return OUTCOME_OK;
	default:
		return fail(problem,
			    "cannot use %s: it is no option, or has no value; see forkcost explain "
			    "--help",
			    word);
	}
}

static enum outcome read_options(struct options *options, int argc, char **argv,
				 struct problem *problem)
{
	int choice;
	*options = (struct options){.first = WALK_CHILD};
	optind = opterr = 0;
	while ((choice = getopt_long(argc, argv, "h", long_options, NULL)) != -1 && !options->help)
		if (take_option(options, choice, argv[optind - 1], problem))
			return OUTCOME_FAILED;
	if (optind < argc && !options->help)
		return fail(problem, "cannot use '%s'; see forkcost explain --help", argv[optind]);
	uint64_t multiple = page_counts[options->page_kind].multiple;
	if (!options->pages)
		options->pages = page_counts[options->page_kind].usual;
	if (options->pages % multiple)
		return fail(problem,
			    "cannot make %" PRIu64 " pages out of whole ones of kind %s: give a "
			    "multiple of %" PRIu64 " for --pages",
			    options->pages, axis_name(&axis_page_kind, options->page_kind),
			    multiple);
	return OUTCOME_OK;
}

/* ---- telling ---- */

struct telling {
	bool json, pauses;
	bool left; /* the user has seen enough */
	struct show show;
	json_t *steps; /* of the present scene */
	size_t failed;
};

/* Waits for Enter. Where nobody is there to press it (the input ends), goes on without. */
static bool pause_after(struct telling *telling)
{
	char line[64];
	if (!telling->pauses)
		return true;
	print("\n  -- Enter: the next step; q and Enter: the end -- ");
	fflush(stdout);
	if (!fgets(line, sizeof line, stdin)) {
		telling->pauses = false;
		print("\n");
		return !interrupts_came();
	}
	telling->left = *line == 'q';
	return !telling->left;
}

static bool tell(void *context, const struct told *told)
{
	struct telling *telling = context;
	for (size_t i = 0; i < told->check_count; i++)
		telling->failed += told->checks[i].verdict == VERDICT_FAILS;
	if (telling->json) {
		json_array_append_new(telling->steps, report_step(told));
		return true;
	}
	show_step(&telling->show, told);
	if (fflush(stdout) || ferror(stdout))
		return false; /* nobody reads any more; main says so */
	return pause_after(telling);
}

static const char *machine_words(const struct wire_clock *clock, bool *emulated, char text[320])
{
	char words[256];
	json_t *environment = machine_describe(clock);
	machine_summary(environment, words, sizeof words);
	*emulated = machine_was_emulated(environment);
	json_decref(environment);
	snprintf(text, 320, "forkcost %s on %s", FORKCOST_VERSION, words);
	return text;
}

static enum outcome play(struct telling *telling, const struct story *story,
			 const struct scene *scenes, size_t count, json_t *told,
			 struct problem *problem)
{
	for (size_t i = 0; i < count && !telling->left && !ferror(stdout); i++) {
		if (telling->json) {
			json_t *scene = report_scene(&scenes[i]);
			telling->steps = json_object_get(scene, "steps");
			json_array_append_new(told, scene);
		} else {
			show_scene(&telling->show, &scenes[i]);
		}
		if (story_play(story, &scenes[i], problem))
			return OUTCOME_FAILED;
	}
	return OUTCOME_OK;
}

static enum outcome tell_all(struct telling *telling, const struct options *options,
			     const struct story *story, const struct scene *scenes, size_t count,
			     struct problem *problem)
{
	char machine[320];
	bool emulated;
	machine_words(story->clock, &emulated, machine);
	json_t *told = json_array();
	if (!telling->json)
		show_begin(&telling->show, stdout, machine, emulated);
	enum outcome outcome = play(telling, story, scenes, count, told, problem);
	if (!outcome && telling->json) {
		json_t *all = json_pack("{s:s,s:s,s:s,s:i,s:O}", "forkcost_version",
					FORKCOST_VERSION, "machine", machine, "page_kind",
					axis_name(&axis_page_kind, options->page_kind),
					"statements_failed", (int)telling->failed, "scenes", told);
		if (!json_put(stdout, all, JSON_INDENT(1)))
			outcome = fail(problem, "cannot make JSON: out of memory; end other "
						"programs");
		json_decref(all);
	}
	json_decref(told);
	if (!outcome && !telling->json)
		show_end(&telling->show);
	return outcome;
}

/* ---- the command ---- */

static enum outcome prepare(const struct options *options, struct story *story,
			    struct problem *problem)
{
	int other_cpu;
	char why[WIRE_TEXT_MAX];
	story->page_kind = options->page_kind;
	story->page_count = options->pages;
	uint64_t bytes = 2 * options->pages * story_page_bytes(options->page_kind);
	if (memory_check(bytes, 0, 0, problem) ||
	    machine_choose_cpus(-1, &story->caller_cpu, &other_cpu, problem))
		return OUTCOME_FAILED;
	if (!hugepages_can(options->page_kind, bytes, why))
		return fail(problem, "cannot use pages of kind %s: %s",
			    axis_name(&axis_page_kind, options->page_kind), why);
	return OUTCOME_OK;
}

enum explained explain(int argc, char **argv, struct problem *problem)
{
	static struct wire_catalog catalog;
	struct options options;
	struct scene scenes[SCENES_MAX];
	size_t count;
	if (read_options(&options, argc, argv, problem))
		return EXPLAINED_USAGE;
	if (options.help) {
		print_help();
		return EXPLAINED_HELP;
	}
	struct telling telling = {.json = options.json,
				  .pauses = !options.json && !options.no_pause};
	struct story story = {.clock = &catalog.clock, .tell = tell, .context = &telling};
	interrupts_catch();
	/* Whoever reads may leave: then there is something to put back first. */
	signal(SIGPIPE, SIG_IGN);
	if (catalog_read(&catalog, problem))
		return EXPLAINED_BROKEN;
	if (scenes_make(scenes, &count, &catalog, options.primitive, options.first, problem))
		return EXPLAINED_USAGE;
	enum outcome outcome = prepare(&options, &story, problem);
	if (!outcome)
		outcome = tell_all(&telling, &options, &story, scenes, count, problem);
	if (interrupts_came())
		return EXPLAINED_INTERRUPTED;
	if (outcome)
		return EXPLAINED_BROKEN;
	return telling.failed ? EXPLAINED_FAILS : EXPLAINED_HOLDS;
}
