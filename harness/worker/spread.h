/* Where the heap's base pages lie in address space: side by side, or spread (METHODOLOGY, "Density"). */
#ifndef FORKCOST_SPREAD_H
#define FORKCOST_SPREAD_H

#include "harness/worker/bench.h"

#include <unistd.h>

static inline size_t spread_page_bytes(void)
{
	return (size_t)sysconf(_SC_PAGESIZE);
}

static inline size_t spread_pages(const struct run *run)
{
	return run->heap_bytes / spread_page_bytes();
}

static inline char *spread_page(const struct run *run, size_t page)
{
	const struct heap_spread *spread = &run->spread;
	const size_t per_part = spread->part_bytes / spread_page_bytes();
	return run->heap + page / per_part * spread->step_bytes +
	       page % per_part * spread_page_bytes();
}

#endif
