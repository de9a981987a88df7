#include "harness/worker/clock.h"

#include "harness/common/textfile.h"

#include <stdio.h>
#include <string.h>
#if defined(__x86_64__)
#include <cpuid.h>
#endif

struct clock worker_clock;

uint64_t clock_monotonic_raw_ns(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC_RAW, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

void clock_use(const struct wire_clock *clock, struct timespec *caller, struct timespec *child)
{
	worker_clock = (struct clock){clock->kind == WIRE_CLOCK_COUNTER, clock->ns_per_tick, caller,
				      child};
}

/* Whether the fast counter can be trusted, and the reason. The kernel compares the TSC with other
 * clocks, and stops using it as clock source when it is unstable (METHODOLOGY, "The clock"). */
static bool counter_is_trusted(char why[WIRE_TEXT_MAX])
{
#if defined(__x86_64__)
	char source[32];
	if (!textfile_read("/sys/devices/system/clocksource/clocksource0/current_clocksource",
			   source, sizeof source))
		snprintf(source, sizeof source, "unknown");
	unsigned a, b, c, d = 0;
	bool invariant = __get_cpuid(0x80000007, &a, &b, &c, &d) && d & 1u << 8;
	if (strcmp(source, "tsc") != 0) {
		snprintf(why, WIRE_TEXT_MAX,
			 "clock_gettime: the kernel's clock source is %s, not tsc", source);
		return false;
	}
	snprintf(why, WIRE_TEXT_MAX, "TSC: the kernel's clock source is tsc, %s",
		 invariant ? "invariant by CPUID" : "CPUID does not say invariant");
	return true;
#elif defined(__aarch64__)
	snprintf(why, WIRE_TEXT_MAX, "CNTVCT_EL0: constant by architecture");
	return true;
#else
	snprintf(why, WIRE_TEXT_MAX, "time CSR: constant by architecture");
	return true;
#endif
}

struct bracket {
	uint64_t raw_ns, ticks;
	uint64_t width_ns;
};

/* The counter and the kernel's clock at the same moment, as close as several tries allow. */
static struct bracket bracket_now(void)
{
	struct bracket best = {.width_ns = UINT64_MAX};
	for (int i = 0; i < 50; i++) {
		uint64_t before = clock_monotonic_raw_ns();
		uint64_t ticks = counter_begin();
		uint64_t after = clock_monotonic_raw_ns();
		if (after - before < best.width_ns)
			best = (struct bracket){before + (after - before) / 2, ticks,
						after - before};
	}
	return best;
}

static double smallest_step_ns(void)
{
	double smallest = 1e9;
	for (int i = 0; i < 2000; i++) {
		uint64_t from = clock_ticks(), to = from;
		while (to == from)
			to = clock_ticks();
		double step = clock_ns(from, to);
		if (step < smallest)
			smallest = step;
	}
	return smallest;
}

void clock_calibrate(struct wire_clock *clock)
{
	static struct timespec scratch; /* no child reads the time here */
	*clock = (struct wire_clock){.kind = WIRE_CLOCK_GETTIME, .ns_per_tick = 1};
	if (counter_is_trusted(clock->why)) {
		struct bracket from = bracket_now();
		uint64_t until = from.raw_ns + 100000000u;
		while (clock_monotonic_raw_ns() < until)
			;
		struct bracket to = bracket_now();
		double span_ns = (double)(to.raw_ns - from.raw_ns);
		clock->kind = WIRE_CLOCK_COUNTER;
		clock->ns_per_tick = span_ns / (double)(to.ticks - from.ticks);
		clock->error_ppm = (double)(from.width_ns + to.width_ns) / 2 / span_ns * 1e6;
	}
	clock_use(clock, &scratch, &scratch);
	clock->resolution_ns = smallest_step_ns();
}
