/* How much memory a plan may take, and whether it fits. */
#ifndef FORKCOST_MEMORY_H
#define FORKCOST_MEMORY_H

#include "harness/common/problem.h"

#include <stdint.h>

/* Memory that can be taken without swapping: MemAvailable, or what the memory cgroups (v1 or v2, at
 * every level up) leave, whichever is less. Sets which of the two it was. */
enum outcome memory_available(uint64_t *bytes, const char **limited_by, struct problem *problem);

/* Bytes that a worker with this heap takes at its peak: the heap and so many copies of it, its
 * page tables (three of them: worker, child, and one being torn down; more with more copies), eviction buffer and working set
 * (`evict_bytes` is both), and sample buffers.
 */
uint64_t memory_needed(uint64_t heap_bytes, uint32_t copies, uint64_t evict_bytes);

/* Fails with what would fit if a worker with this heap does not. */
enum outcome memory_check(uint64_t heap_bytes, uint32_t copies, uint64_t evict_bytes,
			  struct problem *problem);

#endif
