#include "harness/common/tick_rate.h"

#include <math.h>
#include <stdio.h>

double tick_rate_between(const struct tick_reading *from, const struct tick_reading *to)
{
	return to->ticks == from->ticks ? 0
					: (double)(int64_t)(to->raw_ns - from->raw_ns) /
						  (double)(int64_t)(to->ticks - from->ticks);
}

double tick_rate_excess_ns(const struct tick_reading *from, const struct tick_reading *to,
			   double ns_per_tick)
{
	const double passed_ns = (double)(int64_t)(to->raw_ns - from->raw_ns);
	const double off_ns =
		fabs((double)(int64_t)(to->ticks - from->ticks) * ns_per_tick - passed_ns);
	const double allowed_ns = (double)(from->width_ns + to->width_ns) / 2 + TICK_RATE_SLACK_NS +
				  fabs(passed_ns) * TICK_RATE_SLACK_PPM / 1e6;
	return off_ns > allowed_ns ? off_ns - allowed_ns : 0;
}

bool tick_rate_holds(const struct tick_reading *readings, size_t count, double ns_per_tick,
		     char why[TICK_RATE_TEXT_MAX])
{
	for (size_t i = 1; i < count; i++) {
		double excess_ns = tick_rate_excess_ns(&readings[0], &readings[i], ns_per_tick);
		if (excess_ns > 0) {
			snprintf(why, TICK_RATE_TEXT_MAX, "on CPU %u it is %.3g us off",
				 readings[i].cpu, excess_ns / 1e3);
			return false;
		}
	}
	return true;
}
