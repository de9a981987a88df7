/* A file line by line, of any bytes, each line bounded; compressed or not, see base/unpack.h. */
#ifndef FORKCOST_LINES_H
#define FORKCOST_LINES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* A worker's cells are a few MB each; what is longer was not written by forkcost. */
enum { LINES_BYTES_MAX = 64 << 20 };

enum lines_got {
	LINES_WHOLE,
	LINES_TORN, /* the last one has no end */
	LINES_END,
	LINES_CUT, /* the end, but what is compressed has none */
	LINES_TOO_LONG,
	LINES_DAMAGED, /* it cannot be decompressed */
	LINES_ERROR,   /* it could not be read, or memory is short */
};

struct lines {
	FILE *file;
	const char *why; /* DAMAGED or ERROR: the reason */
	struct unpack *unpack;
	char *buffer;
	size_t capacity, begin, end;
	bool at_end;
};

/* The next line without its end, until the next call. A read that fails is never taken for the end. */
enum lines_got lines_next(struct lines *lines, const char **text, size_t *length);

/* The file stays the caller's. */
void lines_free(struct lines *lines);

#endif
