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

/* Writes so many of the heap's pages, at equal distances, from the first on. Reads no memory of its own. */
INLINED void pages_write_spread(const struct touch *touch, char *base, size_t count)
{
	for (size_t i = 0; i < count; i++)
		*(volatile uint32_t *)(base +
				       pages_at(touch, (uint32_t)(i * touch->count / count))) =
			(uint32_t)i;
}

/* A pass of writes, perhaps at a given rate; in shared memory. */
struct pages_pass {
	double ticks_apart; /* from one write's turn to the next; 0: each follows the one before it at once */
	uint32_t *ticks; /* of every write, with a clock reading before and after: room for each */
	uint64_t from, to;
	uint64_t writing; /* ticks of all writes: of from..to what is no wait for a write's turn */
};

/* As pages_write_spread(), each page no earlier than its turn. Waits by reading the clock, because a sleep's wake-up would
 * cost more than the write; the last reading of the wait is the first of the write, so that a write has two in its time
 * and all others lie outside. A pass that is late makes up for it: turns are counted from its begin. It ends with the
 * turn behind the last write. */
INLINED void pages_write_paced(const struct touch *touch, char *base, size_t count,
			       struct pages_pass *pass)
{
	const double apart = pass->ticks_apart;
	uint32_t *ticks = pass->ticks;
	const uint64_t begin = clock_ticks();
	uint64_t writing = 0, now;
	for (size_t i = 0; i < count; i++) {
		const uint64_t turn = (uint64_t)(apart * (double)i);
		volatile uint32_t *word =
			(volatile uint32_t *)(base + pages_at(touch, (uint32_t)(i * touch->count /
										count)));
		do
			now = clock_ticks();
		while (now - begin < turn);
		*word = (uint32_t)i;
		const uint64_t took = clock_ticks_after() - now;
		writing += took;
		ticks[i] = took < UINT32_MAX ? (uint32_t)took : UINT32_MAX;
	}
	do
		now = clock_ticks();
	while (now - begin < (uint64_t)(apart * (double)count));
	pass->from = begin;
	pass->to = now;
	pass->writing = writing;
}

/* How many pages that is, by the cell's axis `written`. */
static inline size_t pages_to_write(const struct run *run)
{
	return run->touch.count * (size_t)run->cell->level[AXIS_WRITTEN] / 100;
}

/* Makes private again what a window writes besides its subject: the stack, and the rseq area that
 * the kernel writes. The windows below do this themselves. */
void pages_own_rest(void);

/* Read passes right before the window, in the window's order. They leave the translations, their
 * table entries and the cache lines of the pages in the state that many plain passes leave, in
 * every case and in either process, although fork, exec and exit leave very different states. So
 * the window contains the fault and not the refill. One pass is not enough, because caches do not
 * replace strictly by age: at 16 MiB a pass after vfork took 12 % longer than one without any new
 * process after one read pass, 4 % longer after five, and at most 0.5 % after twenty. */
enum { PAGES_READ_PASSES = 20 };

/* The window of a whole pass of writes: the clock at both ends, page faults of the calling thread
 * around it, and counters if the sample is a counted one. Right before it come `reads` read passes
 * in the same order. Everything else that the window needs was touched before, so all its faults
 * are those of the pages. Caller and child may call these, with a window in shared memory. */
void pages_time_write(struct run *run, struct window *window, char *base, int reads);

/* The same for pages_write_spread() without read passes. */
void pages_time_write_spread(struct run *run, struct window *window, char *base, size_t count);

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

#endif
