/* Counts that cannot be true: what a counter's samples say, held against the CPU's frequency, the pages
 * there were, and the other modes of the same event. */
#ifndef FORKCOST_COUNT_CHECK_H
#define FORKCOST_COUNT_CHECK_H

#include "harness/common/plausible.h"
#include "harness/driver/data/dataset.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Whether some sample of this counter's series cannot be true; `why` then says which in words that begin
 * with "refused: ". False for series that are no counters. */
bool count_check_refuses(const struct dataset *dataset, const struct series *series, char *why,
			 size_t why_bytes);

/* What is known of a metric by its name, with or without mode and `_with_child`: cycles and walk
 * cycles by plausible_cycles; of instructions and walks so many a cycle as no CPU does (16 and 4); of
 * page faults and tracepoint hits one every 10 ns. Of any other metric nothing is known: true. */
bool count_check_is_plausible(const char *metric, uint64_t count, double window_ns, double max_hz,
			      unsigned cpus, char why[PLAUSIBLE_TEXT_MAX]);

#endif
