/* Runs out of the logs of consoles: whatever else stands there, and whatever is wrong with them. */
#include "harness/driver/kernels/console.h"
#include "harness/driver/kernels/sent.h"
#include "harness/guest/framed.h"
#include "tests/unit/unit.h"

#include <stdlib.h>

static enum outcome take(const char *text, char **bytes, size_t *count, char *why)
{
	struct problem problem = {""};
	FILE *log = tmpfile();
	assert_non_null(log);
	fputs(text, log);
	rewind(log);
	enum outcome outcome = console_read(log, bytes, count, &problem);
	fclose(log);
	strcpy(why, problem.text);
	return outcome;
}

static void assert_refused(const char *text, const char *reason)
{
	char *bytes, why[PROBLEM_TEXT_MAX];
	size_t count;
	assert_int_equal(take(text, &bytes, &count, why), OUTCOME_FAILED);
	assert_null(bytes);
	assert_contains(why, reason);
}

static void assert_taken(const char *text, const char *expected)
{
	char *bytes, why[PROBLEM_TEXT_MAX];
	size_t count;
	if (take(text, &bytes, &count, why))
		fail_msg("%s", why);
	assert_int_equal(count, strlen(expected));
	assert_memory_equal(bytes, expected, count);
	free(bytes);
}

/* CRC-32/ISO-HDLC in its catalogue has this value of "123456789"; the words and their digits are those of RFC 4648. */
#define ZERO "forkcost-line 0 8c736521 Zm9v\n"
#define ONE "forkcost-line 1 76ff8caa YmFy\n"
#define TWO "forkcost-line 2 8c736521 Zm9v\n"

TEST(the_check_is_the_one_that_others_compute)
{
	assert_int_equal(framed_check((const unsigned char *)"123456789", 9), 0xcbf43926);
	assert_int_equal(framed_check((const unsigned char *)"", 0), 0);
}

TEST(what_was_sent_is_put_together_whatever_stands_between)
{
	assert_taken(ZERO "forkcost-lines 1\n", "foo");
	assert_taken("[    0.1] Linux\r\n" ZERO "[   41.0] usb: found\n[ 41.2] " ONE
		     "forkcost-lines 2\r\n[ 42.0] reboot: Power down\n",
		     "foobar");
	assert_taken("forkcost-line 0 8c736521 Zm9v\r\nforkcost-lines 1\r\n", "foo");
}

TEST(all_lengths_of_a_line_are_read)
{
	static const char *const digits[] = {"Zg==", "Zm8=", "Zm9v", "Zm9vYg==", "Zm9vYmE="};
	static const char *const words[] = {"f", "fo", "foo", "foob", "fooba"};
	for (size_t i = 0; i < COUNT_OF(words); i++) {
		char text[128];
		snprintf(text, sizeof text, "forkcost-line 0 %08x %s\nforkcost-lines 1\n",
			 framed_check((const unsigned char *)words[i], strlen(words[i])),
			 digits[i]);
		assert_taken(text, words[i]);
	}
}

TEST(of_several_boots_the_last_counts)
{
	assert_taken(ZERO ONE "forkcost-lines 2\n" ZERO "forkcost-lines 1\n", "foo");
	assert_taken(ZERO TWO ZERO "forkcost-lines 1\n", "foo");
	assert_refused(ZERO "forkcost-lines 1\n" ZERO ONE, "it ends after line 1 of it");
}

TEST(what_is_missing_damaged_or_cut_off_is_named)
{
	assert_refused("", "cannot find a run in the log");
	assert_refused("forkcost-lines 0\n", "cannot find a run in the log");
	assert_refused(ZERO TWO "forkcost-lines 3\n", "line 1 of it is missing");
	assert_refused(ONE "forkcost-lines 2\n", "line 0 of it is missing");
	assert_refused(ZERO ONE "forkcost-lines 3\n", "line 2 of it is missing");
	assert_refused(ZERO ONE, "it ends after line 1 of it");
	static const char *const damaged[] = {
		"forkcost-line 0 8c736521 Zm8v\n", "forkcost-line 0 8c736520 Zm9v\n",
		"forkcost-line 0 8c736521 Zm9\n",  "forkcost-line 0 8c736521 Zm[ 41.0] x9v\n",
		"forkcost-line 0 8c736521\n",      "forkcost-line 0\n",
		"forkcost-line 0 8c736521 =m9v\n", "forkcost-line 0 8c736521 Zg==Zg==\n",
		"forkcost-line 0 00000000 \n"};
	for (size_t i = 0; i < COUNT_OF(damaged); i++)
		assert_refused(damaged[i], "line 0 of it is damaged");
}

TEST(a_line_longer_than_any_that_is_sent_is_refused)
{
	char text[1024] = "forkcost-line 0 8c736521 ";
	memset(text + strlen(text), 'Z', 576);
	assert_refused(text, "line 0 of it is damaged");
}
