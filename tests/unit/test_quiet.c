/* The quiet level of a run, from made-up witnesses whose truth is known. */
#include "harness/driver/base/quiet.h"
#include "tests/unit/unit.h"

#include <math.h>

enum { COUNT = 6000 };

static struct quiet_seen seen[COUNT];
static bool is_busy[COUNT]; /* the truth, by number before they are put in order */
static struct quiet_levels levels;
static uint64_t state;

/* COUNT samples over `run_s`, quiet at 0.96 within 1 %. */
static void fill(double run_s)
{
	state = 7;
	for (unsigned i = 0; i < COUNT; i++) {
		seen[i] =
			(struct quiet_seen){run_s * i / COUNT, 0.96 + 0.004 * unit_normal(&state)};
		is_busy[i] = false;
	}
}

/* The sibling thread is busy from one sample to another: the least that it does. */
static void disturb(unsigned from, unsigned to)
{
	for (unsigned i = from; i < to; i++) {
		seen[i].contention *= 1.35 + 0.01 * unit_normal(&state);
		is_busy[i] = true;
	}
}

/* Of the samples that were quiet, and of those that were not, how many are taken for such; in thousandths. */
static void judge(unsigned *kept, unsigned *rejected)
{
	unsigned busy = 0, found = 0, quiet = 0, taken = 0;
	assert_true(quiet_find(&levels, seen, COUNT));
	for (unsigned i = 0; i < COUNT; i++) {
		bool over = !quiet_is_alone(&levels, seen[i].at_s, seen[i].contention);
		busy += is_busy[i];
		found += is_busy[i] && over;
		quiet += !is_busy[i];
		taken += !is_busy[i] && !over;
	}
	*kept = quiet ? 1000 * taken / quiet : 1000;
	*rejected = busy ? 1000 * found / busy : 1000;
}

static void expect(unsigned kept_min)
{
	unsigned kept, rejected;
	judge(&kept, &rejected);
	if (kept < kept_min || rejected < 999)
		fail_msg("%u of 1000 quiet samples are kept and %u of 1000 others rejected", kept,
			 rejected);
}

TEST(none_disturbed)
{
	fill(60);
	expect(999);
	assert_int_equal(levels.count, 1);
}

/* Episodes of half a second, half of the time. Three quiet samples at each end are too near to them. */
TEST(two_modes)
{
	fill(60);
	for (unsigned i = 0; i < COUNT; i += 100)
		disturb(i, i + 50);
	expect(870);
	assert_int_equal(levels.count, 1);
}

/* Every fifth time that one looks a busy sibling does nothing; and a quiet moment has a disturbed one now and then. */
TEST(a_sibling_that_pauses)
{
	fill(60);
	for (unsigned i = 0; i < COUNT; i += 200)
		disturb(i, i + 100);
	for (unsigned i = 0; i < COUNT; i++)
		if (i % 200 < 100 && i % 5 == 0)
			seen[i].contention = 0.96;
	for (unsigned i = 150; i < COUNT; i += 200)
		disturb(i, i + 1);
	expect(930);
}

TEST(only_the_second_half_disturbed)
{
	fill(60);
	disturb(COUNT / 2, COUNT);
	expect(998);
	assert_int_equal(levels.count, 1);
}

TEST(only_the_first_three_quarters_disturbed)
{
	fill(60);
	disturb(0, COUNT / 4 * 3);
	expect(997);
}

/* No core was seen to be wider, so this is the quiet level. */
TEST(all_disturbed)
{
	fill(60);
	disturb(0, COUNT);
	for (unsigned i = 0; i < COUNT; i++)
		is_busy[i] = false;
	expect(950);
	assert_int_equal(levels.count, 1);
}

/* By 30 % from the first sample to the last, or down and up again, with episodes and ten seconds of a busy sibling. */
TEST(a_level_that_drifts)
{
	for (unsigned shape = 0; shape < 3; shape++) {
		fill(300);
		for (unsigned i = 0; i < COUNT; i += 100)
			disturb(i, i + 30);
		disturb(3000, 3200);
		for (unsigned i = 0; i < COUNT; i++) {
			double at = (double)i / COUNT;
			at = shape == 0 ? at : shape == 1 ? 1 - at : fabs(2 * at - 1);
			seen[i].contention *= 0.85 + 0.3 * at;
		}
		expect(960);
		assert_true(levels.count > 1);
	}
}

/* A step by more than the level's width, up, is no drift. */
TEST(a_step_is_a_disturbance)
{
	fill(60);
	for (unsigned i = COUNT / 3; i < COUNT / 2; i++) {
		seen[i].contention *= 1.08;
		is_busy[i] = true;
	}
	expect(998);
	assert_int_equal(levels.count, 1);
}

