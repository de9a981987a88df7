/* The worker's own files in /proc, read without stdio. Only while no time is taken. */
#ifndef FORKCOST_PROCFILE_H
#define FORKCOST_PROCFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Reads a file as text, cut at the buffer's end. False if it cannot be opened; errno says why. */
bool procfile_read(const char *path, char *text, size_t text_bytes);

/* The number behind a key, "\nFDSize:\t64" -> 64; UINT64_MAX if the key is not there. */
uint64_t procfile_number(const char *text, const char *key);

/* Calls `visit`, which may close it, for each open file of this process but the one that the list is read
 * from. Takes no memory. False if /proc does not say. */
bool procfile_each_open_file(void (*visit)(int fd, void *context), void *context);

#endif
