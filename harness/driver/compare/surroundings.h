/* What differs in the surroundings of two sides' runs, and may explain what differs in their times. */
#ifndef FORKCOST_SURROUNDINGS_H
#define FORKCOST_SURROUNDINGS_H

#include "harness/driver/compare/compare.h"

#define SURROUNDINGS_UNKNOWN "not recorded"

/* A list of {"key": "kernel.release", "a": ["6.1"], "b": ["6.18", "6.19"]} by falling weight: each value of
 * environment.json that is not the same in all runs, with the values that a side's runs have, each once; and what
 * should be known and is recorded nowhere. What differs from run to run by its nature, as the seed, is left out. NULL:
 * out of memory. */
json_t *surroundings_differences(const struct compare *compare);

#endif
