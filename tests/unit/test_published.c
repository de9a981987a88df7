/* Points that others have published: read from CSV, numbered by source, drawn or named. */
#include "harness/driver/show/published.h"
#include "tests/unit/unit.h"

#include <stdlib.h>

#define HEAD "primitive,scope,heap_bytes,page_kind,latency_us,year,source\n"

static struct published published;
static struct problem problem;

static enum outcome parse(const char *text)
{
	return published_parse(&published, text, strlen(text), "points", &problem);
}

TEST(points_are_read_by_the_names_of_their_columns)
{
	assert_int_equal(parse("# a comment, with a comma\n"
			       "source,latency_us,more,heap_bytes,scope,primitive,year\n"
			       "\n"
			       "\"A. Author, a \"\"title\"\", 1\",1.5,,4096,call,fork,2024\r\n"
			       "Another,20,x,0,reaped,vfork,not stated\n"
			       "# between\n"
			       "\"A. Author, two\",3e3,x,1000000000,exec,posix_spawn,2024"),
			 OUTCOME_OK);
	assert_int_equal(published.count, 3);
	const struct published_point *point = published.points;
	assert_string_equal(point[0].primitive, "fork");
	assert_string_equal(point[0].source, "A. Author");
	assert_string_equal(point[0].year, "2024");
	assert_int_equal(point[0].scope, PUBLISHED_CALL);
	assert_int_equal(point[0].heap_bytes, 4096);
	assert_near(point[0].latency_ns, 1500, 1e-9);
	assert_int_equal(point[1].scope, PUBLISHED_REAPED);
	assert_string_equal(point[1].year, "");
	assert_int_equal(point[2].scope, PUBLISHED_OTHER);
	assert_int_equal(point[0].number, 1);
	assert_int_equal(point[1].number, 2);
	assert_int_equal(point[2].number, 1);
}

TEST(rows_that_say_nothing_are_refused_by_their_line)
{
	static const char *const bad[] = {
		",call,0,4k,1,2024,source\n",
		"fork,call,x,4k,1,2024,source\n",
		"fork,call,-1,4k,1,2024,source\n",
		"fork,call,0,4k,0,2024,source\n",
		"fork,call,0,4k,inf,2024,source\n",
		"fork,call,0,4k,1e99,2024,source\n",
		"fork,call,0,4k,1,2024,\n",
		"fork\n",
		"a_name_that_is_longer_than_any_primitive_has,call,0,4k,1,2024,source\n",
	};
	char text[400];
	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		snprintf(text, sizeof text, HEAD "fork,call,0,4k,1,2024,source\n%s", bad[i]);
		assert_int_equal(parse(text), OUTCOME_FAILED);
		assert_contains(problem.text, "line 3");
	}
	assert_int_equal(parse(""), OUTCOME_FAILED);
	assert_contains(problem.text, "no column primitive");
	assert_int_equal(parse("primitive,scope,heap_bytes,latency_us,year\n"), OUTCOME_FAILED);
	assert_contains(problem.text, "no column source");
	/* So small that no axis reaches it. */
	assert_int_equal(parse("primitive,scope,heap_bytes,latency_us,year,source\n"
			       "fork,call,1,1e-320,2024,s\n"),
			 OUTCOME_FAILED);
}

TEST(there_are_no_more_than_there_is_room_for)
{
	static char text[PUBLISHED_MAX * 40 + 200];
	size_t length = (size_t)snprintf(text, sizeof text, HEAD);
	for (int i = 0; i < PUBLISHED_MAX; i++)
		length += (size_t)snprintf(text + length, sizeof text - length,
					   "fork,call,0,4k,1,2024,s%d\n", i);
	assert_int_equal(parse(text), OUTCOME_OK);
	assert_int_equal(published.points[PUBLISHED_MAX - 1].number, PUBLISHED_MAX);
	snprintf(text + length, sizeof text - length, "fork,call,0,4k,1,2024,s\n");
	assert_int_equal(parse(text), OUTCOME_FAILED);
	assert_contains(problem.text, "more than 128 points");
}

TEST(our_own_points_are_read)
{
	assert_int_equal(published_read(&published, "plots/published.csv", &problem), OUTCOME_OK);
	assert_in_range(published.count, 20, PUBLISHED_MAX);
	assert_int_equal(published_read(&published, "plots", &problem), OUTCOME_FAILED);
	assert_contains(problem.text, "no regular file");
	assert_int_equal(published_read(&published, "plots/none", &problem), OUTCOME_FAILED);
	assert_contains(problem.text, "cannot open plots/none");
}

/* One number for points of a source that lie together; what lies far beyond the run is said. */
TEST(numbers_and_what_is_beyond)
{
	struct series series = {.experiment = "spawn", .heap_bytes = 1 << 20};
	struct row row = {.series = &series};
	const struct summary summary = {.rows = &row, .row_count = 1};
	assert_int_equal(parse(HEAD "fork,call,1048576,4k,100,2024,\"One, x\"\n"
				    "fork,call,2097152,4k,200,2024,\"One, x\"\n"
				    "vfork,call,1048576,4k,110,,Two\n"
				    "fork,reaped,16777216,4k,900,,Two\n"
				    "fork,call,16777217,4k,900,,Three\n"
				    "fork,exec,0,4k,900,,Four\n"),
			 OUTCOME_OK);
	assert_int_equal(published_write(&published, &summary, unit_folder(), &problem),
			 OUTCOME_OK);
	unit_write("plots/data/caption-spawn-by-heap.dat", "before\n");
	assert_int_equal(published_write(&published, &summary, unit_folder(), &problem),
			 OUTCOME_OK);
	char *text = unit_read("plots/data/spawn-by-heap-published.dat");
	assert_string_equal(text, "0\t1048576\t100000\tfork\t1\t0\n"
				  "0\t2097152\t200000\tfork\t-\t-1\n"
				  "0\t1048576\t110000\tvfork\t2\t1\n"
				  "1\t16777216\t900000\tfork\t2\t0\n");
	free(text);
	text = unit_read("plots/data/caption-spawn-by-heap.dat");
	assert_contains(text, "before\nPublished by others");
	assert_contains(text, ": 1 One 2024; 2 Two; other machines");
	assert_contains(text, "Beyond the figure: fork 900 us at 16.0 MiB (Three)");
	assert_null(strstr(text, "Four"));
	free(text);
}
