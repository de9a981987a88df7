/* A file's text, whether it is there as it is or compressed with zstd. What is compressed may come from
 * anybody: the memory that it takes to read it is bounded, and so is what comes of a small file. */
#ifndef FORKCOST_UNPACK_H
#define FORKCOST_UNPACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

enum {
	UNPACK_WINDOW_LOG_MAX = 24, /* 16 MiB of memory; forkcost and zstd -19 need at most 8 */
	/* Samples are compressed to a tenth. */
	UNPACK_RATIO_MAX = 100,
	UNPACK_ANY_RATIO_BYTES = 64 << 20, /* so much text may come of any file */
};

struct unpack;

/* Reads from `file`, which stays the caller's. NULL: out of memory. */
struct unpack *unpack_open(FILE *file);
void unpack_free(struct unpack *unpack);

/* The next bytes of text: `room` of them, fewer only at the end. If it cannot go on `*why` is the reason, words
 * that need no freeing: as the system has it if errno is not 0, else what is wrong with what is compressed. */
size_t unpack_read(struct unpack *unpack, char *text, size_t room, const char **why);

/* At the end: whether the file is compressed and breaks off. */
bool unpack_is_cut(const struct unpack *unpack);

#endif
