/* The A/A control is the same work as its arm, in the same replicates: its samples are the arm's as well. */
#ifndef FORKCOST_POOLING_H
#define FORKCOST_POOLING_H

#include "harness/common/problem.h"
#include "harness/driver/data/dataset.h"

/* Appends an A/A control's samples to those of its arm, in each replicate that both have. The control's own series
 * stays as it is. */
enum outcome pooling_make(struct dataset *dataset, struct problem *problem);

#endif
