#include "harness/common/plausible.h"
#include "harness/common/units.h"

#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

/* Returns `is_true`; the reason is empty if it is. */
__attribute__((format(printf, 3, 4))) static bool judge(bool is_true, char why[PLAUSIBLE_TEXT_MAX],
							const char *format, ...)
{
	*why = '\0';
	if (is_true)
		return true;
	va_list args;
	va_start(args, format);
	vsnprintf(why, PLAUSIBLE_TEXT_MAX, format, args);
	va_end(args);
	return false;
}

double plausible_max_hz(const char *cpuinfo_max_freq, const char *boost)
{
	double hz = cpuinfo_max_freq ? strtod(cpuinfo_max_freq, NULL) * 1e3 : 0;
	bool boosts = boost && strtol(boost, NULL, 10) != 0;
	return boosts || !(hz > 0) || hz > PLAUSIBLE_HZ_MAX ? PLAUSIBLE_HZ_MAX : hz;
}

bool plausible_times(uint64_t enabled, uint64_t running, char why[PLAUSIBLE_TEXT_MAX])
{
	if (running == 0)
		return judge(false, why, "never ran: something else uses the hardware counters");
	return judge(running == enabled, why,
		     "ran for %.1f %% of the time: multiplexed, because something else counts too",
		     100 * (double)running / (double)enabled);
}

bool plausible_growth(uint64_t before, uint64_t after, char why[PLAUSIBLE_TEXT_MAX])
{
	return judge(after >= before, why, "decreased from %" PRIu64 " to %" PRIu64, before, after);
}

bool plausible_cycles(uint64_t cycles, double window_ns, double max_hz, unsigned cpus,
		      char why[PLAUSIBLE_TEXT_MAX])
{
	double most = max_hz * 1.01 * (window_ns + 1000) / 1e9 * cpus;
	return judge(isfinite(most) && (double)cycles <= most, why,
		     "%" PRIu64 " cycles in %.0f ns: more than %u CPU%s of %.2f GHz can make",
		     cycles, window_ns, cpus, units_plural(cpus), max_hz / 1e9);
}

bool plausible_split(uint64_t user, uint64_t kernel, uint64_t both, char why[PLAUSIBLE_TEXT_MAX])
{
	double sum = (double)user + (double)kernel, off = fabs(sum - (double)both);
	return judge(off <= 0.01 * (double)both + 2000, why,
		     "user %" PRIu64 " and kernel %" PRIu64 " do not add up to %" PRIu64, user,
		     kernel, both);
}

bool plausible_faults(uint64_t faults, uint64_t pages, unsigned processes,
		      char why[PLAUSIBLE_TEXT_MAX])
{
	/* A static program touches tens of pages at its start, a dynamic one hundreds. */
	double most = (2 * (double)pages + 1024) * processes;
	return judge((double)faults <= most, why,
		     "%" PRIu64 " page faults of %u processes with %" PRIu64 " pages", faults,
		     processes, pages);
}

bool plausible_rate(uint64_t count, double window_ns, double most_per_ns, unsigned cpus,
		    char why[PLAUSIBLE_TEXT_MAX])
{
	double most = most_per_ns * (window_ns + 1000) * cpus;
	return judge(isfinite(most) && (double)count <= most, why,
		     "%" PRIu64 " in %.0f ns: more than %u CPU%s can make", count, window_ns, cpus,
		     units_plural(cpus));
}