/* A level may rise by its own width and not be followed. */
TEST(a_level_that_moves_by_less_than_its_width)
{
	fill(60);
	for (unsigned i = 0; i < COUNT; i++)
		seen[i].contention *= 1 + 0.015 * i / COUNT;
	disturb(1000, 1500);
	expect(990);
	assert_int_equal(levels.count, 1);
}

TEST(the_order_is_that_of_time)
{
	fill(60);
	disturb(COUNT / 2, COUNT);
	for (unsigned i = 0; i < COUNT; i++)
		seen[i].at_s = 60 - seen[i].at_s;
	unsigned kept, over = 0;
	assert_true(quiet_find(&levels, seen, COUNT));
	for (unsigned i = 1; i < COUNT; i++)
		assert_true(seen[i - 1].at_s <= seen[i].at_s);
	for (kept = 0; kept < COUNT; kept++)
		over += !quiet_is_alone(&levels, seen[kept].at_s, seen[kept].contention);
	assert_near(over, COUNT / 2.0, 6);
}

TEST(a_clock_of_two_readings)
{
	fill(60);
	for (unsigned i = 0; i < COUNT; i++)
		seen[i].contention = i % 50 ? 1 : 0.75;
	disturb(2000, 3000);
	for (unsigned i = 2000; i < 3000; i += 50)
		seen[i].contention = 1.35;
	expect(979);
}

/* As on a guest whose counter steps by 10 ns: 13 steps over 27, 14 over 27, and 14 over 26 are all quiet. */
TEST(a_clock_of_few_steps)
{
	static const double quiet[] = {13.0 / 27, 14.0 / 26, 13.0 / 27, 14.0 / 27, 13.0 / 27};
	fill(60);
	for (unsigned i = 0; i < COUNT; i++)
		seen[i].contention = quiet[i % COUNT_OF(quiet)];
	disturb(2000, 3000);
	expect(998);
}

/* A third of the samples displaced the caches, so that their witnesses say up to 10 % more. */
TEST(a_level_with_a_shoulder)
{
	fill(60);
	for (unsigned i = 0; i < COUNT; i += 3)
		seen[i].contention *= 1 + 0.1 * (i % 100) / 100;
	disturb(2000, 3000);
	expect(995);
}

TEST(few_samples_tell_no_level)
{
	fill(60);
	assert_true(quiet_find(&levels, seen, 19));
	assert_int_equal(levels.count, 0);
	assert_true(quiet_is_alone(&levels, 1, 99));
	assert_true(isnan(quiet_off_cpu_max_ns(NULL, 0, 0)));
	assert_true(quiet_find(&levels, seen, 20));
	assert_int_equal(levels.count, 1);
}

/* As in the first window of ten seconds: each has at least 100 samples, and there are no more than there is room for. */
TEST(windows_of_a_very_long_run)
{
	fill(1e6);
	for (unsigned i = 0; i < COUNT; i++)
		seen[i].contention *= 0.85 + 0.3 * i / COUNT;
	expect(990);
	assert_true(levels.count > 16 && levels.count <= COUNT / 100);
	fill(0);
	expect(999);
}

TEST(time_off_the_cpu)
{
	const double off_cpu_ns[] = {1000, 9e6, 1000, 9e6, 1000, 9e6, 1000, 9e6};
	assert_near(quiet_off_cpu_max_ns(off_cpu_ns, COUNT_OF(off_cpu_ns), 1e5), 21000, 1);
	/* A hundredth of a long sample is more. */
	assert_near(quiet_off_cpu_max_ns(off_cpu_ns, COUNT_OF(off_cpu_ns), 30e6), 301000, 1);
}

TEST(a_replicate_takes_part_with_three_or_half_of_its_samples)
{
	assert_true(quiet_takes_part(3, 100) && quiet_takes_part(1, 1) && quiet_takes_part(1, 2));
	assert_false(quiet_takes_part(0, 1) || quiet_takes_part(1, 3) || quiet_takes_part(2, 5));
}

/* What a sample did to the caches is no crowd; a busy sibling is. */
TEST(a_crowd_is_far_from_the_level)
{
	fill(60);
	disturb(2000, 3000);
	assert_true(quiet_find(&levels, seen, COUNT));
	assert_false(quiet_is_crowded(&levels, 1, 0.96 * 1.08));
	assert_true(quiet_is_crowded(&levels, 1, 0.96 * 1.35));
}
