/* What a run is asked to be: the command line, checked, with defaults filled in. */
#ifndef FORKCOST_SETTINGS_H
#define FORKCOST_SETTINGS_H

#include "harness/common/problem.h"
#include "harness/common/wire.h"
#include "harness/driver/base/options.h"
#include "harness/driver/plan/choice.h"

#include <stdbool.h>
#include <stdint.h>

enum {
	SETTINGS_COUNTERS_MAX = 512,
	SETTINGS_REPLICATES_MAX = 1000, /* as many medians as a run keeps */
};

struct settings {
	char preset[WIRE_NAME_MAX];
	struct choice heaps, actions;
	struct choice levels[AXIS_COUNT]; /* empty: the plan chooses */
	/* What was asked for by name; the rest is by default. */
	bool primitives_given, experiments_given;
	bool is_quick;                        /* experiments run their quick heap sizes */
	char counters[SETTINGS_COUNTERS_MAX]; /* names as given; empty: all roles */
	bool primitives[WIRE_PRIMITIVES_MAX]; /* by catalogue index */
	bool experiments[WIRE_EXPERIMENTS_MAX];
	double precision; /* relative half width of the interval */
	uint64_t budget_ns;
	uint64_t replicates_max;
	uint64_t cell_ns; /* how long a cell takes rounds, once past the first */
	uint64_t seed;
	int caller_cpu;             /* -1: choose */
	uint64_t evict_bytes;       /* UINT64_MAX: measure it */
	uint64_t working_set_bytes; /* 0: by the L2 cache */
	char target[WIRE_PATH_MAX]; /* the program given; empty: none */
	char output[WIRE_PATH_MAX]; /* folder that takes run folders */
	const char *published;      /* points over figures: the file, "" for ours; NULL: none */
	bool dry_run, no_plots, no_table;
};

/* The options of `forkcost run`: those of the axes, then the others. */
const struct options *settings_options(void);

/* Takes what is given of them. Fails on the first that is wrong, naming it. */
enum outcome settings_parse(struct settings *settings, const struct given *given,
			    const struct wire_catalog *catalog, struct problem *problem);

#endif
