#include "harness/worker/heap.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { PAGE_BYTES = 4096 };

#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23 /* Linux 5.14 */
#endif

static void write_every_page(struct run *run)
{
	for (size_t at = 0; at < run->heap_bytes; at += PAGE_BYTES)
		*(volatile uint64_t *)(run->heap + at) = at;
}

enum outcome heap_build(struct run *run)
{
	size_t bytes = run->request->heap_bytes;
	run->heap_bytes = bytes;
	if (bytes == 0)
		return OUTCOME_OK;
	/* Guard pages keep the kernel from merging the heap with a neighbour, so that the mapping
	 * that heap_verify() reads is the heap and nothing else. */
	char *room = mmap(NULL, bytes + 2ul * PAGE_BYTES, PROT_NONE,
			  MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (room == MAP_FAILED)
		return fail(run->problem,
			    "cannot map a heap of %zu bytes: %s; use a smaller --heap", bytes,
			    strerror(errno));
	run->heap = room + PAGE_BYTES;
	if (mprotect(run->heap, bytes, PROT_READ | PROT_WRITE) < 0)
		return fail(run->problem,
			    "cannot make a heap of %zu bytes writable: %s; use a smaller --heap, "
			    "or set "
			    "vm.overcommit_memory=1",
			    bytes, strerror(errno));
	if (madvise(run->heap, bytes, MADV_NOHUGEPAGE) < 0 && errno != EINVAL)
		return fail(run->problem,
			    "cannot keep huge pages out of the heap: %s; set "
			    "transparent_hugepage to madvise",
			    strerror(errno));
	write_every_page(run);
	return OUTCOME_OK;
}

enum outcome heap_prepare(struct run *run, enum heap_state state)
{
	if (state == STATE_CLEAN)
		return child_clean_heap(run);
	if (run->heap_bytes && madvise(run->heap, run->heap_bytes, MADV_POPULATE_WRITE) < 0) {
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
		return fail(problem, "cannot open %s: %s; mount /proc", path, strerror(errno));
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

static enum outcome verify_pages(struct run *run, char *text, size_t text_bytes,
				 struct wire_cell_facts *facts)
{
	if (read_proc("/proc/self/smaps", text, text_bytes, run->problem))
		return OUTCOME_FAILED;
	const char *entry = smaps_entry(text, run->heap);
	if (!entry)
		return fail(run->problem,
			    "cannot find the heap in /proc/self/smaps; the kernel must be "
			    "built with CONFIG_PROC_PAGE_MONITOR");
	facts->heap_rss_bytes = kilobytes_behind(entry, "\nRss:");
	facts->heap_huge_bytes = kilobytes_behind(entry, "\nAnonHugePages:");
	if (facts->heap_rss_bytes != run->heap_bytes)
		return fail(run->problem,
			    "cannot trust the heap: %" PRIu64
			    " of %zu bytes are resident; free memory, "
			    "or switch swap off",
			    facts->heap_rss_bytes, run->heap_bytes);
	if (facts->heap_huge_bytes != 0 && facts->heap_huge_bytes != UINT64_MAX)
		return fail(run->problem,
			    "cannot trust the heap: %" PRIu64 " bytes of it are huge pages; set "
			    "transparent_hugepage to madvise",
			    facts->heap_huge_bytes);
	if (facts->page_tables_bytes < run->heap_bytes / PAGE_BYTES * 8)
		return fail(run->problem,
			    "cannot trust the heap: its page tables take %" PRIu64
			    " bytes, too few for "
			    "4 KiB pages",
			    facts->page_tables_bytes);
	return OUTCOME_OK;
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
