#include "harness/driver/profile/shares.h"

#include <math.h>

void shares_add(struct shares *shares, double window_ns, const unsigned in[ITEM_ALL_COUNT])
{
	double all = 0;
	for (int item = 0; item < ITEM_ALL_COUNT; item++) {
		shares->samples[item] += in[item];
		all += item < ITEM_COUNT ? in[item] : 0;
	}
	for (int item = 0; item < ITEM_COUNT; item++) {
		shares->squares[item] += (double)in[item] * in[item];
		shares->products[item] += all * in[item];
	}
	shares->square += all * all;
	shares->window_ns += window_ns;
	shares->windows++;
}

uint64_t shares_total(const struct shares *shares)
{
	uint64_t total = 0;
	for (int item = 0; item < ITEM_COUNT; item++)
		total += shares->samples[item];
	return total;
}

struct stats_interval shares_of(const struct shares *shares, enum item item)
{
	static const double Z = 1.959964;
	double n = (double)shares_total(shares), windows = (double)shares->windows;
	double p = n > 0 ? (double)shares->samples[item] / n : NAN;
	if (n < 2 || windows < 2)
		return (struct stats_interval){.center = p};
	double among =
		shares->squares[item] - 2 * p * shares->products[item] + p * p * shares->square;
	double variance = windows / (windows - 1) * fmax(among, 0) / (n * n);
	double single = p * (1 - p) / n;
	double worth = n / (single > 0 ? fmax(variance / single, 1) : 1);
	double middle = (p + Z * Z / (2 * worth)) / (1 + Z * Z / worth);
	double half =
		Z / (1 + Z * Z / worth) * sqrt(p * (1 - p) / worth + Z * Z / (4 * worth * worth));
	/* Rounding keeps neither end from being 0 or 1 where it is. */
	return (struct stats_interval){p, p > 0 ? fmax(middle - half, 0) : 0,
				       p < 1 ? fmin(middle + half, 1) : 1, .has_interval = true};
}
