/* What the reader's parts share; for them alone. */
#ifndef FORKCOST_DATASET_READER_H
#define FORKCOST_DATASET_READER_H

#include "harness/driver/base/fields.h"
#include "harness/driver/data/dataset.h"
#include "harness/driver/data/numbers.h"
#include "harness/driver/data/samples.h"

struct reader {
	struct dataset *dataset;
	struct samples *samples;
	bool seen_cell;
	bool is_old;      /* format 2: names are replaced (old_names.h) */
	uint64_t seed;    /* of the last cell line: a replicate has one of its own */
	bool is_headline; /* of the last cell line */
	struct worker_facts worker_facts; /* of the last cell line */
	struct problem *problem;
	struct numbers numbers; /* of a cell line */
	/* The run line's entries by their names; borrowed by their values. */
	json_t *experiments, *counters;
};

/* Fills in the problem with the line's number; always OUTCOME_FAILED. */
static inline enum outcome dataset_malformed(const struct reader *reader, const char *what)
{
	return samples_malformed(reader->samples, what, reader->problem);
}

#define COPY(object, key, field) fields_text(object, key, field, sizeof(field))
#define COPY_REASON(object, key, field) fields_reason(object, key, field, sizeof(field))

#endif
