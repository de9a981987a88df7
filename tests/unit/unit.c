#include "tests/unit/unit.h"

#include "harness/common/shuffle.h"
#include "harness/driver/analysis/summary.h"

#include <errno.h>
#include <ftw.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char folder[128];

void unit_contains(const char *text, const char *part, const char *file, int line)
{
	if (strstr(text, part))
		return;
	print_error("'%s' does not contain '%s'\n", text, part);
	_fail(file, line);
}

void unit_near(double value, double expected, double tolerance, const char *file, int line)
{
	if (fabs(value - expected) <= tolerance) /* false for a NaN */
		return;
	print_error("%.12g is not %.12g (within %.3g)\n", value, expected, tolerance);
	_fail(file, line);
}

const char *unit_folder(void)
{
	if (folder[0])
		return folder;
	const char *parent = getenv("FORKCOST_TEST_FOLDER");
	snprintf(folder, sizeof folder, "%s/unit-XXXXXX", parent ? parent : "build");
	if (!mkdtemp(folder)) {
		print_error("cannot make %s: %s\n", folder, strerror(errno));
		exit(2);
	}
	return folder;
}

static int remove_one(const char *path, const struct stat *facts, int kind, struct FTW *place)
{
	(void)facts;
	(void)kind;
	(void)place;
	return remove(path);
}

static FILE *open_file(const char *name, const char *mode)
{
	char path[sizeof folder + 64];
	snprintf(path, sizeof path, "%s/%s", unit_folder(), name);
	FILE *file = fopen(path, mode);
	if (!file) {
		print_error("cannot open %s: %s\n", path, strerror(errno));
		_fail(__FILE__, __LINE__);
	}
	return file;
}

void unit_write(const char *name, const char *text)
{
	FILE *file = open_file(name, "w");
	fputs(text, file);
	assert_int_equal(fclose(file), 0);
}

char *unit_read(const char *name)
{
	enum { TEXT_MAX = 1 << 20 };
	FILE *file = open_file(name, "r");
	char *text = malloc(TEXT_MAX);
	assert_non_null(text);
	size_t length = fread(text, 1, TEXT_MAX - 1, file);
	text[length] = '\0';
	fclose(file);
	return text;
}

static void write_environment(void)
{
	unit_write("environment.json",
		   "{\"cpu_model\": \"made up\", \"hypervisor\": \"none\","
		   " \"kernel\": {\"release\": \"6.1\"},"
		   " \"topology\": {\"cpus\": 2, \"memory_bytes\": 1073741824}}\n");
}

#define RUN_BEGIN                                                                            \
	"{\"type\": \"run\", \"format\": 3, \"version\": \"0\", \"git_commit\": \"0\","      \
	" \"id\": \"made-up\", \"settings\": {\"precision\": 0.02, \"replicates_max\": 40}," \
	" \"counters\": [{\"name\": \"page_faults_both\", \"group\": 0, \"with_child\": false},"

FILE *unit_run_begin(void)
{
	write_environment();
	FILE *file = open_file("samples.jsonl", "w");
	fputs(RUN_BEGIN
	      " {\"name\": \"both_with_child\", \"group\": 1, \"with_child\": true},"
	      " {\"name\": \"cycles\", \"missing\": \"unavailable: made up\"}],"
	      " \"experiments\": [{\"name\": \"spawn\", \"countable\": true, \"metrics\": ["
	      "{\"name\": \"call_ns\", \"unit\": \"ns\", \"summary\": \"\"},"
	      "{\"name\": \"reaped_ns\", \"unit\": \"ns\", \"summary\": \"\"},"
	      "{\"name\": \"child_faults\", \"unit\": \"count\", \"summary\": \"\"}]},"
	      "{\"name\": \"null\", \"metrics\": ["
	      "{\"name\": \"window_ns\", \"unit\": \"ns\", \"summary\": \"\"}]}]}\n",
	      file);
	return file;
}

static void put_arm(FILE *file, const struct unit_arm *arm)
{
	fprintf(file,
		"{\"experiment\": \"spawn\", \"primitive\": \"%s\", \"action\": \"%s\","
		" \"case\": \"\", \"aa_control\": %s, \"missing\": {\"reaped_ns\": \"%s\","
		" \"child_faults\": \"%s\"}, \"passes\": {\"plain\": {\"round\": [",
		arm->primitive, arm->action, arm->aa_control ? "true" : "false", arm->reason,
		arm->reason);
	for (size_t i = 0; i < arm->count; i++)
		fprintf(file, "%s%u", i ? "," : "", arm->rounds[i]);
	fputs("], \"place\": [", file);
	for (size_t i = 0; i < arm->count; i++)
		fprintf(file, "%s%zu", i ? "," : "", i % 5);
	fputs("], \"at_us\": [", file);
	for (size_t i = 0; i < arm->count; i++)
		fprintf(file, "%s%zu", i ? "," : "", i * 100);
	fputs("], \"metrics\": {\"call_ns\": [", file);
	for (size_t i = 0; i < arm->count; i++)
		fprintf(file, "%s%.3f", i ? "," : "", arm->call_ns[i]);
	fputs("]}}}}", file);
}

