/* Huge pages for heaps of other page kinds: whether this machine has or can lend them, and the lending.
 * What is changed for a worker is put back after it. */
#ifndef FORKCOST_HUGEPAGES_H
#define FORKCOST_HUGEPAGES_H

#include "harness/common/axes.h"
#include "harness/common/problem.h"
#include "harness/common/wire.h"

#include <stdbool.h>
#include <stdint.h>

/* Whether `bytes` of this page kind can be had; if not, `why` says what is missing. */
bool hugepages_can(enum page_kind kind, uint64_t bytes, char why[WIRE_TEXT_MAX]);

/* Before a worker: raises the pool of hugetlb pages, or switches 64 KiB pages on and 2 MiB ones off
 * where a 64 KiB heap is to be had. Nothing for other kinds, or where it is so already. Waits up to a
 * minute for other runs that change or need the sizes of transparent huge pages. */
enum outcome hugepages_lend(enum page_kind kind, uint64_t bytes, struct problem *problem);

/* After it: puts back what hugepages_lend() changed. */
void hugepages_return(void);

#endif
