/* Where the links of a chain lie: in contiguous frames no two share a set of a cache that has room for all. */
#include "harness/worker/chain.h"
#include "tests/unit/unit.h"

enum { PAGE_BYTES = 4096, SETS_MAX = 4096 };

/* How many sets of so many are used by as many pages, whose frames follow each other from `first` on. */
static size_t sets_used(size_t sets, size_t first, size_t pages)
{
	static bool used[SETS_MAX];
	const struct touch touch = {.count = pages, .page_bytes = PAGE_BYTES};
	size_t count = 0;
	memset(used, 0, sizeof used);
	for (size_t page = 0; page < pages; page++) {
		size_t at = first * PAGE_BYTES + chain_at(&touch, page);
		size_t set = at / PAGES_LINE_BYTES % sets;
		count += !used[set];
		used[set] = true;
	}
	return count;
}

TEST(contiguous_pages_use_every_set_before_one_twice)
{
	static const size_t firsts[] = {0, 5, 1023};
	for (size_t f = 0; f < COUNT_OF(firsts); f++)
		for (size_t sets = PAGES_LINES; sets <= SETS_MAX; sets *= 2)
			assert_int_equal(sets_used(sets, firsts[f], sets), sets);
}

TEST(few_pages_share_no_set_of_the_first_cache)
{
	for (size_t pages = 1; pages <= PAGES_LINES; pages++)
		assert_int_equal(sets_used(PAGES_LINES, 0, pages), pages);
}

TEST(a_link_lies_in_its_page_behind_the_word_of_write_passes)
{
	const struct touch touch = {.count = 1 << 20, .page_bytes = PAGE_BYTES};
	for (size_t page = 0; page < touch.count; page++) {
		size_t at = chain_at(&touch, page);
		assert_int_equal(at / PAGE_BYTES, page);
		assert_int_equal(at % PAGES_LINE_BYTES, CHAIN_LINK_OFFSET);
	}
}
