/* forkcost explain: what happens to a page when a process is started and both write, live, step by step. */
#ifndef FORKCOST_EXPLAIN_H
#define FORKCOST_EXPLAIN_H

#include "harness/common/problem.h"

#include <stdbool.h>

/* How it ended. */
enum explained {
	EXPLAINED_HELP,   /* asked for, and printed */
	EXPLAINED_HOLDS,  /* every statement that could be seen holds */
	EXPLAINED_FAILS,  /* one does not */
	EXPLAINED_USAGE,  /* the problem says what is wrong with the command */
	EXPLAINED_BROKEN, /* the problem says what could not be done */
	EXPLAINED_INTERRUPTED,
};

/* Reads the options of `forkcost explain`, plays its scenes and prints them on stdout. */
enum explained explain(int argc, char **argv, struct problem *problem);

#endif
