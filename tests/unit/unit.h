/* What the unit tests share: cmocka with what it needs before it, and run folders made up on the
 * spot. */
#ifndef FORKCOST_TESTS_UNIT_H
#define FORKCOST_TESTS_UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h wants the four above. */
#include <cmocka.h>
#undef fail /* problem.h has one, too */
#undef fail_msg
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define fail_msg(...)                      \
	do {                               \
		print_error(__VA_ARGS__);  \
		print_error("\n");         \
		_fail(__FILE__, __LINE__); \
	} while (0)

#define COUNT_OF(array) (sizeof(array) / sizeof *(array))

/* Fails unless `part` occurs in `text`, and shows both. */
#define assert_contains(text, part) unit_contains(text, part, __FILE__, __LINE__)
void unit_contains(const char *text, const char *part, const char *file, int line);

/* Fails unless |value - expected| <= tolerance, and shows both. */
#define assert_near(value, expected, tolerance) \
	unit_near(value, expected, tolerance, __FILE__, __LINE__)
void unit_near(double value, double expected, double tolerance, const char *file, int line);

/* TEST(name) { ... }: a test. unit.c's main() runs those of the file in its order. */
#define TEST(name)                                                            \
	static void name(void);                                               \
	__attribute__((constructor)) static void name##_registers(void)       \
	{                                                                     \
		static struct unit_test test = {#name, name, __LINE__, NULL}; \
		unit_register(&test);                                         \
	}                                                                     \
	static void name(void)

struct unit_test {
	const char *name;
	void (*run)(void);
	int line;
	struct unit_test *next;
};

void unit_register(struct unit_test *test);

/* Called before and after each test, where a test file defines them. */
void unit_before(void);
void unit_after(void);

/* An empty folder below build/ for the test program, made at the first call and removed at its end. */
const char *unit_folder(void);

/* Writes (or replaces) a file in the folder. */
void unit_write(const char *name, const char *text);
/* A file of the folder as text, which the caller frees. */
char *unit_read(const char *name);

/* environment.json, and the start of samples.jsonl: a run line that knows the experiments `spawn`
 * (call_ns, reaped_ns in ns; child_faults in count) and `null` (window_ns). */
FILE *unit_run_begin(void);

/* What one arm of a cell line yields; columns of `count` values. */
struct unit_arm {
	const char *primitive, *action;
	bool aa_control;
	size_t count;
	const double *call_ns;
	const unsigned *rounds;
	const char *reason; /* why there is nothing else than call_ns */
};

/* A cell line: 1 MiB heap, dirty, warm, same CPU. */
void unit_run_cell(FILE *file, unsigned replicate, uint64_t heap_bytes, const struct unit_arm *arms,
		   size_t arm_count);
void unit_run_end(FILE *file);

/* The same for experiments by case: first_write (write_ns, single_ns, pages), tlb_refill (page_ns),
 * tlb_shootdown (call_ns, flush_ns), switch (switch_ns), null (window_ns), spawn (call_ns, reaped_ns), floors (page_ns,
 * fault_ns), snapshot (total_ns, cpu_ns), spread_write (writes_ns, end_ns), teardown (reap_ns), made_up (made_ns), which
 * has no face; all countable. Counters: page_faults_both and
 * dtlb_load_walks_both in group 0; cycles and instructions are missing for the same reason. */
FILE *unit_points_begin(void);

/* One metric of one case in one cell of one replicate. */
struct unit_point {
	const char *experiment, *case_name, *metric;
	uint64_t heap_bytes;
	double value;                                  /* 0: the replicate only counts */
	const char *threads, *touch_order, *page_kind; /* NULL: "", "" and "4k" */
	const char *primitive, *action, *state;        /* NULL: "", "" and "dirty" */
	const char *written;                           /* NULL: "" */
	/* With witnesses: 12 samples, of which so many were disturbed and took 1.4 times as long. 0: one sample and
	 * no witnesses; below 0: none was disturbed. */
	int disturbed;
	double counted_value;  /* of a counted pass; 0: there is none */
	long count;            /* of both counters in it */
	const char *histogram; /* its pairs of bucket and count; NULL: none */
	const char *program;   /* NULL: "" */
};

/* A cell line with that alone. */
void unit_point_put(FILE *file, unsigned replicate, const struct unit_point *point);

/* The run in the folder, read and also summarized, or the test fails with the reason. */
struct dataset;
struct summary;
void unit_read_run(struct dataset *dataset);
void unit_summarize(struct summary *summary, struct dataset *dataset);
void unit_free(struct summary *summary, struct dataset *dataset);

/* A generator for made-up samples: the same numbers on every machine. */
double unit_normal(uint64_t *state);

#endif
