/* Passes over the heap's pages in the cell's order, and the proof of what they did: page faults and
 * frame numbers (METHODOLOGY, "First writes"). */
#ifndef FORKCOST_PAGES_H
#define FORKCOST_PAGES_H

#include "harness/worker/bench.h"
#include "harness/worker/counting.h"
#include "harness/worker/partner.h"

enum { PAGES_LINE_BYTES = 64, PAGES_LINES = 64 };

/* Offset in its page at which a pass touches page `page`: another cache line for each page,
 * otherwise all would compete for the same few cache sets. */
INLINED size_t pages_at(const struct touch *touch, uint32_t page)
{
	return page * touch->page_bytes + page % PAGES_LINES * (size_t)PAGES_LINE_BYTES;
}

INLINED void pages_write(const struct touch *touch, char *base)
{
	for (size_t i = 0; i < touch->count; i++)
		*(volatile uint32_t *)(base + pages_at(touch, touch->order[i])) = (uint32_t)i;
}

INLINED void pages_read(const struct touch *touch, const char *base)
{
	for (size_t i = 0; i < touch->count; i++)
		(void)*(const volatile uint32_t *)(base + pages_at(touch, touch->order[i]));
}

/* Makes private again what a window writes besides its subject: the stack, and the rseq area that
 * the kernel writes. The windows below do this themselves. */
void pages_own_rest(void);

/* The window of a whole pass of writes: the clock at both ends, page faults of the calling thread
 * around it, and counters if the sample is a counted one. Right before it come `reads` read passes
 * in the same order. Everything else that the window needs was touched before, so all its faults
 * are those of the pages. Caller and child may call these, with a window in shared memory. */
void pages_time_write(struct run *run, struct window *window, char *base, int reads);

/* The same for a pass of reads, without read passes before it. */
void pages_time_read(struct run *run, struct window *window, const char *base);

/* A pass of writes with a clock reading before and after each. Their lengths in ticks go to
 * `ticks`, shared memory with room for every page. */
void pages_time_each_write(struct run *run, struct window *window, char *base, int reads,
			   uint32_t *ticks);

/* Minor faults in a window. */
static inline uint64_t window_faults(const struct window *window)
{
	return (uint64_t)(window->after.ru_minflt - window->before.ru_minflt);
}

/* Frame numbers of a process's pages at `base`, one for each page of `touch`; of the calling process's where
 * `process` is 0, and then by raw system calls only. 0 where the kernel hides them. `frames` is shared
 * memory. Returns 0, or a negative errno value if they cannot be read at all. */
long pages_frames(long process, const struct touch *touch, const char *base, uint64_t *frames);

/* How many of `count` pages are not in large folios of `per_folio` pages: consecutive frames, the
 * first at a multiple. */
size_t pages_apart(const uint64_t *frames, size_t count, size_t per_folio);

/* Whether the kernel shows frame numbers to this process: a hidden one reads as 0. */
bool pages_frames_shown(void);

#endif
