/* hyperfine's second opinion: what a spawn costs by timing whole commands from outside. */
#ifndef FORKCOST_CROSSCHECK_H
#define FORKCOST_CROSSCHECK_H

#include "harness/common/problem.h"
#include "harness/common/wire.h"
#include "harness/driver/base/stats.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { CROSSCHECKS_MAX = 64 };

/* How far whole commands and our window may be apart, as a share: they do not span the same (METHODOLOGY,
 * "Second opinion"). */
#define CROSSCHECK_TOLERANCE 0.1

/* One arm and heap. Intervals are over turns (stats_interval). */
struct crosscheck_entry {
	char primitive[WIRE_NAME_MAX], action[WIRE_NAME_MAX];
	uint64_t heap_bytes, spawns;    /* N */
	uint64_t turns;                 /* how often hyperfine and our own cell took turns */
	struct stats_interval whole_ns; /* a spawn of forkcost-bare: (T(N) - T(1)) / (N - 1) */
	struct stats_interval once_ns;  /* the same of `forkcost once` */
	struct stats_interval
		window_ns;           /* reaped_ns of that cell, from short runs in the same turns */
	struct stats_interval ratio; /* whole_ns over window_ns, turn by turn */
};

struct crosscheck {
	size_t count;
	bool has_old; /* files of older versions, which took no turns: not used */
	struct crosscheck_entry entries[CROSSCHECKS_MAX];
};

/* Reads RUN/hyperfine/PRIMITIVE.ACTION.HEAP.json, as scripts/crosscheck writes them. No such folder is no failure:
 * there are no entries then. Fails on a file of that name that is not as it should be. */
enum outcome crosscheck_read(struct crosscheck *crosscheck, const char *folder,
			     struct problem *problem);

/* "agrees": the ratio's interval lies within the tolerance; "disagrees": wholly beyond it; else "inconclusive", as
 * with too few turns for an interval, or where N children did not stand out. */
const char *crosscheck_verdict(const struct crosscheck_entry *entry);

#endif
