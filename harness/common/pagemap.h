/* What the kernel shows of pages (Documentation/admin-guide/mm/pagemap.rst). */
#ifndef FORKCOST_PAGEMAP_H
#define FORKCOST_PAGEMAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Bits of an entry. The frame's number is 0 where the kernel hides it. */
#define PAGEMAP_FRAME ((UINT64_C(1) << 55) - 1)
#define PAGEMAP_SOFT_DIRTY (UINT64_C(1) << 55)
#define PAGEMAP_EXCLUSIVE (UINT64_C(1) << 56)
#define PAGEMAP_PRESENT (UINT64_C(1) << 63)

/* Bits of a frame's flags: it is the head or the tail of a larger folio. */
#define PAGEMAP_COMPOUND (UINT64_C(3) << 15)

/* Why a frame's number is not known. */
#define PAGEMAP_HIDDEN "the kernel shows frame numbers to CAP_SYS_ADMIN alone; run as root"

/* Reads the entries of `count` pages of `page_bytes` each, from `address` on, of a process; of the calling
 * one where `process` is 0. 0, or a negative errno value. Raw system calls only. */
long pagemap_read(long process, uint64_t address, size_t page_bytes, size_t count,
		  uint64_t *entries);

/* How often frames are mapped, all `count` together. 0, or a negative errno value. */
long pagemap_mappings(const uint64_t *frames, size_t count, uint64_t *mappings);

/* A frame's flags (/proc/kpageflags). 0, or a negative errno value. */
long pagemap_flags(uint64_t frame, uint64_t *flags);

/* Whether the kernel shows frame numbers to this process. */
bool pagemap_shows_frames(void);

#endif
