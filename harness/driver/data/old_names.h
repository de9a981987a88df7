/* Names that runs of format 2 have and format 3 has changed, so that old runs are read as new ones. */
#ifndef FORKCOST_OLD_NAMES_H
#define FORKCOST_OLD_NAMES_H

#include "harness/common/problem.h"

#include <jansson.h>

enum { OLD_NAMES_FORMAT = 2 };

/* Replaces every old name in a line of samples.jsonl, whether it is a key or a value, by today's. Lists of numbers are
 * skipped. Fails only if there is no memory. */
enum outcome old_names_replace(json_t *line, struct problem *problem);

#endif
