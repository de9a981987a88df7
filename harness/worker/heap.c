#include "harness/worker/heap.h"

#include "harness/common/textfile.h"
#include "harness/worker/arena.h"
#include "harness/worker/frames.h"
#include "harness/worker/pages.h"
#include "harness/worker/smaps.h"
#include "harness/worker/spread.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/mman.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23 /* Linux 5.14 */
#endif

static size_t base_bytes(void)
{
	return (size_t)sysconf(_SC_PAGESIZE);
}

/* None is left all zeros: a kernel that splits a huge page puts the zero page in place of such. Another cache line for
 * each page, as programs have it: otherwise all would compete for the same few cache sets. */
void heap_write_page(const struct run *run, size_t page)
{
	*(volatile uint32_t *)(spread_page(run, page) + page % PAGES_LINES * PAGES_LINE_BYTES) = 1;
}

void heap_write_pages(const struct run *run)
{
	for (size_t page = 0; page < spread_pages(run); page++)
		heap_write_page(run, page);
}

/* The pages that are written of a heap that is only read. */
static void write_few(const struct run *run)
{
	for (size_t page = 0; page < run->pages->written; page++)
		heap_write_page(run, page);
}

/* A file of holes as large as the heap: pages come with the first touch of each. */
static enum outcome open_file(struct run *run, int *file)
{
	*file = run->pages->open();
	if (*file >= 0 && ftruncate(*file, (off_t)run->heap_bytes) == 0)
		return OUTCOME_OK;
	return HEAP_LACKS(
		run,
		"cannot make a file of %zu bytes for the heap: %s; allow one in /var/tmp, /tmp "
		"or here",
		run->heap_bytes, strerror(errno));
}

/* Maps the heap at a multiple of the largest page, between guard pages. These keep the kernel from
 * merging it with a neighbour, so the mappings that heap_verify() reads are the heap and nothing
 * else. */
