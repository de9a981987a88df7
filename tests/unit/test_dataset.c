/* Runs are read back whole or refused by line. */
#include "harness/driver/analysis/ratio.h"
#include "harness/driver/analysis/summary.h"
#include "harness/driver/data/dataset.h"
#include "tests/unit/unit.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static const double values[] = {100, 110, 120, 90};
static const unsigned rounds[] = {0, 0, 1, 1};
static const struct unit_arm arms[] = {
	{"fork", "exit", false, 4, values, rounds, "not looked at"},
	{"vfork", "exit", false, 2, values, rounds, "not looked at"},
};

/* Two replicates of two arms. */
static void write_run(void)
{
	FILE *file = unit_run_begin();
	unit_run_cell(file, 0, 0, arms, 2);
	unit_run_cell(file, 1, 0, arms, 2);
	unit_run_end(file);
}

/* Replaces the first `from` in samples.jsonl by `to`. */
static void edit(const char *from, const char *to)
{
	char *text = unit_read("samples.jsonl");
	char *at = strstr(text, from);
	assert_non_null(at);
	size_t size = strlen(text) + strlen(to) + 1;
	char *edited = malloc(size);
	assert_non_null(edited);
	snprintf(edited, size, "%.*s%s%s", (int)(at - text), text, to, at + strlen(from));
	unit_write("samples.jsonl", edited);
	free(edited);
	free(text);
}

static void assert_refused(const char *why)
{
	struct dataset dataset;
	struct problem problem = {""};
	if (dataset_read(&dataset, unit_folder(), &problem) != OUTCOME_FAILED) {
		dataset_free(&dataset);
		fail_msg("a spoilt run was read; expected: %s", why);
	}
	assert_contains(problem.text, why);
	assert_null(dataset.series); /* nothing is left behind */
	assert_null(dataset.run);
}

TEST(good_run)
{
	struct dataset dataset;
	write_run();
	unit_read_run(&dataset);
	assert_string_equal(dataset.warning, "");
	assert_int_equal(dataset.series_count, 6); /* two arms, three metrics */
	assert_int_equal(dataset.failure_count, 0);
	assert_int_equal(dataset.mappings_min, 13);
	assert_non_null(dataset.end);

	const struct series *fork = &dataset.series[0];
	assert_string_equal(fork->primitive, "fork");
	assert_string_equal(fork->metric, "call_ns");
	assert_string_equal(fork->level[AXIS_STATE], "dirty");
	assert_true(fork->is_main);
	assert_int_equal(fork->block_count, 2);
	assert_int_equal(fork->blocks[1].replicate, 1);
	assert_int_equal(fork->blocks[1].rounds[2], 1);
	assert_int_equal(fork->blocks[1].places[3], 3);

	size_t count;
	double *all = series_values(fork, &count);
	assert_int_equal(count, 8);
	assert_near(all[6], 120, 0);
	free(all);
	double *medians = series_medians(fork);
	assert_near(medians[0], 105, 1e-12);
	assert_near(medians[1], 105, 1e-12);
	free(medians);

	const struct series *reaped = dataset_find(&dataset, fork, "reaped_ns");
	assert_non_null(reaped);
	assert_int_equal(reaped->block_count, 0);
	assert_string_equal(reaped->missing, "not looked at");
	assert_null(series_values(reaped, &count));
	assert_int_equal(count, 0);
	assert_null(series_medians(reaped));
	assert_null(dataset_find(&dataset, fork, "no_such_metric"));
	dataset_free(&dataset);
	dataset_free(&dataset); /* twice does no harm */
}

/* fork's exit in the first cell, with a counted pass and a histogram. */
static void write_counted_run(void)
{
	write_run();
	edit("\"counted\": false", "\"counted\": true");
	edit("\"passes\": {",
	     "\"histogram\": {\"metric\": \"call_ns\", \"per_octave\": 64, \"buckets\": [[3, 1],"
	     " [9, 2]]}, \"passes\": {\"counted0\": {\"round\": [0, 1], \"place\": [0, 0],"
	     " \"at_us\": [1, 2], \"metrics\": {\"call_ns\": [7, 8]}, \"window_ns\": [50, 60],"
	     " \"counts\": {\"page_faults_both\": [3, 5]}},");
}

