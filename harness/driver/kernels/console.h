/* What a machine sent over its console, taken out of the log of that console. */
#ifndef FORKCOST_CONSOLE_H
#define FORKCOST_CONSOLE_H

#include "harness/common/problem.h"

#include <stddef.h>
#include <stdio.h>

/* Reads the lines that harness/guest/framed.h tells of, whatever stands in front of them or between; of several boots the
 * last. `*bytes` is what was sent, at most SENT_BYTES_MAX, for sent_read(); the caller frees it. Fails on a line that is
 * missing, damaged or out of turn, naming it. */
enum outcome console_read(FILE *log, char **bytes, size_t *count, struct problem *problem);

#endif
