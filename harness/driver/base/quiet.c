#include "harness/driver/base/quiet.h"

#include "harness/driver/base/stats.h"

#include <gsl/gsl_math.h>
#include <math.h>
#include <stdlib.h>

/* Between them a quiet level ends. It is 1 to 2 % wide at the least; a busy sibling thread makes the wide loop 1.3 to 2.4
 * times as long, one that waits for memory some 5 % longer. */
static const double WIDTH_MIN = 1.04, WIDTH_MAX = 1.12;
static const double OFF_CPU_NS = 20000;

/* So far beyond the end of the level nothing belongs to it, whatever a sample did to the caches. */
static const double CROWDED = 1.1;

/* Longer than a neighbour's episodes; and so many windows that a slow drift is small from one to the next. */
static const double WINDOW_S = 10, WINDOWS_WANTED = 16;
enum { WINDOW_SAMPLES_MIN = 100, SAMPLES_MIN = 3, NEAR_SAMPLES = 8 };

/* Shorter than a neighbour's episodes. */
static const double NEAR_S = 0.05;

/* What was seen in a stretch of the run. */
struct window {
	size_t from, to;
	double middle, contention_max; /* NAN: no level was found */
};

static int by_time(const void *a, const void *b)
{
	double left = ((const struct quiet_seen *)a)->at_s,
	       right = ((const struct quiet_seen *)b)->at_s;
	return (left > right) - (left < right);
}

/* Cuts the run into windows; what is left at its end goes to the last. Returns how many. */
static size_t cut(const struct quiet_seen *seen, size_t count,
		  struct window windows[QUIET_WINDOWS_MAX])
{
	double whole_s = seen[count - 1].at_s - seen[0].at_s;
	double length_s =
		fmax(fmin(WINDOW_S, whole_s / WINDOWS_WANTED), whole_s / (QUIET_WINDOWS_MAX - 1));
	size_t n = 0, from = 0;
	for (size_t i = 1; i < count && n + 1 < QUIET_WINDOWS_MAX; i++)
		if (i - from >= WINDOW_SAMPLES_MIN && count - i >= WINDOW_SAMPLES_MIN &&
		    seen[i].at_s - seen[from].at_s >= length_s) {
			windows[n++] = (struct window){.from = from, .to = i};
			from = i;
		}
	windows[n++] = (struct window){.from = from, .to = count};
	return n;
}

/* How far above the middle the level goes: to where hardly any values lie, else to where the fewest do. A sample that
 * displaced the caches makes the loops a few percent longer, so that the level has a shoulder; what is disturbed begins
 * behind a gap. `step`: the clock is so coarse that most of the level is one value; the larger of two readings is often
 * the next value up, with a gap between. */
static double width(const double *values, size_t count, double middle, bool step)
{
	enum { PLACES = 9 }; /* a percent apart, from the one width to the other */
	size_t least = count;
	double best = WIDTH_MAX;
	for (int at = 0; !step && at < PLACES; at++) {
		const double place = WIDTH_MIN + 0.01 * at;
		size_t seen = 0;
		for (size_t i = 0; i < count; i++)
			seen += values[i] > middle * (place - 0.01) &&
				values[i] < middle * (place + 0.01);
		if (seen <= least)
			best = place;
		least = seen < least ? seen : least;
		if (seen * 100 <= count)
			break;
	}
	return best;
}

/* The level of these values: its mode, which is smoothed, then its middle. */
static void find_level(const double *values, size_t count, double *scratch, struct window *window)
{
	double modes[STATS_MODES_MAX];
	size_t near = 0, equal = 0;
	window->middle = window->contention_max = NAN;
	if (!stats_modes(values, count, modes)) {
		/* Of a clock so coarse that nearly all are alike there is no mode. */
		modes[0] = stats_quantile(values, count, 0.02);
		if (!(modes[0] > 0 && modes[0] >= stats_quantile(values, count, 0.98)))
			return;
	}
	for (size_t i = 0; i < count; i++)
		if (values[i] > modes[0] / WIDTH_MIN && values[i] < modes[0] * WIDTH_MIN)
			scratch[near++] = values[i];
	window->middle = near ? stats_median(scratch, near) : modes[0];
	for (size_t i = 0; i < count; i++)
		equal += fabs(values[i] - window->middle) < window->middle / 1000;
	window->contention_max =
		window->middle * width(values, count, window->middle, 2 * equal > near);
}

