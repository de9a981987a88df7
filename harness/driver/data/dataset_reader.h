/* What the reader's parts share; for them alone. */
#ifndef FORKCOST_DATASET_READER_H
#define FORKCOST_DATASET_READER_H

#include "harness/driver/base/fields.h"
#include "harness/driver/data/dataset.h"
#include "harness/driver/data/samples.h"

struct reader {
	struct dataset *dataset;
	struct samples *samples;
	bool seen_cell;
	bool is_old;   /* format 2: names are replaced (old_names.h) */
	uint64_t seed; /* of the last cell line: a replicate has one of its own */
	struct worker_facts worker_facts; /* of the last cell line */
	struct problem *problem;
	/* The run line's entries by their names; borrowed by their values. */
	json_t *experiments, *counters;
};

/* Fills in the problem with the line's number; always OUTCOME_FAILED. */
enum outcome dataset_malformed(const struct reader *reader, const char *what);

#define COPY(object, key, field) fields_text(object, key, field, sizeof(field))
#define COPY_REASON(object, key, field) fields_reason(object, key, field, sizeof(field))

/* Room for one more element; doubles the array. NULL: out of memory, and the array is as it was. */
void *dataset_grow(void *array, size_t count, size_t *capacity, size_t element_bytes);

/* Room for the columns of so many samples, which the dataset frees; NULL: out of memory. */
struct columns *dataset_columns(struct dataset *dataset, size_t count, bool with_windows,
				bool with_witnesses);

/* Finds the series of `key`, or adds it; NULL: out of memory. */
struct series *dataset_series(struct dataset *dataset, const struct series *key);

/* Adds what an arm of a cell line yielded, as it is `described` there; `levels` are the cell's. */
enum outcome dataset_read_arm(struct reader *reader, const json_t *line, const json_t *described,
			      const struct series *levels, uint64_t replicate);

#endif
