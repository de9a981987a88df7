/* forkcost explain: what happens to a page when a process is started and both write, live, step by step. */
#ifndef FORKCOST_EXPLAIN_H
#define FORKCOST_EXPLAIN_H

#include "harness/common/axes.h"
#include "harness/common/problem.h"
#include "harness/common/walk.h"

#include <stdbool.h>
#include <stdint.h>

enum { EXPLAIN_PAGES_MAX = 1 << 18 };

/* What is asked for. */
struct explain_options {
	const char *primitive; /* NULL: fork, then vfork */
	uint64_t pages;        /* 1 to EXPLAIN_PAGES_MAX, whole large ones */
	enum walk_who first;
	bool first_given;
	enum page_kind page_kind;
	bool json, no_pause;
};

/* How it ended. */
enum explained {
	EXPLAINED_HOLDS,  /* every statement that could be seen holds */
	EXPLAINED_FAILS,  /* one does not */
	EXPLAINED_USAGE,  /* the problem says what is wrong with the command */
	EXPLAINED_BROKEN, /* the problem says what could not be done */
	EXPLAINED_INTERRUPTED,
};

/* Plays the scenes and prints them on stdout. */
enum explained explain(const struct explain_options *options, struct problem *problem);

#endif
