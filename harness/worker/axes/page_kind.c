/* page_kind: what the heap's mapping asks for. harness/worker/heap.c builds and verifies it. */
#include "harness/worker/effects.h"
#include "harness/worker/heap.h"

#include <linux/mman.h>
#include <sys/mman.h>

static const struct heap_pages kinds[PAGE_KIND_COUNT] = {
	[PAGE_KIND_4K] = {0, MADV_NOHUGEPAGE, 0, false, false},
	[PAGE_KIND_THP] = {0, MADV_HUGEPAGE, 0, true, false},
	[PAGE_KIND_MTHP] = {0, MADV_HUGEPAGE, 0, true, true},
	[PAGE_KIND_HUGETLB] = {MAP_HUGETLB | MAP_HUGE_2MB, MADV_NORMAL, HUGE_BYTES, false, false},
};

static enum outcome begin(struct run *run, uint64_t level)
{
	run->pages = &kinds[level];
	return OUTCOME_OK;
}

AXIS_EFFECT(PAGE_KIND, .begin = begin);