/* From the lowest on, in one direction: who lies too far above the one before takes its level. */
static void follow(struct window *windows, size_t lowest, size_t end, int step)
{
	for (size_t i = lowest; i != end; i += (size_t)step) {
		struct window *next = &windows[i + (size_t)step];
		if (next->middle <= windows[i].contention_max)
			continue;
		next->middle = windows[i].middle;
		next->contention_max = windows[i].contention_max;
	}
}

bool quiet_find(struct quiet_levels *levels, struct quiet_seen *seen, size_t count)
{
	struct window windows[QUIET_WINDOWS_MAX], all;
	levels->count = 0;
	levels->seen = seen;
	levels->seen_count = count;
	if (count < STATS_MODES_SAMPLES_MIN)
		return true;
	double *values = malloc(2 * count * sizeof *values);
	if (!values)
		return false;
	double *scratch = values + count;
	qsort(seen, count, sizeof *seen, by_time);
	for (size_t i = 0; i < count; i++)
		values[i] = seen[i].contention;
	find_level(values, count, scratch, &all);
	size_t n = cut(seen, count, windows), lowest = 0, highest = 0;
	for (size_t w = 0; w < n; w++) {
		find_level(&values[windows[w].from], windows[w].to - windows[w].from, scratch,
			   &windows[w]);
		if (!isnan(windows[w].middle) && !(windows[lowest].middle <= windows[w].middle))
			lowest = w;
	}
	free(values);
	if (isnan(windows[lowest].middle))
		return true;
	follow(windows, lowest, n - 1, 1);
	follow(windows, lowest, 0, -1);
	for (size_t w = 0; w < n; w++)
		if (windows[w].middle > windows[highest].middle)
			highest = w;
	if (windows[highest].middle <= windows[lowest].contention_max) {
		/* A mode of all is the better known, but may be that of the disturbed. */
		windows[0] = all.middle <= windows[lowest].contention_max ? all : windows[lowest];
		n = 1;
	}
	for (size_t w = 0; w < n; w++)
		levels->level[w] = (struct quiet_level){
			w + 1 < n ? seen[windows[w].to].at_s : INFINITY, windows[w].contention_max};
	levels->count = n;
	return true;
}

static bool is_over(const struct quiet_levels *levels, double at_s, double contention)
{
	size_t from = 0, to = levels->count - 1;
	while (from < to) {
		size_t middle = (from + to) / 2;
		if (at_s < levels->level[middle].until_s)
			to = middle;
		else
			from = middle + 1;
	}
	return contention > levels->level[from].contention_max;
}

bool quiet_is_alone(const struct quiet_levels *levels, double at_s, double contention)
{
	if (!levels->count)
		return true;
	if (is_over(levels, at_s, contention))
		return false;
	size_t from = 0, to = levels->seen_count, near = 0, over = 0;
	while (from < to) {
		size_t middle = (from + to) / 2;
		if (levels->seen[middle].at_s < at_s)
			from = middle + 1;
		else
			to = middle;
	}
	/* `from` is the sample itself, or the first behind it. */
	to = GSL_MIN(from + NEAR_SAMPLES + 1, levels->seen_count);
	from = from > NEAR_SAMPLES ? from - NEAR_SAMPLES : 0;
	for (size_t i = from; i < to; i++) {
		const struct quiet_seen *seen = &levels->seen[i];
		if (fabs(seen->at_s - at_s) > NEAR_S)
			continue;
		near++;
		over += is_over(levels, seen->at_s, seen->contention);
	}
	return 4 * over <= near;
}

bool quiet_is_crowded(const struct quiet_levels *levels, double at_s, double contention)
{
	return levels->count && is_over(levels, at_s, contention / CROWDED);
}

double quiet_off_cpu_max_ns(const double *off_cpu_ns, size_t count, double typical_ns)
{
	return count ? stats_quantile(off_cpu_ns, count, 0.25) + fmax(OFF_CPU_NS, typical_ns / 100)
		     : (double)NAN;
}

bool quiet_takes_part(size_t undisturbed, size_t all)
{
	return undisturbed >= SAMPLES_MIN || 2 * undisturbed >= all;
}
