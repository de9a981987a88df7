/* Every role's encoding on every CPU family that libpfm4 has tables for on this architecture, forced
 * by LIBPFM_FORCE_PMU. The numbers are from the vendors' manuals: event in bits 0 to 7, unit mask in
 * 8 to 15; Intel's counter mask in 24 to 31. */
#include "harness/common/counted.h"
#include "harness/driver/counters/events.h"
#include "harness/driver/counters/roles.h"
#include "tests/unit/unit.h"

#include <ctype.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

/* No event. */
#define NONE 0

struct known {
	const char *pmu;
	uint64_t config[ROLE_PMU_COUNT]; /* in the order of enum role_index */
};

/*	 cycles, instructions, load walks, store walks, walk cycles, itlb walks, flushes, llc misses */
#define SKYLAKE                                                               \
	{                                                                     \
		0x3c, 0xc0, 0x0e08, 0x0e49, 0x1001008, 0x0e85, 0x20bd, 0x412e \
	}
#define SAPPHIRE_RAPIDS                                                     \
	{                                                                   \
		0x3c, 0xc0, 0x0e12, 0x0e13, 0x1001012, 0x0e11, NONE, 0x412e \
	}
#define ZEN_2                                                          \
	{                                                              \
		0x76, 0xc0, 0xf045, NONE, NONE, 0x0785, 0xff78, 0x4843 \
	}
#define ZEN_3                                                          \
	{                                                              \
		0x76, 0xc0, 0xf045, NONE, NONE, 0x0f85, 0xff78, 0x4843 \
	}
#define NEOVERSE                                               \
	{                                                      \
		0x11, 0x08, 0x34, 0x5d, NONE, 0x35, NONE, 0x37 \
	}

static const struct known x86[] = {
	{"skl", SKYLAKE},
	{"skx", SKYLAKE},
	{"clx", SKYLAKE},
	{"icl", SKYLAKE},
	{"icx", SKYLAKE},
	{"spr", SAPPHIRE_RAPIDS},
	{"amd64_fam17h_zen2", ZEN_2},
	{"amd64_fam19h_zen3", ZEN_3},
	{"amd64_fam19h_zen4", ZEN_3},
	{"ix86arch", {0x3c, 0xc0, NONE, NONE, NONE, NONE, NONE, 0x412e}},
};

static const struct known arm[] = {
	{"arm_n1", NEOVERSE},
	{"arm_n2", NEOVERSE},
	{"arm_v1", NEOVERSE},
	{"arm_v2", NEOVERSE},
};

/* What a child found out with the PMU forced; libpfm4 reads that once a process. */
struct found {
	bool started;
	char pmu[EVENT_PMU_MAX];
	bool has[ROLE_PMU_COUNT];
	char full[ROLE_PMU_COUNT][EVENT_NAME_MAX];
	struct perf_event_attr attr[ROLE_PMU_COUNT];
};

static void find(const char *pmu, struct found *found)
{
	struct events events;
	memset(found, 0, sizeof *found);
	setenv("LIBPFM_FORCE_PMU", pmu, 1);
	events_start(&events);
	found->started = events.started;
	memcpy(found->pmu, events.pmu, sizeof found->pmu);
	for (unsigned role = 0; role < ROLE_PMU_COUNT; role++)
		found->has[role] = events_of_role(&events, (enum role_index)role,
						  &found->attr[role], found->full[role]);
}

static void find_in_child(const char *pmu, struct found *found)
{
	int ends[2], status;
	assert_int_equal(pipe(ends), 0);
	pid_t child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		static struct found mine;
		find(pmu, &mine);
		for (size_t sent = 0; sent < sizeof mine;) {
			ssize_t now = write(ends[1], (char *)&mine + sent, sizeof mine - sent);
			if (now <= 0)
				_exit(1);
			sent += (size_t)now;
		}
		_exit(0);
	}
	close(ends[1]);
	size_t got = 0;
	ssize_t now;
	while (got < sizeof *found &&
	       (now = read(ends[0], (char *)found + got, sizeof *found - got)) > 0)
		got += (size_t)now;
	close(ends[0]);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	assert_int_equal(got, sizeof *found);
}

static void expect_role(const struct known *known, unsigned role, const struct found *found)
{
	const struct perf_event_attr *attr = &found->attr[role];
	if (found->has[role] != (known->config[role] != NONE))
		fail_msg("%s on %s: %s", roles[role].name, known->pmu,
			 found->has[role] ? "there should be no event" : "there is no event");
	if (!found->has[role])
		return;
	if (attr->type != PERF_TYPE_RAW || attr->config != known->config[role])
		fail_msg("%s on %s: type %u, config %#llx, not %#llx", roles[role].name, known->pmu,
			 attr->type, (unsigned long long)attr->config,
			 (unsigned long long)known->config[role]);
	/* Modes, guests and precision are not the encoder's to say. */
	struct perf_event_attr bare = {
		.type = attr->type, .size = sizeof bare, .config = attr->config};
	assert_memory_equal(attr, &bare, sizeof bare);
	/* Said in full, without modifiers. */
	assert_memory_equal(found->full[role], known->pmu, strlen(known->pmu));
	assert_memory_equal(found->full[role] + strlen(known->pmu), "::", 2);
	assert_null(strchr(found->full[role], '='));
}

static void expect_all(const struct known *known, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct found found;
		find_in_child(known[i].pmu, &found);
		assert_true(found.started);
		assert_string_equal(found.pmu, known[i].pmu);
		for (unsigned role = 0; role < ROLE_PMU_COUNT; role++)
			expect_role(&known[i], role, &found);
	}
}

