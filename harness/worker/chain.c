#include "harness/worker/chain.h"

#include "harness/common/line_flush.h"
#include "harness/common/shuffle.h"

static const void **link_of(const struct touch *touch, char *base, size_t page)
{
	return (const void **)(base + chain_at(touch, page));
}

/* Sattolo's shuffle of a chain in which every link points to itself: the result is one cycle. */
void chain_build(const struct touch *touch, char *base, uint64_t seed)
{
	struct shuffle shuffle;
	shuffle_seed(&shuffle, seed);
	for (size_t i = 0; i < touch->count; i++)
		*link_of(touch, base, i) = link_of(touch, base, i);
	for (size_t i = touch->count; i-- > 1;) {
		const void **one = link_of(touch, base, i);
		const void **other = link_of(touch, base, shuffle_next(&shuffle) % i);
		const void *kept = *one;
		*one = *other;
		*other = kept;
	}
}

bool chain_is_whole(const struct touch *touch, const char *base)
{
	const void *start = chain_start(touch, base), *at = start;
	uintptr_t end = (uintptr_t)base + touch->count * touch->page_bytes;
	for (size_t steps = 1;; steps++) {
		at = *(const void *const volatile *)at;
		if (at == start)
			return steps == touch->count;
		if (steps >= touch->count || (uintptr_t)at < (uintptr_t)base ||
		    (uintptr_t)at > end - sizeof(void *) || (uintptr_t)at % sizeof(void *))
			return false;
	}
}

const char *chain_evict_refusal(void)
{
	return *LINE_FLUSH ? NULL : "this CPU does not let programs evict a cache line";
}

void chain_evict(const void *at, size_t count)
{
	for (; count > 0; count--) {
		const void *next = *(const void *const volatile *)at;
		__asm__ volatile(LINE_FLUSH ::"r"(at) : "memory");
		at = next;
	}
	__asm__ volatile(LINE_FLUSHED ::: "memory");
}
