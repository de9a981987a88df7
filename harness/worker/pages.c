#include "harness/worker/pages.h"

#include "harness/common/pagemap.h"

#include <string.h>
#if __has_include(<sys/rseq.h>)
#include <sys/rseq.h>
#define FORKCOST_HAS_RSEQ 1
#else
#define FORKCOST_HAS_RSEQ 0
#endif

/* All windows have this form: `body` is the pass. The read passes come right before it, because the
 * kernel's write to `before` empties the TLB of an emulated RISC-V CPU. They take no faults,
 * because the pages are present. */
#define WINDOW(run, window, touch, base, reads, body) \
	do {                                          \
		usage_read(&(window)->before);        \
		for (int i = 0; i < (reads); i++)     \
			pages_read(touch, base);      \
		count_begin(run);                     \
		uint64_t from = clock_ticks();        \
		body;                                 \
		uint64_t to = clock_ticks_after();    \
		count_end(run);                       \
		(window)->from = from;                \
		(window)->to = to;                    \
		usage_read(&(window)->after);         \
	} while (0)

/* Not inlined, so that rehearsal and window run the same instructions. */
__attribute__((noinline)) static void window_write(struct run *run, struct window *window,
						   const struct touch *touch, char *base, int reads)
{
	WINDOW(run, window, touch, base, reads, pages_write(touch, base));
}

__attribute__((noinline)) static void window_read(struct run *run, struct window *window,
						  const struct touch *touch, const char *base)
{
	WINDOW(run, window, touch, base, 0, pages_read(touch, base));
}

__attribute__((noinline)) static void window_write_spread(struct run *run, struct window *window,
							  const struct touch *touch, char *base,
							  size_t count)
{
	WINDOW(run, window, touch, base, 0, pages_write_spread(touch, base, count));
}

INLINED void write_each(const struct touch *touch, char *base, uint32_t *ticks)
{
	for (size_t i = 0; i < touch->count; i++) {
		volatile uint32_t *word =
			(volatile uint32_t *)(base + pages_at(touch, touch->order[i]));
		uint64_t from = clock_ticks();
		*word = (uint32_t)i;
		uint64_t to = clock_ticks_after();
		ticks[i] = to - from < UINT32_MAX ? (uint32_t)(to - from) : UINT32_MAX;
	}
}

__attribute__((noinline)) static void window_write_each(struct run *run, struct window *window,
							const struct touch *touch, char *base,
							int reads, uint32_t *ticks)
{
	WINDOW(run, window, touch, base, reads, write_each(touch, base, ticks));
}

/* Makes the page private that the kernel writes whenever this process gets a CPU again (rseq(2)):
 * after a fork this write is a fault, at any moment. The field says whether a restartable sequence
 * is active; none ever is. */
static void own_rseq_area(void)
{
#if FORKCOST_HAS_RSEQ
	if (__rseq_size > 0) {
		char *area = (char *)__builtin_thread_pointer() + __rseq_offset;
		*(volatile uint64_t *)(area + offsetof(struct rseq, rseq_cs)) = 0;
	}
#endif
}

void pages_own_rest(void)
{
	own_rseq_area();
	child_dirty_stack();
}

/* Brings into the calling process what a window needs besides its subject: the page order, which a
 * child's new page tables do not map yet, and everything besides the heap that is written. */
static void ready(const struct touch *touch)
{
	for (size_t i = 0; i < touch->count; i++)
		(void)*(const volatile uint32_t *)&touch->order[i];
	pages_own_rest();
}

/* One touch of the run's scratch page, which fork does not copy. */
static struct touch rehearsal(const struct run *run)
{
	return (struct touch){run->touch.order, run->touch.count ? 1 : 0, 0};
}

void pages_time_write(struct run *run, struct window *window, char *base, int reads)
{
	struct touch rehearsed = rehearsal(run), touch = run->touch;
	ready(&touch);
	window_write(run, window, &rehearsed, run->scratch, reads);
	window_write(run, window, &touch, base, reads);
}

void pages_time_write_spread(struct run *run, struct window *window, char *base, size_t count)
{
	struct touch rehearsed = rehearsal(run), touch = run->touch;
	pages_own_rest();
	window_write_spread(run, window, &rehearsed, run->scratch, rehearsed.count);
	window_write_spread(run, window, &touch, base, count);
}

void pages_time_read(struct run *run, struct window *window, const char *base)
{
	struct touch rehearsed = rehearsal(run), touch = run->touch;
	ready(&touch);
	window_read(run, window, &rehearsed, run->scratch);
	window_read(run, window, &touch, base);
}

void pages_time_each_write(struct run *run, struct window *window, char *base, int reads,
			   uint32_t *ticks)
{
	struct touch rehearsed = rehearsal(run), touch = run->touch;
	ready(&touch);
	for (size_t i = 0; i < touch.count; i++)
		*(volatile uint32_t *)&ticks[i] = 0;
	window_write_each(run, window, &rehearsed, run->scratch, reads, ticks);
	window_write_each(run, window, &touch, base, reads, ticks);
}

long pages_frames(long process, const struct touch *touch, const char *base, uint64_t *frames)
{
	long error =
		pagemap_read(process, (uintptr_t)base, touch->page_bytes, touch->count, frames);
	for (size_t i = 0; i < touch->count && !error; i++)
		frames[i] &= PAGEMAP_FRAME;
	return error;
}

size_t pages_apart(const uint64_t *frames, size_t count, size_t per_folio)
{
	size_t apart = 0;
	for (size_t i = 0; i < count; i++) {
		uint64_t first = frames[i - i % per_folio];
		apart += first % per_folio || frames[i] != first + i % per_folio;
	}
	return apart;
}
