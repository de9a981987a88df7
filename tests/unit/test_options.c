/* The command line: what is refused for every command, and what the commands make of it. */
#include "harness/driver/base/options.h"
#include "harness/driver/commands/command.h"
#include "harness/driver/commands/explain.h"
#include "harness/driver/commands/once.h"
#include "harness/driver/plan/settings.h"
#include "tests/unit/unit.h"

enum { WORDS_MAX = 12 };

static const struct option_row rows[] = {{"heap", "SIZES", .help = "how much"},
					 {"quiet", .help = "say nothing"},
					 {"page-kind", "KIND", .help = "of which kind"},
					 {"pages", "N", .help = "how many"},
					 {"dry", .help = "do nothing"},
					 {0}};

static const struct options options = {.text = "Tests.", .rows = rows};
static const struct options with_operand = {
	.rows = rows, .operand = {.argument = "RUN"}, .example = "results/latest"};

/* Splits at blanks; "" stands for an empty word. */
static int split(char *text, char *words[WORDS_MAX + 1])
{
	static char command[] = "test", nothing[] = "";
	int count = 0;
	words[count++] = command;
	for (char *word;
	     text && (count > 1 || *text) && (word = strsep(&text, " ")) && count < WORDS_MAX;)
		words[count++] = strcmp(word, "\"\"") == 0 ? nothing : word;
	words[count] = NULL;
	return count;
}

/* What is given keeps pointing to the words: they stay until the next line. */
static enum outcome read_words(const struct options *known, const char *line, struct given *given,
			       struct problem *problem)
{
	static char text[200], *words[WORDS_MAX + 1];
	snprintf(text, sizeof text, "%s", line);
	return options_read(known, split(text, words), words, given, problem);
}

/* As "name=value;", in the order of the rows. */
static const char *shown(const struct given *given)
{
	static char text[200];
	*text = '\0';
	for (size_t i = 0; rows[i].name; i++)
		if (given->values[i])
			snprintf(text + strlen(text), sizeof text - strlen(text), "%s=%s;",
				 rows[i].name, given->values[i]);
	return text;
}

TEST(values_come_behind_a_blank_or_a_sign)
{
	static const struct {
		const char *line, *taken;
	} cases[] = {
		{"--heap 1M --dry", "heap=1M;dry=;"},
		{"--heap=1M", "heap=1M;"},
		{"--heap=a=b", "heap=a=b;"},
		{"--heap \"\"", "heap=;"},
		{"--heap=", "heap=;"},
		{"--heap -1", "heap=-1;"},
		{"--hea 1", "heap=1;"},
		{"--page- 4k", "page-kind=4k;"},
		{"--pages 4", "pages=4;"},
		{"--q", "quiet=;"},
	};
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct problem problem = {""};
		struct given given;
		if (read_words(&options, cases[i].line, &given, &problem))
			fail_msg("'%s' was refused: %s", cases[i].line, problem.text);
		assert_string_equal(shown(&given), cases[i].taken);
		assert_false(given.help);
	}
}

TEST(what_is_no_option_is_refused_by_name)
{
	static const struct {
		const char *line, *named, *why;
	} cases[] = {
		{"--heap", "--heap", "needs a value; write --heap SIZES"},
		{"--heap --dry", "--heap", "'--dry' looks like an option"},
		{"--heap=--dry", "--heap", "'--dry' looks like an option"},
		{"--heap -x", "--heap", "'-x' looks like an option"},
		{"--heap -", "--heap", "'-' looks like an option"},
		{"--heap --", "--heap", "'--' looks like an option"},
		{"--heap 1 --heap 1", "--heap twice", "give it once"},
		{"--hea 1 --heap=1", "--heap twice", "give it once"},
		{"--dry --dry", "--dry twice", "give it once"},
		{"--dry=1", "--dry", "has none; leave out '=1'"},
		{"--nope", "--nope", "cannot find option"},
		{"--heaps 1", "--heaps", "cannot find option"},
		{"--", "--", "cannot find option"},
		{"--=1", "--", "cannot find option"},
		{"--page 1", "--page", "several begin like this"},
		{"--hea", "--heap", "needs a value"},
		{"--h", "--h", "several begin like this"},
		{"-x", "'-x'", "accepts only options"},
		{"-dry", "'-dry'", "accepts only options"},
		{"surplus", "'surplus'", "accepts only options"},
		{"\"\"", "''", "accepts only options"},
		{"--dry surplus --help", "'surplus'", "accepts only options"},
		{"-- surplus", "'surplus'", "accepts only options"},
		{"--dry --", "--", "cannot find option"},
	};
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct problem problem = {""};
		struct given given;
		if (!read_words(&options, cases[i].line, &given, &problem))
			fail_msg("'%s' was taken", cases[i].line);
		assert_contains(problem.text, cases[i].named);
		assert_contains(problem.text, cases[i].why);
		assert_contains(problem.text, ";");
	}
}