TEST(counts_are_read_and_reasons_kept)
{
	struct dataset dataset;
	struct problem problem = {""};
	write_counted_run();
	unit_read_run(&dataset);
	const struct series *call = dataset_find(&dataset, &dataset.series[0], "call_ns");
	/* Times of a counted pass are none. */
	assert_int_equal(call->blocks[0].count, 4);
	assert_near(call->blocks[0].values[0], 100, 0);
	assert_non_null(call->histogram);
	assert_int_equal(call->histogram[9], 2);
	const struct series *faults = dataset_find(&dataset, call, "page_faults_both");
	assert_non_null(faults);
	assert_true(faults->is_counter);
	assert_int_equal(faults->block_count, 1);
	assert_near(faults->blocks[0].values[1], 5, 0);
	assert_near(faults->blocks[0].window_ns[1], 60, 0);
	const struct series *cycles = dataset_find(&dataset, call, "cycles");
	assert_non_null(cycles);
	assert_int_equal(cycles->block_count, 0);
	assert_string_equal(cycles->missing, "unavailable: made up");
	/* The experiment does not count its children. */
	assert_null(dataset_find(&dataset, call, "both_with_child"));
	dataset_free(&dataset);

	write_counted_run();
	edit("[3, 5]}", "\"refused: it ran backwards\"}");
	assert_int_equal(dataset_read(&dataset, unit_folder(), &problem), OUTCOME_OK);
	faults = dataset_find(&dataset, &dataset.series[0], "page_faults_both");
	assert_int_equal(faults->block_count, 0);
	assert_string_equal(faults->missing, "refused: it ran backwards");
	dataset_free(&dataset);

	static const char *const spoilt[][3] = {
		{"[3, 5]}", "\"\"}", "a counter's reason is empty or too long"},
		{"[3, 5]}", "[3]}", "the columns of a pass differ"},
		{"[50, 60]", "[50]", "the columns of a pass differ"},
		{"\"per_octave\": 64", "\"per_octave\": 32", "a histogram of another kind"},
		{"[9, 2]", "[99999, 2]", "out of range"},
		{"[9, 2]", "[9, -2]", "out of range"},
		{"[9, 2]", "[9, 4294967295], [9, 1]", "out of range"},
		{"[9, 2]", "[-1, 2]", "out of range"},
		{", \"window_ns\": [50, 60]", "", "the columns of a pass differ"},
		{"[50, 60]", "[50, -60]", "a round, a place or a time is impossible"},
		{"[3, 5]}", "[3, -5]}", "a count is not a possible whole number"},
		{"[3, 5]}", "[3, 5.5]}", "a count is not a possible whole number"},
		{"[3, 5]}", "[3, 1e300]}", "a count is not a possible whole number"},
		{"[3, 5]}", "[3, 9223372036854775807]}", "a count is not a possible whole number"},
		{"\"call_ns\": [7, 8]", "\"call_ns\": [7, -8]", "a value is not a possible number"},
		{"\"metric\": \"call_ns\", \"per", "\"metric\": \"none\", \"per", "has no metric"},
	};
	for (size_t i = 0; i < COUNT_OF(spoilt); i++) {
		write_counted_run();
		edit(spoilt[i][0], spoilt[i][1]);
		assert_refused(spoilt[i][2]);
	}
}

TEST(times_and_rates_have_intervals)
{
	struct series series = {.unit = "ns"};
	assert_true(series_has_interval(&series));
	wire_copy(series.unit, sizeof series.unit, "1/s");
	assert_true(series_has_interval(&series));
	wire_copy(series.unit, sizeof series.unit, "count");
	assert_false(series_has_interval(&series));
}

TEST(torn_last_line)
{
	struct dataset dataset;
	FILE *file = unit_run_begin();
	unit_run_cell(file, 0, 0, arms, 2);
	fputs("{\"type\": \"cell\", \"heap_by", file);
	assert_int_equal(fclose(file), 0);
	unit_read_run(&dataset);
	assert_contains(dataset.warning, "cut off");
	assert_contains(dataset.warning, unit_folder());
	assert_int_equal(dataset.series_count, 6);
	assert_int_equal(dataset.series[0].block_count, 1);
	assert_null(dataset.end);
	dataset_free(&dataset);
}

