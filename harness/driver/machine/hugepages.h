/* Huge pages for heaps of other page kinds: whether this machine has or can give them, and the settings changed for them.
 * What is changed for a worker is put back after it. */
#ifndef FORKCOST_HUGEPAGES_H
#define FORKCOST_HUGEPAGES_H

#include "harness/common/axes.h"
#include "harness/common/problem.h"

#include <stdbool.h>
#include <stdint.h>

/* Whether `bytes` of this page kind can be had. `why` names the file that says so and the word in it;
 * if not, it begins with "unavailable: " or "not permitted: ", and ends with what to do. */
bool hugepages_check(enum page_kind kind, uint64_t bytes, char why[PROBLEM_TEXT_MAX]);

/* Before a worker: raises the pool of hugetlb pages, or switches 64 KiB pages on, where they are to be
 * had. Nothing for other kinds, or where it is so already. As root waits up to a minute for other runs
 * that need the same. Fails if such pages cannot be had. */
enum outcome hugepages_enable(enum page_kind kind, uint64_t bytes, struct problem *problem);

/* After it: puts back what hugepages_enable() changed. */
void hugepages_restore(void);

#endif
