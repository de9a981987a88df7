/* Grouping, on PMUs made up here and on one that is real everywhere on x86: the debug registers, of
 * which there are four. */
#include "harness/driver/counters/groups.h"
#include "harness/driver/counters/trial.h"
#include "tests/unit/unit.h"

#include <errno.h>
#include <linux/hw_breakpoint.h>
#include <stdarg.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { MANY = 40 };

static struct wire_counter counters[MANY];
static const struct wire_counter *all[MANY];
static uint32_t set[MANY], group[MANY];

/* The PMU made up: so many counters, of which at most so many "b" ones; never a "never". */
static size_t room, room_for_b;

static bool fits_made_up(const struct wire_counter *const *members, size_t count)
{
	size_t b = 0;
	for (size_t i = 0; i < count; i++) {
		if (strcmp(members[i]->name, "never") == 0)
			return false;
		b += members[i]->name[0] == 'b';
	}
	return count <= room && b <= room_for_b;
}

/* Fills the list by letters, one set for each run of a letter. */
static size_t list(const char *letters)
{
	size_t count = strlen(letters);
	assert_true(count <= MANY);
	for (size_t i = 0; i < count; i++) {
		counters[i] = (struct wire_counter){.name = {letters[i]}};
		if (letters[i] == '!')
			strcpy(counters[i].name, "never");
		all[i] = &counters[i];
		set[i] = i ? set[i - 1] + (letters[i] != letters[i - 1]) : 7;
	}
	return count;
}

/* Checks the groups against one digit a counter, '-' for none. */
static void expect(const char *letters, const char *digits)
{
	size_t count = list(letters);
	uint32_t end = groups_form(all, set, count, 0, fits_made_up, group), most = 0;
	for (size_t i = 0; i < count; i++) {
		uint32_t want = digits[i] == '-' ? GROUPS_NONE : (uint32_t)(digits[i] - '0');
		if (group[i] != want)
			fail_msg("%s: counter %zu is in group %u, not %c", letters, i, group[i],
				 digits[i]);
		if (want != GROUPS_NONE && want + 1 > most)
			most = want + 1;
	}
	assert_int_equal(end, most);
}

TEST(sets_stay_together_where_they_fit)
{
	room = room_for_b = 6;
	expect("aaacccdddeee", "000000111111");
	room = room_for_b = 4;
	expect("aaacccddd", "000111222");
	expect("aaacddd", "0000111");
	room = room_for_b = 3;
	expect("aaac", "0001");
}

TEST(sets_are_split_only_if_they_must_be)
{
	room = room_for_b = 2;
	expect("aaaccc", "001122");
	room = room_for_b = 1;
	expect("aac", "012");
	/* One kind is scarce: its set is split, the others are not. */
	room = 4, room_for_b = 1;
	expect("aaabbbccc", "000012222");
	expect("bbbaaa", "012222");
}

TEST(what_never_fits_is_left_out)
{
	room = room_for_b = 6;
	expect("a!c", "0-0");
	expect("!", "-");
	expect("!!!aaa", "---000");
	room = room_for_b = 0;
	expect("aaac", "----");
}

TEST(an_empty_list_makes_no_group)
{
	assert_int_equal(groups_form(all, set, 0, 5, fits_made_up, group), 5);
}

TEST(numbers_begin_where_asked)
{
	room = room_for_b = 3;
	size_t count = list("aaaccc");
	assert_int_equal(groups_form(all, set, count, 4, fits_made_up, group), 6);
	assert_int_equal(group[0], 4);
	assert_int_equal(group[5], 5);
}

TEST(no_group_exceeds_the_wire_form)
{
	room = room_for_b = 100;
	expect("acacacacacacaca", "000000000000111");
}

