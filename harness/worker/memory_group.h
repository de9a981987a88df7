/* The group of cgroup v2 that the worker's memory is charged to. `page` is shared memory to read into, so that nothing
 * is written that fork would copy. */
#ifndef FORKCOST_WORKER_MEMORY_GROUP_H
#define FORKCOST_WORKER_MEMORY_GROUP_H

#include <stdbool.h>
#include <stdint.h>

enum { MEMORY_GROUP_PAGE = 4096 };

/* Moves this process into the group of a folder. False: errno says why. */
bool memory_group_enter(const char *folder, char page[MEMORY_GROUP_PAGE]);

/* Whether it is there, by /proc/self/cgroup. */
bool memory_group_is_in(const char *folder, char page[MEMORY_GROUP_PAGE]);

/* How often the group reached its limit, by memory.events; UINT64_MAX: that does not say. */
uint64_t memory_group_hits(const char *folder, char page[MEMORY_GROUP_PAGE]);

/* memory.max of the group that this process is in, in bytes; UINT64_MAX: there is no limit, or no such group. */
uint64_t memory_group_max(char page[MEMORY_GROUP_PAGE]);

#endif
