/* Small text files, such as /proc and /sys are made of. */
#ifndef FORKCOST_TEXTFILE_H
#define FORKCOST_TEXTFILE_H

#include <stdbool.h>
#include <stddef.h>

enum { TEXTFILE_MAX = 16384 };

/* Reads a file whole (cut at text_bytes), without the trailing line break. False if it cannot be
 * read; errno says why and text is empty. */
bool textfile_read(const char *path, char *text, size_t text_bytes);

/* The same for a path below an open folder. */
bool textfile_read_at(int folder, const char *path, char *text, size_t text_bytes);

#endif
