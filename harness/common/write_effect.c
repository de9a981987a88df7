#include "harness/common/write_effect.h"

/* Frames that may change although pages are reused: the kernel keeps up to 31 of them in a per-CPU
 * list for a while, and copies a page with any reference besides its own. hugetlb pages are in no
 * such list. */
enum { FOLIO_BATCH_MAX = 31 };

/* Bytes that one fault can settle at once, which gives the smallest number of faults of a pass. A
 * huge page that is one entry is reused or allocated whole. Since Linux 5.8 it is copied page by
 * page, before that whole. */
static uint64_t bytes_a_fault(enum write_effect effect, enum page_kind kind, uint64_t page_bytes)
{
	if (kind == PAGE_KIND_THP)
		return HUGE_BYTES;
	if (kind == PAGE_KIND_MTHP && effect == EFFECT_ALLOCATED)
		return MULTI_BYTES;
	return page_bytes;
}

/* A reused transparent huge page may fault at each of its base pages, although it stays whole
 * (METHODOLOGY, "Reused huge pages"). Where huge pages were asked for, khugepaged may be at work; a
 * write that meets it faults again. */
struct range write_effect_faults(enum write_effect effect, enum page_kind kind, uint64_t pages,
				 uint64_t page_bytes)
{
	uint64_t at_once = bytes_a_fault(effect, kind, page_bytes);
	uint64_t heap_bytes = pages * page_bytes;
	uint64_t fewest = (heap_bytes + at_once - 1) / at_once, most = pages;
	if (effect == EFFECT_NONE)
		return (struct range){0, 0};
	if (page_kind_is_transparent(kind))
		most += heap_bytes / HUGE_BYTES;
	return (struct range){fewest, most};
}

/* Before Linux 6.15, a large folio that is mapped by PTEs is always copied. So there any number of
 * frames may change where reuse is expected. */
struct range write_effect_frames_changed(enum write_effect effect, enum page_kind kind,
					 uint64_t pages)
{
	uint64_t held_back = kind == PAGE_KIND_HUGETLB ? 0 : FOLIO_BATCH_MAX;
	if (effect == EFFECT_COPIED)
		return (struct range){pages, pages};
	if (effect == EFFECT_REUSED)
		return (struct range){0, page_kind_is_transparent(kind) ? pages : held_back};
	return (struct range){0, 0};
}
