/* Quantities as people write them: read right, refused right, written right. */
#include "harness/common/units.h"
#include "tests/unit/unit.h"

#include <math.h>

TEST(sizes_are_read)
{
	static const struct {
		const char *text;
		uint64_t bytes;
	} cases[] = {
		{"0", 0},
		{"4096", 4096},
		{"1B", 1},
		{"64K", 65536},
		{"64KiB", 65536},
		{"3M", 3145728},
		{"2MiB", 2097152},
		{"1G", 1073741824},
		{"2T", 2199023255552},
		{"16777215T", 16777215ull << 40},
		{"18446744073709551615", UINT64_MAX},
	};
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct problem problem = {""};
		uint64_t bytes = 77;
		assert_int_equal(units_parse_bytes(cases[i].text, &bytes, &problem), OUTCOME_OK);
		assert_int_equal(bytes, cases[i].bytes);
	}
}

TEST(malformed_sizes_are_refused_by_name)
{
	static const char *const cases[] = {
		"",    "M",   "x",    "-1",  "+1",   " 1",  "1 ",        "1 M",
		"1k",  "1KB", "1.5M", "1MM", "0x10", "1e3", "16777216T", "18446744073709551616",
		"1,2", "1\n"};
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct problem problem = {""};
		uint64_t bytes;
		char named[64];
		if (units_parse_bytes(cases[i], &bytes, &problem) != OUTCOME_FAILED)
			fail_msg("size '%s' was taken", cases[i]);
		snprintf(named, sizeof named, "'%s'", cases[i]);
		if (!strchr(cases[i], '\n'))
			assert_contains(problem.text, named);
		assert_null(strchr(problem.text, '\n'));
	}
}

static void assert_list(const char *text, const uint64_t *expected, size_t expected_count)
{
	struct problem problem = {""};
	uint64_t bytes[8];
	size_t count = 0;
	if (units_parse_bytes_list(text, bytes, COUNT_OF(bytes), &count, &problem))
		fail_msg("list '%s' was refused: %s", text, problem.text);
	assert_int_equal(count, expected_count);
	for (size_t i = 0; i < count; i++)
		assert_int_equal(bytes[i], expected[i]);
}

TEST(lists_are_sorted_and_without_doubles)
{
	assert_list("4K", (uint64_t[]){4096}, 1);
	assert_list("8K,0,4K,8K,4096", (uint64_t[]){0, 4096, 8192}, 3);
}

TEST(ranges_are_geometric)
{
	assert_list("1K..16K*4", (uint64_t[]){1024, 4096, 16384}, 3);
	assert_list("1K..15K*4", (uint64_t[]){1024, 4096}, 2);
	assert_list("2K..2K*2", (uint64_t[]){2048}, 1);
	assert_list("0,1K..4K*2,3K", (uint64_t[]){0, 1024, 2048, 3072, 4096}, 5);
	/* The next size would not fit into 64 bits: the range ends there. */
	assert_list("8388608T..16777215T*2", (uint64_t[]){1ull << 63}, 1);
}

TEST(malformed_lists_are_refused_by_name)
{
	static const struct {
		const char *text, *named, *why;
	} cases[] = {
		{"", "''", "commas"},
		{",", "','", "commas"},
		{"1M,", "'1M,'", "commas"},
		{"1M,,2M", "'1M,,2M'", "commas"},
		{"1M;2M", "'1M;2M'", "size"},
		{"1M,2X", "'2X'", "size"},
		{"1M..4M", "'1M..4M'", "no factor"},
		{"1M..4M*", "'1M..4M*'", "factor"},
		{"1M..4M*1", "'1M..4M*1'", "factor"},
		{"1M..4M*0", "'1M..4M*0'", "factor"},
		{"1M..4M*2K", "'1M..4M*2K'", "factor"},
		{"0..4M*2", "'0..4M*2'", "above 0"},
		{"4M..1M*2", "'4M..1M*2'", "increase"},
		{"..4M*2", "''", "size"},
		{"1M..*2", "''", "size"},
		{"1..256*2", "'1..256*2'", "more than 8"},
		{"1,2,3,4,5,6,7,8,9", "'1,2,3,4,5,6,7,8,9'", "more than 8 sizes; name fewer"},
	};
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct problem problem = {""};
		uint64_t bytes[8];
		size_t count;
		if (units_parse_bytes_list(cases[i].text, bytes, COUNT_OF(bytes), &count,
					   &problem) != OUTCOME_FAILED)
			fail_msg("list '%s' was taken", cases[i].text);
		assert_contains(problem.text, cases[i].named);
		assert_contains(problem.text, cases[i].why);
	}
}

TEST(overlong_list_items_are_refused)
{
	char text[200];
	struct problem problem;
	uint64_t bytes[8];
	size_t count;
	memset(text, '1', sizeof text);
	text[sizeof text - 1] = '\0';
	assert_int_equal(units_parse_bytes_list(text, bytes, 8, &count, &problem), OUTCOME_FAILED);
}

TEST(durations_are_read)
{
	static const struct {
		const char *text;
		uint64_t duration_ns;
	} cases[] = {
		{"1", 1000000000},      {"7ns", 7},
		{"7us", 7000},          {"7ms", 7000000},
		{"7s", 7000000000},     {"5m", 300000000000},
		{"5min", 300000000000}, {"1h", 3600000000000},
	};
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct problem problem = {""};
		uint64_t duration_ns = 0;
		assert_int_equal(units_parse_duration(cases[i].text, &duration_ns, &problem),
				 OUTCOME_OK);
		assert_int_equal(duration_ns, cases[i].duration_ns);
	}
}

