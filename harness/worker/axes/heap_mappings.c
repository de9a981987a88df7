/* heap_mappings: the heap is divided into as many mappings, all of about as many pages, and harness/worker/heap.c counts
 * them; or as many stand beside it (mapping_kind.c; METHODOLOGY, "Mappings"). */
#include "harness/worker/effects.h"
#include "harness/worker/heap.h"
#include "harness/worker/spread.h"

/* Before anything is written, so that no mapping shares another's bookkeeping of pages (anon_vma). */
static enum outcome divide(struct run *run)
{
	const size_t pages = spread_pages(run), count = run->request->level[AXIS_HEAP_MAPPINGS];
	if (count > pages)
		return fail(run->problem,
			    "cannot divide %zu pages into %zu mappings; use a larger --heap", pages,
			    count);
	for (size_t i = 1; i < count; i += 2)
		if (heap_divide(run, spread_page(run, i * pages / count),
				spread_page(run, (i + 1) * pages / count)))
			return OUTCOME_FAILED;
	return OUTCOME_OK;
}

static enum outcome begin(struct run *run, uint64_t level)
{
	const bool is_of_heap = run->request->level[AXIS_MAPPING_KIND] == MAPPINGS_OF_HEAP;
	run->divide = level > 1 && is_of_heap ? divide : NULL;
	return OUTCOME_OK;
}

AXIS_EFFECT(HEAP_MAPPINGS, .begin = begin);
