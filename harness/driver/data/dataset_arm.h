/* An arm of a cell line of samples.jsonl. */
#ifndef FORKCOST_DATASET_ARM_H
#define FORKCOST_DATASET_ARM_H

#include "harness/driver/data/dataset_reader.h"

/* Adds what an arm of a cell line yielded, as it is `described` there; `levels` are the cell's. */
enum outcome dataset_read_arm(struct reader *reader, const json_t *line, const json_t *described,
			      const struct series *levels, uint64_t replicate);

#endif
