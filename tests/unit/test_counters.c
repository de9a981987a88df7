/* Counters chosen on this machine, whatever it counts. */
#include "harness/driver/counters/counters.h"
#include "harness/driver/counters/report.h"
#include "harness/driver/counters/tracefs.h"
#include "tests/unit/unit.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static struct counters counters;
static struct problem problem;

static void make(const char *list)
{
	if (counters_make(&counters, list, -1, &problem))
		fail_msg("%s: %s", list ? list : "all", problem.text);
}

static void refuse(const char *list, const char *part)
{
	if (!counters_make(&counters, list, -1, &problem))
		fail_msg("'%s' is not refused", list);
	assert_memory_equal(problem.text, "cannot ", 7);
	assert_contains(problem.text, part);
}

/* A metric is counted, or it or its role says why not; never both. */
static void expect_settled(const char *role, const char *metric)
{
	const struct counters_missing *missing = counters_find_missing(&counters, metric);
	if (!missing)
		missing = counters_find_missing(&counters, role);
	if ((counters_find(&counters, metric) != NULL) == (missing != NULL))
		fail_msg("%s is %s", metric, missing ? "counted and missing" : "lost");
}

static void expect_sound(void)
{
	size_t half = counters.count / 2;
	assert_int_equal(counters.count % 2, 0);
	for (size_t i = 0; i < counters.count; i++) {
		const struct wire_counter *counter = &counters.counted[i];
		uint32_t last = i ? counter[-1].group : 0;
		assert_true(counter->group == last || (i && counter->group == last + 1));
		assert_true(counter->group < COUNTER_GROUPS_MAX);
		assert_int_equal(counter->with_child, i >= half);
		assert_ptr_equal(counters_find(&counters, counter->name), counter);
		assert_non_null(counters_role_of(&counters, counter->name));
		/* The worker's to set. */
		assert_int_equal(counter->attr.disabled, 0);
		assert_int_equal(counter->attr.inherit, 0);
		assert_int_equal(counter->attr.read_format, 0);
		assert_int_equal(counter->attr.sample_period, 0);
		assert_int_equal(counter->attr.size, sizeof counter->attr);
		assert_int_equal(counter->attr.exclude_hv, 0);
	}
	for (size_t i = 0; i < half; i++) {
		struct wire_counter again = counters.counted[half + i];
		assert_memory_equal(&again.attr, &counters.counted[i].attr, sizeof again.attr);
		assert_string_equal(again.filter, counters.counted[i].filter);
		assert_int_equal(again.group, counters.counted[i].group + counters.group_count / 2);
		char name[2 * COUNTER_NAME_MAX];
		snprintf(name, sizeof name, "%s_with_child", counters.counted[i].name);
		assert_string_equal(again.name, name);
	}
	if (counters.count)
		assert_int_equal(counters.counted[counters.count - 1].group + 1,
				 counters.group_count);
	else
		assert_int_equal(counters.group_count, 0);
	for (size_t i = 0; i < counters.missing_count; i++) {
		const struct counters_missing *missing = &counters.missing[i];
		assert_true(missing->state == COUNTER_UNAVAILABLE ||
			    missing->state == COUNTER_NOT_PERMITTED);
		assert_memory_equal(missing->why,
				    missing->state == COUNTER_UNAVAILABLE ? "unavailable: "
									  : "not permitted: ",
				    13);
		assert_non_null(counters_role_of(&counters, missing->name));
		/* A role that stands for all its modes stands alone. */
		for (size_t j = 0; j < counters.missing_count; j++)
			if (i != j && counters_role_of(&counters, counters.missing[j].name) ==
					      counters_role_of(&counters, missing->name))
				assert_string_not_equal(
					missing->name,
					counters_role_of(&counters, missing->name)->name);
	}
}

/* A role of which nothing is counted, all for one reason, has one entry. */
static void expect_folded(const char *role)
{
	const struct counters_missing *missing[COUNTER_MODES];
	static const char *const suffix[] = {"_user", "_kernel", "_both"};
	for (unsigned mode = 0; mode < COUNTER_MODES; mode++) {
		char metric[COUNTER_NAME_MAX];
		snprintf(metric, sizeof metric, "%s%s", role, suffix[mode]);
		missing[mode] = counters_find_missing(&counters, metric);
		if (!missing[mode])
			return;
	}
	if (strcmp(missing[0]->why, missing[1]->why) == 0 &&
	    strcmp(missing[1]->why, missing[2]->why) == 0)
		fail_msg("%s: three times %s", role, missing[0]->why);
}