static enum outcome map_heap(struct run *run)
{
	const struct heap_pages *kind = run->pages;
	const size_t bytes = run->spread.span_bytes;
	const size_t align = kind->align_bytes ? kind->align_bytes : HUGE_BYTES;
	char *room = mmap(NULL, bytes + 3 * align, PROT_NONE,
			  MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	int file = -1;
	if (room == MAP_FAILED)
		return fail(run->problem,
			    "cannot map a heap of %zu bytes: %s; use a smaller --heap", bytes,
			    strerror(errno));
	uintptr_t begin = ((uintptr_t)room + align) & ~(uintptr_t)(align - 1);
	if (kind->open && open_file(run, &file))
		return OUTCOME_FAILED;
	const int reserve = bytes == run->heap_bytes ? 0 : MAP_NORESERVE;
	// NOLINTNEXTLINE(performance-no-int-to-ptr): rounded up within the mapping
	run->heap = mmap((void *)begin, bytes, PROT_READ | PROT_WRITE,
			 MAP_FIXED | kind->map_flags | reserve, file, 0);
	if (file >= 0)
		close(file);
	if (run->heap != MAP_FAILED)
		return OUTCOME_OK;
	run->heap = NULL;
	if (kind->map_flags & MAP_HUGETLB)
		return HEAP_LACKS(
			run,
			"cannot map %zu bytes of hugetlb pages: %s; use a smaller --heap, or "
			"raise vm.nr_hugepages",
			bytes, strerror(errno));
	return fail(run->problem,
		    "cannot make a heap of %zu bytes writable: %s; use a smaller --heap, or set "
		    "vm.overcommit_memory=1",
		    bytes, strerror(errno));
}

enum outcome heap_divide(struct run *run, char *from, const char *to)
{
	const char *end = run->heap + run->spread.span_bytes;
	if (madvise(from, (size_t)((to < end ? to : end) - from), MADV_DONTDUMP) == 0)
		return OUTCOME_OK;
	return fail(run->problem, "cannot divide a heap of %zu bytes: %s; raise vm.max_map_count",
		    run->heap_bytes, strerror(errno));
}

/* A fault takes the largest enabled page that fits its mapping, and khugepaged later collapses what
 * fits. Mappings that begin and end in the middle of a huge page contain none. So smaller ones are
 * possible while the large ones stay enabled for other processes. */
static enum outcome keep_apart(struct run *run)
{
	for (size_t at = HUGE_BYTES / 2; at < run->heap_bytes; at += 2ul * HUGE_BYTES)
		if (heap_divide(run, run->heap + at, run->heap + at + HUGE_BYTES))
			return OUTCOME_FAILED;
	return OUTCOME_OK;
}

/* A pool may exist while a cgroup forbids its use: then a write ends in a signal. */
static enum outcome try_pool(struct run *run)
{
	if (madvise(run->heap, run->heap_bytes, MADV_POPULATE_WRITE) == 0 || errno == EINVAL)
		return OUTCOME_OK;
	return HEAP_LACKS(
		run, "cannot use %zu bytes of hugetlb pages: %s; raise the cgroup's hugetlb limit",
		run->heap_bytes, strerror(errno));
}

enum outcome heap_build(struct run *run)
{
	const struct heap_pages *kind = run->pages;
	size_t bytes = run->request->heap_bytes;
	run->heap_bytes = bytes;
	run->touch.page_bytes = kind->touch_bytes ? kind->touch_bytes : base_bytes();
	run->touch.count = bytes / run->touch.page_bytes;
	if (bytes == 0)
		return OUTCOME_OK;
	if (map_heap(run))
		return OUTCOME_FAILED;
	if ((kind->apart && keep_apart(run)) || (run->divide && run->divide(run)))
		return OUTCOME_FAILED;
	/* A kernel without huge pages does not know this advice, and does not need it. */
	if (madvise(run->heap, run->spread.span_bytes, kind->advice) < 0 && errno != EINVAL)
		return fail(run->problem, "cannot choose the page kind of the heap: %s; %s",
			    strerror(errno), "set transparent_hugepage to madvise");
	if (kind->map_flags & MAP_HUGETLB && try_pool(run))
		return OUTCOME_FAILED;
	if (run->fill)
		return run->fill(run);
	if (!kind->is_read)
		heap_write_pages(run);
	for (size_t page = 0; kind->is_read && page < spread_pages(run); page++)
		(void)*(const volatile char *)spread_page(run, page);
	write_few(run);
	return OUTCOME_OK;
}

/* Fails on an old kernel too, which does not know it: then the writes take a fault each. */
static bool populate(const struct run *run)
{
	const struct heap_spread *spread = &run->spread;
	for (size_t at = 0; at < spread->span_bytes; at += spread->step_bytes) {
		const size_t left = spread->span_bytes - at;
		if (madvise(run->heap + at, left < spread->part_bytes ? left : spread->part_bytes,
			    MADV_POPULATE_WRITE) < 0)
			return false;
	}
	return true;
}

static enum outcome write_heap(struct run *run)
{
	if (run->heap_bytes == 0)
		return OUTCOME_OK;
	if (run->rewrite)
		return run->rewrite(run);
	if (run->pages->is_read) {
		write_few(run);
		return OUTCOME_OK;
	}
	if (run->pages->broken) {
		if (madvise(run->heap, run->heap_bytes, MADV_DONTNEED) < 0)
			return fail(run->problem, "cannot map the heap again: %s; report this",
				    strerror(errno));
		heap_write_pages(run);
		return OUTCOME_OK;
	}
	/* Quicker than a fault each, but it leaves none of the program's lines in the caches: the stores do. */
	if (!populate(run) && errno != EINVAL)
		return fail(run->problem, "cannot write the heap again: %s; free some memory",
			    strerror(errno));
	heap_write_pages(run);
	return OUTCOME_OK;
}

enum outcome heap_write(struct run *run)
{
	enum outcome outcome = write_heap(run);
	if (!outcome && run->write_beside)
		run->write_beside(run);
	return outcome;
}

/* smaps does not show mTHP. Their frames are consecutive, the first at a multiple of the size; of those of any size at
 * one of the smallest. */
static enum outcome verify_multi(struct run *run, size_t bytes)
{
	const size_t per_page = bytes / base_bytes();
	uint64_t *frames =
		arena_share(run->touch.count * sizeof *frames, "frame numbers", run->problem);
	if (!frames)
		return OUTCOME_FAILED;
	struct touch touch = {NULL, run->touch.count, run->touch.page_bytes};
	bool shown = pages_frames(0, &touch, run->heap, frames) == 0 && frames[0];
	size_t apart = shown ? pages_apart(frames, touch.count, per_page) : 0;
	munmap(frames, run->touch.count * sizeof *frames);
	/* Memory may be too fragmented for some of them: up to one in a hundred is no failure. */
	if (apart * 100 <= touch.count)
		return OUTCOME_OK;
	return HEAP_LACKS(
		run,
		"cannot trust the heap: %zu of %zu pages are not part of a %zu KiB page; write "
		"1 into /proc/sys/vm/compact_memory, or leave out --page-kind %s",
		apart, touch.count, bytes >> 10,
		axis_name(&axes[AXIS_PAGE_KIND], run->request->level[AXIS_PAGE_KIND]));
}

static enum outcome verify_huge(struct run *run, uint64_t huge_bytes)
{
	if (huge_bytes == run->heap_bytes)
		return OUTCOME_OK;
	return HEAP_LACKS(
		run,
		"cannot trust the heap: %" PRIu64
		" of %zu bytes are huge pages; write 1 into /proc/sys/vm/compact_memory, or "
		"leave out --page-kind %s",
		huge_bytes, run->heap_bytes,
		axis_name(&axes[AXIS_PAGE_KIND], run->request->level[AXIS_PAGE_KIND]));
}

static enum outcome verify_base(struct run *run, const struct wire_cell_facts *facts)
{
	if (facts->heap_huge_bytes != 0)
		return fail(run->problem,
			    "cannot trust the heap: %" PRIu64
			    " bytes of it are huge pages; set transparent_hugepage to madvise",
			    facts->heap_huge_bytes);
	const struct heap_spread *spread = &run->spread;
	/* 8 bytes a page; where pages lie apart, a whole page table for each part. */
	const size_t parts = (spread->span_bytes + spread->step_bytes - 1) / spread->step_bytes;
	if (facts->page_tables_bytes <
	    (parts > 1 ? parts * base_bytes() : spread_pages(run) * sizeof(uint64_t)))
		return fail(run->problem,
			    "cannot trust the heap: its page tables take %" PRIu64
			    " bytes, too few for pages of %zu bytes",
			    facts->page_tables_bytes, base_bytes());
	return OUTCOME_OK;
}

/* Whose pages they are: none of a file's, but for those that were written, is the process's own. */
static enum outcome verify_anonymous(const struct run *run, uint64_t anonymous_bytes)
{
	const struct heap_pages *kind = run->pages;
	const uint64_t own = kind->open ? kind->written * base_bytes() : run->heap_bytes;
	if (anonymous_bytes == own)
		return OUTCOME_OK;
	return fail(run->problem,
		    "cannot trust the heap: %" PRIu64
		    " of %zu bytes are anonymous, expected %" PRIu64,
		    anonymous_bytes, run->heap_bytes, own);
}

static enum outcome verify_mappings(const struct run *run, uint64_t mappings)
{
	const uint64_t asked = run->divide ? run->request->level[AXIS_HEAP_MAPPINGS] : 1;
	if (run->pages->apart || mappings == asked)
		return OUTCOME_OK;
	return fail(run->problem,
		    "cannot trust the heap: it lies in %" PRIu64 " mappings, not in %" PRIu64
		    "; leave out --mappings",
		    mappings, asked);
}

static enum outcome verify_pages(struct run *run, char *text, size_t text_bytes,
				 struct wire_cell_facts *facts)
{
	/* What the last sample did to pages that cases may split is no concern of the next. */
	if (run->pages->broken && heap_write(run))
		return OUTCOME_FAILED;
	struct smaps shown;
	if (!smaps_read(run->heap, run->spread.span_bytes, text, text_bytes, &shown))
		return fail(run->problem,
			    "cannot find the heap in /proc/self/smaps; mount /proc, or use a "
			    "kernel built with CONFIG_PROC_PAGE_MONITOR");
	facts->heap_rss_bytes = shown.rss_bytes;
	facts->heap_huge_bytes = shown.huge_bytes;
	facts->frames_scattered_ppm = frames_scattered_ppm(run);
	if (verify_mappings(run, shown.mappings))
		return OUTCOME_FAILED;
	if (run->pages->map_flags & MAP_HUGETLB)
		return verify_huge(run, shown.hugetlb_bytes); /* not part of Rss */
	if (verify_anonymous(run, shown.anonymous_bytes))
		return OUTCOME_FAILED;
	if (facts->heap_rss_bytes != run->heap_bytes)
		return fail(run->problem,
			    "cannot trust the heap: %" PRIu64
			    " of %zu bytes are resident; free memory, or switch swap off",
			    facts->heap_rss_bytes, run->heap_bytes);
	if (run->request->level[AXIS_PAGE_KIND] == PAGE_KIND_THP)
		return verify_huge(run, shown.huge_bytes);
	if (run->request->level[AXIS_PAGE_KIND] == PAGE_KIND_MTHP)
		return verify_multi(run, MULTI_BYTES);
	if (run->request->level[AXIS_PAGE_KIND] == PAGE_KIND_MTHP_ANY)
		return verify_multi(run, MULTI_BYTES_MIN);
	return verify_base(run, facts);
}

static void count_line(const char *line, void *count)
{
	(void)line;
	++*(uint64_t *)count;
}

enum outcome heap_verify(struct run *run, char *text, size_t text_bytes,
			 struct wire_cell_facts *facts)
{
	facts->mappings = 0;
	if (!textfile_lines("/proc/self/maps", text, text_bytes, count_line, &facts->mappings))
		return fail(run->problem, "cannot read /proc/self/maps: %s; mount /proc",
			    strerror(errno));
	facts->rss_bytes = textfile_status(0, "VmRSS", 10);
	facts->page_tables_bytes = textfile_status(0, "VmPTE", 10);
	return run->heap_bytes ? verify_pages(run, text, text_bytes, facts) : OUTCOME_OK;
}
