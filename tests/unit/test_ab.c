/* The sides of a comparison in turns: what words become, and whose turn it is. */
#include "harness/driver/ab/side.h"
#include "harness/driver/ab/turns.h"
#include "tests/unit/unit.h"

static struct side side;
static struct problem problem;

static enum outcome add(const char *text)
{
	return side_add(&side, text, &problem);
}

void unit_before(void)
{
	side = (struct side){.used = 0};
	problem.text[0] = '\0';
}

TEST(words_are_taken_apart_as_a_shell_does)
{
	assert_int_equal(add(" A=1 B='x y'  --heap 64M --target \"a \\\"b\\\" 'c'\" --x\\ y ''"),
			 0);
	assert_int_equal(side.setting_count, 2);
	assert_string_equal(side.settings[0], "A=1");
	assert_string_equal(side.settings[1], "B=x y");
	assert_null(side.settings[2]);
	static const char *const options[] = {"--heap",      "64M",   "--target",
					      "a \"b\" 'c'", "--x y", ""};
	assert_int_equal(side.option_count, COUNT_OF(options));
	for (size_t i = 0; i < COUNT_OF(options); i++)
		assert_string_equal(side.options[i], options[i]);
	/* Nothing is run, looked up or expanded. */
	assert_int_equal(add("--heap $(id) `id` $HOME *"), 0);
	assert_string_equal(side.options[COUNT_OF(options) + 1], "$(id)");
	assert_string_equal(side.options[COUNT_OF(options) + 3], "$HOME");
}

TEST(what_is_no_option_is_refused)
{
	assert_int_equal(add("4k"), OUTCOME_FAILED);
	assert_contains(problem.text, "cannot understand '4k'");
	unit_before();
	assert_int_equal(add("--heap '64M"), OUTCOME_FAILED);
	assert_contains(problem.text, "the end of the quote '");
	unit_before();
	assert_int_equal(add("--budget=3s"), OUTCOME_FAILED);
	assert_contains(problem.text, "cannot give --budget to one side");
	unit_before();
	/* Behind an option it is that option's value. */
	assert_int_equal(add("--heap 1M 1=2"), 0);
	assert_int_equal(side.setting_count, 0);
}

TEST(long_sides_are_refused)
{
	static char text[3 * SIDE_TEXT_MAX];
	memset(text, 'x', sizeof text - 1);
	memcpy(text, "--", 2);
	assert_int_equal(add(text), OUTCOME_FAILED);
	unit_before();
	for (size_t i = 0; i < sizeof text - 1; i += 4)
		memcpy(text + i, "--x ", 4);
	text[sizeof text - 1] = '\0';
	assert_int_equal(add(text), OUTCOME_FAILED);
	assert_true(side.option_count < SIDE_WORDS_MAX);
	assert_null(side.options[SIDE_WORDS_MAX - 1]);
}

TEST(each_round_has_a_turn_of_each_and_no_trend_favours_one)
{
	static const char order[] = "ABBABAABBAABABBA";
	double first = 0, second = 0;
	for (unsigned turn = 0; turn < 16; turn++) {
		assert_int_equal("AB"[turns_side(turn)], order[turn]);
		/* Drift that grows with the turn, and with its square. */
		const double sign = turns_side(turn) ? 1 : -1;
		first += sign * turn;
		second += sign * turn * turn;
	}
	assert_true(first == 0 && second == 0);
	for (unsigned round = 0; round < TURNS_ROUNDS_MAX; round++)
		assert_true(turns_side(2 * round) != turns_side(2 * round + 1));
}
