/* Samples of windows, by item, and what share of the time each item has. */
#ifndef FORKCOST_SHARES_H
#define FORKCOST_SHARES_H

#include "harness/driver/base/stats.h"
#include "harness/driver/profile/items.h"

#include <stdint.h>

/* Sums over windows. Begins as all zero. */
struct shares {
	uint64_t windows;
	double window_ns;                 /* how long they were open, together */
	uint64_t samples[ITEM_ALL_COUNT]; /* in them */
	/* Of the samples in a window that belong to an item, n, and to one of them, x: sums of n n, x x and x n. */
	double square, squares[ITEM_COUNT], products[ITEM_COUNT];
};

/* Adds a window of this length, with its samples. */
void shares_add(struct shares *shares, double window_ns, const unsigned in[ITEM_ALL_COUNT]);

/* Samples that belong to an item. */
uint64_t shares_total(const struct shares *shares);

/* An item's share of them, and its 95 % interval: Wilson's (1927) of a proportion, of as many samples as are worth as
 * much as these. Samples of one window are not drawn independently, so windows are what is drawn: the variance of a
 * ratio over clusters (Cochran 1977, "Sampling Techniques", 6.6) over that of as many single samples is how many are
 * worth one (Kish's design effect), never below 1. Without an interval if there are fewer than two samples or windows. */
struct stats_interval shares_of(const struct shares *shares, enum item item);

#endif
