/* The wire form: one shared memory file for all messages between driver and worker. The driver
 * creates and populates it, writes a request, and starts the worker with it as WIRE_FD. The worker
 * answers in place. Where the request has a size for it, WIRE_EVICT_FD is the eviction buffer's file. forkcost-target writes its stamp into it by offset.
 *
 * Neither side trusts the other: wire_check_request() and wire_check_answer() check every count,
 * level, string and size before it is used. All integers are in host order; both sides run on one
 * machine. */
#ifndef FORKCOST_WIRE_H
#define FORKCOST_WIRE_H

#include "harness/common/axes.h"
#include "harness/common/counted.h"
#include "harness/common/histogram.h"
#include "harness/common/problem.h"
#include "harness/common/traits.h"
#include "harness/common/walk.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	WIRE_FD = 3,
	WIRE_EVICT_FD = 4,
	WIRE_VERSION = 10,
	WIRE_NAME_MAX = 32,
	WIRE_TEXT_MAX = 120,
	WIRE_PATH_MAX = 1024,
	WIRE_PRIMITIVES_MAX = 32,
	WIRE_EXPERIMENTS_MAX = 32,
	WIRE_METRICS_MAX = 12,
	WIRE_CASES_MAX = 16,
	WIRE_ARMS_MAX = 256,
	WIRE_CELLS_MAX = 16,
	WIRE_WORKING_SET_MAX = 1 << 30,
	WIRE_CPUS_MAX = CPUS_MAX,
	WIRE_PASSES_MAX = PASS_COUNTED + COUNTER_GROUPS_MAX,
	WIRE_HISTOGRAMS_MAX = 48, /* arms with a histogram, times cells */
	WIRE_COUNTED_SAMPLES = 2, /* of an arm in a counted pass: counts vary little */
	/* Exit statuses that show the worker that its child did what was asked. */
	WIRE_STATUS_CHILD = 41,
	WIRE_STATUS_TARGET = 42,
	WIRE_STATUS_UNMOVED = 43, /* the child could not move to the other CPU */
	WIRE_STATUS_STATIC = 44,  /* harness/target/program.c */
	WIRE_STATUS_DYNAMIC = 45,
	WIRE_STATUS_NO_EXEC = 127, /* as of a shell: the child could not exec */
	/* Where children stamp the time: the page after the header. */
	WIRE_STAMP_OFFSET = 4096,
};

/* Stands for a number that is not known, and for a limit that does not exist. */
#define WIRE_UNKNOWN UINT64_MAX
#define WIRE_UNLIMITED (UINT64_MAX - 1)

#define WIRE_MAGIC 0x54534f434b524f46ull /* "FORKCOST" */

/* What the worker must do. CATALOG: say what is compiled in, and calibrate the clock. MEASURE: run
 * the request's cells. ONCE: start `once_count` children and nothing else. WALK: run the request's
 * walk with the first arm's child. WATCH: measure nothing, but look at the machine for cell_ns (worker/watch.h). */
enum wire_mode { WIRE_CATALOG, WIRE_MEASURE, WIRE_ONCE, WIRE_WALK, WIRE_WATCH, WIRE_MODE_COUNT };

enum wire_clock_kind { WIRE_CLOCK_GETTIME, WIRE_CLOCK_COUNTER, WIRE_CLOCK_KIND_COUNT };

struct wire_clock {
	uint32_t kind; /* enum wire_clock_kind */
	uint32_t reserved;
	double ns_per_tick;
	double error_ppm;        /* bound of the calibration error against CLOCK_MONOTONIC_RAW */
	double resolution_ns;    /* smallest step seen between two readings */
	char why[WIRE_TEXT_MAX]; /* why this kind was chosen */
};

struct wire_arm {
	char experiment[WIRE_NAME_MAX];
	char primitive[WIRE_NAME_MAX]; /* empty: the experiment uses none */
	char case_name[WIRE_NAME_MAX]; /* empty: the experiment has none */
	uint32_t action;               /* enum action */
	uint32_t aa_control;           /* 1: the A/A control of another arm */
};

/* What a worker that measures is there for (harness/driver/plan/kinds.h). */
enum wire_kind { WIRE_ALL, WIRE_HEADLINE, WIRE_COUNTING, WIRE_KIND_COUNT };

struct wire_cell {
	uint64_t level[AXIS_COUNT]; /* of an axis that needs a new worker: the request's */
	uint32_t kinds;             /* bit n: workers of kind n run this cell */
	uint32_t burst_max;         /* samples an arm and pass takes in a row, at most */
	uint64_t skips[(WIRE_ARMS_MAX + 63) /
		       64]; /* bit n: the request's arm n has no samples here */
};

static inline bool wire_cell_has(const struct wire_cell *cell, uint32_t kind)
{
	return cell->kinds >> kind & 1;
}

static inline bool wire_cell_skips(const struct wire_cell *cell, uint32_t arm)
{
	return cell->skips[arm / 64] >> arm % 64 & 1;
}

