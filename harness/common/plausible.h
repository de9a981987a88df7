/* Whether a count can be true. Pure functions: each returns true, or false with the reason in
 * words. A count that is refused here is missing, with that reason; it is never corrected. */
#ifndef FORKCOST_PLAUSIBLE_H
#define FORKCOST_PLAUSIBLE_H

#include <stdbool.h>
#include <stdint.h>

enum { PLAUSIBLE_TEXT_MAX = 120 };

/* A frequency in Hz that no CPU reaches: 8 GHz. Overclocking records are at 9, machines for
 * measuring at 6. */
#define PLAUSIBLE_HZ_MAX 8e9

/* The highest frequency of a CPU, from the texts of its cpufreq/cpuinfo_max_freq (kHz) and of
 * cpufreq/boost; NULL for a file that does not exist. PLAUSIBLE_HZ_MAX if it is not known, and also
 * if the CPU boosts, because some drivers do not include boost in the maximum. */
double plausible_max_hz(const char *cpuinfo_max_freq, const char *boost);

/* A counter's enabled and running times must be equal and not 0. Otherwise it was multiplexed, or
 * never counted. Any unit. */
bool plausible_times(uint64_t enabled, uint64_t running, char why[PLAUSIBLE_TEXT_MAX]);

/* A counter only increases. */
bool plausible_growth(uint64_t before, uint64_t after, char why[PLAUSIBLE_TEXT_MAX]);

/* Cycles of one CPU in so many nanoseconds, at up to max_hz; `cpus` CPUs if children ran elsewhere
 * meanwhile. The window may be off by a microsecond: counter and clock are not read at once. */
bool plausible_cycles(uint64_t cycles, double window_ns, double max_hz, unsigned cpus,
		      char why[PLAUSIBLE_TEXT_MAX]);

/* User plus kernel must equal both, within 1 % and 2,000, because the counters of a group do not
 * start at the same instant. */
bool plausible_split(uint64_t user, uint64_t kernel, uint64_t both, char why[PLAUSIBLE_TEXT_MAX]);

/* Page faults of a window in which `processes` processes could touch `pages` pages each. A page may
 * fault twice, on its first read and on its first write; the start of a program adds some more. */
bool plausible_faults(uint64_t faults, uint64_t pages, unsigned processes,
		      char why[PLAUSIBLE_TEXT_MAX]);

/* No more than so many each nanosecond of each CPU; the window may be off by a microsecond. */
bool plausible_rate(uint64_t count, double window_ns, double most_per_ns, unsigned cpus,
		    char why[PLAUSIBLE_TEXT_MAX]);

#endif
