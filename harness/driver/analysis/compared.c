#include "harness/driver/analysis/compared.h"

#include "harness/driver/analysis/differences.h"

/* In how many replicates all have samples. */
static size_t shared(const struct series *const *series, size_t count)
{
	size_t first = 0, n = 0;
	while (first < count && !series[first])
		first++;
	for (size_t b = 0; first < count && b < series[first]->block_count; b++) {
		const uint64_t replicate = series[first]->blocks[b].replicate;
		bool in_all = true;
		for (size_t i = first + 1; in_all && i < count; i++)
			in_all = !series[i] || series_block(series[i], replicate);
		n += in_all;
	}
	return n;
}

static void fill(const struct row *const *rows, size_t count, bool all, const struct series **taken)
{
	for (size_t i = 0; i < count; i++)
		taken[i] = !rows[i] ? NULL : all ? rows[i]->series : &rows[i]->undisturbed.series;
}

void compared_take(const struct row *const *rows, size_t count, const struct series **taken)
{
	bool all = false;
	for (size_t i = 0; i < count; i++)
		all = all || (rows[i] && rows[i]->undisturbed.all_count);
	fill(rows, count, true, taken);
	const size_t most = shared(taken, count);
	fill(rows, count, all, taken);
	const size_t left = shared(taken, count);
	if (left < STATS_INTERVAL_VALUES_MIN && left < most)
		fill(rows, count, true, taken);
}

size_t compared_differences(const struct row *one, const struct row *other,
			    double values[DATASET_REPLICATES_MAX])
{
	const struct row *const rows[] = {one, other};
	const struct series *taken[2];
	compared_take(rows, 2, taken);
	return differences_each(taken[0], taken[1], differences_minus, values);
}
