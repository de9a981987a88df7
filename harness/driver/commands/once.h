/* `forkcost once`: becomes the worker, starts N children and nothing else; for hyperfine. */
#ifndef FORKCOST_ONCE_H
#define FORKCOST_ONCE_H

#include "harness/common/problem.h"
#include "harness/common/wire.h"

#include <stdbool.h>

/* Reads the options into a request that is all zero. Fails on the first that is wrong, naming it. */
enum outcome once_parse(struct wire_request *request, int argc, char **argv, bool *help,
			struct problem *problem);

/* Returns only on failure, or with *help set. Does not ask the worker for its catalogue, which
 * would add a process to what is timed: the worker itself refuses unknown names. */
enum outcome once_become_worker(int argc, char **argv, bool *help, struct problem *problem);

void once_print_help(void);

#endif
