#include "harness/driver/kernels/paths.h"

#include "harness/driver/base/fields.h"
#include "harness/driver/show/filter.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Both heaps' page tables are full, so that their share is in the slope. */
static const double pages_between = (PATHS_LARGE_HEAP - PATHS_SMALL_HEAP) / 4096.0;

#define SPAWN .experiment = "spawn"
#define FIRST_WRITE \
	.experiment = "first_write", .metric = "write_ns", .heap_bytes = PATHS_SMALL_HEAP

const struct path_kind path_kinds[PATHS_COUNT] = {
	{"fork_call", "fork", "the call of fork(), heap 0", SPAWN, .primitive = "fork",
	 .action = "exit", .metric = "call_ns"},
	{"fork_exit", "fork+exit", "fork(), exit and reaping, heap 0", SPAWN, .primitive = "fork",
	 .action = "exit", .metric = "reaped_ns"},
	{"page_call", "a page", "what a page of the heap adds to the call of fork()", SPAWN,
	 .primitive = "fork", .action = "exit", .metric = "call_ns", .is_slope = true},
	{"page_exit", "+exit", "what a page adds to fork(), exit and reaping", SPAWN,
	 .primitive = "fork", .action = "exit", .metric = "reaped_ns", .is_slope = true},
	{"page_copied", "copied", "a first write that copies the page, after fork()", FIRST_WRITE,
	 .case_name = "parent_copy"},
	{"page_taken_back", "taken back", "a first write once the child has gone", FIRST_WRITE,
	 .case_name = "reuse_child_exited"},
	{"vfork_exit", "vfork+exit", "vfork(), exit and reaping, heap 0", SPAWN,
	 .primitive = "vfork", .action = "exit", .metric = "reaped_ns"},
	{"posix_spawn_exec", "posix_spawn", "posix_spawn() of a program that exits, heap 0", SPAWN,
	 .primitive = "posix_spawn", .action = "exec", .metric = "reaped_ns"},
};

/* ---- one number ---- */

static struct path missing(const char *why)
{
	struct path path = {.least.center = NAN};
	snprintf(path.missing, sizeof path.missing, "%s", why);
	return path;
}

static struct path least_of(const struct series *series, double ns_per_tick)
{
	struct path path = {.missing = ""};
	double *least = calloc(series->block_count + 1, sizeof *least);
	size_t count = 0;
	if (!least)
		return missing("out of memory");
	for (size_t i = 0; i < series->block_count; i++) {
		const struct block *block = &series->blocks[i];
		double shortest = INFINITY;
		for (size_t v = 0; v < block->count; v++)
			shortest = fmin(shortest, block->values[v]);
		if (isfinite(shortest))
			least[count++] = shortest / ns_per_tick;
	}
	if (count)
		path.least = stats_interval(least, count);
	else
		path = missing("no samples");
	free(least);
	return path;
}

static struct path at_heap(const struct summary *summary, const struct path_kind *kind,
			   uint64_t heap_bytes, double ns_per_tick)
{
	const struct filter filter = {
		.experiment = kind->experiment,
		.metric = kind->metric,
		.primitive = kind->primitive,
		.action = kind->action,
		.case_name = kind->case_name,
		.heap_bytes = heap_bytes,
		.with_heap = true,
	};
	const struct row *row = filter_row(summary, &filter);
	if (row)
		return least_of(row->series, ns_per_tick);
	const char *failed = dataset_failure(summary->dataset, kind->experiment);
	row = filter_any_row(summary, &filter);
	return missing(row && *row->series->missing ? row->series->missing
		       : failed                     ? failed
						    : "not measured");
}

static double half_width(const struct stats_interval *interval)
{
	return (interval->high - interval->low) / 2;
}

/* A centre with an equal margin on both sides, if those that it comes from have one. */
static struct stats_interval with_margin(double center, double half, bool has_interval)
{
	return (struct stats_interval){.center = center,
				       .low = center - half,
				       .high = center + half,
				       .has_interval = has_interval};
}

static struct path slope_of(const struct path *small, const struct path *large)
{
	struct path path = {.missing = ""};
	if (*small->missing || *large->missing)
		return *small->missing ? *small : *large;
	path.least = with_margin((large->least.center - small->least.center) / pages_between,
				 hypot(half_width(&large->least), half_width(&small->least)) /
					 pages_between,
				 large->least.has_interval && small->least.has_interval);
	return path;
}

/* ---- all of them ---- */

static void copy_text(const json_t *object, const char *key, char *text, size_t bytes)
{
	if (!fields_reason(object, key, text, bytes))
		snprintf(text, bytes, "unknown");
}

enum outcome paths_take(struct paths *paths, const struct summary *summary, struct problem *problem)
{
	const json_t *environment = summary->dataset->environment;
	const json_t *clock = json_object_get(environment, "clock");
	const json_t *kernel = json_object_get(environment, "kernel");
	const struct path_kind empty = {.experiment = "null", .metric = "window_ns"};
	double ns_per_tick = NAN;
	char kind[64], why[WIRE_TEXT_MAX];
	copy_text(kernel, "release", paths->release, sizeof paths->release);
	copy_text(kernel, "version", paths->version, sizeof paths->version);
	copy_text(clock, "kind", kind, sizeof kind);
	copy_text(clock, "why", why, sizeof why);
	/* The kernel finds out a counter's speed itself, and so is off by some parts in a million. */
	if (strcmp(kind, "cpu counter") != 0 ||
	    !fields_number(json_object_get(clock, "ns_per_tick"), &ns_per_tick) ||
	    !(fabs(ns_per_tick - 1) < 0.01))
		return fail(problem,
			    "cannot count instructions in kernel %s: its clock is no counter of "
			    "them (%s); boot one that uses the TSC",
			    paths->release, why);
	paths->window = at_heap(summary, &empty, 0, ns_per_tick).least.center;
	for (size_t i = 0; i < PATHS_COUNT; i++) {
		const struct path_kind *counted = &path_kinds[i];
		if (counted->is_slope) {
			const struct path small = at_heap(summary, counted, PATHS_SMALL_HEAP,
							  ns_per_tick),
					  large = at_heap(summary, counted, PATHS_LARGE_HEAP,
							  ns_per_tick);
			paths->all[i] = slope_of(&small, &large);
		} else {
			paths->all[i] = at_heap(summary, counted, counted->heap_bytes, ns_per_tick);
		}
	}
	return OUTCOME_OK;
}

double paths_join(struct paths *paths, const struct paths *others)
{
	double apart = 0;
	for (size_t i = 0; i < PATHS_COUNT; i++) {
		struct path *path = &paths->all[i];
		const struct path *other = &others->all[i];
		if (*path->missing)
			continue;
		if (*other->missing) {
			*path = *other;
			continue;
		}
		apart = fmax(apart, fabs(other->least.center / path->least.center - 1));
		path->least.low = fmin(path->least.low, other->least.low);
		path->least.high = fmax(path->least.high, other->least.high);
		path->least.has_interval = path->least.has_interval && other->least.has_interval;
	}
	return apart;
}

struct stats_interval paths_change(const struct path *path, const struct path *first)
{
	const struct stats_interval *one = &path->least, *other = &first->least;
	if (*path->missing || *first->missing || !(other->center > 0))
		return (struct stats_interval){.center = NAN};
	const double ratio = one->center / other->center;
	return with_margin(
		ratio - 1,
		ratio * hypot(half_width(one) / one->center, half_width(other) / other->center),
		one->has_interval && other->has_interval);
}
