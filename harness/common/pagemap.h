/* What the kernel shows of pages (Documentation/admin-guide/mm/pagemap.rst). */
#ifndef FORKCOST_PAGEMAP_H
#define FORKCOST_PAGEMAP_H

#include <stddef.h>
#include <stdint.h>

/* Bits of an entry. The frame's number is 0 where the kernel hides it. */
#define PAGEMAP_FRAME ((UINT64_C(1) << 55) - 1)
#define PAGEMAP_SOFT_DIRTY (UINT64_C(1) << 55)
#define PAGEMAP_EXCLUSIVE (UINT64_C(1) << 56)
#define PAGEMAP_PRESENT (UINT64_C(1) << 63)

/* Reads the entries of `count` pages of `page_bytes` each, from `address` on, of a process; of the calling
 * one where `process` is 0. 0, or a negative errno value. Raw system calls only. */
long pagemap_read(long process, uint64_t address, size_t page_bytes, size_t count,
		  uint64_t *entries);

/* How often frames are mapped, all `count` together. 0, or a negative errno value. */
long pagemap_mappings(const uint64_t *frames, size_t count, uint64_t *mappings);

#endif
