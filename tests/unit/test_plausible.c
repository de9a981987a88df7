/* Counts that can be true, and counts that cannot. */
#include "harness/common/plausible.h"
#include "tests/unit/unit.h"

#include <math.h>

static char why[PLAUSIBLE_TEXT_MAX];

TEST(times_are_equal_and_not_zero)
{
	assert_true(plausible_times(1, 1, why));
	assert_string_equal(why, "");
	assert_true(plausible_times(UINT64_MAX, UINT64_MAX, why));
	assert_false(plausible_times(1000, 999, why));
	assert_contains(why, "multiplexed");
	assert_contains(why, "99.9 %");
	assert_false(plausible_times(1000, 1001, why));
	assert_false(plausible_times(1000, 0, why));
	assert_contains(why, "never ran");
	assert_false(plausible_times(0, 0, why));
	assert_false(plausible_times(0, 1, why));
}

TEST(counters_only_grow)
{
	assert_true(plausible_growth(0, 0, why));
	assert_true(plausible_growth(UINT64_MAX - 1, UINT64_MAX, why));
	assert_false(plausible_growth(5, 4, why));
	assert_contains(why, "from 5 to 4");
}

TEST(cycles_keep_to_the_fastest_clock)
{
	/* 3 GHz for a millisecond, give or take 1 % and a microsecond. */
	assert_true(plausible_cycles(3000000, 1e6, 3e9, 1, why));
	assert_true(plausible_cycles(3030000, 1e6, 3e9, 1, why));
	assert_false(plausible_cycles(3040000, 1e6, 3e9, 1, why));
	assert_contains(why, "3040000 cycles in 1000000 ns");
	assert_contains(why, "3.00 GHz");
	assert_true(plausible_cycles(6000000, 1e6, 3e9, 2, why));
	assert_false(plausible_cycles(6100000, 1e6, 3e9, 2, why));
	assert_contains(why, "2 CPUs");
	assert_true(plausible_cycles(0, 0, 3e9, 1, why));
	assert_true(plausible_cycles(3000, 0, 3e9, 1, why));
	assert_false(plausible_cycles(4000, 0, 3e9, 1, why));
	/* A counter that overflowed or was never set. */
	assert_false(plausible_cycles(UINT64_MAX, 1e9, PLAUSIBLE_HZ_MAX, 1024, why));
	assert_false(plausible_cycles(1, NAN, 3e9, 1, why));
	assert_false(plausible_cycles(1, INFINITY, 3e9, 1, why));
}

TEST(the_fastest_clock_is_read_or_bounded)
{
	assert_near(plausible_max_hz("3400000", NULL), 3.4e9, 1);
	assert_near(plausible_max_hz("3400000", "0"), 3.4e9, 1);
	/* acpi-cpufreq leaves the boost out of its maximum. */
	assert_near(plausible_max_hz("3400000", "1"), PLAUSIBLE_HZ_MAX, 1);
	assert_near(plausible_max_hz(NULL, NULL), PLAUSIBLE_HZ_MAX, 1);
	assert_near(plausible_max_hz("", NULL), PLAUSIBLE_HZ_MAX, 1);
	assert_near(plausible_max_hz("-5", NULL), PLAUSIBLE_HZ_MAX, 1);
	assert_near(plausible_max_hz("99999999999", NULL), PLAUSIBLE_HZ_MAX, 1);
}

TEST(user_and_kernel_make_both)
{
	assert_true(plausible_split(400000, 600000, 1000000, why));
	assert_true(plausible_split(400000, 600000, 1011000, why));
	assert_false(plausible_split(400000, 600000, 1020000, why));
	assert_contains(why, "do not add up to 1020000");
	assert_false(plausible_split(400000, 600000, 600000, why));
	assert_true(plausible_split(0, 0, 2000, why));
	assert_false(plausible_split(0, 0, 2100, why));
	/* The sum of the two need not fit in 64 bits. */
	assert_false(plausible_split(UINT64_MAX, UINT64_MAX, 5, why));
}

TEST(faults_keep_to_the_pages)
{
	assert_true(plausible_faults(256, 256, 1, why));
	assert_true(plausible_faults(1536, 256, 1, why));
	assert_false(plausible_faults(1537, 256, 1, why));
	assert_contains(why, "page faults of 1 processes with 256 pages");
	assert_true(plausible_faults(3072, 256, 2, why));
	assert_false(plausible_faults(UINT64_MAX, 1 << 20, 2, why));
}

TEST(rates_have_a_bound)
{
	/* A microsecond more is granted. */
	assert_true(plausible_rate(1100, 10000, 0.1, 1, why));
	assert_false(plausible_rate(1101, 10000, 0.1, 1, why));
	assert_contains(why, "1101 in 10000 ns");
	assert_true(plausible_rate(1101, 10000, 0.1, 2, why));
	assert_false(plausible_rate(1, NAN, 0.1, 1, why));
	assert_false(plausible_rate(1, 1, INFINITY, 1, why));
}