TEST(help_ends_the_reading)
{
	static const char *const lines[] = {"--help", "-h", "--dry --help --nope",
					    "--heap 1 -h --heap"};
	for (size_t i = 0; i < COUNT_OF(lines); i++) {
		struct problem problem = {""};
		struct given given;
		assert_int_equal(read_words(&options, lines[i], &given, &problem), OUTCOME_OK);
		assert_true(given.help);
		/* A run must not be there for that, either. */
		assert_int_equal(read_words(&with_operand, lines[i], &given, &problem), OUTCOME_OK);
		assert_true(given.help);
	}
}

TEST(an_operand_is_given_once)
{
	static const char *const taken[] = {"run",          "--dry run", "run --dry",
					    "--heap 1 run", "-- run",    "--dry -- run"};
	static const struct {
		const char *line, *why;
	} refused[] = {{"", "give one, as forkcost test results/latest"},
		       {"--dry", "give one, as forkcost test results/latest"},
		       {"--", "give one, as forkcost test results/latest"},
		       {"run run", "cannot use 'run': forkcost test accepts options and one RUN"},
		       {"--heap run", "give one, as"},
		       {"-x run", "cannot use '-x'"}};
	struct problem problem = {""};
	struct given given;
	for (size_t i = 0; i < COUNT_OF(taken); i++) {
		if (read_words(&with_operand, taken[i], &given, &problem))
			fail_msg("'%s' was refused: %s", taken[i], problem.text);
		assert_string_equal(given.operand, "run");
	}
	for (size_t i = 0; i < COUNT_OF(refused); i++) {
		if (!read_words(&with_operand, refused[i].line, &given, &problem))
			fail_msg("'%s' was taken", refused[i].line);
		assert_contains(problem.text, refused[i].why);
	}
	/* What looks like an option stands behind two dashes. */
	assert_int_equal(read_words(&with_operand, "-- -odd", &given, &problem), OUTCOME_OK);
	assert_string_equal(given.operand, "-odd");
}

/* ---- a run's ---- */

static struct wire_catalog catalog;
static struct settings settings;

static struct explain_options explained;
static struct wire_request request;

/* Reads a line for one of three commands, into the variable above. */
static enum outcome read_command(const char *command, const char *line, struct problem *problem)
{
	struct given given;
	if (read_words(command_options(command_find(command)), line, &given, problem))
		return OUTCOME_FAILED;
	if (strcmp(command, "run") == 0)
		return settings_parse(&settings, &given, &catalog, problem);
	if (strcmp(command, "explain") == 0)
		return explain_parse(&explained, &given, problem);
	memset(&request, 0, sizeof request);
	return once_parse(&request, &given, problem);
}

TEST(a_preset_leaves_what_is_given)
{
	static const char *const orders[] = {
		"--preset quick --heap 0 --budget 1m --cell-time 1ms --replicates 2",
		"--heap 0 --budget 1m --cell-time 1ms --replicates 2 --preset quick",
		"--heap 0 --cell-time 1ms --preset quick --replicates 2 --budget 1m"};
	struct problem problem = {""};
	for (size_t i = 0; i < COUNT_OF(orders); i++) {
		if (read_command("run", orders[i], &problem))
			fail_msg("'%s': %s", orders[i], problem.text);
		assert_int_equal(settings.heaps.count, 1);
		assert_int_equal(settings.heaps.level[0], 0);
		assert_int_equal(settings.budget_ns, 60000000000);
		assert_int_equal(settings.cell_ns, 1000000);
		assert_int_equal(settings.replicates_max, 2);
		assert_true(settings.is_quick);
	}
}

