#include "harness/driver/explain/explain.h"

#include "harness/driver/base/forms/json.h"
#include "harness/driver/base/forms/terminal.h"
#include "harness/driver/base/interrupts.h"
#include "harness/driver/base/notes.h"
#include "harness/driver/base/version.h"
#include "harness/driver/explain/report_json.h"
#include "harness/driver/explain/scene.h"
#include "harness/driver/explain/show.h"
#include "harness/driver/explain/story.h"
#include "harness/driver/machine/hugepages.h"
#include "harness/driver/machine/machine.h"
#include "harness/driver/machine/memory.h"
#include "harness/driver/plan/plan.h"
#include "harness/driver/run/session.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

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

static bool on_step(void *context, const struct step_result *result)
{
	struct telling *telling = context;
	for (size_t i = 0; i < result->check_count; i++)
		telling->failed += result->checks[i].verdict == VERDICT_FAILS;
	if (telling->json) {
		json_array_append_new(telling->steps, report_step(result));
		return true;
	}
	show_step(&telling->show, result);
	if (fflush(stdout) || ferror(stdout))
		return false; /* nobody reads any more; main says so */
	return pause_after(telling);
}

static enum outcome play(struct telling *telling, const struct story *story,
			 const struct scene *scenes, size_t count, json_t *played,
			 struct problem *problem)
{
	for (size_t i = 0; i < count && !telling->left && !ferror(stdout); i++) {
		if (telling->json) {
			json_t *scene = report_scene(&scenes[i]);
			telling->steps = json_object_get(scene, "steps");
			json_array_append_new(played, scene);
		} else {
			show_scene(&telling->show, &scenes[i]);
		}
		if (story_play(story, &scenes[i], problem))
			return OUTCOME_FAILED;
	}
	return OUTCOME_OK;
}

static enum outcome tell_all(struct telling *telling, const struct story *story,
			     const struct scene *scenes, size_t count, struct problem *problem)
{
	char words[256], machine[320];
	json_t *environment = machine_describe(story->clock), *played = json_array();
	machine_summary(environment, words, sizeof words);
	notes_fill(machine, sizeof machine, "forkcost %s on %s", FORKCOST_VERSION, words);
	if (!telling->json)
		show_begin(&telling->show, stdout, machine, machine_was_emulated(environment));
	json_decref(environment);
	enum outcome outcome = play(telling, story, scenes, count, played, problem);
	json_t *all =
		json_pack("{s:s,s:s,s:s,s:i,s:o}", "forkcost_version", FORKCOST_VERSION, "machine",
			  machine, "page_kind", axis_name(&axes[AXIS_PAGE_KIND], story->page_kind),
			  "statements_failed", (int)telling->failed, "scenes", played);
	if (!outcome && !telling->json)
		show_end(&telling->show);
	else if (!outcome && !json_put(stdout, all, JSON_INDENT(1)))
		outcome = fail(problem, "cannot make JSON: out of memory; end other programs");
	json_decref(all);
	return outcome;
}

/* ---- the command ---- */

static enum outcome prepare(const struct explain_options *options, struct story *story,
			    struct problem *problem)
{
	int other_cpu;
	char why[PROBLEM_TEXT_MAX];
	story->page_kind = options->page_kind;
	story->page_count = options->pages;
	uint64_t bytes = 2 * options->pages * story_page_bytes(options->page_kind);
	if (memory_check(bytes, 0, 0, problem) ||
	    machine_choose_cpus(-1, &story->caller_cpu, &other_cpu, problem))
		return OUTCOME_FAILED;
	if (!hugepages_check(options->page_kind, bytes, why))
		return fail(problem, "cannot use pages of kind %s: %s",
			    axis_name(&axes[AXIS_PAGE_KIND], options->page_kind), why);
	return OUTCOME_OK;
}

/* That the parent cannot write first scenes_make() knows; a child may never write at all. */
static enum outcome check_first(const struct explain_options *options,
				const struct wire_primitive *primitive, struct problem *problem)
{
	if (options->first_given && options->first == WALK_CHILD &&
	    primitive->traits & TRAIT_LIBC_CHILD)
		return fail(problem,
			    "cannot let the child write first after %s: it never writes; leave out "
			    "--who",
			    primitive->name);
	return OUTCOME_OK;
}

enum explained explain(const struct explain_options *options, struct problem *problem)
{
	static struct wire_catalog catalog;
	struct scene scenes[SCENES_MAX];
	size_t count;
	struct telling telling = {.json = options->json,
				  .pauses = !options->json && !options->no_pause};
	struct story story = {.clock = &catalog.clock, .on_step = on_step, .context = &telling};
	interrupts_catch();
	/* Whoever reads may leave: then there is something to put back first. */
	signal(SIGPIPE, SIG_IGN);
	if (catalog_read(&catalog, problem))
		return EXPLAINED_BROKEN;
	if (scenes_make(scenes, &count, &catalog, options->primitive, options->first, problem) ||
	    check_first(options, scenes[0].primitive, problem))
		return EXPLAINED_USAGE;
	enum outcome outcome = prepare(options, &story, problem);
	if (!outcome)
		outcome = tell_all(&telling, &story, scenes, count, problem);
	if (interrupts_came())
		return EXPLAINED_INTERRUPTED;
	if (outcome)
		return EXPLAINED_BROKEN;
	return telling.failed ? EXPLAINED_FAILS : EXPLAINED_HOLDS;
}