TEST(failures_are_counted)
{
	struct dataset dataset;
	struct problem problem = {""};
	FILE *file = unit_run_begin();
	unit_run_cell(file, 0, 0, arms, 2);
	fputs("{\"type\": \"failure\", \"why\": \"the first\"}\n", file);
	fputs("{\"type\": \"failure\", \"why\": \"the second\"}\n", file);
	unit_run_end(file);
	assert_int_equal(dataset_read(&dataset, unit_folder(), &problem), OUTCOME_OK);
	assert_int_equal(dataset.failure_count, 2);
	assert_string_equal(dataset.first_failure, "the first");
	dataset_free(&dataset);
}

/* What turned out not to be had while the run went on is no failure: it joins what the plan knew. */
TEST(page_kinds_left_out_are_no_failures)
{
	static const char line[] =
		"{\"type\": \"failure\", \"why\": \"%s\", \"page_kind\": \"%s\", "
		"\"experiment\": \"spawn\", \"page_kind_left_out\": true}\n";
	struct dataset dataset;
	struct problem problem = {""};
	FILE *file = unit_run_begin();
	unit_run_cell(file, 0, 0, arms, 2);
	fprintf(file, line, "too scattered", "thp");
	fprintf(file, line, "another reason", "thp");
	fputs("{\"type\": \"failure\", \"why\": \"in disorder\", \"frames\": \"in-order\", "
	      "\"experiment\": \"spawn\", \"frames_left_out\": true}\n",
	      file);
	unit_run_end(file);
	assert_int_equal(dataset_read(&dataset, unit_folder(), &problem), OUTCOME_OK);
	assert_int_equal(dataset.failure_count, 0);
	assert_null(dataset_failure(&dataset, "spawn"));
	json_t *kinds = json_object_get(dataset.run, "page_kinds_left_out");
	assert_int_equal(json_object_size(kinds), 1);
	assert_string_equal(json_string_value(json_object_get(kinds, "thp")), "too scattered");
	json_t *frames = json_object_get(dataset.run, "frames_left_out");
	assert_string_equal(json_string_value(json_object_get(frames, "in-order")), "in disorder");
	dataset_free(&dataset);
	file = unit_run_begin();
	fprintf(file, line, "", "<b>");
	fclose(file);
	assert_refused("what was left out is no level of its axis");
}

