/* Counts that cannot be true are refused in words, others are not. */
#include "harness/driver/analysis/count_check.h"
#include "tests/unit/unit.h"

/* One arm with 4 pages and two counted samples of 1,000 ns each. */
static void write_run(const char *environment, const char *user, const char *kernel,
		      const char *both, const char *name)
{
	char text[4096];
	unit_write("environment.json", environment);
	snprintf(text, sizeof text,
		 "{\"type\": \"run\", \"format\": 2, \"id\": \"x\", \"settings\": {}, "
		 "\"counters\": ["
		 "{\"name\": \"%s_user\", \"group\": 0}, {\"name\": \"%s_kernel\", \"group\": 0},"
		 "{\"name\": \"%s_both\", \"group\": 0}], \"experiments\": [{\"name\": \"e\","
		 " \"countable\": true, \"metrics\": [{\"name\": \"pages\", \"unit\": "
		 "\"count\"}]}]}\n"
		 "{\"type\": \"cell\", \"heap_bytes\": 0, \"replicate\": 0, \"seed\": 1,"
		 " \"page_kind\": \"4k\", \"child_cpu\": \"same\", \"began_s\": 0,"
		 " \"state\": \"dirty\", \"cache\": \"warm\", \"touch_order\": \"\","
		 " \"threads\": \"\", \"counted\": true, \"worker\": {}, \"arms\": [{"
		 "\"experiment\": \"e\", \"primitive\": \"\", \"action\": \"\", \"case\": \"\","
		 " \"aa_control\": false, \"missing\": {}, \"passes\": {"
		 "\"plain\": {\"round\": [0], \"place\": [0], \"at_us\": [0],"
		 " \"metrics\": {\"pages\": [4]}},"
		 "\"counted0\": {\"round\": [0, 0], \"place\": [0, 1], \"at_us\": [1, 2],"
		 " \"metrics\": {}, \"window_ns\": [1000, 1000], \"counts\": {"
		 "\"%s_user\": %s, \"%s_kernel\": %s, \"%s_both\": %s}}}}]}\n",
		 name, name, name, name, user, name, kernel, name, both);
	unit_write("samples.jsonl", text);
}

static void assert_doubt(const char *metric, const char *why)
{
	struct dataset dataset;
	char said[PROBLEM_TEXT_MAX] = "";
	unit_read_run(&dataset);
	const struct series *series = dataset_find(&dataset, &dataset.series[0], metric);
	assert_non_null(series);
	bool refused = count_check_refuses(&dataset, series, said, sizeof said);
	assert_false(
		count_check_refuses(&dataset, &dataset.series[0], said, sizeof said)); /* pages */
	dataset_free(&dataset);
	if (!why && refused)
		fail_msg("refused: %s", said);
	if (why && !refused)
		fail_msg("%s was believed; expected: %s", metric, why);
	if (why)
		assert_contains(said, why);
}

static const char slow[] = "{\"facts\": {\"cpu_max_khz\": \"1000000\", \"cpu_boost\": \"0\"}}";
static const char unknown[] = "{\"facts\": {\"cpu_max_khz\": \"unavailable: No such file\"}}";

TEST(cycles_have_a_limit)
{
	/* 2,000 cycles in 1 us: too many for 1 GHz with a microsecond's slack from 2,021 on. */
	write_run(slow, "[0, 0]", "[1900, 1900]", "[1900, 1900]", "cycles");
	assert_doubt("cycles_both", NULL);
	write_run(slow, "[0, 0]", "[1900, 9000]", "[1900, 9000]", "cycles");
	assert_doubt("cycles_both", "refused: 9000 cycles in 1000 ns");
	assert_doubt("cycles_kernel", "1.00 GHz");
	assert_doubt("cycles_user", NULL);
	/* No limit of the machine's own: 8 GHz. */
	write_run(unknown, "[0, 0]", "[1900, 9000]", "[1900, 9000]", "cycles");
	assert_doubt("cycles_both", NULL);
	write_run(unknown, "[0, 0]", "[1900, 99000]", "[1900, 99000]", "cycles");
	assert_doubt("cycles_both", "8.00 GHz");
}

TEST(other_roles_have_a_limit)
{
	/* A CPU of 1 GHz makes no more than 16 instructions a nanosecond, and 4 walks. */
	write_run(slow, "[0, 0]", "[32000, 32001]", "[32000, 32001]", "instructions");
	assert_doubt("instructions_kernel", "refused: 32001 in 1000 ns");
	write_run(slow, "[0, 0]", "[7000, 8000]", "[7000, 8000]", "dtlb_load_walks");
	assert_doubt("dtlb_load_walks_both", NULL);
	write_run(slow, "[0, 0]", "[7000, 8001]", "[7000, 8001]", "dtlb_load_walks");
	assert_doubt("dtlb_load_walks_both", "refused: 8001 in 1000 ns");
	write_run(slow, "[0, 0]", "[0, 2100]", "[0, 2100]", "dtlb_walk_cycles");
	assert_doubt("dtlb_walk_cycles_both", "refused: 2100 cycles");
	/* Nothing is known of what an event by its own name can be. */
	write_run(slow, "[0, 0]", "[1, 99999]", "[1, 99999]", "uops_issued_any");
	assert_doubt("uops_issued_any_both", NULL);
}

TEST(parts_make_the_whole)
{
	write_run(unknown, "[50000, 5000]", "[50000, 5000]", "[100000, 10000]", "instructions");
	assert_doubt("instructions_both", NULL);
	write_run(unknown, "[50000, 5000]", "[50000, 5000]", "[100000, 90000]", "instructions");
	assert_doubt("instructions_both", "refused:");
}

TEST(faults_have_pages)
{
	write_run(unknown, "[4, 4]", "[0, 0]", "[4, 4]", "page_faults");
	assert_doubt("page_faults_user", NULL);
	write_run(unknown, "[4, 99999]", "[0, 0]", "[4, 4]", "page_faults");
	assert_doubt("page_faults_user", "refused:");
}

static char why[PLAUSIBLE_TEXT_MAX];

TEST(each_metric_has_its_bound)
{
	/* A microsecond more is granted: 3 GHz for 10 us are 33,330 cycles. */
	static const struct {
		const char *metric;
		uint64_t most;
	} bounds[] = {
		{"cycles_user", 33330},
		{"cycles_both_with_child", 33330},
		{"dtlb_walk_cycles_kernel", 33330},
		{"instructions_both", 528000},
		{"dtlb_load_walks_user", 132000},
		{"page_faults_user", 1100},
		{"tlb_flush_local_mm_shootdown", 1100},
		{"page_fault_kernel_with_child", 1100},
	};
	for (size_t i = 0; i < COUNT_OF(bounds); i++) {
		assert_true(count_check_is_plausible(bounds[i].metric, bounds[i].most, 10000, 3e9,
						     1, why));
		assert_false(count_check_is_plausible(bounds[i].metric, bounds[i].most + 1, 10000,
						      3e9, 1, why));
		assert_contains(why, "in 10000 ns");
		assert_true(count_check_is_plausible(bounds[i].metric, bounds[i].most + 1, 10000,
						     3e9, 2, why));
	}
	assert_false(count_check_is_plausible("page_faults_both", 1, NAN, 3e9, 1, why));
	/* Nothing is known of these. */
	assert_true(count_check_is_plausible("uops_issued_any_user", UINT64_MAX, 1, 3e9, 1, why));
	assert_true(
		count_check_is_plausible("cycles_not_in_halt_user", UINT64_MAX, 1, 3e9, 1, why));
	assert_true(count_check_is_plausible("", UINT64_MAX, 1, 3e9, 1, why));
}
