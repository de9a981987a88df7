/* Whether the worker had its CPU to itself: notes from made-up witnesses whose truth is known. */
#include "harness/driver/analysis/disturbed.h"
#include "harness/driver/data/dataset.h"
#include "tests/unit/unit.h"

#include <math.h>
#include <string.h>

enum { REPLICATES = 4 };

static double values[REPLICATES];
static struct block blocks[REPLICATES];
static struct series series;
static char text[DISTURBED_TEXT_MAX];

/* Replicates of a cell of one second: nobody else ran. The worker waited for its own children. */
static void fill(void)
{
	series = (struct series){.unit = "ns", .block_count = REPLICATES, .blocks = blocks};
	for (unsigned r = 0; r < REPLICATES; r++) {
		values[r] = 100;
		blocks[r] = (struct block){
			.replicate = r,
			.count = 1,
			.values = &values[r],
			.worker_facts = {.duration_ns = 1e9,
					 .wait_ns = 2e8,
					 .cpu_ns = 9.8e8,
					 .idle_ns = 1e7,
					 .steal_ns = 0,
					 .cpus = 1,
					 .involuntary_switches = 5,
					 .migrations = 0,
					 .open_files = 4},
		};
	}
}

static const char *report(void)
{
	return disturbed_text(&series, text, sizeof text);
}

TEST(quiet_rows_say_nothing)
{
	fill();
	assert_string_equal(report(), "");
	/* An idle CPU is nobody's, and a worker that never waited had no competitor. */
	blocks[0].worker_facts.cpu_ns = 5e8;
	blocks[0].worker_facts.idle_ns = 4.9e8;
	blocks[1].worker_facts.cpu_ns = 5e8;
	blocks[1].worker_facts.wait_ns = 0;
	/* What could be a tick by chance. */
	blocks[2].worker_facts.steal_ns = 2e7;
	assert_string_equal(report(), "");
	series.block_count = 0;
	assert_string_equal(report(), "");
}

TEST(what_was_not_recorded_is_not_reported)
{
	double fewest, most;
	fill();
	for (unsigned r = 0; r < REPLICATES; r++)
		blocks[r].worker_facts = worker_facts_read(NULL);
	assert_string_equal(report(), "");
	assert_false(disturbed_open_files(&series, &fewest, &most));
	json_t *worker = json_pack("{s:i,s:s,s:f}", "wait_ns", -1, "cpu_ns", "unavailable: x",
				   "open_files", 7.0);
	struct worker_facts read = worker_facts_read(worker);
	assert_true(isnan(read.wait_ns) && isnan(read.cpu_ns) && isnan(read.idle_ns));
	assert_near(read.open_files, 7, 0);
	json_decref(worker);
}

TEST(competitors_are_reported)
{
	fill();
	for (unsigned r = 0; r < REPLICATES; r++) {
		blocks[r].worker_facts.cpu_ns = 5e8;
		blocks[r].worker_facts.wait_ns = 3e8;
	}
	assert_string_equal(report(),
			    "disturbed: other processes had the CPU for 30 % of the time (waited "
			    "1.20 s, 20 involuntary switches)");
}

TEST(they_are_held_against_quiet_rows)
{
	fill();
	blocks[2].worker_facts.cpu_ns = 5e8;
	blocks[2].worker_facts.wait_ns = 4e8;
	blocks[2].worker_facts.migrations = 3;
	values[2] = 800;
	assert_contains(report(), "40 % of the time in 1 of 4 replicates, median +700 % against");
	assert_contains(text, ", 3 migrations)");
	wire_copy(series.unit, sizeof series.unit, "count");
	assert_null(strstr(report(), "median"));
}

TEST(steal_is_reported)
{
	fill();
	blocks[1].worker_facts.steal_ns = 1.1e8;
	assert_contains(report(), "disturbed: the hypervisor had the CPU for 10 % of the time in 1 "
				  "of 4 replicates");
}

TEST(open_files_may_vary)
{
	double fewest, most;
	fill();
	blocks[1].worker_facts.open_files = 6;
	blocks[2].worker_facts.open_files = NAN;
	assert_true(disturbed_open_files(&series, &fewest, &most));
	assert_near(fewest, 4, 0);
	assert_near(most, 6, 0);
}