TEST(threads_come_in_order_and_once)
{
	struct problem problem = {""};
	assert_int_equal(read_command("run", "--threads 2,1,2,0,1", &problem), OUTCOME_OK);
	assert_int_equal(settings.levels[AXIS_THREADS].count, 3);
	for (uint32_t i = 0; i < 3; i++)
		assert_int_equal(settings.levels[AXIS_THREADS].level[i], i);
	assert_int_equal(read_command("run",
				      "--threads 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,"
				      "20,21,22,23,24,25,26,27,28,29,30,31,32",
				      &problem),
			 OUTCOME_FAILED);
	assert_contains(problem.text, "32 numbers for --threads");
}

TEST(percents_may_have_their_sign)
{
	struct problem problem = {""};
	assert_int_equal(read_command("run", "--written 10%,0,100%", &problem), OUTCOME_OK);
	assert_int_equal(settings.levels[AXIS_WRITTEN].count, 3);
	assert_int_equal(settings.levels[AXIS_WRITTEN].level[1], 10);
	assert_int_equal(read_command("run", "--written 10%%", &problem), OUTCOME_FAILED);
	assert_int_equal(read_command("run", "--written %", &problem), OUTCOME_FAILED);
	assert_int_equal(read_command("run", "--threads 1%", &problem), OUTCOME_FAILED);
}

TEST(an_eviction_buffer_has_a_size)
{
	struct problem problem = {""};
	assert_int_equal(read_command("run", "--evict 0", &problem), OUTCOME_FAILED);
	assert_contains(problem.text, "--evict");
	/* Not the mark of none given. */
	assert_int_equal(read_command("run", "--evict 18446744073709551615", &problem), OUTCOME_OK);
	assert_int_not_equal(settings.evict_bytes, UINT64_MAX);
}

TEST(a_working_set_is_whole_pages)
{
	static const char *const wrong[] = {"--working-set 0", "--working-set 4095",
					    "--working-set 2G", "--working-set x"};
	struct problem problem = {""};
	for (size_t i = 0; i < COUNT_OF(wrong); i++) {
		assert_int_equal(read_command("run", wrong[i], &problem), OUTCOME_FAILED);
		assert_contains(problem.text, "--working-set");
	}
	assert_int_equal(read_command("run", "--working-set 1G", &problem), OUTCOME_OK);
	assert_int_equal(settings.working_set_bytes, 1 << 30);
}

/* ---- those of once and explain ---- */

TEST(once_chooses_the_action_that_fits)
{
	static const struct {
		const char *line;
		enum action action;
	} cases[] = {{"--primitive fork", ACTION_EXIT},
		     {"--primitive posix_spawn", ACTION_EXEC},
		     {"--primitive posix_spawn --action exit", ACTION_EXIT},
		     {"--action exec", ACTION_EXEC}};
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct problem problem = {""};
		if (read_command("once", cases[i].line, &problem))
			fail_msg("'%s' was refused: %s", cases[i].line, problem.text);
		assert_int_equal(request.arms[0].action, cases[i].action);
		assert_int_equal(request.once_count, 1);
	}
}

TEST(explain_shows_whole_pages)
{
	static const char *const refused[] = {"--pages 0",
					      "--pages 262145",
					      "--page-kind thp --pages 511",
					      "--pages 64 --page-kind thp",
					      "--page-kind mthp --pages 8",
					      "--pages 1 --pages 2",
					      "--pages --json",
					      "--who nobody",
					      "--page-kind 2M"};
	struct problem problem = {""};
	assert_int_equal(read_command("explain", "--page-kind thp --who parent", &problem),
			 OUTCOME_OK);
	assert_int_equal(explained.pages, 512);
	assert_int_equal(explained.first, WALK_CALLER);
	for (size_t i = 0; i < COUNT_OF(refused); i++)
		if (!read_command("explain", refused[i], &problem))
			fail_msg("'%s' was taken", refused[i]);
}

