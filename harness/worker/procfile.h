/* The worker's own files in /proc, read without stdio. Never while a window is open. */
#ifndef FORKCOST_PROCFILE_H
#define FORKCOST_PROCFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Reads a file as text, truncated at the buffer's end. False if it cannot be opened; errno says
 * why. */
bool procfile_read(const char *path, char *text, size_t text_bytes);

/* The number after a key, "\nFDSize:\t64" -> 64; UINT64_MAX if the key does not exist. */
uint64_t procfile_number(const char *text, const char *key);

/* Calls `visit`, which may close it, for each open file of this process except the one that the
 * list is read from. Allocates no memory. False if /proc gives no list. */
bool procfile_each_open_file(void (*visit)(int fd, void *context), void *context);

#endif
