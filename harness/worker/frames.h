/* The memory witness: in what order the heap's frames lie (METHODOLOGY, "Frames"). */
#ifndef FORKCOST_FRAMES_H
#define FORKCOST_FRAMES_H

#include "harness/worker/bench.h"

/* Parts in a million of the heap's pages that are scattered: their frame lies more than 16 frames from that of the
 * page before, in another distance than that one from its own. WIRE_UNKNOWN where the kernel does not show
 * frame numbers; 0 without a heap. */
uint64_t frames_scattered_ppm(const struct run *run);

/* Whether no frame of the heap is part of a larger folio, by a look at two pages in each 2 MiB. False, too, where the
 * kernel does not say. */
bool frames_are_single(const struct run *run);

#endif
