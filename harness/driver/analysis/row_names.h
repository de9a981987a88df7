/* The names and levels of a run's rows as numbers, in one table: to find rows by them takes a comparison of numbers each,
 * and not twenty of text that lies far apart. */
#ifndef FORKCOST_ROW_NAMES_H
#define FORKCOST_ROW_NAMES_H

#include "harness/driver/data/dataset.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A row of the table. Behind these stand the levels, by their axes. */
enum row_name {
	ROW_EXPERIMENT,
	ROW_METRIC,
	ROW_PRIMITIVE,
	ROW_ACTION,
	ROW_CASE,
	ROW_LEVELS,
	ROW_NAMES = ROW_LEVELS + AXIS_COUNT
};

struct row_names {
	uint32_t (*of_rows)[ROW_NAMES]; /* as many as there are series; NULL: not made */
	uint32_t empty;                 /* the number of "" */
	uint32_t plain[AXIS_COUNT];     /* of the axes' plain levels */
	json_t *numbers;                /* private: by name */
};

/* False: no memory. */
bool row_names_make(struct row_names *names, const struct dataset *dataset);

/* A name's number, from 1; 0: no row has it. */
uint32_t row_names_number(const struct row_names *names, const char *name);

void row_names_free(struct row_names *names);

#endif
