/* What the kernel's rules say about first writes to pages: how many page faults a pass over the
 * heap takes, and how many pages change their frame. Pure functions of the page kind. */
#ifndef FORKCOST_FATE_H
#define FORKCOST_FATE_H

#include "harness/common/axes.h"

#include <stdint.h>

/* What happens to the pages. COPIED: another process maps them too. TAKEN_BACK: another process
 * did, and they are still write-protected, so the writer reuses them. LEFT_ALONE: only the writer
 * maps them, writable. MADE: they are not present yet. */
enum fate { FATE_COPIED, FATE_TAKEN_BACK, FATE_LEFT_ALONE, FATE_MADE };

struct range {
	uint64_t least, most;
};

/* A heap of `pages` pages of `page_bytes` each; every page is touched once. */
struct range fate_faults(enum fate fate, enum page_kind kind, uint64_t pages, uint64_t page_bytes);
struct range fate_frames_changed(enum fate fate, enum page_kind kind, uint64_t pages);

#endif