TEST(malformed_durations_are_refused_by_name)
{
	static const char *const cases[] = {
		"",     "0",   "0ms", "s",   "-1s", "1d", "1 s", "1.5s", "5M", "99999999999999h",
		"0x1s", "+1s", "1e1", " 1s", "inf", "nan"};
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct problem problem = {""};
		uint64_t duration_ns;
		char named[64];
		if (units_parse_duration(cases[i], &duration_ns, &problem) != OUTCOME_FAILED)
			fail_msg("duration '%s' was taken", cases[i]);
		snprintf(named, sizeof named, "'%s'", cases[i]);
		assert_contains(problem.text, named);
	}
}

TEST(percents_are_read_and_refused)
{
	static const char *const refused[] = {"",      "0",     "0%",       "0.001%", "101%", "-2%",
					      "2%%",   "2 %",   "nan",      "inf",    "1e99", "%",
					      "0x10%", "0x1p4", "1e1%",     "+2",     " 2",   ".5%",
					      "1.%",   "1,5",   "infinity", "2.5.5"};
	struct problem problem = {""};
	double share = 0;
	assert_int_equal(units_parse_percent("2%", &share, &problem), OUTCOME_OK);
	assert_near(share, 0.02, 1e-15);
	assert_int_equal(units_parse_percent("0.5", &share, &problem), OUTCOME_OK);
	assert_near(share, 0.005, 1e-15);
	assert_int_equal(units_parse_percent("100%", &share, &problem), OUTCOME_OK);
	assert_near(share, 1, 1e-15);
	for (size_t i = 0; i < COUNT_OF(refused); i++) {
		char named[64];
		if (units_parse_percent(refused[i], &share, &problem) != OUTCOME_FAILED)
			fail_msg("share '%s' was taken", refused[i]);
		snprintf(named, sizeof named, "'%s'", refused[i]);
		assert_contains(problem.text, named);
	}
}

TEST(counts_keep_to_their_bounds)
{
	static const char *const refused[] = {"",  "1",   "11", "5K", "-5", "5.0",
					      "x", "0x5", "+5", " 5", "5 ", "5e0"};
	struct problem problem = {""};
	uint64_t count = 0;
	assert_int_equal(units_parse_count("2", 2, 10, &count, &problem), OUTCOME_OK);
	assert_int_equal(count, 2);
	assert_int_equal(units_parse_count("10", 2, 10, &count, &problem), OUTCOME_OK);
	assert_int_equal(count, 10);
	for (size_t i = 0; i < COUNT_OF(refused); i++) {
		if (units_parse_count(refused[i], 2, 10, &count, &problem) != OUTCOME_FAILED)
			fail_msg("count '%s' was taken", refused[i]);
		assert_contains(problem.text, "from 2 to 10");
	}
}

TEST(bytes_are_written)
{
	char text[UNITS_TEXT_MAX];
	assert_string_equal(units_format_bytes(0, text), "0");
	assert_string_equal(units_format_bytes(1023, text), "1023 B");
	assert_string_equal(units_format_bytes(1536, text), "1.5 KiB");
	assert_string_equal(units_format_bytes(67108864, text), "64 MiB");
	assert_string_equal(units_format_bytes(1ull << 40, text), "1 TiB");
	assert_string_equal(units_format_bytes(UINT64_MAX, text), "16777216 TiB");
}

TEST(durations_are_written)
{
	char text[UNITS_TEXT_MAX];
	assert_string_equal(units_format_ns(0, text), "0.00 ns");
	assert_string_equal(units_format_ns(9.994, text), "9.99 ns");
	assert_string_equal(units_format_ns(9.996, text), "10.0 ns");
	assert_string_equal(units_format_ns(99.96, text), "100 ns");
	assert_string_equal(units_format_ns(999.6, text), "1.00 us");
	assert_string_equal(units_format_ns(1234567, text), "1.23 ms");
	assert_string_equal(units_format_ns(-1234567, text), "-1.23 ms");
	assert_string_equal(units_format_ns(5e12, text), "5000 s");
	assert_string_equal(units_format_ns(NAN, text), "n/a");
	assert_string_equal(units_format_ns(-INFINITY, text), "n/a");
	assert_string_equal(units_format_ns(1e308, text), "1e+299 s");
	assert_string_equal(units_format_seconds(NAN, text), "n/a");
	assert_string_equal(units_format_seconds(INFINITY, text), "n/a");
	assert_string_equal(units_format_seconds(1e300, text), "n/a");
	assert_string_equal(units_format_seconds(0.2, text), "200 ms");
	assert_string_equal(units_format_seconds(59.4, text), "59s");
	assert_string_equal(units_format_seconds(59.6, text), "1m00s");
	assert_string_equal(units_format_seconds(134, text), "2m14s");
	assert_string_equal(units_format_seconds(3599.7, text), "1h00m");
}

TEST(words_come_off_a_list_one_by_one)
{
	const char *list = "one,fours,,two";
	char word[5];
	assert_true(units_split(&list, word, sizeof word));
	assert_string_equal(word, "one");
	/* One that does not fit, and one that is empty, are refused, and the rest can still be had. */
	assert_false(units_split(&list, word, sizeof word));
	assert_false(units_split(&list, word, sizeof word));
	assert_true(units_split(&list, word, sizeof word));
	assert_string_equal(word, "two");
	assert_null(list);
	list = "";
	assert_false(units_split(&list, word, sizeof word));
	assert_null(list);
	list = "a,";
	assert_true(units_split(&list, word, sizeof word));
	assert_non_null(list);
	assert_false(units_split(&list, word, sizeof word));
}
