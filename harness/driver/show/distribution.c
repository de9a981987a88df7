#include "harness/driver/show/distribution.h"

#include "harness/driver/base/forms/gnuplot.h"

#include <math.h>

static double total_of(const uint32_t *counts)
{
	double total = 0;
	for (unsigned b = 0; b < HISTOGRAM_BUCKETS; b++)
		total += counts[b];
	return total;
}

/* A line of the distribution: ns, share below, share above. */
static void put_share(FILE *file, double bucket, double below, double total)
{
	gnuplot_put(file, "%.6g\t%.9g\t%.9g\n", exp2(bucket / HISTOGRAM_PER_OCTAVE), below / total,
		    (total - below) / total);
}

/* A block of a case: its name, then the distribution at the ends of each bucket that holds any. */
static void put_block(FILE *file, const struct series *series)
{
	double total = total_of(series->histogram), below = 0;
	gnuplot_text(file, series->case_name);
	gnuplot_put(file, "\n");
	for (unsigned b = 0; b < HISTOGRAM_BUCKETS; b++) {
		if (!series->histogram[b])
			continue;
		if (b == 0 || !series->histogram[b - 1]) /* level since the last */
			put_share(file, b, below, total);
		below += series->histogram[b];
		put_share(file, b + 1.0, below, total);
	}
	gnuplot_put(file, "\n\n");
}

void distribution_put(FILE *file, const struct summary *summary, const struct filter *filter)
{
	for (size_t i = 0; i < summary->row_count; i++) {
		const struct series *series = summary->rows[i].series;
		if (series->histogram && filter_matches(filter, series))
			put_block(file, series);
	}
}

double distribution_most(const struct summary *summary, const struct filter *filter)
{
	double most = 0;
	for (size_t i = 0; i < summary->row_count; i++) {
		const struct series *series = summary->rows[i].series;
		if (series->histogram && filter_matches(filter, series))
			most = fmax(most, total_of(series->histogram));
	}
	return most;
}
