/* What forkcost explain is asked to show. */
#ifndef FORKCOST_EXPLAIN_OPTIONS_H
#define FORKCOST_EXPLAIN_OPTIONS_H

#include "harness/common/axes.h"
#include "harness/common/problem.h"
#include "harness/common/walk.h"

#include <stdbool.h>
#include <stdint.h>

enum { EXPLAIN_PAGES_MAX = 1 << 18 };

struct explain_options {
	const char *primitive; /* NULL: fork, then vfork */
	uint64_t pages;        /* 1 to EXPLAIN_PAGES_MAX, whole large ones */
	enum walk_who first;
	enum page_kind page_kind;
	bool json, no_pause;
};

/* Reads the options of `forkcost explain`. Fails on the first that is wrong, naming it. */
enum outcome explain_parse(struct explain_options *options, int argc, char **argv, bool *help,
			   struct problem *problem);

void explain_print_help(void);

#endif
