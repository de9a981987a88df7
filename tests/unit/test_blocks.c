/* Words on what a table or a figure shows. */
#include "harness/driver/show/blocks.h"
#include "tests/unit/unit.h"

static void assert_words(const struct filter *filter, const char *text, const char *wanted)
{
	char words[200];
	assert_string_equal(block_words(filter, text, words, sizeof words), wanted);
}

TEST(names_in_braces_become_words)
{
	const struct filter filter = {.level[AXIS_STATE] = "write-protected",
				      .level[AXIS_CACHE] = "cold",
				      .level[AXIS_THREADS] = FILTER_ANY,
				      .with_heap = true,
				      .heap_bytes = 1 << 20};
	assert_words(&filter, "{heap} of {page_kind}",
		     "heap 1 MiB of 4 KiB pages, "
		     "write-protected heap, caches cold");
	assert_words(&filter, "{cache}{levels}; no intervals",
		     "caches cold, write-protected heap; no intervals");
	assert_words(&filter, "{state}{, cache}", "write-protected heap, caches cold");
}

TEST(signs_go_with_words_that_are_none)
{
	const struct filter filter = {.level[AXIS_THREADS] = FILTER_ANY};
	assert_words(&filter, "what{, heap}{; threads}: 95 %", "what: 95 %");
	assert_words(&filter, "what{levels}", "what");
	/* What is no name leaves nothing, and an end that is missing does no harm. */
	assert_words(&filter, "what{, else}", "what");
	assert_words(&filter, "what{, heap", "what");
	assert_words(&filter, "what{", "what");
}

TEST(words_that_do_not_fit_are_cut)
{
	const struct filter filter = {.with_heap = true};
	char words[8];
	assert_string_equal(block_words(&filter, "what{, heap}", words, sizeof words), "what, h");
}
