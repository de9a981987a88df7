/* A run read back from its folder: the only source of statistics, so that an old run can be
 * analysed again. */
#ifndef FORKCOST_DATASET_H
#define FORKCOST_DATASET_H

#include "harness/common/axes.h"
#include "harness/common/problem.h"
#include "harness/common/wire.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* A job has no more: what --replicates may ask for, and the few that may fail. */
enum { DATASET_REPLICATES_MAX = 1024 };

/* What all metrics of one pass of an arm have in common, sample by sample. */
struct columns {
	struct columns *next; /* private: of those that the dataset owns */
	size_t count;
	double *at_us, *window_ns;       /* window_ns: of a counter's window; NULL for times */
	double *contention, *off_cpu_ns; /* witnesses (worker/witness.h); NULL in older runs */
	double *step_ns;                 /* the same */
	unsigned *rounds, *places;       /* places: in the burst */
};

/* What was recorded about the worker while it took a cell's samples; NAN: not recorded, as in older runs. Times in
 * ns. */
struct worker_facts {
	double duration_ns, wait_ns, cpu_ns, idle_ns, steal_ns, cpus;
	double involuntary_switches, migrations, open_files;
	double frames_scattered_ppm; /* parts in a million of the heap's pages */
};

/* One replicate's values of a series, in the order they were taken. The columns are shared. */
struct block {
	uint64_t replicate;
	double began_s;
	size_t count, control_count; /* the last so many are the A/A control's (pooling.h) */
	double *values;
	const double *window_ns, *at_us, *contention, *off_cpu_ns, *step_ns;
	const unsigned *rounds, *places;
	struct worker_facts worker_facts; /* of the replicate's cell */
};

/* A metric's median over one counted pass: how long it took with counters open. No source of times; it
 * says what counting costs. */
struct counted {
	uint64_t replicate;
	bool with_child; /* children were counted, too */
	double median;
};

/* All values of one metric of one arm in one cell. */
struct series {
	char experiment[WIRE_NAME_MAX], primitive[WIRE_NAME_MAX], case_name[WIRE_NAME_MAX];
	char action[WIRE_NAME_MAX];
	char level[AXIS_COUNT][WIRE_NAME_MAX]; /* empty: not varied */
	uint64_t heap_bytes;
	bool aa_control;
	char metric[COUNTER_NAME_MAX], unit[WIRE_NAME_MAX];
	bool is_main; /* the arm's main metric: the first that it can give */
	bool is_counter;
	bool is_headline; /* a worker of the headline measured it (METHODOLOGY, "Statistics") */
	char missing[WIRE_TEXT_MAX + 16]; /* why there are no values; empty if there are */
	size_t block_count, block_capacity;
	struct block *blocks; /* their replicates rise */
	size_t counted_count, counted_capacity;
	struct counted *counted;
	uint32_t *histogram; /* of single values, HISTOGRAM_BUCKETS counts; NULL: none */
};

/* The first failed replicate of an experiment. */
struct dataset_failure {
	char experiment[WIRE_NAME_MAX], why[PROBLEM_TEXT_MAX];
};

struct dataset {
	json_t *environment, *run, *end; /* end: NULL if the run was cut off */
	size_t series_count, series_capacity;
	struct series *series;
	json_t *index;           /* private: numbers of series by their keys */
	struct columns *columns; /* private: all there are */
	size_t failure_count;
	char first_failure[PROBLEM_TEXT_MAX];
	size_t failed_count; /* experiments with failures */
	struct dataset_failure failed[WIRE_EXPERIMENTS_MAX];
	uint64_t mappings_min; /* of workers without a heap the barest: some experiments map more */
	double steal_ticks, involuntary_switches;
	double quiet_waits, quiet_wait_ns; /* for quiet moments; 0 in older runs */
	char warning[PROBLEM_TEXT_MAX];    /* of the samples' file; empty if there is none */
};

/* Reads a run folder. Fails on a line that is not what RESULTS-FORMAT.md says, naming its number; a
 * last line without an end is dropped with a warning. */
enum outcome dataset_read(struct dataset *dataset, const char *folder, struct problem *problem);

/* The same from streams, which it closes; `folder` is for messages. */
enum outcome dataset_read_streams(struct dataset *dataset, FILE *samples, FILE *environment,
				  const char *folder, struct problem *problem);

void dataset_free(struct dataset *dataset);

/* ---- what its reader fills it with ---- */

/* Room for one more element; doubles the array. NULL: out of memory, and the array is as it was. */
void *dataset_grow(void *array, size_t count, size_t *capacity, size_t element_bytes);

/* Room for the columns of so many samples, which the dataset frees; NULL: out of memory. */
struct columns *dataset_columns(struct dataset *dataset, size_t count, bool with_windows,
				bool with_witnesses, bool with_steps);

/* Finds the series of `key`, or adds it; NULL: out of memory. */
struct series *dataset_series(struct dataset *dataset, const struct series *key);

/* ---- what is in it ---- */

enum { SERIES_KEY_BYTES = (5 + AXIS_COUNT) * WIRE_NAME_MAX + COUNTER_NAME_MAX + 32 };

/* All that tells series apart, with this metric, in lines: no name has line ends. Returns `key`. */
const char *series_key(const struct series *series, const char *metric, char key[SERIES_KEY_BYTES]);

/* A replicate's block of a series; NULL if it has none, or there is no series. */
const struct block *series_block(const struct series *series, uint64_t replicate);

/* The series that is alike in everything but the metric; NULL if there is none. */
struct series *dataset_find(const struct dataset *dataset, const struct series *like,
			    const char *metric);

/* From the object `worker` of a cell line; what is missing, or no number from 0 up, is not recorded. */
struct worker_facts worker_facts_read(const json_t *worker);

/* Why the experiment's first failed replicate failed; NULL if none did. */
const char *dataset_failure(const struct dataset *dataset, const char *experiment);

/* All values of a series in one array, which the caller frees; NULL if there are none. */
double *series_values(const struct series *series, size_t *count);

/* Whether it is measured, a time or a rate (1/s), and so has an interval; else it is a count. */
bool series_has_interval(const struct series *series);

/* The median of every replicate; the caller frees it. NULL if there are none. */
double *series_medians(const struct series *series);

#endif
