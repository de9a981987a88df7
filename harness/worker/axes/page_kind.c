/* page_kind: what the heap's mapping asks for. harness/worker/heap.c builds and verifies it. */
#include "harness/worker/effects.h"
#include "harness/worker/heap.h"
#include "harness/worker/mapped.h"

#include <linux/mman.h>
#include <sys/mman.h>

enum { PRIVATE = MAP_PRIVATE | MAP_ANONYMOUS };

static const struct heap_pages kinds[PAGE_KIND_COUNT] = {
	[PAGE_KIND_4K] = {.map_flags = PRIVATE, .advice = MADV_NOHUGEPAGE},
	[PAGE_KIND_THP] = {.map_flags = PRIVATE, .advice = MADV_HUGEPAGE, .broken = true},
	[PAGE_KIND_MTHP] = {.map_flags = PRIVATE,
			    .advice = MADV_HUGEPAGE,
			    .broken = true,
			    .apart = true},
	[PAGE_KIND_HUGETLB] = {.map_flags = PRIVATE | MAP_HUGETLB | MAP_HUGE_2MB,
			       .advice = MADV_NORMAL,
			       .touch_bytes = HUGE_BYTES},
	[PAGE_KIND_MTHP_ANY] = {.map_flags = PRIVATE,
				.advice = MADV_HUGEPAGE,
				.broken = true,
				.apart = true},
	[PAGE_KIND_HUGETLB_1G] = {.map_flags = PRIVATE | MAP_HUGETLB | MAP_HUGE_1GB,
				  .advice = MADV_NORMAL,
				  .touch_bytes = GIGANTIC_BYTES,
				  .align_bytes = GIGANTIC_BYTES},
	[PAGE_KIND_SHARED] = {.map_flags = MAP_SHARED,
			      .advice = MADV_NOHUGEPAGE,
			      .open = mapped_open_shared},
	[PAGE_KIND_FILE] = {.map_flags = MAP_PRIVATE,
			    .advice = MADV_NOHUGEPAGE,
			    .open = mapped_open_file,
			    .is_read = true},
	[PAGE_KIND_FILE_WRITTEN] = {.map_flags = MAP_PRIVATE,
				    .advice = MADV_NOHUGEPAGE,
				    .open = mapped_open_file,
				    .is_read = true,
				    .written = 1},
};

static enum outcome begin(struct run *run, uint64_t level)
{
	run->pages = &kinds[level];
	return OUTCOME_OK;
}

AXIS_EFFECT(PAGE_KIND, .begin = begin);
