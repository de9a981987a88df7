/* A dependent chain of reads: one cache line a page, every page once, in a random single cycle. The
 * next address is known only when a read is done, so neither prefetchers nor out-of-order execution
 * run ahead, and each page costs its own translation and its own line. The links lie in the pages
 * themselves. */
#ifndef FORKCOST_CHAIN_H
#define FORKCOST_CHAIN_H

#include "harness/worker/bench.h"
#include "harness/worker/pages.h"

/* Links lie beside what passes of writes leave in the same line (pages_write). */
enum { CHAIN_LINK_OFFSET = 16 };

/* Links the pages of `touch` at `base` into a cycle that `seed` chooses. Writes every page. */
void chain_build(const struct touch *touch, char *base, uint64_t seed);

/* Whether all links lead round through every page once: walks the chain. */
bool chain_is_whole(const struct touch *touch, const char *base);

/* Where walks begin. */
static inline __attribute__((always_inline)) const void *chain_start(const struct touch *touch,
								     const char *base)
{
	return base + pages_at(touch, 0) + CHAIN_LINK_OFFSET;
}

/* Reads `count` links, one after the other; returns where it came to. */
static inline __attribute__((always_inline)) const void *chain_walk(const void *at, size_t count)
{
	for (; count > 0; count--)
		at = *(const void *const volatile *)at;
	return at;
}

/* Drives the chain's lines out of all caches, in the chain's order, so that the TLB is left as a walk
 * leaves it. */
void chain_evict(const void *at, size_t count);

/* Why chain_evict() cannot be had on this machine; NULL if it can. */
const char *chain_evict_refusal(void);

#endif
