#include "harness/worker/cpu_use.h"

#include "harness/common/textfile.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static uint64_t time_ns(const struct timeval *time)
{
	return (uint64_t)time->tv_sec * 1000000000u + (uint64_t)time->tv_usec * 1000u;
}

/* "621738 1200 1": run, waited, times. */
static uint64_t read_wait(char *text, size_t text_bytes)
{
	const char *second =
		textfile_read("/proc/self/schedstat", text, text_bytes) ? strchr(text, ' ') : NULL;
	return second ? strtoull(second, NULL, 10) : WIRE_UNKNOWN;
}

static void read_ticks(struct wire_cell_facts *facts, char *text, size_t text_bytes)
{
	const uint64_t tick_ns = 1000000000u / (uint64_t)sysconf(_SC_CLK_TCK);
	struct textfile_ticks ticks = {0};
	cpu_set_t allowed;
	bool known = sched_getaffinity(0, sizeof allowed, &allowed) == 0 &&
		     textfile_read("/proc/stat", text, text_bytes);
	for (unsigned cpu = 0; known && cpu < CPU_SETSIZE; cpu++)
		known = !CPU_ISSET(cpu, &allowed) || textfile_add_ticks(text, (int)cpu, &ticks);
	facts->idle_ns = known ? ticks.idle * tick_ns : WIRE_UNKNOWN;
	facts->steal_ns = known ? ticks.stolen * tick_ns : WIRE_UNKNOWN;
}

void cpu_use_read(struct wire_cell_facts *facts, char *text, size_t text_bytes)
{
	struct rusage own, children;
	getrusage(RUSAGE_SELF, &own);
	getrusage(RUSAGE_CHILDREN, &children);
	*facts = (struct wire_cell_facts){
		.duration_ns = clock_monotonic_raw_ns(),
		.involuntary_switches = (uint64_t)own.ru_nivcsw,
		.voluntary_switches = (uint64_t)own.ru_nvcsw,
		.migrations = textfile_value("/proc/self/sched", "se.nr_migrations", 10),
		.wait_ns = read_wait(text, text_bytes),
		.cpu_ns = time_ns(&own.ru_utime) + time_ns(&own.ru_stime) +
			  time_ns(&children.ru_utime) + time_ns(&children.ru_stime),
	};
	read_ticks(facts, text, text_bytes);
}

static uint64_t grown(uint64_t before, uint64_t after, double share)
{
	if (before == WIRE_UNKNOWN || after == WIRE_UNKNOWN || after < before)
		return WIRE_UNKNOWN;
	return (uint64_t)((double)(after - before) * share + 0.5);
}

void cpu_use_report(const struct wire_cell_facts *before, const struct wire_cell_facts *after,
		    double share, struct wire_cell_facts *facts)
{
	const size_t first =
		offsetof(struct wire_cell_facts, involuntary_switches) / sizeof(uint64_t);
	cpu_set_t allowed;
	CPU_ZERO(&allowed);
	sched_getaffinity(0, sizeof allowed, &allowed);
	facts->cpus_allowed = (uint64_t)CPU_COUNT(&allowed);
	for (size_t i = first; i < WIRE_CELL_NUMBERS; i++)
		facts->number[i] = grown(before->number[i], after->number[i], share);
}
