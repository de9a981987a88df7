/* Runs of format 2 are read by the names of today. */
#include "harness/driver/data/old_names.h"
#include "tests/unit/unit.h"

static json_t *replaced(const char *text)
{
	struct problem problem = {""};
	json_t *line = json_loads(text, 0, NULL);
	assert_non_null(line);
	assert_int_equal(old_names_replace(line, &problem), OUTCOME_OK);
	return line;
}

static void assert_becomes(const char *old, const char *now)
{
	json_t *left = replaced(old), *right = json_loads(now, 0, NULL);
	assert_non_null(right);
	if (!json_equal(left, right))
		fail_msg("%s became %s", old, json_dumps(left, JSON_COMPACT));
	json_decref(left);
	json_decref(right);
}

TEST(levels_cases_and_keys_of_arms_have_new_names)
{
	assert_becomes("{\"state\": \"clean\", \"arms\": [{\"twin\": true, \"case\": \"execed\"}]}",
		       "{\"state\": \"write-protected\", \"arms\": [{\"aa_control\": true, "
		       "\"case\": \"after_exec\"}]}");
	assert_becomes("[{\"case\": \"take_back_written\"}, {\"case\": \"take_back_exited\"}, "
		       "{\"case\": \"fork_busy_others\"}]",
		       "[{\"case\": \"reuse_child_wrote\"}, {\"case\": \"reuse_child_exited\"}, "
		       "{\"case\": \"fork_busy_processes\"}]");
}

TEST(metrics_have_new_names_as_keys_and_where_they_are_listed)
{
	assert_becomes(
		"{\"metrics\": [{\"name\": \"frames_alike\"}, {\"name\": \"mapped_tables\"}], "
		"\"passes\": {\"plain\": {\"metrics\": {\"frames_alike\": [1, 2], "
		"\"caller_changed\": [0, 1]}}}, \"missing\": {\"mapped_tables\": \"why\"}}",
		"{\"metrics\": [{\"name\": \"frames_shared\"}, {\"name\": \"caller_tables\"}], "
		"\"passes\": {\"plain\": {\"metrics\": {\"frames_shared\": [1, 2], "
		"\"caller_frames_changed\": [0, 1]}}}, \"missing\": {\"caller_tables\": \"why\"}}");
}

TEST(other_words_stay)
{
	static const char same[] =
		"{\"state\": \"dirty\", \"why\": \"a clean heap\", \"case\": \"cleaner\", "
		"\"values\": [1, 2.5], \"empty\": {}, \"none\": null}";
	assert_becomes(same, same);
}

/* Deeper than any line is, and than replacing looks. */
TEST(what_is_too_deep_is_left_alone)
{
	json_t *line = replaced("[[[[[[[[[[[[{\"twin\": 1}]]]]]]]]]]]]");
	json_decref(line);
}
