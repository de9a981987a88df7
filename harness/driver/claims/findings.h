/* What a run shows of the things that claims are about: numbers with the range that they lie in, or the
 * reason why there is none. One row of a table for each. */
#ifndef FORKCOST_FINDINGS_H
#define FORKCOST_FINDINGS_H

#include "harness/driver/analysis/summary.h"

#include <stdbool.h>

enum finding_id {
	FRAMES_SHARED,
	TABLES_COPIED,
	TABLES_SHARED,
	TABLES_FILE,
	CHANGED_ALONE,
	CALLER_UNTOUCHED,
	FAULTS_CHILD_COPY,
	FAULTS_PARENT_COPY,
	FRAMES_CHILD_COPY,
	FRAMES_PARENT_COPY,
	FAULTS_REUSE,
	FRAMES_REUSE,
	COPY_OVER_REUSE,
	REUSE_OVER_PLAIN,
	SWITCH_ADDS,
	AFTER_EXEC_OVER_PLAIN,
	AFTER_EXEC_OVER_VFORK,
	AFTER_EXEC_OVER_SPAWN,
	BEFORE_OVER_AFTER_EXEC,
	MAPPINGS_EXECED,
	RESIDENT_EXECED,
	FRAMES_AFTER_EXEC,
	DIRTY_OVER_WRITE_PROTECTED,
	MARKING_SHARE,
	TABLES_SHARE,
	THREAD_ADDS,
	FORK_OVER_VFORK_SMALLEST,
	FORK_OVER_VFORK_LARGEST,
	WRITE_PROTECTED_OVER_VFORK_LARGEST,
	FORK_OVER_VFORK_GROWTH,
	WINS_2,
	WINS_10,
	WINS_100,
	EAGER_OVER_FORK,
	FINDING_COUNT
};

enum finding_unit { FINDING_COUNTS, FINDING_SHARE, FINDING_TIMES, FINDING_NS, FINDING_BYTES };

enum { FINDING_WHY_MAX = 160, FINDING_WHERE_MAX = 120 };

struct finding {
	bool known;
	bool absent; /* unless known: what it takes was no part of the run */
	/* Of a heap from which on something is so: it was so already at the smallest heap
	 * measured, or was not yet at the largest, and the number is that heap. */
	bool center_at_most, low_at_most, high_above;
	/* Of times, center and 95 % interval over replicates; of counts, median, least and most. */
	double center, low, high;
	size_t replicates;
	char where[FINDING_WHERE_MAX]; /* "heap 4 MiB" */
	char why[FINDING_WHY_MAX];     /* unless known */
};

/* Its name in JSON, what it is in words, and its unit. */
const char *finding_name(enum finding_id id);
const char *finding_words(enum finding_id id);
enum finding_unit finding_unit(enum finding_id id);

/* The experiment that it is taken from. */
const char *finding_experiment(enum finding_id id);

/* Whether its range is the least and most of samples, not an interval. */
bool finding_is_count(enum finding_id id);

/* Works all of them out. Fails only if there is no memory. */
enum outcome findings_make(const struct summary *summary, struct finding findings[FINDING_COUNT],
			   struct problem *problem);

#endif
