/* The heap of the measured process: built by writing, kept in a known state, and verified, never
 * assumed (METHODOLOGY, "State before the window"). */
#ifndef FORKCOST_HEAP_H
#define FORKCOST_HEAP_H

#include "harness/worker/bench.h"

/* What a kind of page asks of its mapping. */
struct heap_pages {
	int map_flags, advice;
	size_t touch_bytes; /* what one first write concerns; 0: the base page */
	bool broken;        /* cases may split its pages, so each preparation makes them again */
	bool apart;         /* it lies in mappings that have no whole 2 MiB page */
};

/* Maps the request's heap_bytes between guard pages, of run->pages, and writes every
 * page. A heap of 4 KiB or hugetlb pages is never unmapped: freed frames may go back to the hypervisor
 * (METHODOLOGY, "State before the window"). Sets run->heap and run->touch but for the order. */
enum outcome heap_build(struct run *run);

/* Writes every page again: none is write-protected after it. */
enum outcome heap_write(struct run *run);

/* Reads what the kernel says about the worker and its heap, and fails if the heap is not what was
 * requested: every page resident and of the right kind. `text` is scratch memory that fork does not
 * copy. */
enum outcome heap_verify(struct run *run, char *text, size_t text_bytes,
			 struct wire_cell_facts *facts);

#endif