void unit_run_cell(FILE *file, unsigned replicate, uint64_t heap_bytes, const struct unit_arm *arms,
		   size_t arm_count)
{
	fprintf(file,
		"{\"type\": \"cell\", \"heap_bytes\": %llu, \"replicate\": %u, \"seed\": 1,"
		" \"page_kind\": \"4k\", \"child_cpu\": \"same\", \"began_s\": %u,"
		" \"state\": \"dirty\", \"cache\": \"warm\", \"touch_order\": \"\","
		" \"threads\": \"\", \"counted\": false, \"worker\": {\"mappings\": 13,"
		" \"steal_ticks\": 0, \"involuntary_switches\": 0}, \"arms\": [",
		(unsigned long long)heap_bytes, replicate, replicate);
	for (size_t i = 0; i < arm_count; i++) {
		fputs(i ? "," : "", file);
		put_arm(file, &arms[i]);
	}
	fputs("]}\n", file);
}

#define NS(name) "{\"name\": \"" name "\", \"unit\": \"ns\", \"summary\": \"\"}"
#define EXPERIMENT(name, metrics) \
	"{\"name\": \"" name "\", \"countable\": true, \"metrics\": [" metrics "]}"

FILE *unit_points_begin(void)
{
	write_environment();
	FILE *file = open_file("samples.jsonl", "w");
	fputs(RUN_BEGIN
	      " {\"name\": \"dtlb_load_walks_both\", \"group\": 0, \"with_child\": false},"
	      " {\"name\": \"cycles\", \"missing\": \"unavailable: made up, by us; ask us\"},"
	      " {\"name\": \"instructions\", \"missing\": \"unavailable: made up, by us; ask "
	      "us\"}],"
	      " \"page_kinds_left_out\": {\"hugetlb\": \"not permitted: made up\"},"
	      " \"experiments\": [" EXPERIMENT(
		      "first_write",
		      NS("write_ns") "," NS(
			      "single_ns") ","
					   "{\"name\": \"pages\", \"unit\": \"count\", "
					   "\"summary\": \"\"}") ",",
	      file);
	fputs(EXPERIMENT("tlb_refill", NS("page_ns")) "," EXPERIMENT(
		      "tlb_shootdown", NS("call_ns") "," NS("flush_ns")) ",",
	      file);
	fputs(EXPERIMENT("null", NS("window_ns")) "," EXPERIMENT(
		      "switch", NS("switch_ns")) "," EXPERIMENT("made_up", NS("made_ns")) ",",
	      file);
	fputs(EXPERIMENT("floors", NS("page_ns") "," NS("fault_ns")) ",", file);
	fputs(EXPERIMENT("spawn", NS("call_ns") "," NS("reaped_ns")) ",", file);
	fputs(EXPERIMENT("snapshot", NS("total_ns") "," NS("cpu_ns")) ",", file);
	fputs(EXPERIMENT("spread_write", NS("writes_ns") "," NS("end_ns")) ",", file);
	fputs(EXPERIMENT("teardown", NS("reap_ns")) "]}\n", file);
	return file;
}

static const char *or_else(const char *text, const char *other)
{
	return text ? text : other;
}

/* The columns of 12 samples, the disturbed ones among the others. */
static void put_witnessed(FILE *file, const struct unit_point *point)
{
	enum { SAMPLES = 12 };
	static int taken; /* a tenth of a second apart, so that each is judged alone */
	static const char *const columns[] = {"round",      "place",      "at_us",
					      "off_cpu_ns", "contention", NULL};
	for (size_t c = 0; c < COUNT_OF(columns); c++) {
		if (columns[c])
			fprintf(file, "\"%s\": [", columns[c]);
		else
			fprintf(file, "\"metrics\": {\"%s\": [", point->metric);
		for (int i = 0; i < SAMPLES; i++) {
			const int place = i * 5 % SAMPLES, most = SAMPLES / 2;
			/* More than half: not in the same rounds as fewer. */
			bool disturbed = (point->disturbed > most ? SAMPLES - 1 - place : place) <
					 point->disturbed;
			const double numbers[] = {i,
						  0,
						  100000.0 * taken++,
						  0,
						  0.95 + 0.001 * i + (disturbed ? 1 : 0),
						  point->value * (disturbed ? 1.4 : 1)};
			fprintf(file, "%s%.10g", i ? "," : "", numbers[c]);
		}
		fputs(columns[c] ? "], " : "]}", file);
	}
}

