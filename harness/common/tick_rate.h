/* Whether the CPU's counter and the kernel's clock tell the same time: pairs of their readings lie on one line, on
 * every CPU and for as long as one looks. Pure functions. */
#ifndef FORKCOST_TICK_RATE_H
#define FORKCOST_TICK_RATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Both at about the same moment, on one CPU: the clock's time is known within half of `width_ns`. */
struct tick_reading {
	uint64_t raw_ns, ticks, width_ns;
	unsigned cpu;
};

enum { TICK_RATE_TEXT_MAX = 48, TICK_RATE_CPUS_MAX = 64 };

/* How far a reading may be off the line besides its own width and the other one's: 100 ns, and as many parts in a
 * million of the time in between. Clocks of guests, scaled by 32 bits, are within 1; a counter that a host
 * emulates or moves is off by much more. */
#define TICK_RATE_SLACK_NS 100
#define TICK_RATE_SLACK_PPM 20

/* Nanoseconds a tick between two readings. 0: no tick passed. */
double tick_rate_between(const struct tick_reading *from, const struct tick_reading *to);

/* How far the later reading is from where the first one and that rate put it, in ns, beyond what their widths and the slack
 * allow; 0: it agrees. */
double tick_rate_excess_ns(const struct tick_reading *from, const struct tick_reading *to,
			   double ns_per_tick);

/* Whether all readings agree with the first and that rate; if not, which does not is in `why`. */
bool tick_rate_holds(const struct tick_reading *readings, size_t count, double ns_per_tick,
		     char why[TICK_RATE_TEXT_MAX]);

#endif
