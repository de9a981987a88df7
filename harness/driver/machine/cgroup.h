/* Groups of cgroup v2: where one for a worker could be made, and whether they have the memory controller. */
#ifndef FORKCOST_CGROUP_H
#define FORKCOST_CGROUP_H

#include <stdbool.h>

#define CGROUP_ROOT "/sys/fs/cgroup"

enum { CGROUP_PATH_MAX = 256 };

/* The folder in which a group beside this process's own can be made: that of the parent group, or the root's where the
 * process is there. False: /proc/self/cgroup names none, or its name does not fit or has blanks. */
bool cgroup_beside(char folder[CGROUP_PATH_MAX]);

/* Whether a file of a group's folder, as cgroup.controllers, lists "memory". */
bool cgroup_lists_memory(const char *folder, const char *file);

/* Writes a text into a file of a group's folder. False: errno says why. */
bool cgroup_write(const char *folder, const char *file, const char *text);

/* Gives the groups in a folder the memory controller, or takes it from them. False: errno says why. */
bool cgroup_give_memory(const char *folder, bool give);

#endif
