/* mapping_kind: with what is in it, what a mapping costs. The heap stays one mapping, and as many as its division would add
 * stand beside it: never touched, with a written page each, or with a written page in a page table of its own each
 * (METHODOLOGY, "Mappings"). */
#include "harness/common/textfile.h"
#include "harness/worker/effects.h"
#include "harness/worker/smaps.h"
#include "harness/worker/spread.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>

enum { SCRATCH_BYTES = 4096 };

/* `count` mappings of `each_bytes` side by side. */
static struct beside {
	char *from;
	size_t count, each_bytes;
	size_t written;        /* pages, one a mapping, or none */
	uint64_t least, most;  /* page tables that they take */
	uint64_t tables_bytes; /* VmPTE before they were there */
} beside;

/* What one page table covers. */
static size_t table_bytes(void)
{
	return spread_page_bytes() / sizeof(uint64_t) * spread_page_bytes();
}

/* As programs write such pages; the state of the heap is theirs. */
static void write_each(struct run *run)
{
	(void)run;
	for (size_t i = 0; i < beside.count; i++)
		*(volatile uint32_t *)(beside.from + i * beside.each_bytes) = 1;
}

/* Room at a multiple of what a page table covers, with nothing of ours on either side. Not reserved, for those with a page
 * table take much more address space than memory. */
static bool find_room(size_t bytes)
{
	const size_t align = table_bytes();
	char *room = mmap(NULL, bytes + align, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (room == MAP_FAILED)
		return false;
	const size_t before = -(uintptr_t)room & (align - 1);
	beside.from = room + before;
	return (before == 0 || munmap(room, before) == 0) &&
	       (before == align || munmap(beside.from + bytes, align - before) == 0);
}

/* Every second one is excluded from core dumps, as those of a divided heap are, and before anything is written: so
 * neighbours are not merged, and share no bookkeeping of pages (anon_vma). */
static bool divide(size_t bytes)
{
	/* A kernel without huge pages does not know this advice, and does not need it. */
	if (madvise(beside.from, bytes, MADV_NOHUGEPAGE) < 0 && errno != EINVAL)
		return false;
	for (size_t i = 0; i < beside.count; i += 2)
		if (madvise(beside.from + i * beside.each_bytes, beside.each_bytes, MADV_DONTDUMP) <
		    0)
			return false;
	return true;
}

static enum outcome make(struct run *run)
{
	const enum mapping_kind kind = (enum mapping_kind)run->request->level[AXIS_MAPPING_KIND];
	const size_t count = run->request->level[AXIS_HEAP_MAPPINGS] - 1;
	if (kind == MAPPINGS_OF_HEAP || count == 0)
		return OUTCOME_OK;
	beside.count = count;
	beside.each_bytes = kind == MAPPINGS_TABLE ? table_bytes() : spread_page_bytes();
	const size_t bytes = count * beside.each_bytes, tables = (bytes - 1) / table_bytes() + 1;
	if (!find_room(bytes) || !divide(bytes))
		return fail(
			run->problem,
			"cannot make %zu mappings of %zu bytes: %s; raise vm.max_map_count, set "
			"vm.overcommit_memory=0, or give a smaller --mappings",
			count, beside.each_bytes, strerror(errno));
	beside.tables_bytes = textfile_status(0, "VmPTE", 10);
	if (kind == MAPPINGS_UNTOUCHED) {
		beside.most = 0;
	} else {
		beside.written = count;
		beside.least =
			tables - (kind == MAPPINGS_PAGE); /* a neighbour may share the last */
		/* Of those above, one for as many as it has entries, and two at either end. */
		beside.most = tables + tables / (spread_page_bytes() / sizeof(uint64_t)) + 4;
		write_each(run);
		run->write_beside = write_each;
	}
	return OUTCOME_OK;
}

/* Page tables may come with other things that were touched since: a few. */
static enum outcome check_tables(const struct run *run, uint64_t tables_bytes)
{
	enum { OTHERS = 8 };
	const uint64_t grown = (tables_bytes - beside.tables_bytes) / spread_page_bytes();
	if (tables_bytes >= beside.tables_bytes && grown >= beside.least &&
	    grown <= beside.most + OTHERS)
		return OUTCOME_OK;
	return fail(
		run->problem,
		"cannot trust the mappings: %zu of them took %lld page tables, not %lld; report "
		"this",
		beside.count, (long long)grown, (long long)beside.least);
}

static enum outcome verify(struct run *run, uint64_t level, const struct wire_cell_facts *facts)
{
	struct smaps shown;
	(void)level;
	if (beside.count == 0)
		return OUTCOME_OK;
	if (!smaps_read(beside.from, beside.count * beside.each_bytes, run->scratch, SCRATCH_BYTES,
			&shown))
		return fail(run->problem,
			    "cannot find the mappings in /proc/self/smaps; mount /proc, or use a "
			    "kernel built with CONFIG_PROC_PAGE_MONITOR");
	const uint64_t written_bytes = beside.written * spread_page_bytes();
	if (shown.mappings != beside.count || shown.rss_bytes != written_bytes ||
	    shown.anonymous_bytes != written_bytes)
		return fail(
			run->problem,
			"cannot trust the mappings: %llu with %llu written bytes stand beside the "
			"heap, not %zu with %llu; report this",
			(unsigned long long)shown.mappings,
			(unsigned long long)shown.anonymous_bytes, beside.count,
			(unsigned long long)written_bytes);
	return check_tables(run, facts->page_tables_bytes);
}

AXIS_EFFECT(MAPPING_KIND, .make = make, .verify = verify);
