/* forkcost ab: runs of two settings in turns, then what differs. */
#include "harness/driver/ab/turns.h"
#include "harness/driver/base/forms/terminal.h"
#include "harness/driver/base/interrupts.h"
#include "harness/driver/commands/present.h"
#include "harness/driver/run/record.h"

#include "harness/common/units.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
	OPTION_A,
	OPTION_B,
	OPTION_BOTH,
	OPTION_A_FORKCOST,
	OPTION_B_FORKCOST,
	OPTION_ROUNDS,
	OPTION_BUDGET,
	OPTION_OUTPUT
};

static const struct option_row rows[] = {
	[OPTION_A] = {"a", "OPTIONS",
		      "side A, as '--page-kind 4k'; NAME=VALUE in front go into its environment",
		      VALUES_OPTIONS, NULL},
	[OPTION_B] = {"b", "OPTIONS", "side B, as '--page-kind thp'", VALUES_OPTIONS, NULL},
	[OPTION_BOTH] = {"both", "OPTIONS",
			 "of both sides, as '--heap 64M --primitive fork' [none]", VALUES_OPTIONS,
			 NULL},
	[OPTION_A_FORKCOST] = {"a-forkcost", "PROGRAM",
			       "side A's forkcost, as another compiler built it [this one]",
			       VALUES_ANY, NULL},
	[OPTION_B_FORKCOST] = {"b-forkcost", "PROGRAM", "side B's [this one]", VALUES_ANY, NULL},
	[OPTION_ROUNDS] = {"rounds", "N", "runs of each side [10]", VALUES_ANY, NULL},
	[OPTION_BUDGET] = {"budget", "TIME", "measure for so long in all [2m]", VALUES_ANY, NULL},
	[OPTION_OUTPUT] = {"output", "FOLDER", "where the folder of all runs goes [results]",
			   VALUES_FOLDER, NULL},
	{0},
};

enum { ROUNDS_DEFAULT = 10, BUDGET_DEFAULT_S = 120, RUN_NS_MIN = 500000000 };

static unsigned rounds_in_all;

static void tell(unsigned round, unsigned side)
{
	print_to(stderr, "round %u of %u: side %c\n", round + 1, rounds_in_all, "AB"[side]);
}

static enum outcome read_sides(const struct given *given, struct side sides[2],
			       struct problem *problem)
{
	static const unsigned option[] = {OPTION_A, OPTION_B};
	for (unsigned side = 0; side < 2; side++) {
		const char *text = given->values[option[side]];
		if (!text)
			return fail(problem, "cannot compare without both --a and --b; an empty "
					     "one is '' ");
		/* In this order NAME=VALUE of the side comes first. */
		if (side_add(&sides[side], text, problem))
			return options_blame(rows[option[side]].name, problem);
		if (given->values[OPTION_BOTH] &&
		    side_add(&sides[side], given->values[OPTION_BOTH], problem))
			return options_blame(rows[OPTION_BOTH].name, problem);
	}
	return OUTCOME_OK;
}

static enum outcome read_turns(const struct given *given, struct turns *turns,
			       struct problem *problem)
{
	uint64_t rounds = ROUNDS_DEFAULT, budget_ns = BUDGET_DEFAULT_S * UINT64_C(1000000000);
	if (given->values[OPTION_ROUNDS] &&
	    units_parse_count(given->values[OPTION_ROUNDS], 2, TURNS_ROUNDS_MAX, &rounds, problem))
		return options_blame(rows[OPTION_ROUNDS].name, problem);
	if (given->values[OPTION_BUDGET] &&
	    units_parse_duration(given->values[OPTION_BUDGET], &budget_ns, problem))
		return options_blame(rows[OPTION_BUDGET].name, problem);
	turns->rounds = rounds_in_all = (unsigned)rounds;
	turns->run_ns = budget_ns / rounds / 2;
	if (turns->run_ns < RUN_NS_MIN)
		return fail(problem,
			    "cannot share the budget among %" PRIu64 " runs: half a second is the "
			    "least for one; raise --budget or lower --rounds",
			    2 * rounds);
	return OUTCOME_OK;
}

/* The same as: forkcost compare --paired FOLDER/a-* -- FOLDER/b-* */
static enum status compare(const struct turns *turns)
{
	static char paths[2 * TURNS_ROUNDS_MAX][TURNS_PATH_MAX], latest[TURNS_PATH_MAX],
		folder[TURNS_PATH_MAX];
	static char *arguments[2 * TURNS_ROUNDS_MAX + 8] = {"compare", "--paired", "--plots"};
	int count = 3;
	snprintf(folder, sizeof folder, "%s", turns->folder);
	arguments[count++] = folder;
	for (unsigned side = 0; side < 2; side++) {
		if (side)
			arguments[count++] = "--";
		for (unsigned round = 0; round < turns->rounds; round++) {
			char *path = paths[side * turns->rounds + round];
			snprintf(path, TURNS_PATH_MAX, "%.4000s/latest",
				 turns_path(turns, round, side, latest));
			arguments[count++] = path;
		}
	}
	return command_run(command_find("compare"), count, arguments);
}

static enum status run(const struct given *given)
{
	static struct side sides[2];
	static char self[TURNS_PATH_MAX];
	char folder[RECORD_FOLDER_MAX];
	const char *output = given->values[OPTION_OUTPUT];
	struct problem problem;
	struct turns turns = {.sides = {&sides[0], &sides[1]}, .begins = tell, .folder = folder};
	if (read_sides(given, sides, &problem) || read_turns(given, &turns, &problem))
		return complain(&problem, STATUS_USAGE);
	const ssize_t length = readlink("/proc/self/exe", self, sizeof self - 1);
	if (length <= 0) {
		fail(&problem, "cannot find forkcost's own program; is /proc mounted?");
		return complain(&problem, STATUS_FAILED);
	}
	self[length] = '\0';
	static const unsigned program[] = {OPTION_A_FORKCOST, OPTION_B_FORKCOST};
	for (unsigned side = 0; side < 2; side++)
		turns.forkcost[side] =
			given->values[program[side]] ? given->values[program[side]] : self;
	if (record_make_folder(output ? output : "results", "ab", folder, &problem))
		return complain(&problem, STATUS_FAILED);
	print_to(stderr, "measuring into %s\n", folder);
	interrupts_catch();
	if (turns_take(&turns, &problem))
		return complain(&problem, present_failed());
	return compare(&turns);
}

COMMAND(ab, .summary = "measure two settings in turns and say what differs",
	.options =
		{.text = "Makes runs of two settings in turns, A B B A and so on, so that drift of "
			 "the machine falls on both, and compares them round by round.",
		 .rows = rows},
	.run = run);
