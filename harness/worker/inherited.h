/* What the worker inherited from the process that started it, and what fork would copy, count or
 * obey: reset at the start, before anything is built (METHODOLOGY, "State before the window"). */
#ifndef FORKCOST_INHERITED_H
#define FORKCOST_INHERITED_H

#include "harness/common/wire.h"

/* Closes every file but the first three and WIRE_FD, and reduces a large file table to the least
 * size. Sets signals, umask, core and stack limits, policy, niceness, timer slack and personality
 * to those of a fresh login, as far as permitted. Starts the program again with `argv` if a setting
 * takes effect only at exec. inherited_describe() says what is left. */
enum outcome inherited_reset(char **argv, struct problem *problem);

/* The number of files that the worker has open; WIRE_UNKNOWN if /proc does not say. */
uint64_t inherited_open_files(void);

/* The current values of those settings, and of those that the worker must not change. */
void inherited_describe(struct wire_start *start);

#endif
