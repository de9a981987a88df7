/* The command line: what the one loop refuses for every command, and what the commands make of it. */
#include "harness/driver/base/options.h"
#include "harness/driver/commands/once.h"
#include "harness/driver/explain/options.h"
#include "harness/driver/plan/settings.h"
#include "tests/unit/unit.h"

enum { WORDS_MAX = 12 };

/* What the loop handed out, as "name=value;". */
static char taken[200];

static const struct option_row rows[] = {
	{"heap", "SIZES"}, {"quiet", NULL}, {"page-kind", "KIND"}, {"pages", "N"}, {"dry", NULL}};

static enum outcome take(void *context, size_t index, const char *value, struct problem *problem)
{
	size_t length = strlen(taken);
	(void)context;
	if (value && strcmp(value, "bad") == 0)
		return fail(problem, "cannot take '%s'; give another", value);
	snprintf(taken + length, sizeof taken - length, "%s=%s;", rows[index].name,
		 value ? value : "");
	return OUTCOME_OK;
}

static const struct options options = {"test", rows, COUNT_OF(rows), take, NULL};

/* Splits at blanks; "" stands for an empty word. */
static int split(char *text, char *words[WORDS_MAX + 1])
{
	static char command[] = "test", nothing[] = "";
	int count = 0;
	words[count++] = command;
	for (char *word; (word = strsep(&text, " ")) && count < WORDS_MAX;)
		words[count++] = strcmp(word, "\"\"") == 0 ? nothing : word;
	words[count] = NULL;
	return count;
}

#define READ(function, target, line, help, problem)                            \
	({                                                                     \
		char text_[200], *words_[WORDS_MAX + 1];                       \
		snprintf(text_, sizeof text_, "%s", line);                     \
		function(target, split(text_, words_), words_, help, problem); \
	})

static enum outcome read_line(const char *line, bool *help, struct problem *problem)
{
	*taken = '\0';
	return READ(options_read, &options, line, help, problem);
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
		bool help = true;
		if (read_line(cases[i].line, &help, &problem))
			fail_msg("'%s' was refused: %s", cases[i].line, problem.text);
		assert_string_equal(taken, cases[i].taken);
		assert_false(help);
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
		{"--dry=1", "--dry", "takes none; leave out '=1'"},
		{"--nope", "--nope", "cannot find option"},
		{"--heaps 1", "--heaps", "cannot find option"},
		{"--", "--", "cannot find option"},
		{"--=1", "--", "cannot find option"},
		{"--page 1", "--page", "several begin so"},
		{"--hea", "--heap", "needs a value"},
		{"--h", "--h", "several begin so"},
		{"-x", "'-x'", "takes options only"},
		{"-dry", "'-dry'", "takes options only"},
		{"surplus", "'surplus'", "takes options only"},
		{"\"\"", "''", "takes options only"},
		{"--heap bad", "'bad'", "give another"},
		{"--dry surplus --help", "'surplus'", "takes options only"},
	};
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct problem problem = {""};
		bool help;
		if (!read_line(cases[i].line, &help, &problem))
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
		bool help = false;
		assert_int_equal(read_line(lines[i], &help, &problem), OUTCOME_OK);
		assert_true(help);
	}
}

/* ---- a run's ---- */

static struct wire_catalog catalog;
static struct settings settings;

static enum outcome read_settings(struct settings *target, int argc, char **argv, bool *help,
				  struct problem *problem)
{
	return settings_parse(target, argc, argv, &catalog, help, problem);
}

TEST(a_preset_leaves_what_is_given)
{
	static const char *const orders[] = {
		"--preset quick --heap 0 --budget 1m --cell-time 1ms --replicates 2",
		"--heap 0 --budget 1m --cell-time 1ms --replicates 2 --preset quick",
		"--heap 0 --cell-time 1ms --preset quick --replicates 2 --budget 1m"};
	struct problem problem = {""};
	bool help;
	for (size_t i = 0; i < COUNT_OF(orders); i++) {
		if (READ(read_settings, &settings, orders[i], &help, &problem))
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
	bool help;
	assert_int_equal(READ(read_settings, &settings, "--threads 2,1,2,0,1", &help, &problem),
			 OUTCOME_OK);
	assert_int_equal(settings.levels[AXIS_THREADS].count, 3);
	for (uint32_t i = 0; i < 3; i++)
		assert_int_equal(settings.levels[AXIS_THREADS].level[i], i);
	assert_int_equal(READ(read_settings, &settings,
			      "--threads "
			      "0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,"
			      "26,27,28,29,30,31,32",
			      &help, &problem),
			 OUTCOME_FAILED);
	assert_contains(problem.text, "32 numbers for --threads");
}

TEST(an_eviction_buffer_has_a_size)
{
	struct problem problem = {""};
	bool help;
	assert_int_equal(READ(read_settings, &settings, "--evict 0", &help, &problem),
			 OUTCOME_FAILED);
	assert_contains(problem.text, "--evict");
	/* Not the mark of none given. */
	assert_int_equal(
		READ(read_settings, &settings, "--evict 18446744073709551615", &help, &problem),
		OUTCOME_OK);
	assert_int_not_equal(settings.evict_bytes, UINT64_MAX);
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
		struct wire_request *request = test_calloc(1, sizeof *request);
		struct problem problem = {""};
		bool help;
		if (READ(once_parse, request, cases[i].line, &help, &problem))
			fail_msg("'%s' was refused: %s", cases[i].line, problem.text);
		assert_int_equal(request->arms[0].action, cases[i].action);
		assert_int_equal(request->once_count, 1);
		test_free(request);
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
	struct explain_options explained;
	struct problem problem = {""};
	bool help;
	assert_int_equal(
		READ(explain_parse, &explained, "--page-kind thp --who parent", &help, &problem),
		OUTCOME_OK);
	assert_int_equal(explained.pages, 512);
	assert_int_equal(explained.first, WALK_CALLER);
	for (size_t i = 0; i < COUNT_OF(refused); i++)
		if (!READ(explain_parse, &explained, refused[i], &help, &problem))
			fail_msg("'%s' was taken", refused[i]);
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
