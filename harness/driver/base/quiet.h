/* What the witnesses beside samples say of the machine (METHODOLOGY, "Witnesses"), from numbers alone: the run, which
 * decides when to stop, judges by it as well as the analysis. */
#ifndef FORKCOST_QUIET_H
#define FORKCOST_QUIET_H

#include <stdbool.h>
#include <stddef.h>

/* What was seen beside a sample: seconds since the run began, and how crowded the core was. */
struct quiet_seen {
	double at_s, contention;
};

/* Longer ones are made of a long run's windows. */
enum { QUIET_WINDOWS_MAX = 256 };

/* A sample is quiet up to this contention, until then. */
struct quiet_level {
	double until_s, contention_max;
};

/* Of a run, in the order of time. */
struct quiet_levels {
	size_t count; /* 0: not known, and all samples count; 1: the same all through */
	struct quiet_level level[QUIET_WINDOWS_MAX];
	const struct quiet_seen *seen; /* the caller's, in the order of time */
	size_t seen_count;
};

/* Finds them; `seen` is put in the order of time, and is looked at as long as they are used. The level is the lowest mode of what was seen in a window of a
 * sixteenth of the run or 10 s, whichever is less, and of 100 samples at least. Where a window's lies higher than that
 * of the one before it, seen from the lowest of all, by more than the level's own width, its samples were disturbed,
 * and the level is the one before. Where all agree within that width there is one, of all samples. Fewer than
 * STATS_MODES_SAMPLES_MIN samples tell no level. False: out of memory. */
bool quiet_find(struct quiet_levels *levels, struct quiet_seen *seen, size_t count);

/* Whether the core was the sample's alone: it saw no more contention than the level of its time, and of what was seen
 * within 50 ms, up to eight times before and eight after, at most a quarter was more. A busy sibling pauses now and
 * then, for as short a time as a witness looks. True where no level is known. */
bool quiet_is_alone(const struct quiet_levels *levels, double at_s, double contention);

/* Whether the core was crowded beyond doubt. False where no level is known. */
bool quiet_is_crowded(const struct quiet_levels *levels, double at_s, double contention);

/* For how long a sample may be off the CPU: as the quietest quarter of its like, and 20 us more, for a scheduler slice
 * is longer by far, and an interrupt is shorter; or a hundredth of what such samples take, if that is more. NAN: there
 * are none. */
double quiet_off_cpu_max_ns(const double *off_cpu_ns, size_t count, double typical_ns);

/* Whether a replicate takes part by its undisturbed samples: three, so that one outlier is not its median, or at least
 * half. To ask for all would favour replicates with few, slow samples. */
bool quiet_takes_part(size_t undisturbed, size_t all);

#endif
