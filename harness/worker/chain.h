/* A dependent chain of reads: one cache line per page, every page once, in one random cycle. The
 * next address is known only after the read, so neither prefetchers nor out-of-order execution run
 * ahead, and each page costs its own translation and its own line. The links are stored in the
 * pages. */
#ifndef FORKCOST_CHAIN_H
#define FORKCOST_CHAIN_H

#include "harness/worker/bench.h"
#include "harness/worker/pages.h"

/* Offset of the link in its cache line, behind the word that write passes use (pages_write). */
enum { CHAIN_LINK_OFFSET = 16 };

/* Where a page's link is. Each page of 64 that follow each other has another line, and each group of 64
 * begins one line later. Otherwise contiguous frames would share their L2 sets: with 1,024 of them, the
 * set is the line and the frame's number mod 16, and page % 64 alone would give both. This way as many
 * contiguous pages as there are sets are all in sets of their own. */
INLINED size_t chain_at(const struct touch *touch, size_t page)
{
	size_t line = (page + page / PAGES_LINES) % PAGES_LINES;
	return page * touch->page_bytes + line * PAGES_LINE_BYTES + CHAIN_LINK_OFFSET;
}

/* Links the pages of `touch` at `base` into a cycle given by `seed`. Writes every page. */
void chain_build(const struct touch *touch, char *base, uint64_t seed);

/* Whether the links visit every page exactly once: walks the chain. */
bool chain_is_whole(const struct touch *touch, const char *base);

/* The start of all walks. */
INLINED const void *chain_start(const struct touch *touch, const char *base)
{
	return base + chain_at(touch, 0);
}

/* Reads `count` links, one after the other; returns the last address. */
INLINED const void *chain_walk(const void *at, size_t count)
{
	for (; count > 0; count--)
		at = *(const void *const volatile *)at;
	return at;
}

/* Displaces the chain's lines from all caches, in the chain's order, so that the TLB is left as
 * after a walk. */
void chain_evict(const void *at, size_t count);

/* Why chain_evict() is not available on this machine; NULL if it is. */
const char *chain_evict_refusal(void);

#endif
