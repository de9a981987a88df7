/* Measures: an empty window: two readings of the clock with nothing in between.
 * Excludes: everything else.
 * Expect:   17 to 20 ns on x86-64. Every other window includes this. */
#include "harness/worker/bench.h"

enum { WINDOW_NS };

static const struct metric metrics[] = {
	[WINDOW_NS] = {"window_ns", "ns", "two clock readings with nothing between them"},
	{0},
};

static enum outcome sample(struct run *run, const struct arm *arm, struct wire_sample *out)
{
	(void)run;
	(void)arm;
	uint64_t from = clock_ticks();
	uint64_t to = clock_ticks_after();
	sample_set(out, WINDOW_NS, clock_ns(from, to));
	return OUTCOME_OK;
}

EXPERIMENT(null, .summary = "an empty window: what the clock itself costs", .metrics = metrics,
	   .in_every_plan = true, .ignores_heap = true, .sample = sample);
