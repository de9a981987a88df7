/* Which pages of a heap are written where a share of them is: as many in each layout (METHODOLOGY, "Dirty share"). */
#ifndef FORKCOST_CHOSEN_H
#define FORKCOST_CHOSEN_H

#include "harness/common/axes.h"
#include "harness/common/shuffle.h"

#include <stddef.h>

/* Goes through the pages in order. */
struct chosen {
	enum dirty_layout layout;
	uint64_t percent, seed;
	size_t pages, count; /* all, and those that are written */
	size_t page, left;   /* the next one; of those that are written as many are still to come */
	struct shuffle shuffle;
};

/* So many of each hundred pages, at distances as equal as can be. */
static inline bool chosen_spread(size_t page, uint64_t percent)
{
	enum { ALL = 100, STRIDE = 61 }; /* without a common divisor */
	return page * STRIDE % ALL < percent;
}

/* From the first page again: the same ones. */
static inline void chosen_rewind(struct chosen *chosen)
{
	chosen->page = 0;
	chosen->left = chosen->count;
	shuffle_seed(&chosen->shuffle, chosen->seed);
}

/* `percent` of `pages`; `seed` decides which, where they are scattered. */
static inline void chosen_begin(struct chosen *chosen, enum dirty_layout layout, size_t pages,
				uint64_t percent, uint64_t seed)
{
	*chosen =
		(struct chosen){.layout = layout, .percent = percent, .seed = seed, .pages = pages};
	for (size_t page = 0; page < pages; page++)
		chosen->count += chosen_spread(page, percent);
	chosen_rewind(chosen);
}

/* Whether the next page is written; for each page once. Scattered: every choice of so many pages is as likely (Knuth, The
 * Art of Computer Programming, volume 2, 3.4.2, algorithm S). */
static inline bool chosen_next(struct chosen *chosen)
{
	const size_t page = chosen->page++;
	bool is_written;
	switch (chosen->layout) {
	case LAYOUT_RUN:
		is_written = page < chosen->count;
		break;
	case LAYOUT_SCATTERED:
		is_written = shuffle_next(&chosen->shuffle) % (chosen->pages - page) < chosen->left;
		break;
	default:
		is_written = chosen_spread(page, chosen->percent);
		break;
	}
	chosen->left -= is_written;
	return is_written;
}

#endif
