/* Percentiles of times taken in a sample. No libc: the times may lie in shared memory. */
#ifndef FORKCOST_RANK_H
#define FORKCOST_RANK_H

#include <stddef.h>
#include <stdint.h>

/* The least of `count` values that so many per mille are not above. Changes their order. count > 0. */
uint32_t rank_quantile(uint32_t *values, size_t count, unsigned per_mille);

/* The largest. Likewise. */
uint32_t rank_largest(uint32_t *values, size_t count);

#endif
