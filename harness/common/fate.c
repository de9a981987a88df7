#include "harness/common/fate.h"

/* Frames that may change where pages are taken back: the kernel holds up to 31 of them in a list of
 * this CPU's for a while, and a reference more than its own makes it copy. hugetlb pages are in none. */
enum { HELD_BACK_MAX = 31 };

/* Bytes that one fault can settle at once, and so the fewest faults that a pass can take: a huge
 * page that is one entry is taken back or made whole. Copies of it are made page by page since
 * Linux 5.8, and whole before. */
static uint64_t bytes_a_fault(enum fate fate, enum page_kind kind, uint64_t page_bytes)
{
	if (kind == PAGE_KIND_THP)
		return HUGE_BYTES;
	if (kind == PAGE_KIND_MTHP && fate == FATE_MADE)
		return MULTI_BYTES;
	return page_bytes;
}

/* A transparent huge page that is taken back may fault at each of its base pages, though it stays whole
 * (METHODOLOGY, "Reused huge pages"). khugepaged may be at work where huge pages were asked
 * for; a write that meets it faults again. */
struct range fate_faults(enum fate fate, enum page_kind kind, uint64_t pages, uint64_t page_bytes)
{
	uint64_t at_once = bytes_a_fault(fate, kind, page_bytes);
	uint64_t heap_bytes = pages * page_bytes;
	uint64_t fewest = (heap_bytes + at_once - 1) / at_once, most = pages;
	if (fate == FATE_LEFT_ALONE)
		return (struct range){0, 0};
	if (page_kind_is_transparent(kind))
		most += heap_bytes / HUGE_BYTES;
	return (struct range){fewest, most};
}

/* A large folio that is mapped in small entries is always copied before Linux 6.15, so there any
 * number of frames may change when pages are taken back. */
struct range fate_frames_changed(enum fate fate, enum page_kind kind, uint64_t pages)
{
	uint64_t held_back = kind == PAGE_KIND_HUGETLB ? 0 : HELD_BACK_MAX;
	if (fate == FATE_COPIED)
		return (struct range){pages, pages};
	if (fate == FATE_TAKEN_BACK)
		return (struct range){0, page_kind_is_transparent(kind) ? pages : held_back};
	return (struct range){0, 0};
}
