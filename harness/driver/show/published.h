/* Points that others have published, drawn over a figure of a run. */
#ifndef FORKCOST_PUBLISHED_H
#define FORKCOST_PUBLISHED_H

#include "harness/common/problem.h"
#include "harness/common/wire.h"
#include "harness/driver/analysis/summary.h"

#include <stddef.h>
#include <stdint.h>

enum { PUBLISHED_MAX = 128, PUBLISHED_NAME_MAX = 64 };

/* Until when a time is: the call's return, the child's being reaped, or something else, which no figure has. */
enum published_scope { PUBLISHED_CALL, PUBLISHED_REAPED, PUBLISHED_OTHER };

struct published {
	size_t count;
	struct published_point {
		char primitive[WIRE_NAME_MAX];
		enum published_scope scope;
		uint64_t heap_bytes;
		double latency_ns;
		char source[PUBLISHED_NAME_MAX]; /* its first words, up to a comma */
		char year[8];                    /* empty: not stated */
		unsigned number;                 /* of the source, from 1 */
	} points[PUBLISHED_MAX];
};

/* Reads the columns primitive, scope, heap_bytes, latency_us, year and source of a CSV file as in RFC 4180, by the names
 * in its first line; others may be there, and lines that begin with # are comments. `name` is for messages. */
enum outcome published_parse(struct published *published, const char *text, size_t bytes,
			     const char *name, struct problem *problem);

/* The same of a file; "": the one that comes with the plot scripts. */
enum outcome published_read(struct published *published, const char *path, struct problem *problem);

/* Writes spawn-by-heap-published.dat into plots/data of a private folder, and what the points are to the end of the
 * caption of spawn-by-heap there. Points at heaps beyond 16 times the run's largest are named in the caption, not drawn. */
enum outcome published_write(const struct published *published, const struct summary *summary,
			     const char *folder, struct problem *problem);

#endif
