/* What a run did not get to before its budget ended or it was interrupted, read back from its `end` line. */
#ifndef FORKCOST_SHORTFALL_H
#define FORKCOST_SHORTFALL_H

#include "harness/driver/base/notes.h"
#include "harness/driver/data/dataset.h"

/* Sentences on all of it: what was not reached or has fewer replicates than an interval takes, a sentence
 * an experiment, and by how much the budget is short. None if nothing is missing. */
void shortfall_describe(const struct dataset *dataset, struct notes *notes);

/* The same of one experiment in one sentence, without the budget; empty if nothing is missing. Returns
 * `text`. */
const char *shortfall_of(const struct dataset *dataset, const char *experiment,
			 char text[NOTE_BYTES]);

/* Whether something of the experiment at a heap of `heap_bytes` or more was not reached, or has too few
 * replicates. Of a run that was cut off, whether it was to do that at all. */
bool shortfall_holds(const struct dataset *dataset, const char *experiment, uint64_t heap_bytes);

/* "the budget did not reach it; raise --budget", or what else ended the run. */
const char *shortfall_reason(const struct dataset *dataset);

/* What the table ends with: for which experiments options hold, what was left out of the plan, and the
 * sentences above. Empty of a run that has neither. */
void shortfall_print_foot(const struct dataset *dataset);

#endif
