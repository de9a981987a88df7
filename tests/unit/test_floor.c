/* Floors of the fork bill, from runs made up so that they are known. */
#include "harness/driver/show/derived.h"
#include "harness/driver/show/floor.h"
#include "tests/unit/unit.h"

#include <math.h>

enum { REPLICATES = 6, PAGES = 16384 };

static struct dataset dataset;
static struct summary summary;
static struct derived rows[DERIVED_MAX];
static double fault_ns = 700;

static void put(FILE *file, unsigned replicate, const char *experiment, const char *case_name,
		const char *metric, uint64_t heap_bytes, double value)
{
	const bool forks = *experiment == 's';
	const struct unit_point point = {.experiment = experiment,
					 .case_name = case_name,
					 .metric = metric,
					 .heap_bytes = heap_bytes,
					 .value = value,
					 .primitive = forks ? "fork" : NULL,
					 .action = forks ? "exit" : NULL};
	unit_point_put(file, replicate, &point);
}

/* 512 ns a page copied, 640 updated, 200 written; 700 a fault: a fork's page 1 + 10 ns. */
static void make_run(uint64_t heap_bytes, const char *environment)
{
	FILE *file = unit_points_begin();
	if (environment)
		unit_write("environment.json", environment);
	for (unsigned r = 0; r < REPLICATES; r++) {
		const double slow = 1 + 0.01 * r;
		put(file, r, "floors", "copy", "page_ns", heap_bytes, 512 * slow);
		put(file, r, "floors", "update", "page_ns", heap_bytes, 640 * slow);
		put(file, r, "floors", "write", "page_ns", heap_bytes, 200 * slow);
		put(file, r, "floors", "page_fault", "fault_ns", heap_bytes, fault_ns * slow);
		put(file, r, "spawn", "", "call_ns", 4096ULL * PAGES, 33.0 * PAGES * slow);
		put(file, r, "first_write", "parent_copy", "write_ns", 16 << 20, 1212 * 2 * slow);
		put(file, r, "first_write", "fresh_zero", "write_ns", 16 << 20, 900 * slow);
	}
	unit_run_end(file);
	unit_summarize(&summary, &dataset);
}

static const struct derived *find(const char *name)
{
	const size_t count = derived_rows(&summary, "floors", rows);
	for (size_t i = 0; i < count; i++)
		if (strcmp(rows[i].name, name) == 0)
			return &rows[i];
	fail_msg("no %s", name);
	return NULL;
}

TEST(a_floor_is_the_sum_of_its_parts_in_each_replicate)
{
	static const double ns[FLOOR_ITEMS] = {11, 1212, 900, 700};
	make_run(512 << 20, NULL);
	for (enum floor_item item = 0; item < FLOOR_ITEMS; item++) {
		const struct floor_value floor = floor_find(&summary, item);
		assert_int_equal(floor.replicates, REPLICATES);
		/* The geometric mean of 1 to 1.05. */
		assert_near(floor.ns.center / ns[item], 1.02486, 1e-4);
		assert_true(floor.ns.has_interval);
		assert_near(find(floor_names[item])->value.center, floor.ns.center, 1e-9);
	}
	assert_near(find("memory_copy")->value.center, 4096 / (512 * 1.02486), 1e-3);
	unit_free(&summary, &dataset);
}

TEST(what_is_measured_is_so_many_times_its_floor)
{
	make_run(512 << 20, NULL);
	const struct derived *fork = find("fork_dirty_over_floor");
	assert_near(fork->value.center, 3, 1e-3);
	assert_int_equal(fork->heap_bytes, 4096 * PAGES);
	/* As independent. */
	const struct filter filter = {.experiment = "spawn", .metric = "call_ns"};
	const struct stats_interval *call = &filter_row(&summary, &filter)->interval;
	const struct floor_value floor = floor_find(&summary, FLOOR_FORK_PAGE);
	assert_near(log(fork->value.high / fork->value.low),
		    hypot(log(call->high / call->low), log(floor.ns.high / floor.ns.low)), 1e-6);
	assert_near(find("copy_fault_over_floor")->value.center, 2, 1e-3);
	assert_near(find("fresh_page_over_floor")->value.center, 1, 1e-3);
	assert_true(isnan(find("reuse_fault_over_floor")->value.center));
	assert_contains(find("reuse_fault_over_floor")->note, "unavailable: it was not measured");
	unit_free(&summary, &dataset);
}

/* What a cache holds says nothing of memory's speed. */
TEST(a_heap_that_a_cache_holds_has_no_floor)
{
	make_run(512 << 20,
		 "{\"topology\": {\"caches\": [{\"level\": 3, \"bytes\": 469762049}]}}\n");
	assert_int_equal(floor_find(&summary, FLOOR_COPY_FAULT).replicates, 0);
	assert_contains(find("floor_copy_fault")->note, "too small for memory's speed");
	assert_contains(find("memory_read")->note, "too small for memory's speed");
	assert_true(isnan(find("fork_dirty_over_floor")->value.center));
	unit_free(&summary, &dataset);
	make_run(512 << 20,
		 "{\"topology\": {\"caches\": [{\"level\": 3, \"bytes\": 469762048}]}}\n");
	assert_int_equal(floor_find(&summary, FLOOR_COPY_FAULT).replicates, REPLICATES);
	unit_free(&summary, &dataset);
}

TEST(a_page_fault_that_no_hardware_makes_is_told_of)
{
	char text[320];
	make_run(512 << 20, NULL);
	assert_string_equal(floor_paging_words(&summary, text, sizeof text), "");
	unit_free(&summary, &dataset);
	fault_ns = 14000;
	make_run(512 << 20, NULL);
	assert_contains(floor_paging_words(&summary, text, sizeof text),
			"the cheapest page fault takes 14.3 us ±1.9%, several times");
	unit_free(&summary, &dataset);
	make_run(512 << 20, "{\"hypervisor\": \"QEMU emulation (riscv-virtio,qemu)\"}\n");
	assert_string_equal(floor_paging_words(&summary, text, sizeof text), "");
	unit_free(&summary, &dataset);
	fault_ns = 700;
}
