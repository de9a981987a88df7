/* The sentences of forkcost explain: what a step is, what it means, and what it costs. */
#ifndef FORKCOST_WORDS_H
#define FORKCOST_WORDS_H

#include "harness/driver/explain/step.h"

enum { WORDS_MAX = 512 };

/* "the child writes each page" */
const char *words_title(const struct step_result *result, char text[WORDS_MAX]);

/* A sentence or three on what the step shows. */
const char *words_meaning(const struct step_result *result, char text[WORDS_MAX]);

/* What the cost is of: "a page", "in the call". */
const char *words_cost_unit(const struct step_result *result);

/* "2.13 us per page (median of 21 rehearsals, 2.02 us to 2.60 us)", or why there is none. */
const char *words_cost(const struct step_result *result, char text[WORDS_MAX]);

/* "fork, the child execs" */
const char *words_scene(const struct scene *scene, char text[WORDS_MAX]);

#endif
