/* What the kernel's rules say about first writes to pages: how many page faults a pass over the
 * heap takes, and how many pages change their frame. Pure functions of the page kind. */
#ifndef FORKCOST_WRITE_EFFECT_H
#define FORKCOST_WRITE_EFFECT_H

#include "harness/common/axes.h"

#include <stdint.h>

/* What happens to the pages. COPIED: another process maps them too. REUSED: another process
 * did, and they are still write-protected, so the writer reuses them. NONE: only the writer
 * maps them, writable. ALLOCATED: they are not present yet. */
enum write_effect { EFFECT_COPIED, EFFECT_REUSED, EFFECT_NONE, EFFECT_ALLOCATED };

struct range {
	uint64_t least, most;
};

/* A heap of `pages` pages of `page_bytes` each; every page is touched once. */
struct range write_effect_faults(enum write_effect effect, enum page_kind kind, uint64_t pages,
				 uint64_t page_bytes);
struct range write_effect_frames_changed(enum write_effect effect, enum page_kind kind,
					 uint64_t pages);

#endif
