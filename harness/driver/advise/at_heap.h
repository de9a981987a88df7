/* A time at a heap that a run did not measure: from those that it did. */
#ifndef FORKCOST_AT_HEAP_H
#define FORKCOST_AT_HEAP_H

#include "harness/driver/show/filter.h"

enum at_heap_how {
	AT_NO_HEAP,  /* there is no value, and `why` says so */
	AT_MEASURED, /* at this heap */
	AT_BETWEEN,  /* on the line from `from_bytes` to `to_bytes` */
	AT_BEYOND,   /* on the same line, beyond both */
};

/* Beyond the largest heap a line is not followed further than to so many times that heap. */
enum { AT_BEYOND_TIMES = 8 };

struct at_heap {
	enum at_heap_how how;
	struct stats_interval time; /* ns */
	uint64_t from_bytes, to_bytes;
	const struct row *row; /* at the nearest heap */
	const char *why;
};

/* The time of the rows that match, at a heap: linear in bytes between the two next measured ones, since what a fork
 * copies grows with pages; below the smallest measured heap there is none. The interval between is between theirs;
 * beyond, the errors of both ends are carried on. Rows without an interval count as missing. */
struct at_heap at_heap(const struct summary *summary, const struct filter *filter,
		       uint64_t heap_bytes);

#endif