TEST(malformed_lines_are_refused_by_number)
{
	/* Line 1 is the run, 2 and 3 are cells, 4 the end. */
	static const struct {
		const char *from, *to, *why;
	} cases[] = {
		{"\"replicate\": 0", "\"replicate\": 0,,", "line 2: it is not JSON"},
		{"{\"type\": \"cell\"", "{\"type\": \"cell\", \"type\": \"cell\"",
		 "line 2: it is not JSON"},
		{"\"ended\": \"done\"}", "\"ended\": \"done\"", "line 4: it is not JSON"},
		{"{\"type\": \"cell\"", "{\"tipe\": \"cell\"", "line 2: it has no type"},
		{"{\"type\": \"end\"", "{\"type\": \"fin\"", "line 4: its type is not known"},
		{"{\"type\": \"end\"", "{\"type\": \"run\"", "line 4: a second run line"},
		{"\"format\": 3", "\"format\": 1", "line 1: this version does not read"},
		{"{\"type\": \"run\"", "{\"type\": \"end\"", "line 2: a cell comes before"},
		{"\"heap_bytes\": 0", "\"heap_bytes\": -1", "line 2: a cell's levels"},
		{"\"heap_bytes\": 0", "\"heap_bytes\": \"1M\"", "line 2: a cell's levels"},
		{"\"replicate\": 0", "\"replicate\": null", "line 2: a cell's levels"},
		{"\"state\": \"dirty\"",
		 "\"state\": \"a state by a name that is longer than there is room\"",
		 "line 2: a cell's levels"},
		{"\"primitive\": \"fork\"", "\"primitive\": 7", "line 2: an arm's names"},
		{"\"experiment\": \"spawn\"", "\"experiment\": \"swpan\"",
		 "line 2: an arm is of an experiment"},
		{"[0,0,1,1]", "[0,0,1]", "line 2: the columns of a pass differ"},
		{"[0,100,200,300]", "[]", "line 2: the columns of a pass differ"},
		{"110.000", "\"110\"", "line 2: a value is not a possible number"},
		{"110.000", "null", "line 2: a value is not a possible number"},
		{"\"missing\": {\"reaped_ns\": \"not looked at\",", "\"missing\": {",
		 "line 2: a metric has neither values nor a reason"},
		{"\"reaped_ns\": \"not looked at\"", "\"reaped_ns\": \"\"",
		 "line 2: a metric has neither values nor a reason"},
		{"\"call_ns\": [100", "\"other_ns\": [100",
		 "line 2: a metric has neither values nor a reason"},
		{"110.000", "-110", "line 2: a value is not a possible number"},
		{"110.000", "1e300", "line 2: a value is not a possible number"},
		{"110.000", "5e-324", "line 2: a value is not a possible number"},
		{"[0,0,1,1]", "[0,0,1,-1]", "line 2: a round, a place or a time is impossible"},
		{"[0,0,1,1]", "[0,0,1,65536]", "line 2: a round, a place or a time is impossible"},
		{"[0,100,200,300]", "[0,100,200,-1]", "line 2: a round, a place or a time"},
		{"\"replicate\": 0", "\"replicate\": -1", "line 2: a cell's levels"},
		{"\"replicate\": 0", "\"replicate\": 1024", "line 2: a cell's levels"},
		{"\"replicate\": 1,", "\"replicate\": 0,", "line 3: a replicate is repeated"},
		{"\"replicate\": 0", "\"replicate\": 2",
		 "line 3: a replicate is repeated or out of order"},
		{"\"heap_bytes\": 0", "\"heap_bytes\": 1e300", "line 2: a cell's levels"},
		{"\"threads\": \"\"", "\"threads\": \"1e300\"", "line 2: a cell's levels"},
		{"\"began_s\": 0", "\"began_s\": -5", "line 2: a replicate's start"},
		{"\"seed\": 1", "\"seed\": -1", "line 2: a fact about the worker"},
		{"\"state\": \"dirty\"", "\"state\": \"dir\\u001bty\"", "line 2: a cell's levels"},
		{"\"state\": \"dirty\"", "\"state\": \"dir\\nty\"", "line 2: a cell's levels"},
		{"\"primitive\": \"fork\"", "\"primitive\": \"fo\\u009brk\"",
		 "line 2: an arm's names"},
		{"\"passes\": {", "\"passes\": {\"stamped\": {\"metrics\": {\"call_ns\": [1]}},",
		 "line 2: a metric or a counter is in two passes"},
		{"\"state\": \"dirty\"", "\"state\": \"dirty\", \"nice\": \"10\"",
		 "line 2: it has a level of an axis that this build lacks, nice; use the forkcost"},
		{"\"precision\": 0.02", "\"precision\": -1", "line 1: a setting is out of range"},
		{"\"name\": \"null\"", "\"name\": \"spawn\"",
		 "line 1: two experiments or counters"},
	};
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		write_run();
		edit(cases[i].from, cases[i].to);

		assert_refused(cases[i].why);
	}
}

/* What may be left out is not needed, and a fact of no sense is refused, not printed. */
TEST(optional_fields_are_optional)
{
	static const struct {
		const char *from, *to;
	} cases[] = {
		{"\"id\": \"made-up\", ", ""},
		{"\"settings\": {\"precision\": 0.02, \"replicates_max\": 40},", ""},
		{"\"settings\": {\"precision\": 0.02, \"replicates_max\": 40}", "\"settings\": {}"},
		{"\"seed\": 1,", ""},
		{"\"began_s\": 0,", ""},
		{", \"ended\": \"done\"", ""},
		/* Of an axis that is not varied; of a newer version. */
		{"\"state\": \"dirty\"", "\"state\": \"dirty\", \"nice\": \"\""},
		{"\"seed\": 1,", "\"seed\": 1, \"new\": [7],"},
		/* Only counted passes have windows. */
		{"\"plain\": {", "\"plain\": {\"window_ns\": [1, 2, 3, 4],"},
		{"\"plain\": {", "\"plain\": {\"window_ns\": \"none\","},
	};
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct dataset dataset;
		struct summary summary;
		struct problem problem = {""};
		write_run();
		edit(cases[i].from, cases[i].to);
		if (dataset_read(&dataset, unit_folder(), &problem) ||
		    summary_make(&summary, &dataset, unit_folder(), &problem) ||
		    summary_write(&summary, unit_folder(), &problem))
			fail_msg("%s: %s", cases[i].from, problem.text);
		assert_true(summary.row_count > 0);
		summary_free(&summary);
		dataset_free(&dataset);
	}
	write_run();
	edit("\"steal_ticks\": 0", "\"steal_ticks\": 1e308");
	assert_refused("line 2: a fact about the worker is out of range");
}

