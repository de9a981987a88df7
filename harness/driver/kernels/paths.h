/* Lengths of paths through a kernel, in instructions, out of a run in which the clock counts them: a tick is one. They are
 * no times: no cache, no TLB and no branch predictor has a part in them. */
#ifndef FORKCOST_PATHS_H
#define FORKCOST_PATHS_H

#include "harness/common/problem.h"
#include "harness/driver/analysis/summary.h"

#include <stdint.h>

/* Heaps of the run, in bytes: none, and two between which the slope over pages is taken. */
#define PATHS_HEAPS "0,2M,8M"
enum { PATHS_SMALL_HEAP = 2 << 20, PATHS_LARGE_HEAP = 8 << 20 };

/* What is counted; `name` is for files, `head` for tables. */
struct path_kind {
	const char *name, *head, *text;
	const char *experiment, *primitive, *action, *case_name, *metric;
	bool is_slope; /* a page's, between the two heaps; else of `heap_bytes` */
	uint64_t heap_bytes;
};

enum { PATHS_COUNT = 8 };
extern const struct path_kind path_kinds[PATHS_COUNT];

/* The least of each replicate's samples: what a clock interrupt or a refill of free lists adds is not the path's. The
 * interval is of the replicates. */
struct path {
	struct stats_interval least;
	char missing[WIRE_TEXT_MAX + 16]; /* why there is none; empty: there is */
};

struct paths {
	char release[WIRE_NAME_MAX * 4], version[256]; /* what the kernel says of itself */
	double window; /* instructions of an empty window; part of all the others */
	struct path all[PATHS_COUNT];
};

/* Fails where the clock did not count instructions. */
enum outcome paths_take(struct paths *paths, const struct summary *summary,
			struct problem *problem);

/* Puts those of a further boot of the same kernel to them: intervals then reach over both. Returns by how much they were
 * apart, as a share of the first; 0: not at all. What one lacks both lack. */
double paths_join(struct paths *paths, const struct paths *others);

/* How much longer, as a share: 0.02 is 2 % more. One that is missing has no centre (NAN). */
struct stats_interval paths_change(const struct path *path, const struct path *first);

#endif
