/* frames: the order in which the heap's frames lie in memory (METHODOLOGY, "Frames"). */
#include "harness/worker/frames.h"
#include "harness/common/pagemap.h"
#include "harness/common/shuffle.h"
#include "harness/worker/arena.h"
#include "harness/worker/effects.h"
#include "harness/worker/heap.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#ifndef MADV_COLD
#define MADV_COLD 20 /* Linux 5.4 */
#endif

/* Parts in a million of scattered pages, which a heap in order has at most, a scattered one at least. */
enum { IN_ORDER_PPM = 50000, SCATTERED_PPM = 900000 };

enum { SPLIT_TRIES = 20 };

static size_t base_bytes(void)
{
	return (size_t)sysconf(_SC_PAGESIZE);
}

static void split_each(const struct run *run)
{
	for (size_t at = 0; at < run->heap_bytes; at += HUGE_BYTES)
		madvise(run->heap + at, base_bytes(), MADV_COLD);
}

/* Huge pages are whole even on a machine whose free memory no longer lies side by side. Advice about a part of one
 * makes the kernel split it into single pages, which stay where they are. Where there are none, or the kernel does
 * not split them, the heap's check says so. */
static enum outcome fill_in_order(struct run *run)
{
	const struct timespec pause = {.tv_nsec = 1000000};
	/* What a kernel without huge pages does not know, it does not need. */
	madvise(run->heap, run->heap_bytes, MADV_HUGEPAGE);
	heap_write_pages(run);
	madvise(run->heap, run->heap_bytes, MADV_NOHUGEPAGE);
	split_each(run);
	/* Somebody may hold one for a moment, as compaction does. */
	for (int tries = 1; tries < SPLIT_TRIES && !frames_are_single(run); tries++) {
		nanosleep(&pause, NULL);
		split_each(run);
	}
	return OUTCOME_OK;
}

/* Whatever frames the kernel hands out one after the other, pages that are touched in random order get them in
 * none. */
static enum outcome fill_scattered(struct run *run)
{
	const uint32_t pages = (uint32_t)(run->heap_bytes / base_bytes());
	struct shuffle shuffle;
	uint32_t *order = arena_share(pages * sizeof *order, "the frames' order", run->problem);
	if (!order)
		return OUTCOME_FAILED;
	for (uint32_t i = 0; i < pages; i++)
		order[i] = i;
	shuffle_seed(&shuffle, ~run->request->seed);
	shuffle_order(&shuffle, order, pages);
	for (uint32_t i = 0; i < pages; i++)
		heap_write_page(run, order[i]);
	munmap(order, pages * sizeof *order);
	return OUTCOME_OK;
}

static enum outcome begin(struct run *run, uint64_t level)
{
	if (level == FRAMES_AS_GIVEN)
		return OUTCOME_OK;
	if (run->request->level[AXIS_PAGE_KIND] != PAGE_KIND_4K)
		return fail(run->problem,
			    "cannot choose frames of page kind %s; leave out --frames",
			    axis_name(&axes[AXIS_PAGE_KIND], run->request->level[AXIS_PAGE_KIND]));
	run->fill = level == FRAMES_IN_ORDER ? fill_in_order : fill_scattered;
	return OUTCOME_OK;
}

static enum outcome make(struct run *run)
{
	if (!run->fill)
		return OUTCOME_OK;
	const bool in_order = run->fill == fill_in_order;
	const char *name = axis_name(&axes[AXIS_FRAMES], run->request->level[AXIS_FRAMES]);
	uint64_t ppm = frames_scattered_ppm(run);
	if (ppm == WIRE_UNKNOWN)
		return HEAP_LACKS(run, "cannot get %s frames: " PAGEMAP_HIDDEN, name);
	if (in_order ? ppm > IN_ORDER_PPM : ppm < SCATTERED_PPM)
		return HEAP_LACKS(
			run, "cannot get %s frames: %.1f %% of the heap's pages are scattered; %s",
			name, (double)ppm / 1e4,
			in_order ? "write 1 into /proc/sys/vm/compact_memory, and madvise "
				   "into /sys/kernel/mm/transparent_hugepage/enabled"
				 : "use a larger --heap");
	if (!frames_are_single(run))
		return HEAP_LACKS(
			run,
			"cannot get %s frames: this kernel did not split huge pages, or hides "
			"/proc/kpageflags; leave out --frames",
			name);
	return OUTCOME_OK;
}

AXIS_EFFECT(FRAMES, .begin = begin, .make = make);
