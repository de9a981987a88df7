/* A group of cgroup v2 with a limit on memory, for a worker: whether this machine has such, and making it. What is made
 * or changed is put back by tunables_restore(). */
#ifndef FORKCOST_MEMORY_GROUP_H
#define FORKCOST_MEMORY_GROUP_H

#include "harness/common/problem.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Whether a group can be made; `why` says where. If not, it begins with "unavailable: " or "not permitted: " and names
 * what is missing. */
bool memory_group_check(char why[PROBLEM_TEXT_MAX]);

/* Makes the group, with memory.max at `limit_bytes` and without swap, and gives its folder. Waits up to a minute for
 * another run that has one. Fails if it cannot be made; what was made then stays until tunables_restore(). */
enum outcome memory_group_make(uint64_t limit_bytes, char *folder, size_t folder_bytes,
			       struct problem *problem);

#endif
