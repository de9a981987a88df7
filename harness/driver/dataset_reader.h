/* What the reader's parts share; for them alone. */
#ifndef FORKCOST_DATASET_READER_H
#define FORKCOST_DATASET_READER_H

#include "harness/driver/dataset.h"

/* Where in the file we are, for messages. */
struct reader {
	struct dataset *dataset;
	const char *folder;
	size_t line;
	json_int_t seed;        /* of the last cell line: a replicate has one of its own */
	struct witness witness; /* of the last cell line */
	struct problem *problem;
};

/* Fills in the problem with the line's number; always OUTCOME_FAILED. */
enum outcome dataset_malformed(const struct reader *reader, const char *what);

/* Copies a text of an object; false if there is none or it is too long. */
bool dataset_copy_text(const json_t *object, const char *key, char *text, size_t text_bytes);

#define COPY(object, key, field) dataset_copy_text(object, key, field, sizeof(field))

/* Room for one more element; doubles the array. NULL: out of memory, and the array is as it was. */
void *dataset_grow(void *array, size_t count, size_t *capacity, size_t element_bytes);

/* Finds the series of `key`, or adds it; NULL: out of memory. */
struct series *dataset_series(struct dataset *dataset, const struct series *key);

/* Adds what an arm of a cell line yielded; `levels` are the cell's. */
enum outcome dataset_read_arm(struct reader *reader, const json_t *line, const json_t *arm,
			      const struct series *levels);

#endif
