/* A flush of the TLB without a fork: it write-protects pages that were written. Up to the kernel's
 * ceiling (33 pages on x86-64, where debugfs shows it) entries are flushed one by one; above it the
 * whole TLB of the address space, as by fork. arm64 CPUs with range instructions have no such
 * ceiling below 2^21 pages: there only the entries of these pages are flushed. */
#ifndef FORKCOST_FLUSH_H
#define FORKCOST_FLUSH_H

#include "harness/worker/bench.h"

#include <sys/mman.h>

/* Pages that have no other use, and that children do not inherit. */
struct flush_pages {
	char *pages;
	size_t count, bytes;
};

/* The fewest pages, and some to spare, that make the kernel flush all of the TLB: by debugfs where it
 * shows the ceiling, else by the architecture's default. No more, since the kernel reads and writes the
 * entry and the metadata of each page, which displaces what is to be read again. */
size_t flush_whole_pages(void);

enum outcome flush_make(struct flush_pages *flush, size_t count, struct problem *problem);

/* Makes the pages writable and writes each, so that the next flush has entries to change. Adding
 * rights may flush too: it does on x86-64. */
enum outcome flush_arm(const struct flush_pages *flush, struct problem *problem);

/* The flush: removes the right to write. Returns what mprotect returns. */
INLINED long flush_fire(const struct flush_pages *flush)
{
	return raw_syscall(SYS_mprotect, (long)flush->pages, (long)flush->bytes, PROT_READ, 0, 0);
}

/* Describes a failure of flush_fire(). */
enum outcome flush_failed(long error, struct problem *problem);

#endif
