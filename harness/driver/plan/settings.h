/* What a run is asked to be: the command line, checked, with defaults filled in. */
#ifndef FORKCOST_SETTINGS_H
#define FORKCOST_SETTINGS_H

#include "harness/common/axes.h"
#include "harness/common/problem.h"
#include "harness/common/wire.h"
#include "harness/driver/base/options.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	SETTINGS_HEAPS_MAX = 32,
	SETTINGS_LEVELS_MAX = 8,
	SETTINGS_THREADS_MAX = 16,
	SETTINGS_COUNTERS_MAX = 512,
	SETTINGS_REPLICATES_MAX = 1000, /* as many medians as a run keeps */
};

/* A chosen subset of an axis's levels, in the axis's order. */
struct levels {
	bool chosen[SETTINGS_LEVELS_MAX];
};

struct settings {
	char preset[WIRE_NAME_MAX];
	uint64_t heap_bytes[SETTINGS_HEAPS_MAX];
	size_t heap_count;
	/* What was asked for by name; the rest is by default. */
	bool heaps_given, states_given, caches_given, child_cpu_given, primitives_given,
		actions_given, page_kinds_given, touch_orders_given, experiments_given,
		budget_given, cell_time_given;
	bool is_quick; /* experiments run their quick heap sizes */
	struct levels states, caches, child_cpus, actions, page_kinds, touch_orders;
	uint32_t threads[SETTINGS_THREADS_MAX]; /* running ones of the caller */
	size_t thread_level_count;              /* 0: the plan chooses */
	char counters[SETTINGS_COUNTERS_MAX];   /* names as given; empty: all roles */
	bool primitives[WIRE_PRIMITIVES_MAX];   /* by catalogue index */
	bool experiments[WIRE_EXPERIMENTS_MAX];
	double precision; /* relative half width of the interval */
	uint64_t budget_ns;
	uint64_t replicates_max;
	uint64_t cell_ns; /* how long a cell takes rounds, once past the first */
	uint64_t seed;
	bool seed_given;
	int caller_cpu;             /* -1: choose */
	uint64_t evict_bytes;       /* UINT64_MAX: twice the last-level cache */
	char output[WIRE_PATH_MAX]; /* folder that takes run folders */
	bool dry_run, no_plots, no_table;
};

/* Fills in a preset's values: quick, bench or full. Fails with the names there are. */
enum outcome settings_preset(struct settings *settings, const char *name, struct problem *problem);

/* The options of `forkcost run`. */
const struct options *settings_options(void);

/* Takes what is given of them. Fails on the first that is wrong, naming it. */
enum outcome settings_parse(struct settings *settings, const struct given *given,
			    const struct wire_catalog *catalog, struct problem *problem);

#endif
