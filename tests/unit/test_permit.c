/* Why a counter is refused, and what would permit it, for each errno and each set of facts. */
#include "harness/driver/counters/permit.h"
#include "tests/unit/unit.h"

#include <errno.h>

static char why[WIRE_TEXT_MAX];
static const struct permit_request user = {.hardware = true, .part = true};
static const struct permit_request kernel = {.hardware = true, .in_kernel = true, .part = true};
static const struct permit_request both = {.hardware = true, .in_kernel = true};
static const struct permit_request software = {.in_kernel = true};

static void expect(const struct permit *permit, const struct permit_request *request, int error,
		   enum counter_state state, const char *part)
{
	assert_int_equal(permit_explain(permit, request, error, why), state);
	if (state == COUNTER_COUNTED) {
		assert_string_equal(why, "");
		return;
	}
	assert_memory_equal(why,
			    state == COUNTER_UNAVAILABLE ? "unavailable: " : "not permitted: ", 13);
	assert_contains(why, part);
	/* Not cut off. */
	assert_true(strlen(why) < sizeof why - 1);
}

TEST(no_error_is_counted)
{
	struct permit permit = {.paranoid = 2};
	expect(&permit, &kernel, 0, COUNTER_COUNTED, "");
}

TEST(paranoia_names_its_level_and_remedy)
{
	struct permit permit = {.paranoid = 2};
	expect(&permit, &kernel, EACCES, COUNTER_NOT_PERMITTED, "perf_event_paranoid is 2");
	assert_contains(why, "sysctl kernel.perf_event_paranoid=1");
	assert_contains(why, "CAP_PERFMON");
	expect(&permit, &software, EACCES, COUNTER_NOT_PERMITTED, "perf_event_paranoid is 2");
	/* 2 allows user mode: then it was something else. */
	expect(&permit, &user, EACCES, COUNTER_NOT_PERMITTED, "security module");
	permit.paranoid = 1;
	expect(&permit, &both, EACCES, COUNTER_NOT_PERMITTED, "security module");
	permit.paranoid = 3;
	expect(&permit, &user, EACCES, COUNTER_NOT_PERMITTED, "perf_event_paranoid is 3");
	permit.paranoid = 4;
	expect(&permit, &user, EPERM, COUNTER_NOT_PERMITTED, "perf_event_paranoid is 4");
}

TEST(privileges_of_a_user_namespace_do_not_count)
{
	struct permit permit = {.paranoid = 2, .privileged = true, .nested = true};
	expect(&permit, &kernel, EACCES, COUNTER_NOT_PERMITTED, "user namespace");
	assert_contains(why, "on the host");
	permit.nested = false;
	expect(&permit, &kernel, EACCES, COUNTER_NOT_PERMITTED, "security module");
}

TEST(seccomp_is_distinguished_from_paranoia)
{
	struct permit permit = {.paranoid = 2, .privileged = true, .filtered = true};
	expect(&permit, &user, EPERM, COUNTER_NOT_PERMITTED, "seccomp");
	assert_contains(why, "--cap-add PERFMON");
	expect(&permit, &user, ENOSYS, COUNTER_NOT_PERMITTED, "seccomp");
	/* With a filter on, EACCES is still the kernel's own answer. */
	permit.privileged = false;
	expect(&permit, &kernel, EACCES, COUNTER_NOT_PERMITTED, "perf_event_paranoid is 2");
	/* A sandbox that hides its filter, but not the setting that only a kernel with perf has. */
	permit.filtered = false;
	expect(&permit, &user, ENOSYS, COUNTER_NOT_PERMITTED, "seccomp");
	permit.paranoid = PERMIT_PARANOID_UNKNOWN;
	expect(&permit, &user, ENOSYS, COUNTER_UNAVAILABLE, "no perf_event_open");
	expect(&permit, &user, EACCES, COUNTER_NOT_PERMITTED, "security module");
	permit.filtered = true;
	expect(&permit, &user, ENOSYS, COUNTER_NOT_PERMITTED, "seccomp");
}

TEST(a_missing_pmu_is_distinguished_from_a_missing_event)
{
	struct permit permit = {.paranoid = 2, .no_pmu = true};
	expect(&permit, &user, ENOENT, COUNTER_UNAVAILABLE, "no hardware counters");
	assert_contains(why, "docs/COUNTERS.md");
	expect(&permit, &software, ENOENT, COUNTER_UNAVAILABLE, "does not count this event");
	permit.no_pmu = false;
	expect(&permit, &user, ENOENT, COUNTER_UNAVAILABLE, "does not count this event");
	expect(&permit, &user, ENODEV, COUNTER_UNAVAILABLE, "ENODEV");
}

TEST(refusals_of_the_pmu_say_what_it_cannot)
{
	struct permit permit = {.paranoid = 2};
	expect(&permit, &kernel, EINVAL, COUNTER_UNAVAILABLE,
	       "does not distinguish user from kernel");
	expect(&permit, &both, EINVAL, COUNTER_UNAVAILABLE, "refuses this event");
	expect(&permit, &kernel, EOPNOTSUPP, COUNTER_UNAVAILABLE, "EOPNOTSUPP");
	expect(&permit, &both, EBUSY, COUNTER_UNAVAILABLE, "EBUSY");
	expect(&permit, &both, EMFILE, COUNTER_UNAVAILABLE, "Too many open files");
}

TEST(tracefs_says_what_it_wants)
{
	const char *path = "exceptions/page_fault_user";
	assert_int_equal(permit_explain_tracefs(ENOENT, path, why), COUNTER_UNAVAILABLE);
	assert_contains(why, path);
	assert_int_equal(permit_explain_tracefs(EPROTO, path, why), COUNTER_UNAVAILABLE);
	assert_contains(why, path);
	assert_int_equal(permit_explain_tracefs(ENODEV, path, why), COUNTER_UNAVAILABLE);
	assert_int_equal(permit_explain_tracefs(EACCES, path, why), COUNTER_NOT_PERMITTED);
	assert_contains(why, "as root");
	assert_int_equal(permit_explain_tracefs(EPERM, path, why), COUNTER_NOT_PERMITTED);
	assert_contains(why, "CAP_SYS_ADMIN");
	assert_true(strlen(why) < sizeof why - 1);
}

TEST(facts_are_read_without_fail)
{
	struct permit permit;
	permit_read(&permit);
	FILE *file = fopen("/proc/sys/kernel/perf_event_paranoid", "r");
	int paranoid = PERMIT_PARANOID_UNKNOWN;
	if (file) {
		assert_int_equal(fscanf(file, "%d", &paranoid), 1);
		fclose(file);
	}
	assert_int_equal(permit.paranoid, paranoid);
}