struct wire_request {
	uint32_t mode;
	uint64_t level[AXIS_COUNT];    /* the worker's; of the axes of cells the plain one */
	int32_t caller_cpu, other_cpu; /* -1: not pinned, none */
	uint32_t arm_count, cell_count;
	uint32_t rounds_min,
		rounds_max; /* a cell ends after rounds_max, or cell_ns once past min */
	uint32_t warmups_min;
	uint32_t
		kind; /* enum wire_kind; COUNTING takes the counted passes alone, the others never */
	uint64_t warmup_ns;       /* warm-ups take at least this time... */
	uint64_t warmup_limit_ns; /* ... but none starts after this time */
	uint64_t burst_ns;        /* a burst ends early after this time */
	uint64_t cell_ns;
	uint64_t heap_bytes, evict_bytes, working_set_bytes; /* 0: none of it */
	uint64_t seed;
	uint64_t once_count;
	uint64_t allowed_cpus[WIRE_CPUS_MAX /
			      64]; /* bit n: CPU n; for workers that are not pinned */
	struct wire_clock clock;
	uint32_t counter_count, reserved2;
	struct wire_counter counters[COUNTERS_MAX];
	struct wire_walk walk;
	char target_path[WIRE_PATH_MAX];
	char memory_group[WIRE_PATH_MAX]; /* folder of the group to enter; empty: none */
	struct wire_arm arms[WIRE_ARMS_MAX];
	struct wire_cell cells[WIRE_CELLS_MAX];
};

/* ---- the worker's answer ---- */

struct wire_metric {
	char name[WIRE_NAME_MAX];
	char unit[WIRE_NAME_MAX];
	char summary[WIRE_TEXT_MAX];
};

struct wire_primitive {
	char name[WIRE_NAME_MAX];
	char summary[WIRE_TEXT_MAX];
	char refuses[ACTION_COUNT][WIRE_TEXT_MAX]; /* empty: the action is supported */
	uint32_t traits;                           /* enum primitive_traits, or-ed */
	uint32_t reserved;
};

struct wire_experiment {
	char name[WIRE_NAME_MAX];
	char summary[WIRE_TEXT_MAX];
	uint32_t uses_primitives; /* 1: an arm for every primitive and action; 0: arms have neither
				   */
	uint32_t in_every_plan;
	uint32_t varies;          /* enum varies, or-ed */
	uint32_t needs_heap;      /* a heap without pages makes no sense */
	uint32_t copies_heap;     /* needs memory for a second heap */
	uint32_t histogram;       /* 1 + the metric that has a histogram; 0: none */
	uint32_t is_countable;    /* its samples can be counted */
	uint32_t counts_children; /* so can its children */
	char heaps[WIRE_TEXT_MAX], quick_heaps[WIRE_TEXT_MAX]; /* its own sizes; empty: the run's */
	uint32_t metric_count, case_count;
	struct wire_metric metrics[WIRE_METRICS_MAX]; /* the first is the main one */
	char cases[WIRE_CASES_MAX][WIRE_NAME_MAX];
};

enum wire_limit {
	WIRE_LIMIT_ADDRESS_SPACE,
	WIRE_LIMIT_CORE,
	WIRE_LIMIT_CPU,
	WIRE_LIMIT_DATA,
	WIRE_LIMIT_LOCKED,
	WIRE_LIMIT_FILES,
	WIRE_LIMIT_PROCESSES,
	WIRE_LIMIT_STACK,
	WIRE_LIMIT_COUNT
};

enum { WIRE_START_NUMBERS = 10 };

/* The state in which a worker starts, after it has reset what it can (METHODOLOGY, "State before
 * the window"). Unsigned numbers may be WIRE_UNKNOWN. */
struct wire_start {
	union {
		struct {
			uint64_t open_files, table_slots; /* size of the table of open files */
			uint64_t policy, umask, personality, timer_slack_ns, securebits,
				no_new_privs;
			uint64_t seccomp,
				seccomp_filters; /* 0: no filter; 2: filters check each call */
		};
		uint64_t number[WIRE_START_NUMBERS]; /* the same, all of them */
	};
	uint64_t limits[WIRE_LIMIT_COUNT]; /* soft limits; times in s, sizes in bytes */
	int32_t niceness, oom_score_adj;   /* the last one INT32_MIN: unknown */
};

struct wire_catalog {
	uint32_t primitive_count, experiment_count;
	struct wire_primitive primitives[WIRE_PRIMITIVES_MAX];
	struct wire_experiment experiments[WIRE_EXPERIMENTS_MAX];
	struct wire_clock clock;
	struct wire_start start;
};

/* What an arm cannot give in this request, and why; an empty reason: it can. */
struct wire_arm_facts {
	char refused[WIRE_TEXT_MAX]; /* the whole arm */
	char missing[WIRE_METRICS_MAX][WIRE_TEXT_MAX];
};

