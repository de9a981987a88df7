/* By what a run decides when to stop: from made-up samples of a worker. */
#include "harness/driver/run/main_median.h"
#include "tests/unit/unit.h"

#include <math.h>
#include <stdlib.h>

enum { SAMPLES = 40 };

static struct main_median medians;
static struct wire_area *area;
static double scratch[SAMPLES + 1], median;

void unit_before(void)
{
	const size_t bytes = (wire_area_bytes(SAMPLES) + 4095) / 4096 * 4096;
	area = aligned_alloc(WIRE_STAMP_OFFSET, bytes);
	assert_non_null(area);
	memset(area, 0, bytes);
	medians = (struct main_median){0};
}

void unit_after(void)
{
	free(area);
}

/* Two arms in turns, 100 and 200 ns, of which the second gives its second metric. The last `disturbed` take 1.4 times
 * as long. */
static void look(unsigned disturbed, double began_s)
{
	area->answer.sample_count = SAMPLES;
	for (unsigned i = 0; i < SAMPLES; i++) {
		const bool is_busy = i >= SAMPLES - disturbed;
		const unsigned arm = i % 2;
		area->samples[i] = (struct wire_sample){.arm = (uint16_t)arm,
							.at_ns = i * 100000000ul,
							.set = (uint16_t)(1U << arm),
							.contention = 0.95 + 0.0001 * i + is_busy};
		area->samples[i].value[arm] = (100 + 100 * arm) * (is_busy ? 1.4 : 1);
	}
	assert_true(main_median_look(&medians, area, 10 * began_s));
}

TEST(medians_are_of_undisturbed_samples)
{
	look(SAMPLES - 8, 0);
	assert_true(main_median_of(&medians, area, 0, 0, scratch, &median));
	assert_near(median, 100, 1e-9);
	assert_true(main_median_of(&medians, area, 0, 1, scratch, &median));
	assert_near(median, 200, 1e-9);
	assert_false(main_median_of(&medians, area, 0, 2, scratch, &median));
	assert_false(main_median_of(&medians, area, 1, 0, scratch, &median));
}

TEST(other_passes_do_not_count)
{
	look(0, 0);
	for (unsigned i = 0; i < SAMPLES; i++)
		area->samples[i].pass = PASS_STAMPED;
	assert_false(main_median_of(&medians, area, 0, 0, scratch, &median));
}

TEST(a_disturbed_replicate_takes_no_part)
{
	for (unsigned r = 0; r < 5; r++) {
		look(0, (double)r);
		assert_true(main_median_of(&medians, area, 0, 0, scratch, &median));
		assert_near(median, 100, 1e-9);
	}
	look(SAMPLES, 5);
	assert_true(main_median_of(&medians, area, 0, 0, scratch, &median));
	assert_true(isnan(median));
	look(SAMPLES - 4, 6); /* two of each arm are not enough */
	assert_true(main_median_of(&medians, area, 0, 0, scratch, &median));
	assert_true(isnan(median));
	/* Another process had the CPU. */
	look(0, 7);
	for (unsigned i = 8; i < SAMPLES; i++) {
		area->samples[i].off_cpu_ns = i % 8 < 6 ? 3e6 : 0;
		area->samples[i].value[0] += area->samples[i].off_cpu_ns;
	}
	assert_true(main_median_of(&medians, area, 0, 0, scratch, &median));
	assert_near(median, 100, 1e-9);
}

/* What is long past is forgotten: this is not the core that it was. */
TEST(the_level_is_that_of_the_last_seconds)
{
	for (unsigned r = 0; r < 3; r++)
		look(0, (double)r);
	for (unsigned r = 0; r < MAIN_MEDIAN_SEEN_MAX / SAMPLES; r++) {
		look(SAMPLES, 10.0 + r);
		assert_true(medians.seen_count <= MAIN_MEDIAN_SEEN_MAX);
	}
	assert_true(main_median_of(&medians, area, 0, 0, scratch, &median));
	assert_near(median, 140, 1e-9);
}