/* More rounds than any worker runs, in no order: all of them count. */
TEST(ratios_are_of_all_rounds)
{
	enum { SAMPLES = 300 };
	double one[SAMPLES], other[SAMPLES];
	unsigned numbers[SAMPLES];
	for (unsigned i = 0; i < SAMPLES; i++) {
		numbers[i] = (i * 7) % SAMPLES;
		one[i] = 100;
		other[i] = numbers[i] < 100 ? 100 : 300;
	}
	const struct unit_arm many[] = {
		{"fork", "exit", false, SAMPLES, one, numbers, "not looked at"},
		{"vfork", "exit", false, SAMPLES, other, numbers, "not looked at"},
	};
	struct dataset dataset;
	struct ratio ratio;
	struct problem problem = {""};
	FILE *file = unit_run_begin();
	unit_run_cell(file, 0, 0, many, 2);
	unit_run_end(file);
	unit_read_run(&dataset);
	const struct series *fork = &dataset.series[0];
	struct series key = *fork;
	wire_copy(key.primitive, sizeof key.primitive, "vfork");
	const struct series *vfork = dataset_find(&dataset, &key, "call_ns");
	assert_int_equal(ratio_make(&ratio, vfork, fork, &problem), OUTCOME_OK);
	assert_near(ratio.interval.center, 3, 1e-9);
	dataset_free(&dataset);
}

TEST(links_and_special_files_are_refused)
{
	static const char *const names[] = {"samples.jsonl", "environment.json"};
	char path[300], elsewhere[300];
	for (size_t i = 0; i < COUNT_OF(names); i++) {
		snprintf(path, sizeof path, "%s/%s", unit_folder(), names[i]);
		snprintf(elsewhere, sizeof elsewhere, "%s/elsewhere", unit_folder());
		write_run();
		assert_int_equal(rename(path, elsewhere), 0);
		assert_int_equal(symlink("elsewhere", path), 0);
		assert_refused("it is a link");
		unlink(path);
		assert_int_equal(mkfifo(path, 0600), 0);
		assert_refused("it is not a regular file");
		unlink(path);
		assert_int_equal(mkdir(path, 0700), 0);
		assert_refused("it is not a regular file");
		rmdir(path);
	}
	/* Also where the text that it leads to would be read. */
	write_run();
	snprintf(path, sizeof path, "%s/samples.jsonl.zst", unit_folder());
	assert_int_equal(symlink("samples.jsonl", path), 0);
	assert_refused("samples.jsonl.zst: it is a link");
	unlink(path);
}

static ssize_t breaks(void *cookie, char *buffer, size_t bytes)
{
	FILE *file = cookie;
	size_t got = fread(buffer, 1, bytes < 100 ? bytes : 100, file);
	if (got)
		return (ssize_t)got;
	errno = EIO;
	return -1;
}

static int close_under(void *cookie)
{
	return fclose(cookie);
}

/* A read that fails is not the end of the run. */
TEST(a_failed_read_is_said)
{
	char path[300];
	struct dataset dataset;
	struct problem problem = {""};
	write_run();
	snprintf(path, sizeof path, "%s/samples.jsonl", unit_folder());
	FILE *under = fopen(path, "r");
	assert_non_null(under);
	FILE *samples = fopencookie(under, "r",
				    (cookie_io_functions_t){.read = breaks, .close = close_under});
	snprintf(path, sizeof path, "%s/environment.json", unit_folder());
	FILE *environment = fopen(path, "r");
	assert_non_null(environment);
	assert_int_equal(
		dataset_read_streams(&dataset, samples, environment, unit_folder(), &problem),
		OUTCOME_FAILED);
	assert_contains(problem.text, "Input/output error");
	assert_contains(problem.text, "samples.jsonl");
}

TEST(empty_and_absent_runs)
{
	struct dataset dataset;
	struct problem problem = {""};
	write_run();
	unit_write("samples.jsonl", "");
	assert_refused("no run line");
	write_run();
	unit_write("environment.json", "{");
	assert_refused("environment.json");
	assert_int_equal(dataset_read(&dataset, "build/no-such-run", &problem), OUTCOME_FAILED);
	assert_contains(problem.text, "build/no-such-run");
}
