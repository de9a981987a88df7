/* A logarithmic histogram of times: 64 buckets per octave, each 1.1 % wide, from 1 ns up.
 * Percentiles from it are wrong by at most half a bucket. The worker fills it, the driver reads it. */
#ifndef FORKCOST_HISTOGRAM_H
#define FORKCOST_HISTOGRAM_H

#include <math.h>
#include <stdint.h>

enum {
	HISTOGRAM_PER_OCTAVE = 64,
	HISTOGRAM_OCTAVES = 32, /* up to 4.3 s; longer times go into the last bucket */
	HISTOGRAM_BUCKETS = HISTOGRAM_PER_OCTAVE * HISTOGRAM_OCTAVES,
};

/* The bucket of a time; all times below 1 ns share the first. */
static inline unsigned histogram_bucket(double ns)
{
	if (!(ns > 1))
		return 0;
	double at = log2(ns) * HISTOGRAM_PER_OCTAVE;
	return at < HISTOGRAM_BUCKETS - 1 ? (unsigned)at : HISTOGRAM_BUCKETS - 1;
}

/* The middle of a bucket, in ns. */
static inline double histogram_ns(unsigned bucket)
{
	return exp2((bucket + 0.5) / HISTOGRAM_PER_OCTAVE);
}

/* The time below which a `share` (0 to 1) of the counts is; NAN if there are none. */
static inline double histogram_quantile(const uint32_t *counts, double share)
{
	uint64_t total = 0, seen = 0;
	for (unsigned b = 0; b < HISTOGRAM_BUCKETS; b++)
		total += counts[b];
	for (unsigned b = 0; b < HISTOGRAM_BUCKETS; b++) {
		seen += counts[b];
		if (seen && (double)seen >= share * (double)total)
			return histogram_ns(b);
	}
	return NAN;
}

#endif
