/* What the worker has from whoever started it, and fork would copy, count or obey: shed at the start,
 * before anything is built (METHODOLOGY, "State before the window"). */
#ifndef FORKCOST_SHED_H
#define FORKCOST_SHED_H

#include "harness/common/problem.h"
#include "harness/common/wire.h"

/* Closes every file but the first three and WIRE_FD, and gives a large table of them the least size;
 * sets signals, umask, core and stack limits, policy, niceness, timer slack and personality to what a
 * fresh login has, as far as that is permitted. Starts the program anew with `argv` if a setting counts
 * only from exec on. What is left says shed_describe(). */
enum outcome shed_inherited(char **argv, struct problem *problem);

/* How many files the worker has open; WIRE_UNKNOWN if /proc does not say. */
uint64_t shed_open_files(void);

/* What the worker has of those settings now, and of those that it may not change. */
void shed_describe(struct wire_start *start);

#endif
