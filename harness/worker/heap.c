#include "harness/worker/heap.h"

#include "harness/common/textfile.h"
#include "harness/worker/arena.h"
#include "harness/worker/pages.h"

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

static void write_every_page(struct run *run)
{
	for (size_t at = 0; at < run->heap_bytes; at += base_bytes())
		*(volatile uint64_t *)(run->heap + at) = at;
}

/* Says that the kernel does not give such pages: not an error of the machine or the worker. */
#define LACKS(run, ...) (*(run)->lacks_pages = 1, fail((run)->problem, __VA_ARGS__))

/* Maps the heap at a multiple of the largest page, between guard pages. These keep the kernel from
 * merging it with a neighbour, so the mappings that heap_verify() reads are the heap and nothing
 * else. */
static enum outcome map_heap(struct run *run, size_t bytes)
{
	const struct heap_pages *kind = run->pages;
	char *room = mmap(NULL, bytes + 3ul * HUGE_BYTES, PROT_NONE,
			  MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (room == MAP_FAILED)
		return fail(run->problem,
			    "cannot map a heap of %zu bytes: %s; use a smaller --heap", bytes,
			    strerror(errno));
	uintptr_t begin = ((uintptr_t)room + HUGE_BYTES) & ~(uintptr_t)(HUGE_BYTES - 1);
	// NOLINTNEXTLINE(performance-no-int-to-ptr): rounded up within the mapping
	run->heap = mmap((void *)begin, bytes, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED | kind->map_flags, -1, 0);
	if (run->heap != MAP_FAILED)
		return OUTCOME_OK;
	run->heap = NULL;
	if (kind->map_flags)
		return LACKS(run,
			     "cannot map %zu bytes of hugetlb pages: %s; use a smaller --heap, or "
			     "raise vm.nr_hugepages",
			     bytes, strerror(errno));
	return fail(run->problem,
		    "cannot make a heap of %zu bytes writable: %s; use a smaller --heap, or set "
		    "vm.overcommit_memory=1",
		    bytes, strerror(errno));
}

/* A fault takes the largest enabled page that fits its mapping, and khugepaged later collapses what
 * fits. Mappings that begin and end in the middle of a huge page contain none. So smaller ones are
 * possible while the large ones stay enabled for other processes. Every second mapping is excluded
 * from core dumps: this makes neighbours different, so they are not merged, and has no other
 * effect. */
static enum outcome keep_apart(struct run *run)
{
	size_t bytes = run->heap_bytes;
	for (size_t at = HUGE_BYTES / 2; at < bytes; at += 2ul * HUGE_BYTES) {
		size_t length = bytes - at < HUGE_BYTES ? bytes - at : HUGE_BYTES;
		if (madvise(run->heap + at, length, MADV_DONTDUMP) < 0)
			return fail(run->problem,
				    "cannot divide a heap of %zu bytes: %s; raise vm.max_map_count",
				    bytes, strerror(errno));
	}
	return OUTCOME_OK;
}

/* A pool may exist while a cgroup forbids its use: then a write ends in a signal. */
static enum outcome try_pool(struct run *run)
{
	if (madvise(run->heap, run->heap_bytes, MADV_POPULATE_WRITE) == 0 || errno == EINVAL)
		return OUTCOME_OK;
	return LACKS(run,
		     "cannot use %zu bytes of hugetlb pages: %s; raise the cgroup's hugetlb limit",
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
	if (map_heap(run, bytes))
		return OUTCOME_FAILED;
	if (kind->apart && keep_apart(run))
		return OUTCOME_FAILED;
	/* A kernel without huge pages does not know this advice, and does not need it. */
	if (madvise(run->heap, bytes, kind->advice) < 0 && errno != EINVAL)
		return fail(run->problem, "cannot choose the page kind of the heap: %s; %s",
			    strerror(errno), "set transparent_hugepage to madvise");
	if (kind->map_flags && try_pool(run))
		return OUTCOME_FAILED;
	write_every_page(run);
	return OUTCOME_OK;
}

enum outcome heap_write(struct run *run)
{
	if (run->heap_bytes == 0)
		return OUTCOME_OK;
	if (run->pages->broken) {
		if (madvise(run->heap, run->heap_bytes, MADV_DONTNEED) < 0)
			return fail(run->problem, "cannot map the heap again: %s; report this",
				    strerror(errno));
		write_every_page(run);
		return OUTCOME_OK;
	}
	if (madvise(run->heap, run->heap_bytes, MADV_POPULATE_WRITE) < 0) {
		if (errno != EINVAL)
			return fail(run->problem,
				    "cannot write the heap again: %s; free some memory",
				    strerror(errno));
		write_every_page(run);
	}
	return OUTCOME_OK;
}

/* What smaps says of the heap: sums over its mappings. */
struct shown {
	const struct run *run;
	bool inside; /* the mapping that the lines are about is the heap's */
	uint64_t mappings, rss_bytes, huge_bytes, hugetlb_bytes;
};

static void take_line(const char *line, void *context)
{
	static const char *const keys[] = {"Rss", "AnonHugePages", "Private_Hugetlb"};
	struct shown *shown = context;
	uint64_t *const sums[] = {&shown->rss_bytes, &shown->huge_bytes, &shown->hugetlb_bytes};
	const uintptr_t heap = (uintptr_t)shown->run->heap;
	char *end;
	if (*line < 'A' || *line > 'Z') { /* "7f0000000000-7f0000200000 rw-p ..." */
		uintptr_t from = strtoull(line, &end, 16);
		shown->inside = *end == '-' && from >= heap && from < heap + shown->run->heap_bytes;
		shown->mappings += shown->inside;
		return;
	}
	for (size_t i = 0; shown->inside && i < sizeof keys / sizeof *keys; i++) {
		uint64_t bytes = textfile_number(line, keys[i], 10);
		*sums[i] += bytes == UINT64_MAX ? 0 : bytes;
	}
}

static enum outcome read_smaps(const struct run *run, char *text, size_t text_bytes,
			       struct shown *shown)
{
	*shown = (struct shown){.run = run};
	textfile_lines("/proc/self/smaps", text, text_bytes, take_line, shown);
	if (shown->mappings)
		return OUTCOME_OK;
	return fail(run->problem, "cannot find the heap in /proc/self/smaps; mount /proc, or use a "
				  "kernel built with CONFIG_PROC_PAGE_MONITOR");
}

/* smaps does not show mTHP. Their frames are consecutive, the first at a multiple of the size. */
static enum outcome verify_multi(struct run *run)
{
	const size_t per_page = MULTI_BYTES / base_bytes();
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
	return LACKS(run,
		     "cannot trust the heap: %zu of %zu pages are not part of a 64 KiB page; write "
		     "1 into /proc/sys/vm/compact_memory, or leave out --page-kind mthp",
		     apart, touch.count);
}

static enum outcome verify_huge(struct run *run, uint64_t huge_bytes)
{
	if (huge_bytes == run->heap_bytes)
		return OUTCOME_OK;
	return LACKS(run,
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
	if (facts->page_tables_bytes < run->heap_bytes / base_bytes() * 8)
		return fail(run->problem,
			    "cannot trust the heap: its page tables take %" PRIu64
			    " bytes, too few for pages of %zu bytes",
			    facts->page_tables_bytes, base_bytes());
	return OUTCOME_OK;
}

static enum outcome verify_pages(struct run *run, char *text, size_t text_bytes,
				 struct wire_cell_facts *facts)
{
	/* What the last sample did to pages that cases may split is no concern of the next. */
	if (run->pages->broken && heap_write(run))
		return OUTCOME_FAILED;
	struct shown shown;
	if (read_smaps(run, text, text_bytes, &shown))
		return OUTCOME_FAILED;
	facts->heap_rss_bytes = shown.rss_bytes;
	facts->heap_huge_bytes = shown.huge_bytes;
	if (run->request->level[AXIS_PAGE_KIND] == PAGE_KIND_HUGETLB)
		return verify_huge(run, shown.hugetlb_bytes); /* not part of Rss */
	if (facts->heap_rss_bytes != run->heap_bytes)
		return fail(run->problem,
			    "cannot trust the heap: %" PRIu64
			    " of %zu bytes are resident; free memory, or switch swap off",
			    facts->heap_rss_bytes, run->heap_bytes);
	if (run->request->level[AXIS_PAGE_KIND] == PAGE_KIND_THP)
		return verify_huge(run, shown.huge_bytes);
	if (run->request->level[AXIS_PAGE_KIND] == PAGE_KIND_MTHP)
		return verify_multi(run);
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
