/* Kernels in an emulator: archives for them, what they send, and how their paths are held against each other. */
#include "harness/driver/kernels/cpio.h"
#include "harness/driver/kernels/paths.h"
#include "harness/driver/kernels/sent.h"
#include "tests/unit/unit.h"

#include <math.h>
#include <stdlib.h>

static const char whole[] = "forkcost-guest 1\nstatus 0\nfile environment.json 3\n{}\n"
			    "file samples.jsonl.zst 4\na\0\nbend\n";

static enum outcome take(struct sent *sent, const char *bytes, size_t count, char *why)
{
	struct problem problem = {""};
	/* Of just this length, so that a sanitizer sees a byte too far. */
	char *copy = malloc(count ? count : 1);
	assert_non_null(copy);
	memcpy(copy, bytes, count);
	enum outcome outcome = sent_read(sent, copy, count, &problem);
	if (!outcome) {
		assert_memory_equal(sent->files[SENT_ENVIRONMENT].bytes, "{}\n", 3);
		assert_int_equal(sent->files[SENT_SAMPLES].count, 4);
	}
	free(copy);
	strcpy(why, problem.text);
	return outcome;
}

TEST(what_is_sent_is_taken_apart_whatever_is_in_the_files)
{
	struct sent sent;
	char why[PROBLEM_TEXT_MAX];
	assert_int_equal(take(&sent, whole, sizeof whole - 1, why), OUTCOME_OK);
	assert_int_equal(sent.status, 0);
}

TEST(what_is_cut_off_anywhere_is_refused)
{
	struct sent sent;
	char why[PROBLEM_TEXT_MAX];
	for (size_t count = 0; count < sizeof whole - 1; count++) {
		assert_int_equal(take(&sent, whole, count, why), OUTCOME_FAILED);
		assert_contains(why, "cannot read what the machine sent");
	}
	assert_int_equal(take(&sent, whole, sizeof whole, why), OUTCOME_FAILED);
}

TEST(what_is_hostile_is_refused)
{
	static const char twice[] = "forkcost-guest 1\nstatus 0\nfile environment.json 2\nx\n"
				    "file environment.json 2\nx\nend\n";
	static const char *const texts[] = {
		"forkcost-guest 2\nstatus 0\nend\n",
		"forkcost-guest 1\nstatus\nend\n",
		"forkcost-guest 1\nstatus 99999999999999999999\nend\n",
		"forkcost-guest 1\nstatus 0\nfile ../passwd 1\nxend\n",
		"forkcost-guest 1\nstatus 0\nfile environment.json 0\nend\n",
		"forkcost-guest 1\nstatus 0\nfile environment.json -1\nend\n",
		"forkcost-guest 1\nstatus 0\nfile environment.json 18446744073709551615\nend\n",
		twice,
		"forkcost-guest 1\nstatus 0\nfile environment.json 2\nx\nend\n",
		"forkcost-guest 1\nstatus 0\nend\n",
	};
	struct sent sent;
	char why[PROBLEM_TEXT_MAX];
	for (size_t i = 0; i < COUNT_OF(texts); i++)
		assert_int_equal(take(&sent, texts[i], strlen(texts[i]), why), OUTCOME_FAILED);
}

TEST(a_command_that_failed_there_says_how)
{
	static const char failed[] = "forkcost-guest 1\nstatus 256\nend\n";
	static const char killed[] = "forkcost-guest 1\nstatus 9\nend\n";
	struct sent sent;
	char why[PROBLEM_TEXT_MAX];
	assert_int_equal(take(&sent, failed, sizeof failed - 1, why), OUTCOME_FAILED);
	assert_contains(why, "ended with status 1");
	assert_int_equal(take(&sent, killed, sizeof killed - 1, why), OUTCOME_FAILED);
	assert_contains(why, "killed by signal 9");
}

/* "newc": each header is 110 characters, names and files are filled up to 4 bytes. */
TEST(an_archive_has_folders_before_their_files)
{
	char *bytes = NULL;
	size_t count;
	struct cpio cpio = {.file = open_memstream(&bytes, &count)};
	assert_non_null(cpio.file);
	cpio_put(&cpio, "/a/b", "xyz", 3);
	cpio_end(&cpio);
	fclose(cpio.file);
	static const char folder[] = "07070100000001000041ED", file[] = "070701000000020000"
									"81ED";
	assert_memory_equal(bytes, folder, sizeof folder - 1);
	assert_memory_equal(bytes + 110, "a\0", 2);
	assert_memory_equal(bytes + 112, file, sizeof file - 1);
	assert_memory_equal(bytes + 112 + 54, "00000003", 8); /* its bytes */
	assert_memory_equal(bytes + 112 + 94, "00000004", 8); /* its name's, with the end */
	assert_memory_equal(bytes + 112 + 110, "a/b\0\0\0xyz\0", 10);
	assert_memory_equal(bytes + 232, "070701", 6);
	assert_memory_equal(bytes + 232 + 110, "TRAILER!!!", 11);
	assert_int_equal(count % 4, 0);
	free(bytes);
}

static struct path path_of(double center, double low, double high)
{
	return (struct path){
		.least = {.center = center, .low = low, .high = high, .has_interval = true}};
}

TEST(a_change_is_a_share_with_the_margins_of_both)
{
	const struct path first = path_of(1000, 990, 1010), longer = path_of(1100, 1089, 1111);
	const struct stats_interval change = paths_change(&longer, &first);
	assert_near(change.center, 0.1, 1e-12);
	assert_near(change.high - change.center, 1.1 * 0.01 * sqrt(2), 1e-12);
	assert_true(change.has_interval);
	const struct path none = {.missing = "refused"};
	assert_true(isnan(paths_change(&none, &first).center));
	assert_true(isnan(paths_change(&first, &none).center));
}

TEST(boots_that_differ_widen_the_interval_and_what_one_lacks_both_lack)
{
	static struct paths paths, others;
	for (size_t i = 0; i < PATHS_COUNT; i++)
		paths.all[i] = others.all[i] = path_of(1000, 990, 1010);
	assert_true(paths_join(&paths, &others) == 0);
	others.all[1] = path_of(1020, 1015, 1025);
	others.all[3] = path_of(1000, 900, 1001);
	snprintf(others.all[2].missing, sizeof others.all[2].missing, "gone");
	assert_near(paths_join(&paths, &others), 0.02, 1e-12);
	assert_near(paths.all[1].least.high, 1025, 1e-9);
	assert_near(paths.all[1].least.low, 990, 1e-9);
	assert_near(paths.all[3].least.low, 900, 1e-9);
	assert_near(paths.all[3].least.high, 1010, 1e-9);
	assert_string_equal(paths.all[2].missing, "gone");
}
