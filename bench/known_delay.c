/* Measures: a busy wait whose length another clock sets: the suite's clock against
 *           CLOCK_MONOTONIC_RAW.
 * Excludes: the wait for the first tick.
 * Expect:   1, 10 and 100 us, plus at most one reading of that clock; linear. */
#include "harness/worker/bench.h"

enum { DELAY_NS };

static const struct metric metrics[] = {
	[DELAY_NS] = {"delay_ns", "ns", "a wait of known length, by the suite's clock"},
	{0},
};

static const char *const cases[] = {"1us", "10us", "100us", NULL};
static const uint64_t delays_ns[] = {1000, 10000, 100000};

static enum outcome sample(struct run *run, const struct arm *arm, struct wire_sample *out)
{
	(void)run;
	uint64_t delay_ns = delays_ns[arm->case_index];
	uint64_t from = clock_ticks();
	uint64_t until = clock_monotonic_raw_ns() + delay_ns;
	while (clock_monotonic_raw_ns() < until)
		;
	uint64_t to = clock_ticks_after();
	sample_set(out, DELAY_NS, clock_ns(from, to));
	return OUTCOME_OK;
}

EXPERIMENT(known_delay, .summary = "a wait of known length: is the clock right?",
	   .metrics = metrics, .cases = cases, .in_every_plan = true, .ignores_heap = true,
	   .sample = sample);
