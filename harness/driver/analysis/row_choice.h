/* Which of a run's rows a user asks for, by name: the same words for every command. */
#ifndef FORKCOST_ROW_CHOICE_H
#define FORKCOST_ROW_CHOICE_H

#include "harness/driver/analysis/summary.h"

struct row_choice {
	const char *experiment, *primitive, *action, *metric; /* NULL: all */
	bool with_heap;
	uint64_t heap_bytes; /* with_heap alone */
};

/* A/A controls are never taken. */
bool row_choice_takes(const struct row_choice *choice, const struct series *series);

/* Says that a run has no such rows, and what it has of the first thing asked for that it lacks. Always OUTCOME_FAILED. */
enum outcome row_choice_blame(const struct row_choice *choice, const struct summary *summary,
			      struct problem *problem);

#endif
