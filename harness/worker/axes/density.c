/* density: how many of the pages in each 2 MiB of address space are the heap's (METHODOLOGY, "Density"). Those that
 * are not are never touched, so each 2 MiB has a page table that is partly filled. */
#include "harness/worker/effects.h"

#include <unistd.h>

static enum outcome begin(struct run *run, uint64_t level)
{
	static const size_t pages[DENSITY_COUNT] = {512, 64, 8, 1};
	const size_t bytes = run->request->heap_bytes;
	const size_t part = pages[level] * (size_t)sysconf(_SC_PAGESIZE);
	run->spread = (struct heap_spread){bytes, bytes, bytes};
	if (level != DENSITY_512 && bytes > part)
		run->spread = (struct heap_spread){
			part, HUGE_BYTES, (bytes - 1) / part * HUGE_BYTES + (bytes - 1) % part + 1};
	return OUTCOME_OK;
}

AXIS_EFFECT(DENSITY, .begin = begin);
