/* Experiment tlb_shootdown: tlb-shootdown. */
#include "harness/driver/show/figures/figures.h"

#include "harness/common/units.h"

#include <math.h>
#include <string.h>

enum { TEXT_MAX = 700 };

/* The caller's threads lose time only where they run while it forks. */
static bool is_gap(const struct summary *summary, const struct series *series)
{
	(void)summary;
	return strcmp(series->metric, "gap_ns") == 0 || strcmp(series->metric, "gap_idle_ns") == 0;
}

static bool is_pass(const struct summary *summary, const struct series *series)
{
	(void)summary;
	return strcmp(series->metric, "thread_pass_ns") == 0 ||
	       strcmp(series->metric, "thread_warm_ns") == 0;
}

static enum outcome put_curves(const struct figures *figures, struct pick pick)
{
	struct curves curves[] = {
		{.file = "tlb-shootdown-call.dat", .pick = pick, .split = CURVE_BY_CASE},
		{.file = "tlb-shootdown-flush.dat", .pick = pick, .split = CURVE_BY_CASE},
		{.file = "tlb-shootdown-gap.dat", .pick = pick, .split = CURVE_BY_METRIC},
		{.file = "tlb-shootdown-pass.dat", .pick = pick, .split = CURVE_BY_METRIC},
	};
	enum { CALL, FLUSH, GAP, PASS, FILES };
	for (size_t i = 0; i < FILES; i++)
		curves[i].over = CURVE_OVER_THREADS;
	curves[CALL].pick.metric = "call_ns";
	curves[FLUSH].pick.metric = "flush_ns";
	curves[GAP].pick.case_name = curves[PASS].pick.case_name = "fork_running";
	curves[GAP].takes = is_gap;
	curves[PASS].takes = is_pass;
	return curves_write(figures, curves, FILES);
}

/* "+1.2 us" or "-300 ns". */
static const char *signed_ns(double ns, char text[UNITS_TEXT_MAX + 1])
{
	text[0] = ns < 0 ? '-' : '+';
	units_format_ns(fabs(ns), text + 1);
	return text;
}

/* "fork_running less fork_sleeping +1.2 us (+0.9 us to +1.5 us)". */
static void add_slope(char *text, size_t text_bytes, const struct slope *slope)
{
	char center[UNITS_TEXT_MAX + 1], low[UNITS_TEXT_MAX + 1], high[UNITS_TEXT_MAX + 1];
	size_t length = strlen(text);
	length += (size_t)snprintf(text + length, text_bytes - length, "%s%s%s%s ",
				   length ? "; " : "a running thread costs: ", slope->case_name,
				   slope->control ? " less " : "",
				   slope->control ? slope->control : "");
	if (length >= text_bytes)
		return;
	if (slope->replicates == 0)
		snprintf(text + length, text_bytes - length, "%s", slope->why);
	else if (!slope->per_thread.has_interval)
		snprintf(text + length, text_bytes - length, "%s (no interval: %zu replicates)",
			 signed_ns(slope->per_thread.center, center), slope->replicates);
	else
		snprintf(text + length, text_bytes - length, "%s (%s to %s)",
			 signed_ns(slope->per_thread.center, center),
			 signed_ns(slope->per_thread.low, low),
			 signed_ns(slope->per_thread.high, high));
}

enum outcome figures_tlb_shootdown(const struct figures *figures)
{
	const struct derived *derived = &figures->summary->derived;
	struct pick pick = {.experiment = "tlb_shootdown", .level[AXIS_THREADS] = PICK_ANY};
	char what[TEXT_MAX], heap[UNITS_TEXT_MAX], remark[TEXT_MAX] = "";
	pick_settle(figures->summary, &pick);
	bool any = pick_one_heap(figures->summary, &pick);
	if (put_curves(figures, pick))
		return OUTCOME_FAILED;
	for (size_t i = 0; any && i < derived->slope_count; i++)
		if (derived->slopes[i].heap_bytes == pick.heap_bytes)
			add_slope(remark, sizeof remark, &derived->slopes[i]);
	snprintf(what, sizeof what,
		 "threads of the caller running on other CPUs%s%s; medians, bands: 95 %% t "
		 "interval on "
		 "logs of replicate medians",
		 any ? "; heap " : "", any ? units_format_bytes(pick.heap_bytes, heap) : "");
	const struct caption caption = {
		.figure = "tlb-shootdown",
		.what = what,
		.pick = pick,
		.remark = remark,
	};
	return caption_write(figures, &caption);
}
