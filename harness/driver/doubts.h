/* Counts that cannot be true: what a counter's samples say, held against the CPU's frequency, the pages
 * there were, and the other modes of the same event. */
#ifndef FORKCOST_DOUBTS_H
#define FORKCOST_DOUBTS_H

#include "harness/driver/dataset.h"

#include <stdbool.h>
#include <stddef.h>

/* Whether some sample of this counter's series cannot be true; `why` then says which in words that begin
 * with "refused: ". False for series that are no counters. */
bool doubts_refuse(const struct dataset *dataset, const struct series *series, char *why,
		   size_t why_bytes);

#endif