/* Whatever the PMU: numbers rise without a gap, and each group fits. */
TEST(groups_are_sound_on_any_pmu)
{
	uint64_t random = 1;
	for (int round = 0; round < 2000; round++) {
		char letters[MANY + 1] = "";
		random = random * 6364136223846793005u + 1442695040888963407u;
		room = random >> 60, room_for_b = (random >> 56) & 3;
		size_t count = (random >> 48) % MANY;
		for (size_t i = 0; i < count; i++)
			letters[i] = "aabbcd!e"[(random >> (i % 40)) & 7];
		list(letters);
		uint32_t end = groups_form(all, set, count, 0, fits_made_up, group), next = 0;
		for (size_t i = 0; i < count; i++) {
			const struct wire_counter *members[MANY];
			size_t together = 0;
			if (group[i] == GROUPS_NONE) {
				assert_false(fits_made_up(&all[i], 1));
				continue;
			}
			assert_true(group[i] == next || group[i] + 1 == next);
			next = group[i] + 1;
			for (size_t j = 0; j < count; j++)
				if (group[j] == group[i])
					members[together++] = all[j];
			assert_true(together <= COUNTER_GROUP_MAX);
			assert_true(fits_made_up(members, together));
		}
		assert_int_equal(end, next);
	}
}

/* ---- on the machine ---- */

static void make_software(size_t count)
{
	for (size_t i = 0; i < count; i++) {
		counters[i] = (struct wire_counter){.attr = {.type = PERF_TYPE_SOFTWARE,
							     .size = sizeof(struct perf_event_attr),
							     .config = PERF_COUNT_SW_PAGE_FAULTS,
							     .exclude_kernel = 1}};
		all[i] = &counters[i];
	}
}

TEST(software_events_run_together)
{
	make_software(COUNTER_GROUP_MAX + 1);
	int error = trial_alone(&counters[0]);
	if (error == EACCES || error == EPERM || error == ENOSYS)
		skip();
	assert_int_equal(error, 0);
	assert_true(trial_together(all, 1));
	assert_true(trial_together(all, COUNTER_GROUP_MAX));
	assert_false(trial_together(all, COUNTER_GROUP_MAX + 1));
	assert_false(trial_together(all, 0));
	/* One that does not open spoils the group. */
	counters[2].attr.config = PERF_COUNT_SW_MAX;
	assert_int_not_equal(trial_alone(&counters[2]), 0);
	assert_true(trial_together(all, 2));
	assert_false(trial_together(all, 3));
}

/* Takes libc's place: a group that is never switched on is like one that never gets its turn. */
static bool stuck;

int ioctl(int fd, unsigned long request, ...)
{
	va_list args;
	va_start(args, request);
	unsigned long argument = va_arg(args, unsigned long);
	va_end(args);
	if (stuck && request == PERF_EVENT_IOC_ENABLE)
		return 0;
	return (int)syscall(SYS_ioctl, fd, request, argument);
}

TEST(a_group_that_never_runs_does_not_fit)
{
	make_software(2);
	if (trial_alone(&counters[0]) != 0)
		skip();
	stuck = true;
	bool fits = trial_together(all, 2);
	stuck = false;
	assert_false(fits);
	assert_true(trial_together(all, 2));
}

TEST(debug_registers_run_out_after_four)
{
#ifdef __x86_64__
	static int watched[MANY];
	for (size_t i = 0; i < 6; i++) {
		counters[i] = (struct wire_counter){.name = "b"};
		counters[i].attr = (struct perf_event_attr){
			.type = PERF_TYPE_BREAKPOINT,
			.size = sizeof(struct perf_event_attr),
			.bp_type = HW_BREAKPOINT_W,
			.bp_addr = (uint64_t)(uintptr_t)&watched[i],
			.bp_len = HW_BREAKPOINT_LEN_4,
			.exclude_kernel = 1,
		};
		all[i] = &counters[i];
		set[i] = (uint32_t)i / 3;
	}
	if (trial_alone(&counters[0]) != 0)
		skip();
	assert_true(trial_together(all, 4));
	assert_false(trial_together(all, 5));
	/* Nothing stays open. */
	assert_true(trial_together(all, 4));
	assert_int_equal(groups_form(all, set, 6, 0, trial_together, group), 2);
	assert_int_equal(group[2], 0);
	assert_int_equal(group[3], 1);
	for (size_t i = 0; i < 6; i++)
		set[i] = (uint32_t)i;
	assert_int_equal(groups_form(all, set, 6, 0, trial_together, group), 2);
	assert_int_equal(group[3], 0);
	assert_int_equal(group[4], 1);
#else
	skip();
#endif
}