void unit_before(void)
{
	unsetenv("LIBPFM_FORCE_PMU"); /* it would hide the generic events */
}

/* Runs in a process in which libpfm4 has not started, so that it can be forced. */
static void force_skylake(void)
{
	char list[60 * 32] = "";
	setenv("LIBPFM_FORCE_PMU", "skx", 1);
	for (int i = 1; i <= 60; i++) {
		/* Any event will do: with another counter mask it is another one. */
		snprintf(list + strlen(list), sizeof list - strlen(list),
			 "%sINST_RETIRED:ANY_P:c=%d", i > 1 ? "," : "", i);
		if (i == COUNTER_MODES)
			make(list);
	}
	expect_sound();
	assert_int_equal(counters.role_count, COUNTER_MODES);
	assert_string_equal(counters.events.pmu, "skx");
	assert_string_equal(counters.roles[0].name, "inst_retired_any_p_c_1");
	assert_true(counters.roles[0].hardware);
	refuse(list, "shorten the list");
	/* A skx is not what this machine has, or else it counts; either is sound. */
	make(NULL);
	expect_sound();
	assert_string_equal(counters.roles[ROLE_TLB_FLUSHES].event, "skx::TLB_FLUSH:STLB_ANY");
	assert_string_equal(counters.roles[ROLE_TLB_FLUSHES].differs,
			    "flush attempts of the second-level TLB");
}

/* The first test: libpfm4 must not have started. */
TEST(events_of_a_forced_pmu_are_taken)
{
#ifdef __x86_64__
	int status;
	pid_t child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		force_skylake();
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
#else
	skip();
#endif
}

TEST(every_role_is_settled)
{
	static const char *const suffix[] = {"_user", "_kernel", "_both"};
	make(NULL);
	expect_sound();
	assert_int_equal(counters.role_count, ROLE_COUNT);
	for (unsigned i = 0; i < ROLE_COUNT; i++) {
		assert_string_equal(counters.roles[i].name, roles[i].name);
		assert_int_equal(counters.roles[i].one_mode, i >= ROLE_TRACE_FIRST);
		for (unsigned mode = 0; mode < COUNTER_MODES && i < ROLE_TRACE_FIRST; mode++) {
			char metric[COUNTER_NAME_MAX];
			snprintf(metric, sizeof metric, "%s%s", roles[i].name, suffix[mode]);
			expect_settled(roles[i].name, metric);
		}
		expect_folded(roles[i].name);
		if (i >= ROLE_TRACE_FIRST)
			expect_settled(roles[i].name, roles[i].name);
	}
	/* A process's counter never sees these. */
	assert_non_null(counters_find_missing(&counters, "tlb_flush_task_switch"));
}

TEST(modes_exclude_each_other)
{
	make("page_faults");
	expect_sound();
	const struct wire_counter *user = counters_find(&counters, "page_faults_user"),
				  *kernel = counters_find(&counters, "page_faults_kernel"),
				  *both = counters_find(&counters, "page_faults_both");
	if (!user || !kernel || !both)
		skip(); /* not permitted here */
	assert_true(user->attr.exclude_kernel && !user->attr.exclude_user);
	assert_true(!kernel->attr.exclude_kernel && kernel->attr.exclude_user);
	assert_true(!both->attr.exclude_kernel && !both->attr.exclude_user);
	assert_int_equal(counters.group_count, 2);
	assert_int_equal(counters.count, 6);
	assert_int_equal(counters.missing_count, 0);
}

TEST(none_is_nothing)
{
	make("none");
	expect_sound();
	assert_int_equal(counters.count, 0);
	assert_int_equal(counters.role_count, 0);
	assert_int_equal(counters.missing_count, 0);
}

TEST(wrong_lists_are_refused)
{
	refuse("", "write names separated by commas");
	refuse(",", "write names separated by commas");
	refuse("cycles,", "write names separated by commas");
	refuse(",cycles", "write names separated by commas");
	refuse("cycles,,instructions", "write names separated by commas");
	refuse("nope", "'nope'");
	refuse("nope", "forkcost counters");
	refuse("cycles_user", "'cycles_user'");
	refuse("cycles,none", "'none'");
	refuse("page_faults,cycles,page_faults", "twice");
	char long_name[4 * EVENT_NAME_MAX];
	memset(long_name, 'a', sizeof long_name);
	long_name[sizeof long_name - 1] = '\0';
	refuse(long_name, "write names separated by commas");
}

