/* What the jobs of one experiment share, and its heaps in words. */
#ifndef FORKCOST_JOB_HEAPS_H
#define FORKCOST_JOB_HEAPS_H

#include "harness/driver/plan/plan.h"

/* What the jobs of one experiment share. */
struct jobs {
	struct plan *plan;
	const struct wire_experiment *experiment;
	uint32_t arm_from;
	struct choice heaps; /* those that it runs at */
	struct problem *problem;
};

/* "1 GiB, 4 GiB". Returns `text`. */
const char *jobs_name_heaps(const uint64_t *heap_bytes, size_t count, char text[NOTE_BYTES]);

/* Notes that something is left out at heaps above the largest, if there are any, and which option asks for it. */
void jobs_note_expensive(const struct jobs *jobs, const char *what, uint64_t largest_bytes,
			 const char *option);

#endif
