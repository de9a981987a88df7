/* Lists of numbers are read as JSON's reader reads them, number by number. */
#include "harness/common/shuffle.h"
#include "harness/driver/base/fields.h"
#include "harness/driver/data/numbers.h"
#include "tests/unit/unit.h"

static struct shuffle any_of = {1};

/* From 0 to 2^31 - 1. */
static int any(void)
{
	return (int)(shuffle_next(&any_of) >> 33);
}

/* What is a number, and what is next to one. */
static const char *const words[] = {
	"0",
	"7",
	"10",
	"0.0",
	"0.5",
	"38026.6",
	"100058.9",
	"00",
	"01",
	"007",
	"1.",
	".5",
	"-0",
	"-0.0",
	"-1",
	"- 1",
	"+1",
	"1e3",
	"1E3",
	"1e+3",
	"1e-3",
	"1e",
	"1e999",
	"1e-999",
	"0e0",
	"1.5e2",
	"1.5.2",
	"1..5",
	"0x1",
	"nan",
	"NaN",
	"inf",
	"Infinity",
	"1 2",
	"",
	"true",
	"null",
	"\"1\"",
	"[1]",
	"{}",
	"1_0",
	"9007199254740991",
	"9007199254740992",
	"9007199254740993",
	"9007199254740992.5",
	"999999999999999999",
	"1000000000000000000",
	"9223372036854775807",
	"9223372036854775808",
	"18446744073709551616",
	"0.1",
	"0.10000000000000000",
	"0.100000000000000000",
	"0.1000000000000000055511151231257827",
	"2.2250738585072014e-308",
	"5e-324",
	"123456789.12345678",
	"0.30000000000000004",
	"00.5",
	"1.7976931348623157e308",
};

enum { WORDS = COUNT_OF(words) };

static uint64_t bits(double number)
{
	uint64_t whole;
	memcpy(&whole, &number, sizeof whole);
	return whole;
}

static void assert_read_alike(const char *line)
{
	struct numbers numbers = {0};
	json_t *whole = json_loads(line, JSON_REJECT_DUPLICATES, NULL);
	json_t *loaded = numbers_load(&numbers, line, strlen(line));
	if (!whole != !loaded)
		fail_msg("%s: JSON, and then not", line);
	const json_t *list = json_object_get(whole, "a");
	const struct number_list got = numbers_list(&numbers, json_object_get(loaded, "a"));
	assert_int_equal(got.count, json_array_size(list));
	bool all = got.count, whole_ones = true;
	for (size_t i = 0; i < got.count; i++) {
		uint64_t count;
		all = all && json_is_number(json_array_get(list, i));
		whole_ones = whole_ones &&
			     fields_count(json_array_get(list, i), FIELDS_COUNT_MAX, &count);
	}
	if (all != (got.values != NULL))
		fail_msg("%s: a list of numbers, and then not", line);
	for (size_t i = 0; all && i < got.count; i++) {
		const double wanted = json_number_value(json_array_get(list, i));
		if (bits(wanted) != bits(got.values[i]))
			fail_msg("%s: %.17g, not %.17g", line, got.values[i], wanted);
	}
	if (all && got.are_counts != whole_ones)
		fail_msg("%s: counts, and then not", line);
	json_decref(whole);
	json_decref(loaded);
	numbers_free(&numbers);
}

TEST(numbers_are_those_of_the_reader_of_json)
{
	char line[400];
	for (size_t a = 0; a < WORDS; a++) {
		snprintf(line, sizeof line, "{\"a\":[%s]}", words[a]);
		assert_read_alike(line);
		snprintf(line, sizeof line, "{\"a\" : [ %s\t]\r}", words[a]);
		assert_read_alike(line);
		for (size_t b = 0; b < WORDS; b++) {
			snprintf(line, sizeof line, "{\"a\":[3,%s ,%s]}", words[a], words[b]);
			assert_read_alike(line);
		}
	}
}

TEST(numbers_of_any_size_are_rounded_alike)
{
	char line[100];
	for (int i = 0; i < 200000; i++) {
		int length = snprintf(line, sizeof line, "{\"a\":[%d", any() % (1 << any() % 31));
		if (i % 4)
			length += snprintf(line + length, sizeof line - (size_t)length, ".%0*d",
					   1 + any() % 9, any() % (1 << any() % 31));
		snprintf(line + length, sizeof line - (size_t)length, "]}");
		assert_read_alike(line);
	}
}

TEST(what_is_cut_off_or_inside_a_string_is_no_list)
{
	static const char *const lines[] = {
		"{\"a\":[1,2",
		"{\"a\":[1,2,",
		"{\"a\":[",
		"{\"a\":[]}",
		"{\"a\":[1,]}",
		"{\"a\":[,1]}",
		"{\"a\":[1]",
		"{\"a\":\"[1,2]\"}",
		"{\"[1]\":2}",
		"{\"a\\\"[1\":[2,3]}",
		"{\"a\":[1] [2]}",
		"{\"a\":\"[1",
		"{\"a\":\"\\",
		"{\"a\":[1],\"a\":[2]}",
		"[1,2]",
		"{\"a\":[1,[2]]}",
		"{\"a\":\"\\\\\",\"b\":[1]}",
	};
	for (size_t i = 0; i < COUNT_OF(lines); i++)
		assert_read_alike(lines[i]);
}

TEST(a_line_has_no_number_of_the_line_before)
{
	static const char first[] = "{\"a\":[1,2,3],\"b\":[4.5]}", second[] = "{\"b\":[6,7]}";
	struct numbers numbers = {0};
	json_decref(numbers_load(&numbers, first, sizeof first - 1));
	json_t *line = numbers_load(&numbers, second, sizeof second - 1);
	const struct number_list list = numbers_list(&numbers, json_object_get(line, "b"));
	assert_int_equal(list.count, 2);
	assert_true(list.values[0] >= 6 && list.values[1] >= 7 && list.are_counts);
	assert_null(numbers_list(&numbers, json_object_get(line, "a")).values);
	json_decref(line);
	numbers_free(&numbers);
}
