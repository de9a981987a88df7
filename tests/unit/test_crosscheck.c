/* hyperfine's files, made up so that the verdict is known. */
#include "harness/driver/analysis/crosscheck.h"
#include "tests/unit/unit.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SPAWNS = 1001, TURNS = 6, TEXT_MAX = 32768 };

static struct crosscheck crosscheck;
static struct problem problem;

void unit_before(void)
{
	char path[512];
	snprintf(path, sizeof path, "%s/hyperfine", unit_folder());
	mkdir(path, 0755);
}

void unit_after(void)
{
	static const char *const names[] = {"fork.exit.0.json", "vfork.exit.4096.json",
					    "fork.exit.0.1731.json"};
	for (size_t i = 0; i < COUNT_OF(names); i++) {
		char path[512];
		snprintf(path, sizeof path, "%s/hyperfine/%s", unit_folder(), names[i]);
		unlink(path);
	}
}

/* A file of so many turns. Start-up takes 5 ms, a spawn `whole_ns`, in turn i that and i `scatter_ns`; of the three
 * times of a command the shortest is the second. */
static void put(const char *name, unsigned turns, double whole_ns, double scatter_ns,
		double window_ns)
{
	char text[TEXT_MAX], path[64];
	int at = snprintf(text, sizeof text, "{\"spawns\": %d, \"turns\": [", SPAWNS);
	for (unsigned i = 0; i < turns; i++) {
		double one_s = 5e-3,
		       many_s = one_s + (SPAWNS - 1) * (whole_ns + i * scatter_ns) / 1e9;
		at += snprintf(text + at, sizeof text - (size_t)at,
			       "%s{\"window_ns\": %g, \"hyperfine\": {\"results\": [", i ? "," : "",
			       window_ns);
		for (int command = 0; command < 4; command++) {
			double shortest_s = command % 2 ? one_s : many_s;
			at += snprintf(text + at, sizeof text - (size_t)at,
				       "%s{\"times\": [%.9g, %.9g, %.9g]}", command ? "," : "",
				       shortest_s * 1.5, shortest_s, shortest_s * 3);
		}
		at += snprintf(text + at, sizeof text - (size_t)at, "]}}");
	}
	snprintf(text + at, sizeof text - (size_t)at, "]}");
	snprintf(path, sizeof path, "hyperfine/%s", name);
	unit_write(path, text);
}

static const struct crosscheck_entry *only_entry(void)
{
	if (crosscheck_read(&crosscheck, unit_folder(), &problem))
		fail_msg("%s", problem.text);
	assert_int_equal(crosscheck.count, 1);
	return &crosscheck.entries[0];
}

static void verdict_is(double whole_ns, double scatter_ns, double window_ns, const char *verdict)
{
	put("fork.exit.0.json", TURNS, whole_ns, scatter_ns, window_ns);
	assert_string_equal(crosscheck_verdict(only_entry()), verdict);
}

TEST(a_spawn_costs_the_difference_of_the_shortest_commands_over_the_spawns_between)
{
	put("fork.exit.0.json", TURNS, 22000, 0, 20000);
	const struct crosscheck_entry *entry = only_entry();
	assert_string_equal(entry->primitive, "fork");
	assert_string_equal(entry->action, "exit");
	assert_int_equal(entry->spawns, SPAWNS);
	assert_int_equal(entry->turns, TURNS);
	assert_near(entry->whole_ns.center, 22000, 0.1);
	assert_near(entry->once_ns.center, 22000, 0.1);
	assert_near(entry->window_ns.center, 20000, 0.1);
	assert_near(entry->ratio.center, 1.1, 1e-5);
}

TEST(the_verdict_follows_the_interval_of_the_ratio)
{
	verdict_is(20000, 20, 20000, "agrees");
	verdict_is(25000, 20, 20000, "disagrees");
	verdict_is(15000, 20, 20000, "disagrees");
	verdict_is(15000, 2000, 20000, "inconclusive"); /* 0.75 to 1.25 */
	verdict_is(21600, 200, 20000, "inconclusive");  /* about the bound */
	verdict_is(-200, 0, 20000, "inconclusive");     /* N children took no longer than one */
	put("fork.exit.0.json", STATS_INTERVAL_VALUES_MIN - 1, 20000, 20, 20000);
	assert_string_equal(crosscheck_verdict(only_entry()), "inconclusive");
}

TEST(files_of_older_versions_are_known_and_not_used)
{
	put("vfork.exit.4096.json", TURNS, 20000, 0, 20000);
	unit_write("hyperfine/fork.exit.0.1731.json", "{\"results\": []}");
	assert_int_equal(only_entry()->heap_bytes, 4096);
	assert_true(crosscheck.has_old);
}

TEST(what_is_not_as_it_should_be_is_refused)
{
	static const char *const texts[] = {
		"{}",
		"{\"spawns\": 1, \"turns\": [{}]}",
		"{\"spawns\": 9, \"turns\": []}",
		"{\"spawns\": 9, \"turns\": [{\"window_ns\": 1, \"hyperfine\": {}}]}",
		"{\"spawns\": 9, \"turns\": [{\"window_ns\": 0, \"hyperfine\": {\"results\": "
		"[{\"times\": "
		"[1]},{\"times\": [1]},{\"times\": [1]},{\"times\": [1]}]}}]}",
		"{\"spawns\": 9, \"turns\": [{\"window_ns\": 1, \"hyperfine\": {\"results\": "
		"[{\"times\": "
		"[1]},{\"times\": [1]},{\"times\": [1]},{\"times\": []}]}}]}",
	};
	for (size_t i = 0; i < COUNT_OF(texts); i++) {
		unit_write("hyperfine/fork.exit.0.json", texts[i]);
		if (crosscheck_read(&crosscheck, unit_folder(), &problem) != OUTCOME_FAILED)
			fail_msg("taken: %s", texts[i]);
		assert_contains(problem.text, "hyperfine/fork.exit.0.json");
	}
	put("fork.exit.0.json", 65, 20000, 0, 20000);
	assert_int_equal(crosscheck_read(&crosscheck, unit_folder(), &problem), OUTCOME_FAILED);
}
