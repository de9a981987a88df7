/* Whether counter and clock agree, on readings with known faults. */
#include "harness/common/tick_rate.h"
#include "tests/unit/unit.h"

/* A counter of 2 GHz, read beside a clock within 50 ns. */
static struct tick_reading reading(uint64_t raw_ns, int64_t off_ns, unsigned cpu)
{
	return (struct tick_reading){.raw_ns = raw_ns,
				     .ticks = (uint64_t)((int64_t)raw_ns + off_ns) * 2,
				     .width_ns = 50,
				     .cpu = cpu};
}

TEST(readings_on_a_line_agree)
{
	char why[TICK_RATE_TEXT_MAX] = "";
	const struct tick_reading readings[] = {reading(1000000, 0, 0), reading(101000000, 40, 0),
						reading(101100000, -40, 1),
						reading(900000000, 0, 0)};
	assert_true(tick_rate_holds(readings, 4, 0.5, why));
	assert_float_equal(tick_rate_between(&readings[0], &readings[3]), 0.5, 1e-9);
}

TEST(an_offset_on_another_cpu_is_found)
{
	char why[TICK_RATE_TEXT_MAX] = "";
	const struct tick_reading readings[] = {reading(1000000, 0, 0), reading(1200000, 0, 0),
						reading(1300000, 5000, 3)};
	assert_false(tick_rate_holds(readings, 3, 0.5, why));
	assert_string_equal(why, "on CPU 3 it is 4.84 us off");
}

TEST(a_rate_that_changed_is_found)
{
	/* By 0.1 % over 2 s, as after a move to another host; and backwards. */
	const struct tick_reading from = reading(1000000, 0, 0);
	const struct tick_reading moved = reading(2001000000, 2000000, 0),
				  stood = reading(2001000000, -2000000, 0),
				  same = reading(2001000000, 20000, 0);
	assert_true(tick_rate_excess_ns(&from, &moved, 0.5) > 1.9e6);
	assert_true(tick_rate_excess_ns(&from, &stood, 0.5) > 1.9e6);
	assert_true(tick_rate_excess_ns(&from, &same, 0.5) <= 0);
}

TEST(a_counter_that_stands_still_has_no_rate)
{
	const struct tick_reading from = {.raw_ns = 5, .ticks = 7, .width_ns = 1};
	const struct tick_reading to = {.raw_ns = 1000005, .ticks = 7, .width_ns = 1};
	assert_true(tick_rate_between(&from, &to) == 0);
	assert_true(tick_rate_excess_ns(&from, &to, 0.5) > 0);
}
