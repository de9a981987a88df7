/* hyperfine's second opinion: what a spawn costs by timing whole commands from outside. */
#ifndef FORKCOST_CROSSCHECK_H
#define FORKCOST_CROSSCHECK_H

#include "harness/common/problem.h"
#include "harness/common/wire.h"

#include <stddef.h>
#include <stdint.h>

enum { CROSSCHECKS_MAX = 64 };

struct crosscheck_entry {
	char primitive[WIRE_NAME_MAX], action[WIRE_NAME_MAX];
	uint64_t heap_bytes, count; /* N: the commands do N and 2 N spawns */
	double spawn_ns;            /* (T(2N) - T(N)) / N, of the medians */
	double low_ns, high_ns;     /* 95 %: Student's t on the standard error of that difference */
};

struct crosscheck {
	size_t count;
	struct crosscheck_entry entries[CROSSCHECKS_MAX];
};

/* Reads RUN/hyperfine/PRIMITIVE.ACTION.HEAP.N.json, as scripts/crosscheck writes them. No such
 * folder is no failure: there are no entries then. Fails on a file that is not hyperfine's. */
enum outcome crosscheck_read(struct crosscheck *crosscheck, const char *folder,
			     struct problem *problem);

#endif
