/* Values that are computed from several rows of a run. Each experiment's face yields its own (show.h); derived.csv
 * has all of them, and claims ask for them by name. */
#ifndef FORKCOST_DERIVED_H
#define FORKCOST_DERIVED_H

#include "harness/driver/analysis/summary.h"

enum { DERIVED_MAX = 64, DERIVED_NOTE_MAX = 184 };

struct derived {
	const char *name, *unit;
	const char *case_name, *metric; /* NULL: not of one alone */
	const char *control;            /* the case that was subtracted; NULL: none */
	bool with_heap;                 /* else it is not of one heap */
	uint64_t heap_bytes;
	size_t replicates;           /* 0: not over replicates */
	struct stats_interval value; /* centre NAN: none, and the note says why */
	char note[DERIVED_NOTE_MAX];
};

/* All that the experiment's face yields; returns how many. */
size_t derived_rows(const struct summary *summary, const char *experiment,
		    struct derived rows[DERIVED_MAX]);

/* Writes derived.csv into the run folder: what the faces yield, what counting costs, and hyperfine's second
 * opinion. */
enum outcome derived_write(const struct summary *summary, const char *folder,
			   struct problem *problem);

#endif