void unit_point_put(FILE *file, unsigned replicate, const struct unit_point *point)
{
	static const char columns[] = "\"round\": [0], \"place\": [0], \"at_us\": [0]";
	fprintf(file,
		"{\"type\": \"cell\", \"heap_bytes\": %llu, \"replicate\": %u, \"seed\": 1,"
		" \"page_kind\": \"%s\", \"child_cpu\": \"same\", \"began_s\": %u,"
		" \"state\": \"%s\", \"cache\": \"warm\", \"touch_order\": \"%s\","
		" \"threads\": \"%s\", \"written\": \"%s\", \"program\": \"%s\", \"counted\": %s,"
		" \"worker\": {\"mappings\": 13},",
		(unsigned long long)point->heap_bytes, replicate, or_else(point->page_kind, "4k"),
		replicate, or_else(point->state, "dirty"), or_else(point->touch_order, ""),
		or_else(point->threads, ""), or_else(point->written, ""),
		or_else(point->program, ""), point->counted_value > 0 ? "true" : "false");
	fprintf(file,
		" \"arms\": [{\"experiment\": \"%s\", \"primitive\": \"%s\", \"action\": \"%s\","
		" \"case\": \"%s\", \"aa_control\": false, \"missing\": {\"write_ns\": \"no\","
		" \"single_ns\": \"no\", \"pages\": \"no\", \"call_ns\": \"no\","
		" \"flush_ns\": \"no\", \"reaped_ns\": \"no\", \"page_ns\": \"no\","
		" \"fault_ns\": \"no\", \"total_ns\": \"no\","
		" \"cpu_ns\": \"no\", \"writes_ns\": \"no\", \"end_ns\": \"no\"},",
		point->experiment, or_else(point->primitive, ""), or_else(point->action, ""),
		or_else(point->case_name, ""));
	if (point->histogram)
		fprintf(file,
			" \"histogram\": {\"metric\": \"%s\", \"per_octave\": 64, \"buckets\": "
			"[%s]},",
			point->metric, point->histogram);
	fputs(" \"passes\": {", file);
	if (point->disturbed) {
		fputs("\"plain\": {", file);
		put_witnessed(file, point);
		fputs("}", file);
	} else if (point->value > 0)
		fprintf(file, "\"plain\": {%s, \"metrics\": {\"%s\": [%.3f]}}", columns,
			point->metric, point->value);
	if (point->counted_value > 0)
		fprintf(file,
			"%s\"counted0\": {%s, \"metrics\": {\"%s\": [%.3f]}, \"window_ns\": [1e9],"
			" \"counts\": {\"page_faults_both\": [%ld], \"dtlb_load_walks_both\": "
			"[%ld]}}",
			point->value > 0 ? ", " : "", columns, point->metric, point->counted_value,
			point->count, point->count);
	fputs("}}]}\n", file);
}

void unit_run_end(FILE *file)
{
	fputs("{\"type\": \"end\", \"duration_s\": 1, \"ended\": \"done\"}\n", file);
	assert_int_equal(fclose(file), 0);
}

void unit_read_run(struct dataset *dataset)
{
	struct problem problem = {""};
	if (dataset_read(dataset, unit_folder(), &problem))
		fail_msg("%s", problem.text);
}

void unit_summarize(struct summary *summary, struct dataset *dataset)
{
	struct problem problem = {""};
	unit_read_run(dataset);
	if (summary_make(summary, dataset, unit_folder(), &problem))
		fail_msg("%s", problem.text);
}

void unit_free(struct summary *summary, struct dataset *dataset)
{
	summary_free(summary);
	dataset_free(dataset);
}

static double uniform(uint64_t *state)
{
	struct shuffle shuffle = {*state};
	uint64_t bits = shuffle_next(&shuffle);
	*state = shuffle.state;
	return ((double)(bits >> 11) + 0.5) * 0x1p-53;
}

/* Box and Muller, 1958. */
double unit_normal(uint64_t *state)
{
	double radius = sqrt(-2 * log(uniform(state)));
	return radius * cos(2 * M_PI * uniform(state));
}

static struct unit_test *tests;

void unit_register(struct unit_test *test)
{
	struct unit_test **at = &tests;
	while (*at && (*at)->line < test->line)
		at = &(*at)->next;
	test->next = *at;
	*at = test;
}

__attribute__((weak)) void unit_before(void)
{
}

__attribute__((weak)) void unit_after(void)
{
}

static int before(void **state)
{
	(void)state;
	unit_before();
	return 0;
}

static int after(void **state)
{
	(void)state;
	unit_after();
	return 0;
}

static void run(void **state)
{
	const struct unit_test *test = *state;
	test->run();
}

/* Who changes settings of the machine starts its own program again, as their guardian: here that would run the tests,
 * which would start the next. */
int main(int argc, char **argv)
{
	enum { TESTS_MAX = 64 };
	if (argc > 1) {
		fprintf(stderr, "%s takes no words, as %s; a unit test cannot have a guardian\n",
			argv[0], argv[1]);
		return 2;
	}
	struct CMUnitTest rows[TESTS_MAX];
	size_t count = 0;
	if (!tests)
		return 2;
	for (struct unit_test *test = tests; test; test = test->next) {
		if (count == TESTS_MAX)
			return 2;
		rows[count++] = (struct CMUnitTest){test->name, run, before, after, test};
	}
	int failed =
		_cmocka_run_group_tests(program_invocation_short_name, rows, count, NULL, NULL);
	if (folder[0])
		nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	return failed;
}
