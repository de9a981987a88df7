/* `forkcost samples`. */
#ifndef FORKCOST_COMMANDS_SAMPLES_H
#define FORKCOST_COMMANDS_SAMPLES_H

#include "harness/common/problem.h"

/* Prints the lines of a run's samples, whether they are compressed or not, to standard output. A warning, as
 * dataset_read() has it, goes to standard error. */
enum outcome samples_print(const char *folder, struct problem *problem);

#endif
