/* The heap of the measured process: built by writing, kept in a known state, and verified, never
 * assumed (METHODOLOGY, "State before the window"). */
#ifndef FORKCOST_HEAP_H
#define FORKCOST_HEAP_H

#include "harness/worker/bench.h"

/* What a kind of page asks of its mapping. */
struct heap_pages {
	int map_flags, advice;
	size_t touch_bytes; /* what one first write concerns; 0: the base page */
	size_t align_bytes; /* of the mapping; 0: 2 MiB */
	int (*open)(void);  /* the file that it is of; NULL: none */
	size_t written;     /* where is_read: so many first pages are written nevertheless */
	bool broken;        /* cases may split its pages, so each preparation makes them again */
	bool apart;         /* it lies in mappings that have no whole 2 MiB page */
	bool is_read;       /* its pages are read, not written */
};

/* Says that the kernel does not give such pages, or such frames: not an error of the machine or the worker. */
#define HEAP_LACKS(run, ...) (*(run)->lacks_pages = 1, fail((run)->problem, __VA_ARGS__))

/* Writes a word into a base page of the heap; into each. */
void heap_write_page(const struct run *run, size_t page);
void heap_write_pages(const struct run *run);

/* Makes a mapping of its own of a part of the heap, or of what of it is left: it is excluded from core dumps, which
 * makes it different from its neighbours, so that they are not merged, and has no other effect. */
enum outcome heap_divide(struct run *run, char *from, const char *to);

/* Maps the request's heap_bytes between guard pages, of run->pages, and writes every
 * page. A heap of 4 KiB or hugetlb pages is never unmapped: freed frames may go back to the hypervisor
 * (METHODOLOGY, "State before the window"). Sets run->heap and run->touch but for the order. */
enum outcome heap_build(struct run *run);

/* Writes every page again, also those beside it (run->write_beside): none is write-protected after it. Or what an axis has
 * put in place of that (run->rewrite). */
enum outcome heap_write(struct run *run);

/* Reads what the kernel says about the worker and its heap, and fails if the heap is not what was
 * requested: every page resident and of the right kind. `text` is scratch memory that fork does not
 * copy. */
enum outcome heap_verify(struct run *run, char *text, size_t text_bytes,
			 struct wire_cell_facts *facts);

#endif
