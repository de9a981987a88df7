#include "harness/worker/heap.h"

#include "harness/common/remedy.h"
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

/* What a kind of page asks of its mapping. `broken`: cases may split its pages, so each preparation
 * makes them anew. */
static const struct kind {
	int map_flags, advice;
	size_t touch_bytes; /* what one first write concerns; 0: the base page */
	bool broken;
} kinds[PAGE_KIND_COUNT] = {
	[PAGE_KIND_4K] = {0, MADV_NOHUGEPAGE, 0, false},
	[PAGE_KIND_THP] = {0, MADV_HUGEPAGE, 0, true},
	[PAGE_KIND_MTHP] = {0, MADV_HUGEPAGE, 0, true},
	[PAGE_KIND_HUGETLB] = {MAP_HUGETLB | MAP_HUGE_2MB, MADV_NORMAL, HUGE_BYTES, false},
};

static const struct kind *kind_of(const struct run *run)
{
	return &kinds[run->request->page_kind];
}

static void write_every_page(struct run *run)
{
	for (size_t at = 0; at < run->heap_bytes; at += base_bytes())
		*(volatile uint64_t *)(run->heap + at) = at;
}

/* Maps the heap at a multiple of the largest page, between guard pages: they keep the kernel from
 * merging it with a neighbour, so that the mapping that heap_verify() reads is the heap and nothing
 * else. */
static enum outcome map_heap(struct run *run, size_t bytes)
{
	const struct kind *kind = kind_of(run);
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
	return fail(run->problem,
		    "cannot make a heap of %zu bytes writable: %s; use a smaller --heap, %s", bytes,
		    strerror(errno),
		    kind->map_flags ? "or raise vm.nr_hugepages" : "or set vm.overcommit_memory=1");
}

enum outcome heap_build(struct run *run)
{
	const struct kind *kind = kind_of(run);
	size_t bytes = run->request->heap_bytes;
	run->heap_bytes = bytes;
	run->touch.page_bytes = kind->touch_bytes ? kind->touch_bytes : base_bytes();
	run->touch.count = bytes / run->touch.page_bytes;
	if (bytes == 0)
		return OUTCOME_OK;
	if (map_heap(run, bytes))
		return OUTCOME_FAILED;
	/* A kernel without huge pages knows no such advice, and needs none. */
	if (madvise(run->heap, bytes, kind->advice) < 0 && errno != EINVAL)
		return fail(run->problem, "cannot say what pages the heap is to have: %s; %s",
			    strerror(errno), "set transparent_hugepage to madvise");
	write_every_page(run);
	return OUTCOME_OK;
}

enum outcome heap_prepare(struct run *run, enum heap_state state)
{
	if (state == STATE_CLEAN)
		return child_clean_heap(run);
	if (run->heap_bytes == 0)
		return OUTCOME_OK;
	if (kind_of(run)->broken) {
		if (madvise(run->heap, run->heap_bytes, MADV_DONTNEED) < 0)
			return fail(run->problem, "cannot make the heap anew: %s; report this",
				    strerror(errno));
		write_every_page(run);
		return OUTCOME_OK;
	}
	if (madvise(run->heap, run->heap_bytes, MADV_POPULATE_WRITE) < 0) {
		if (errno != EINVAL)
			return fail(run->problem,
				    "cannot write the heap anew: %s; free some memory",
				    strerror(errno));
		write_every_page(run);
	}
	return OUTCOME_OK;
}

/* A whole /proc file as text; cut at the buffer's end. */
static enum outcome read_proc(const char *path, char *text, size_t text_bytes,
			      struct problem *problem)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return fail(problem, "cannot open %s: %s; %s", path, strerror(errno),
			    remedy_or(errno, "mount /proc"));
	size_t length = 0;
	ssize_t got;
	while (length + 1 < text_bytes &&
	       (got = read(fd, text + length, text_bytes - 1 - length)) > 0)
		length += (size_t)got;
	text[length] = '\0';
	close(fd);
	return OUTCOME_OK;
}

/* The value behind a key, "VmPTE:   44 kB" -> 45056; UINT64_MAX if the key is not there. */
static uint64_t kilobytes_behind(const char *text, const char *key)
{
	const char *at = strstr(text, key);
	return at ? strtoull(at + strlen(key), NULL, 10) * 1024 : UINT64_MAX;
}

