/* What the kernel says of a part of this process's memory: sums over its mappings in /proc/self/smaps. */
#ifndef FORKCOST_SMAPS_H
#define FORKCOST_SMAPS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct smaps {
	uintptr_t from, behind; /* mappings that begin there are summed up */
	bool inside;            /* the mapping that the lines are about is one of those */
	uint64_t mappings, rss_bytes, huge_bytes, hugetlb_bytes, anonymous_bytes;
};

/* Sums up `bytes` of memory. `text` is scratch memory that fork does not copy. False if no mapping begins there, or the
 * file cannot be read. */
bool smaps_read(const char *from, size_t bytes, char *text, size_t text_bytes, struct smaps *sums);

#endif
