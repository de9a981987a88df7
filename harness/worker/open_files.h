/* The files that this process has open, by /proc/self/fd. */
#ifndef FORKCOST_OPEN_FILES_H
#define FORKCOST_OPEN_FILES_H

#include <stdbool.h>

/* Calls `visit`, which may close it, for each open file of this process but the one that the list is read
 * from. Takes no memory. False if /proc does not say. */
bool open_files_each(void (*visit)(int fd, void *context), void *context);

#endif
