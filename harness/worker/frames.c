#include "harness/worker/frames.h"

#include "harness/common/pagemap.h"
#include "harness/worker/spread.h"

#include <stdlib.h>
#include <unistd.h>

enum {
	ENTRIES = 512, /* read at a time, onto the stack */
	/* A fork goes through the pages' metadata, 64 bytes a frame. The prefetchers that follow it cover this
	 * much, and any steps that are alike; of the bounds tried this explains fork's times best. */
	NEAR = 16,
};

uint64_t frames_scattered_ppm(const struct run *run)
{
	const size_t base_bytes = (size_t)sysconf(_SC_PAGESIZE);
	const size_t pages = run->heap_bytes / base_bytes;
	const size_t part = run->spread.part_bytes / base_bytes,
		     most = part < ENTRIES ? part : ENTRIES;
	uint64_t entries[ENTRIES], scattered = 0;
	int64_t last = 0, last_step = 0;
	for (size_t page = 0; page < pages; page++) {
		if (page % most == 0 &&
		    pagemap_read(0, (uintptr_t)spread_page(run, page), base_bytes,
				 pages - page < most ? pages - page : most, entries))
			return WIRE_UNKNOWN;
		int64_t frame = (int64_t)(entries[page % most] & PAGEMAP_FRAME);
		if (frame == 0)
			return WIRE_UNKNOWN;
		int64_t step = page ? frame - last : 0;
		scattered += llabs(step) > NEAR && step != last_step;
		last = frame;
		last_step = step;
	}
	return pages ? scattered * 1000000 / pages : 0;
}

bool frames_are_single(const struct run *run)
{
	const size_t base_bytes = (size_t)sysconf(_SC_PAGESIZE);
	for (size_t at = 0; at < run->heap_bytes; at += HUGE_BYTES / 2) {
		uint64_t entry = 0, flags = 0;
		if (pagemap_read(0, (uintptr_t)run->heap + at, base_bytes, 1, &entry) ||
		    pagemap_flags(entry & PAGEMAP_FRAME, &flags) || flags & PAGEMAP_COMPOUND)
			return false;
	}
	return true;
}
