/* forkcost compare for programs: every row. */
#ifndef FORKCOST_COMPARE_DATA_H
#define FORKCOST_COMPARE_DATA_H

#include "harness/driver/compare/compare.h"

#include <stdio.h>

/* As RESULTS-FORMAT has it. */
void compare_put_csv(const struct compare *compare, FILE *file);

/* `differences`: of surroundings_differences(). */
enum outcome compare_put_json(const struct compare *compare, json_t *differences, FILE *file,
			      struct problem *problem);

#endif
