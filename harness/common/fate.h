/* What the first writes to pages do, as the kernel's rules have it: how many page faults a pass over the
 * heap takes, and how many pages change their frame. Pure functions of the page kind. */
#ifndef FORKCOST_FATE_H
#define FORKCOST_FATE_H

#include "harness/common/axes.h"

#include <stdint.h>

/* What becomes of the pages. COPIED: somebody else has them, too. TAKEN_BACK: somebody had, and they are
 * still write-protected. LEFT_ALONE: they are the writer's own. MADE: they are not there yet. */
enum fate { FATE_COPIED, FATE_TAKEN_BACK, FATE_LEFT_ALONE, FATE_MADE };

struct range {
	uint64_t least, most;
};

/* Heap of `pages` pages of `page_bytes`, each touched once. */
struct range fate_faults(enum fate fate, enum page_kind kind, uint64_t pages, uint64_t page_bytes);
struct range fate_frames_changed(enum fate fate, enum page_kind kind, uint64_t pages);

#endif