/* tests/cli/counters.bats runs this again as an Arm program, with a library that knows Arm. */
TEST(roles_encode_as_the_manuals_say)
{
#ifdef __x86_64__
	expect_all(x86, COUNT_OF(x86));
#elif defined __aarch64__
	expect_all(arm, COUNT_OF(arm));
#else
	(void)expect_all; /* libpfm4 has no tables for this architecture */
	skip();
#endif
}

static bool expected(const char *pmu)
{
	for (size_t i = 0; i < COUNT_OF(x86); i++)
		if (strcmp(x86[i].pmu, pmu) == 0)
			return true;
	for (size_t i = 0; i < COUNT_OF(arm); i++)
		if (strcmp(arm[i].pmu, pmu) == 0)
			return true;
	return false;
}

TEST(no_family_goes_untested)
{
	const struct role_family *family;
	for (size_t f = 0; (family = roles_family_at(f)); f++) {
		assert_non_null(family->pmus[0]);
		for (unsigned p = 0; p < ROLE_PMUS_MAX && family->pmus[p]; p++) {
			assert_ptr_equal(roles_family(family->pmus[p]), family);
			if (!expected(family->pmus[p]))
				fail_msg("%s is not tested", family->pmus[p]);
		}
	}
	assert_null(roles_family("nehalem"));
	assert_null(roles_family(""));
}

TEST(a_pmu_without_a_table_has_no_role_events)
{
	struct found found;
#ifdef __x86_64__
	find_in_child("snb", &found);
	assert_string_equal(found.pmu, "snb");
	for (unsigned role = 0; role < ROLE_PMU_COUNT; role++)
		assert_false(found.has[role]);
#endif
	find_in_child("nonsense", &found);
	assert_string_equal(found.pmu, "");
}

TEST(role_names_are_metric_names)
{
	for (unsigned i = 0; i < ROLE_COUNT; i++) {
		const char *name = roles[i].name;
		assert_int_equal(roles_find(name), i);
		assert_true(strlen(name) + sizeof "_kernel_with_child" <= COUNTER_NAME_MAX);
		for (const char *at = name; *at; at++)
			assert_true(islower((unsigned char)*at) || *at == '_');
		assert_true(*roles[i].summary);
	}
	assert_int_equal(roles_find("nothing"), ROLE_COUNT);
	assert_int_equal(roles_find(""), ROLE_COUNT);
}

/* The generic events by number, from perf_event_open(2). */
TEST(generic_events_mean_their_roles)
{
	static const struct {
		enum role_index role;
		uint32_t type;
		uint64_t config;
	} known[] = {
		{ROLE_CYCLES, 0, 0},
		{ROLE_INSTRUCTIONS, 0, 1},
		{ROLE_DTLB_LOAD_WALKS, 3, 0x10003},
		{ROLE_DTLB_STORE_WALKS, 3, 0x10103},
		{ROLE_ITLB_WALKS, 3, 0x10004},
		{ROLE_LLC_MISSES, 3, 0x10002},
		{ROLE_PAGE_FAULTS, 1, 2},
	};
	size_t found = 0;
	for (size_t i = 0; i < COUNT_OF(known); i++) {
		const struct role_generic *generic = &roles[known[i].role].generic;
		assert_non_null(generic->name);
		assert_int_equal(generic->type, known[i].type);
		assert_int_equal(generic->config, known[i].config);
	}
	/* None for walk cycles and flushes: no generic event means them. */
	for (unsigned i = 0; i < ROLE_COUNT; i++)
		found += roles[i].generic.name != NULL;
	assert_int_equal(found, COUNT_OF(known));
}

TEST(trace_roles_are_tracepoints)
{
	for (unsigned i = 0; i < ROLE_COUNT; i++)
		assert_true((i >= ROLE_TRACE_FIRST) == (roles[i].tracepoint.path != NULL));
	for (unsigned i = 0; i < 5; i++) {
		const struct role_tracepoint *flush =
			&roles[ROLE_TLB_FLUSH_TASK_SWITCH + i].tracepoint;
		char filter[COUNTER_FILTER_MAX];
		snprintf(filter, sizeof filter, "reason==%u", i);
		assert_string_equal(flush->path, "tlb/tlb_flush");
		assert_string_equal(flush->filter, filter);
		assert_non_null(flush->x86_only);
	}
	assert_non_null(roles[ROLE_TLB_FLUSH_TASK_SWITCH].tracepoint.unseen);
	assert_string_equal(roles[ROLE_TLB_FLUSH_REMOTE_SEND_IPI].tracepoint.format_says,
			    "{ 4, \"remote IPI send\" }");
	assert_null(roles[ROLE_PAGE_FAULT_USER].tracepoint.filter);
}

TEST(metrics_are_recognized_by_their_stem)
{
	assert_true(roles_is_metric("cycles", "cycles_user"));
	assert_true(roles_is_metric("cycles", "cycles"));
	assert_true(roles_is_metric("dtlb_walk_cycles", "dtlb_walk_cycles_both_with_child"));
	assert_true(roles_is_metric("page_fault_user", "page_fault_user_with_child"));
	assert_false(roles_is_metric("page_faults", "page_fault_user"));
	assert_false(roles_is_metric("cycles", "cycles_not_in_halt_user"));
	assert_false(roles_is_metric("cycles", "cycles_user_with_children"));
	assert_false(roles_is_metric("cycles", ""));
}