/* The heap's own entry in smaps begins with its address. */
static const char *smaps_entry(const char *text, const char *heap)
{
	char address[32];
	snprintf(address, sizeof address, "%08" PRIxPTR "-", (uintptr_t)heap);
	const char *at = strstr(text, address);
	return at && (at == text || at[-1] == '\n') ? at : NULL;
}

/* Multi-size pages show nowhere in smaps: their frames lie side by side, the first at a multiple. */
static enum outcome verify_multi(struct run *run)
{
	const size_t per_page = MULTI_BYTES / base_bytes();
	uint64_t *frames =
		arena_share(run->touch.count * sizeof *frames, "frame numbers", run->problem);
	if (!frames)
		return OUTCOME_FAILED;
	struct touch touch = {NULL, run->touch.count, run->touch.page_bytes};
	bool shown = pages_frames(&touch, run->heap, frames) && frames[0];
	size_t apart = shown ? pages_apart(frames, touch.count, per_page) : 0;
	munmap(frames, run->touch.count * sizeof *frames);
	/* Memory may be too scattered for some of them: up to one in a hundred is not worth a failure. */
	if (apart * 100 <= touch.count)
		return OUTCOME_OK;
	return fail(run->problem,
		    "cannot trust the heap: %zu of %zu pages are not part of a 64 KiB page; free "
		    "memory, or leave out --page-kind mthp",
		    apart, touch.count);
}

static enum outcome verify_huge(struct run *run, const char *entry)
{
	bool is_thp = run->request->page_kind == PAGE_KIND_THP;
	uint64_t huge_bytes =
		kilobytes_behind(entry, is_thp ? "\nAnonHugePages:" : "\nPrivate_Hugetlb:");
	if (huge_bytes == run->heap_bytes)
		return OUTCOME_OK;
	return fail(
		run->problem,
		"cannot trust the heap: %" PRIu64 " of %zu bytes are huge pages; free memory, or "
		"leave out --page-kind %s",
		huge_bytes, run->heap_bytes, axis_name(&axis_page_kind, run->request->page_kind));
}

static enum outcome verify_base(struct run *run, const struct wire_cell_facts *facts)
{
	if (facts->heap_huge_bytes != 0 && facts->heap_huge_bytes != UINT64_MAX)
		return fail(run->problem,
			    "cannot trust the heap: %" PRIu64 " bytes of it are huge pages; set "
			    "transparent_hugepage to madvise",
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
	if (kind_of(run)->broken && heap_prepare(run, STATE_DIRTY))
		return OUTCOME_FAILED;
	if (read_proc("/proc/self/smaps", text, text_bytes, run->problem))
		return OUTCOME_FAILED;
	const char *entry = smaps_entry(text, run->heap);
	if (!entry)
		return fail(run->problem,
			    "cannot find the heap in /proc/self/smaps; the kernel must be "
			    "built with CONFIG_PROC_PAGE_MONITOR");
	facts->heap_rss_bytes = kilobytes_behind(entry, "\nRss:");
	facts->heap_huge_bytes = kilobytes_behind(entry, "\nAnonHugePages:");
	if (run->request->page_kind == PAGE_KIND_HUGETLB)
		return verify_huge(run, entry); /* not part of Rss */
	if (facts->heap_rss_bytes != run->heap_bytes)
		return fail(run->problem,
			    "cannot trust the heap: %" PRIu64
			    " of %zu bytes are resident; free memory, "
			    "or switch swap off",
			    facts->heap_rss_bytes, run->heap_bytes);
	if (run->request->page_kind == PAGE_KIND_THP)
		return verify_huge(run, entry);
	if (run->request->page_kind == PAGE_KIND_MTHP)
		return verify_multi(run);
	return verify_base(run, facts);
}

enum outcome heap_verify(struct run *run, char *text, size_t text_bytes,
			 struct wire_cell_facts *facts)
{
	if (read_proc("/proc/self/maps", text, text_bytes, run->problem))
		return OUTCOME_FAILED;
	facts->mappings = 0;
	for (const char *at = text; (at = strchr(at, '\n')); at++)
		facts->mappings++;
	if (read_proc("/proc/self/status", text, text_bytes, run->problem))
		return OUTCOME_FAILED;
	facts->rss_bytes = kilobytes_behind(text, "\nVmRSS:");
	facts->page_tables_bytes = kilobytes_behind(text, "\nVmPTE:");
	return run->heap_bytes ? verify_pages(run, text, text_bytes, facts) : OUTCOME_OK;
}
