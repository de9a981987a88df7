#include "harness/driver/advise/at_heap.h"

#include <math.h>

enum { HEAPS_MAX = 64 };

static const struct row *row_at(const struct summary *summary, const struct filter *filter,
				uint64_t heap_bytes)
{
	struct filter one = *filter;
	one.with_heap = true;
	one.heap_bytes = heap_bytes;
	const struct row *row = filter_row(summary, &one);
	return row && row->interval.has_interval ? row : NULL;
}

static double half_of(const struct stats_interval *interval)
{
	return (interval->high - interval->low) / 2;
}

/* At `share` of the way from one to the other; above 1 beyond it. The errors of both are independent. */
static struct stats_interval on_line(const struct stats_interval *from,
				     const struct stats_interval *to, double share)
{
	double center = from->center + share * (to->center - from->center);
	double half = hypot((1 - share) * half_of(from), share * half_of(to));
	return (struct stats_interval){center, center - half, center + half, .has_interval = true};
}

static struct at_heap none(const char *why)
{
	return (struct at_heap){.why = why};
}

struct at_heap at_heap(const struct summary *summary, const struct filter *filter,
		       uint64_t heap_bytes)
{
	uint64_t heaps[HEAPS_MAX];
	const struct row *rows[HEAPS_MAX];
	size_t all = filter_heaps(summary, filter, heaps, HEAPS_MAX), count = 0, next = 0;
	for (size_t i = 0; i < all; i++) {
		rows[count] = row_at(summary, filter, heaps[i]);
		heaps[count] = heaps[i];
		count += rows[count] != NULL;
	}
	if (!count)
		return none("not part of this run, or fewer than 5 replicates");
	while (next < count && heaps[next] < heap_bytes)
		next++;
	if (next < count && heaps[next] == heap_bytes)
		return (struct at_heap){AT_MEASURED, rows[next]->interval, heap_bytes,
					heap_bytes,  rows[next],           NULL};
	if (next == 0)
		return none("this run has only larger heaps");
	if (next == count && (count < 2 || heap_bytes / AT_BEYOND_TIMES > heaps[count - 1]))
		return none("this run has only heaps that are far smaller");
	const bool beyond = next == count;
	const size_t to = beyond ? count - 1 : next, from = to - 1;
	double share = ((double)heap_bytes - (double)heaps[from]) /
		       ((double)heaps[to] - (double)heaps[from]);
	return (struct at_heap){
		.how = beyond ? AT_BEYOND : AT_BETWEEN,
		.time = on_line(&rows[from]->interval, &rows[to]->interval, share),
		.from_bytes = heaps[from],
		.to_bytes = heaps[to],
		.row = rows[share < 0.5 ? from : to],
	};
}