enum { WIRE_CELL_NUMBERS = 20 };

/* The state of the worker after a cell. Any number may be WIRE_UNKNOWN. */
struct wire_cell_facts {
	union {
		struct {
			uint64_t mappings, open_files;
			uint64_t cpus_allowed;                 /* 1: pinned */
			uint64_t rss_bytes, page_tables_bytes; /* of the whole process */
			uint64_t heap_rss_bytes, heap_huge_bytes;
			uint64_t frames_scattered_ppm; /* worker/frames.h */
			uint64_t memory_max_bytes;     /* worker/memory_group.h */
			uint64_t rounds;
			uint64_t quiet_waits,
				quiet_wait_ns; /* for a quiet moment, before dear samples */
			/* From here on: in this cell. Of this process alone: */
			uint64_t involuntary_switches, voluntary_switches, migrations;
			uint64_t wait_ns; /* its main thread was runnable but did not run */
			uint64_t cpu_ns;  /* of this process and of reaped children */
			/* Of the CPUs that the worker may use, in whole ticks: idle; stolen by
			 * the hypervisor. */
			uint64_t idle_ns, steal_ns;
			uint64_t duration_ns;
		};
		uint64_t number[WIRE_CELL_NUMBERS]; /* the same, all of them */
	};
};

struct wire_sample {
	uint64_t at_ns;     /* since the worker's start */
	uint64_t opened_ns; /* right before its window, on CLOCK_MONOTONIC_RAW: for a profile */
	uint16_t cell, arm, pass, round, place;
	uint16_t set;     /* bit i: value[i] was set */
	uint16_t counted; /* bit i: count[i] was counted */
	uint16_t reserved;
	int64_t child; /* the id of the last child that it started; of use to a profile alone */
	double value[WIRE_METRICS_MAX]; /* by the experiment's metric index */
	double window_ns;               /* of the counted window, including the counters' own
 * cost */
	double contention, step_ns, off_cpu_ns; /* worker/witness.h */
	uint64_t count[COUNTER_GROUP_MAX];      /* by the index in the pass's group */
};

/* The number of single values in each bucket, over all samples of an arm in a cell. */
struct wire_histogram {
	uint16_t cell, arm;
	uint32_t reserved;
	uint32_t counts[HISTOGRAM_BUCKETS];
};

struct wire_answer {
	/* The driver reads these while the worker runs. */
	uint64_t progress; /* grows with every sequence, so that a hang shows */
	uint32_t cells_done, cell_running, rounds_done;
	uint8_t cell_done[WIRE_CELLS_MAX];
	uint32_t finished; /* 1: the answer is complete */
	uint64_t sample_count;
	uint64_t build_ns; /* time to build the heap */
	struct problem problem;
	struct wire_cell_facts cells[WIRE_CELLS_MAX];
	struct wire_arm_facts arms[WIRE_ARMS_MAX];
	char counter_refused[COUNTERS_MAX][WIRE_TEXT_MAX]; /* why a count cannot be trusted */
	struct wire_catalog catalog;
	struct wire_walked walked;
	uint32_t histogram_count;
	uint32_t lacks_pages; /* the problem: the kernel does not give pages of this kind */
	struct wire_histogram histograms[WIRE_HISTOGRAMS_MAX];
};

struct wire_header {
	uint64_t magic;
	uint32_t version, reserved;
	uint64_t total_bytes, sample_capacity;
};

struct wire_stamps {
	uint64_t started_ticks; /* the child's first action */
	uint64_t moved_ticks;   /* after it moved itself to another CPU */
	uint64_t target_ticks;  /* the new program's first instruction */
};

struct wire_area {
	struct wire_header header;
	_Alignas(WIRE_STAMP_OFFSET) struct wire_stamps stamps;
	_Alignas(WIRE_STAMP_OFFSET) struct wire_request request;
	_Alignas(WIRE_STAMP_OFFSET) struct wire_answer answer;
	_Alignas(WIRE_STAMP_OFFSET) struct wire_sample samples[];
};

_Static_assert(offsetof(struct wire_area, stamps) == WIRE_STAMP_OFFSET, "target writes there");

/* Size in bytes of an area for this number of samples. */
size_t wire_area_bytes(uint64_t sample_capacity);

/* Copies a name or text into a wire string; false if it had to be truncated. */
bool wire_copy(char *destination, size_t capacity, const char *text);

/* Checks header and request against the number of bytes that are really mapped. For the worker. */
enum outcome wire_check_request(const struct wire_area *area, size_t mapped_bytes,
				struct problem *problem);

/* Checks the answer against the mapped bytes, the request, and the requested mode; the worker could
 * also write to the request, so the request's own mode is not trusted. For the driver, and only
 * when the worker is gone: what is checked must no longer change. */
enum outcome wire_check_answer(const struct wire_area *area, size_t mapped_bytes,
			       enum wire_mode mode, struct problem *problem);

#endif
