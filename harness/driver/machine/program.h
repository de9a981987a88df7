/* The programs that exec arms start: where they are, and whether this machine can start them. */
#ifndef FORKCOST_PROGRAM_H
#define FORKCOST_PROGRAM_H

#include "harness/common/axes.h"
#include "harness/common/problem.h"

#include <stddef.h>

/* The path of a program; of PROGRAM_GIVEN `path` is it already. */
enum outcome program_locate(enum program program, char *path, size_t path_bytes,
			    struct problem *problem);

/* The path of a program that the user names, as a shell finds it: as it stands if there is a slash in it, else in
 * PATH. Fails where there is none that can be executed. */
enum outcome program_find(const char *name, char *path, size_t path_bytes, struct problem *problem);

/* Starts it once as a worker will: without arguments and environment, input and output in /dev/null. Returns its exit
 * status. Fails if it cannot be executed, does not end by itself within ten seconds, or ends with a status that says
 * nothing (WIRE_STATUS_NO_EXEC). */
enum outcome program_try(const char *path, int *status, struct problem *problem);

#endif
