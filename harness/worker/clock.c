#include "harness/worker/clock.h"

#include "harness/common/textfile.h"
#include "harness/common/tick_rate.h"

#include <sched.h>
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
	worker_clock = (struct clock){clock->kind == WIRE_CLOCK_COUNTER, clock->ns_per_tick,
				      clock->resolution_ns, caller, child};
}

#if defined(__x86_64__)
/* Clock sources that the guest itself computes from the TSC, by a factor that the host gives. */
static bool is_computed_from_tsc(const char *source)
{
	return strcmp(source, "kvm-clock") == 0 ||
	       strcmp(source, "hyperv_clocksource_tsc_page") == 0;
}
#endif

/* Whether the fast counter may be used, and the reason; `on_trial` if the kernel does not vouch for it. The kernel compares the
 * TSC with other clocks, and stops using it as clock source when it is unstable (METHODOLOGY, "The clock"). */
static bool counter_is_trusted(bool *on_trial, char why[WIRE_TEXT_MAX])
{
	*on_trial = false;
#if defined(__x86_64__)
	char source[32];
	if (!textfile_read("/sys/devices/system/clocksource/clocksource0/current_clocksource",
			   source, sizeof source))
		snprintf(source, sizeof source, "unknown");
	unsigned a, b, c, d = 0;
	bool invariant = __get_cpuid(0x80000007, &a, &b, &c, &d) && d & 1u << 8;
	if (strcmp(source, "tsc") == 0) {
		snprintf(why, WIRE_TEXT_MAX, "TSC: the kernel's clock source is tsc, %s",
			 invariant ? "invariant by CPUID" : "CPUID does not say invariant");
		return true;
	}
	if (is_computed_from_tsc(source) && invariant) {
		*on_trial = true;
		snprintf(why, WIRE_TEXT_MAX,
			 "TSC: the kernel computes %s from it, and both agree on every CPU",
			 source);
		return true;
	}
	snprintf(why, WIRE_TEXT_MAX, "clock_gettime: the kernel's clock source is %s, not tsc",
		 source);
	return false;
#elif defined(__aarch64__)
	snprintf(why, WIRE_TEXT_MAX, "CNTVCT_EL0: constant by architecture");
	return true;
#else
	snprintf(why, WIRE_TEXT_MAX, "time CSR: constant by architecture");
	return true;
#endif
}

/* The counter and the kernel's clock at the same moment, as close as several tries allow. */
static struct tick_reading read_both(void)
{
	struct tick_reading best = {.width_ns = UINT64_MAX};
	for (int i = 0; i < 50; i++) {
		uint64_t before = clock_monotonic_raw_ns();
		uint64_t ticks = counter_begin();
		uint64_t after = clock_monotonic_raw_ns();
		if (after - before < best.width_ns)
			best = (struct tick_reading){.raw_ns = before + (after - before) / 2,
						     .ticks = ticks,
						     .width_ns = after - before};
	}
	return best;
}

/* Whether counter and clock agree on every CPU where the worker may run, up to TICK_RATE_CPUS_MAX of them, and
 * still do on the first one afterwards. `first` is where the rate was taken. */
static bool passes_trial(const struct tick_reading *first, double ns_per_tick,
			 char why[WIRE_TEXT_MAX])
{
	static struct tick_reading readings[TICK_RATE_CPUS_MAX + 2];
	char off[TICK_RATE_TEXT_MAX];
	size_t count = 0;
	cpu_set_t allowed, one;
	readings[count++] = *first;
	if (sched_getaffinity(0, sizeof allowed, &allowed) == 0) {
		for (unsigned cpu = 0; cpu < CPU_SETSIZE && count <= TICK_RATE_CPUS_MAX; cpu++) {
			CPU_ZERO(&one);
			CPU_SET(cpu, &one);
			if (!CPU_ISSET(cpu, &allowed) || sched_setaffinity(0, sizeof one, &one))
				continue;
			readings[count] = read_both();
			readings[count++].cpu = cpu;
		}
		sched_setaffinity(0, sizeof allowed, &allowed);
	}
	readings[count++] = read_both();
	if (tick_rate_holds(readings, count, ns_per_tick, off))
		return true;
	snprintf(why, WIRE_TEXT_MAX, "clock_gettime: TSC and the kernel's clock differ: %s", off);
	return false;
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
	bool on_trial;
	*clock = (struct wire_clock){.kind = WIRE_CLOCK_GETTIME, .ns_per_tick = 1};
	if (counter_is_trusted(&on_trial, clock->why)) {
		struct tick_reading from = read_both();
		uint64_t until = from.raw_ns + 100000000u;
		while (clock_monotonic_raw_ns() < until)
			;
		struct tick_reading to = read_both();
		double ns_per_tick = tick_rate_between(&from, &to);
		if (!on_trial || passes_trial(&from, ns_per_tick, clock->why)) {
			clock->kind = WIRE_CLOCK_COUNTER;
			clock->ns_per_tick = ns_per_tick;
			clock->error_ppm = (double)(from.width_ns + to.width_ns) / 2 /
					   (double)(to.raw_ns - from.raw_ns) * 1e6;
		}
	}
	clock_use(clock, &scratch, &scratch);
	clock->resolution_ns = smallest_step_ns();
#ifdef FORKCOST_SLOWER_PERMILLE
	snprintf(clock->why, WIRE_TEXT_MAX,
		 "NOT FOR USE: a build for self-checks, reaped_ns spun %d/1000 longer",
		 FORKCOST_SLOWER_PERMILLE);
#endif
}

static struct tick_reading watched_from;

void clock_watch(void)
{
	watched_from = read_both();
}

enum outcome clock_still_holds(struct problem *problem)
{
	struct tick_reading now = read_both();
	double excess_ns = tick_rate_excess_ns(&watched_from, &now, worker_clock.ns_per_tick);
	if (!worker_clock.is_counter || excess_ns <= 0)
		return OUTCOME_OK;
	return fail(
		problem,
		"cannot trust the times of this worker: counter and clock went %.3g us apart in "
		"%.3g s; was the machine moved or suspended? run again",
		excess_ns / 1e3, (double)(now.raw_ns - watched_from.raw_ns) / 1e9);
}