/* libpfm4's events for the kernel's own counters are there on every CPU. */
TEST(events_by_name_become_metrics)
{
	make("perf::PERF_COUNT_SW_CONTEXT_SWITCHES,page_faults");
	expect_sound();
	assert_int_equal(counters.role_count, 2);
	assert_string_equal(counters.roles[0].name, "perf_count_sw_context_switches");
	assert_string_equal(counters.roles[0].event, "perf::PERF_COUNT_SW_CONTEXT_SWITCHES");
	assert_false(counters.roles[0].hardware);
	expect_settled("perf_count_sw_context_switches", "perf_count_sw_context_switches_user");
	refuse("perf::PERF_COUNT_SW_CONTEXT_SWITCHES,PERF_COUNT_SW_CONTEXT_SWITCHES", "twice");
	refuse("PERF_COUNT_SW_CONTEXT_SWITCHES:u", "leave out the :u");
	refuse("PERF_COUNT_SW_CONTEXT_SWITCHES:k=1", "leave out the :u or :k");
}

TEST(a_metric_knows_its_role)
{
	make("page_faults,page_fault_user");
	const struct counters_role *faults = counters_role_of(&counters, "page_faults_user");
	assert_non_null(faults);
	assert_string_equal(faults->name, "page_faults");
	assert_ptr_equal(counters_role_of(&counters, "page_faults"), faults);
	assert_ptr_equal(counters_role_of(&counters, "page_faults_both_with_child"), faults);
	const struct counters_role *trace = counters_role_of(&counters, "page_fault_user");
	assert_non_null(trace);
	assert_string_equal(trace->name, "page_fault_user");
	assert_null(counters_role_of(&counters, "page_fault"));
	assert_null(counters_role_of(&counters, "page_faults_userland"));
	assert_null(counters_role_of(&counters, "page_faults_user_with_children"));
	assert_null(counters_role_of(&counters, ""));
}

TEST(the_cpu_set_is_put_back)
{
	cpu_set_t before, after;
	assert_int_equal(sched_getaffinity(0, sizeof before, &before), 0);
	int cpu = 0;
	while (!CPU_ISSET((unsigned)cpu, &before))
		cpu++;
	assert_int_equal(counters_make(&counters, NULL, cpu, &problem), OUTCOME_OK);
	assert_int_equal(sched_getaffinity(0, sizeof after, &after), 0);
	assert_true(CPU_EQUAL(&before, &after));
	expect_sound();
}

TEST(tallies_add_up)
{
	make(NULL);
	size_t all = 0, counted = 0;
	for (unsigned kind = COUNTERS_HARDWARE; kind <= COUNTERS_TRACE; kind++) {
		struct counters_tally tally = counters_tally(&counters, (enum counters_kind)kind);
		assert_true(tally.counted <= tally.all);
		assert_int_equal(tally.why == NULL, tally.counted == tally.all);
		all += tally.all;
		counted += tally.counted;
	}
	assert_int_equal(all, ROLE_TRACE_FIRST * COUNTER_MODES + ROLE_COUNT - ROLE_TRACE_FIRST);
	assert_int_equal(counted, counters.count / 2);
}

static size_t open_files(void)
{
	size_t count = 0;
	for (int fd = 0; fd < 1024; fd++)
		count += fcntl(fd, F_GETFD) >= 0;
	return count;
}

/* No descriptor stays open; one would hold the unseen tracefs, too. */
TEST(nothing_stays_behind)
{
	size_t before = open_files();
	for (int i = 0; i < 3; i++)
		make(NULL);
	assert_int_equal(open_files(), before);
}

TEST(tracepoints_have_numbers)
{
	uint64_t number = 0;
	int tracefs = tracefs_open();
	if (tracefs < 0)
		skip();
	assert_true(tracefs_event(tracefs, "sched/sched_switch", NULL, &number));
	assert_true(number > 0);
	assert_true(tracefs_event(tracefs, "sched/sched_switch", "prev_comm", &number));
	assert_false(tracefs_event(tracefs, "sched/sched_switch", "no such words", &number));
	assert_int_equal(errno, EPROTO);
	assert_false(tracefs_event(tracefs, "sched/no_such_event", NULL, &number));
	assert_int_equal(errno, ENOENT);
	close(tracefs);
}