/* The words of an option, which completion offers, are values that its command takes. */
TEST(words_of_options_are_taken)
{
	static const char *const commands[] = {"explain", "once", "run"};
	size_t seen = 0;
	for (size_t c = 0; c < COUNT_OF(commands); c++) {
		const struct options *known = command_options(command_find(commands[c]));
		for (size_t i = 0; known->rows[i].name; i++) {
			char words[200];
			snprintf(words, sizeof words, "%s",
				 known->rows[i].words ? known->rows[i].words : "");
			for (char *rest = words, *word; *words && (word = strsep(&rest, " "));) {
				char line[200];
				struct problem problem = {""};
				snprintf(line, sizeof line, "--%s %s", known->rows[i].name, word);
				if (read_command(commands[c], line, &problem))
					fail_msg("%s %s: %s", commands[c], line, problem.text);
				seen++;
			}
		}
	}
	assert_true(seen >= 8);
}

/* ---- what is said ---- */

TEST(long_words_leave_the_remedy)
{
	enum { LONG = 3000 };
	static char word[LONG + 1];
	struct problem problem = {""};
	memset(word, 'x', LONG);
	fail(&problem, "cannot use '%s'; leave it out", word);
	assert_int_equal(strlen(problem.text), PROBLEM_TEXT_MAX - 1);
	assert_int_equal(strncmp(problem.text, "cannot use 'xxx", 15), 0);
	assert_contains(problem.text, "x ... x");
	assert_string_equal(problem.text + PROBLEM_TEXT_MAX - 1 - 15, "'; leave it out");
	/* Just too long, and just not. */
	for (int length = PROBLEM_TEXT_MAX - 3; length < PROBLEM_TEXT_MAX + 20; length++) {
		fail(&problem, "%.*s;", length, word);
		size_t said = strlen(problem.text);
		assert_true(said < PROBLEM_TEXT_MAX && problem.text[said - 1] == ';');
		assert_int_equal(strstr(problem.text, " ... ") != NULL,
				 length + 1 >= PROBLEM_TEXT_MAX);
	}
	/* No half of a character is left. */
	for (int i = 0; i < LONG; i++)
		word[i] = i % 2 ? '\xa4' : '\xc3';
	fail(&problem, "%s", word + 1);
	assert_int_not_equal((unsigned char)strstr(problem.text, " ... ")[-1], 0xc3);
	assert_int_equal((unsigned char)strstr(problem.text, " ... ")[5], 0xc3);
}

TEST(two_sides_have_operands_each)
{
	static const struct options sided = {.rows = rows,
					     .operand = {.argument = "A... -- B..."},
					     .example = "a -- b",
					     .has_sides = true};
	static const struct {
		const char *line;
		size_t first, second; /* 0: refused */
	} lines[] = {
		{"a b", 1, 1},   {"a -- b", 1, 1}, {"a b -- c", 2, 1},    {"a -- b c d", 1, 3},
		{"a b c", 0, 0}, {"a", 0, 0},      {"a --", 0, 0},        {"-- a", 0, 0},
		{"", 0, 0},      {"--", 0, 0},     {"a -- b -- c", 0, 0},
	};
	struct given given;
	struct problem problem;
	for (size_t i = 0; i < COUNT_OF(lines); i++) {
		const enum outcome outcome = read_words(&sided, lines[i].line, &given, &problem);
		assert_int_equal(outcome, lines[i].first ? OUTCOME_OK : OUTCOME_FAILED);
		if (outcome)
			continue;
		assert_int_equal(given.sides[0].count, lines[i].first);
		assert_int_equal(given.sides[1].count, lines[i].second);
		assert_string_equal(given.sides[0].operands[0], "a");
		assert_null(given.operand);
	}
	assert_contains(problem.text, "option --");
	/* No more than there is room for. */
	static char word[] = "a";
	char *many[OPTIONS_SIDE_MAX + 3] = {word};
	for (size_t i = 0; i <= OPTIONS_SIDE_MAX; i++)
		many[i + 1] = word;
	assert_int_equal(options_read(&sided, OPTIONS_SIDE_MAX + 2, many, &given, &problem),
			 OUTCOME_FAILED);
	assert_contains(problem.text, "give fewer");
}
