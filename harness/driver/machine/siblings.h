/* The hardware threads that share a core. */
#ifndef FORKCOST_SIBLINGS_H
#define FORKCOST_SIBLINGS_H

#include <stddef.h>

enum { SIBLINGS_MAX = 8 };

/* The other hardware threads of a CPU's core, by sysfs. Returns how many; 0 as well where the kernel shows none, as in most
 * guests. */
size_t siblings_of(int cpu, int others[SIBLINGS_MAX]);

/* From "4,20" or "0-1": the same. Other words yield none. */
size_t siblings_parse(const char *list, int cpu, int others[SIBLINGS_MAX]);

#endif
