/* The heap of the measured process: built by writing, kept in a known state, and verified, never
 * assumed (METHODOLOGY, "State before the window"). */
#ifndef FORKCOST_HEAP_H
#define FORKCOST_HEAP_H

#include "harness/common/problem.h"
#include "harness/worker/bench.h"

/* Maps the request's heap_bytes between guard pages, of the request's page kind, and writes every
 * page. A heap of 4 KiB or hugetlb pages is never unmapped: freed frames may go back to the
 * hypervisor (METHODOLOGY, "State before the window"). Sets run->heap, and run->touch without the
 * order. */
enum outcome heap_build(struct run *run);

/* Brings every page into the state: dirty by writing each, clean by a fork. */
enum outcome heap_prepare(struct run *run, enum heap_state state);

/* Reads what the kernel says about the worker and its heap, and fails if the heap is not what was
 * requested: every page resident and of the right kind. `text` is scratch memory that fork does not
 * copy. */
enum outcome heap_verify(struct run *run, char *text, size_t text_bytes,
			 struct wire_cell_facts *facts);

#endif
