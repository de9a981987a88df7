/* What is worked out of several rows is of undisturbed samples: a made-up run in which half of the samples were
 * disturbed comes to the same as without them. */
#include "harness/driver/analysis/compared.h"
#include "harness/driver/claims/findings.h"
#include "harness/driver/show/derived.h"
#include "tests/unit/unit.h"

#include <math.h>
#include <stdlib.h>

enum { REPLICATES = 8, ROWS_MAX = 256 };

static FILE *file;
static bool with_disturbed;
static unsigned put_count;
static struct dataset dataset;
static struct summary summary;

/* What a run comes to. */
struct outcome_of_run {
	size_t ratio_count, derived_count;
	struct stats_interval ratios[ROWS_MAX], derived[ROWS_MAX];
	struct finding findings[FINDING_COUNT];
};

/* Of 12 samples 4, 8 or 6 were disturbed in turn, so that a series of one kind stands against one of another. */
static void put(unsigned replicate, struct unit_point point)
{
	static const int disturbed[] = {4, 8, 6};
	point.value *= 1 + 0.01 * sin(replicate * 3.7 + put_count % 7);
	point.disturbed = with_disturbed ? disturbed[put_count % 3] : -1;
	put_count++;
	unit_point_put(file, replicate, &point);
}

static void put_case(unsigned replicate, const char *experiment, const char *case_name,
		     const char *metric, uint64_t heap_bytes, double value)
{
	put(replicate, (struct unit_point){.experiment = experiment,
					   .case_name = case_name,
					   .metric = metric,
					   .heap_bytes = heap_bytes,
					   .value = value});
}

static void put_spawn(unsigned replicate, const char *primitive, const char *action,
		      const char *state, uint64_t heap_bytes, double value)
{
	static const char *const metrics[] = {"call_ns", "reaped_ns"};
	for (unsigned m = 0; m < 2; m++)
		put(replicate, (struct unit_point){.experiment = "spawn",
						   .primitive = primitive,
						   .action = action,
						   .state = state,
						   .metric = metrics[m],
						   .heap_bytes = heap_bytes,
						   .value = value * (m + 1)});
}

static void put_replicate(unsigned r)
{
	static const struct {
		const char *case_name;
		double value;
	} writes[] = {{"parent_copy", 1700}, {"reuse_child_exited", 600},
		      {"never_forked", 2},   {"after_exec", 620},
		      {"after_vfork", 2.1},  {"after_posix_spawn", 2.2},
		      {"before_exec", 1650}};
	put_case(r, "switch", "shared", "switch_ns", 0, 1000);
	put_case(r, "switch", "separate", "switch_ns", 0, 1300);
	for (uint64_t pages = 16; pages <= 16384; pages *= 4) {
		put_case(r, "tlb_refill", "warm", "page_ns", pages * 4096, 3);
		put_case(r, "tlb_refill", "after_flush", "page_ns", pages * 4096,
			 pages > 4096 ? 4 : 13);
	}
	for (unsigned threads = 0; threads < 3; threads++) {
		static const char *const cases[] = {"fork_running", "fork_busy_processes",
						    "fork_sleeping"};
		const char number[] = {(char)('0' + threads), '\0'};
		for (unsigned c = 0; c < COUNT_OF(cases); c++)
			put(r, (struct unit_point){.experiment = "tlb_shootdown",
						   .case_name = cases[c],
						   .metric = "call_ns",
						   .threads = number,
						   .heap_bytes = 1 << 20,
						   .value = 50000 + 2000.0 * threads / (c + 1)});
	}
	for (unsigned w = 0; w < COUNT_OF(writes); w++)
		put_case(r, "first_write", writes[w].case_name, "write_ns", 1 << 20,
			 writes[w].value);
	for (unsigned mib = 0; mib <= 64; mib += 16) {
		const uint64_t heap_bytes = (uint64_t)mib << 20;
		put_spawn(r, "fork", "exec", "dirty", heap_bytes, 20000 + 9000.0 * mib);
		put_spawn(r, "fork", "exec", "write-protected", heap_bytes, 20000 + 6000.0 * mib);
		put_spawn(r, "vfork", "exec", "dirty", heap_bytes, 15000);
		put_spawn(r, "vfork", "exec", "write-protected", heap_bytes, 15000);
		put_spawn(r, "fork", "exit", "dirty", heap_bytes, 20000 + 9000.0 * mib);
		put_spawn(r, "eager_copy", "exit", "dirty", heap_bytes, 20000 + 400000.0 * mib);
	}
}

static void make(struct outcome_of_run *made, bool disturbed)
{
	static const char *const experiments[] = {"switch", "tlb_refill", "tlb_shootdown"};
	struct derived rows[DERIVED_MAX];
	struct problem problem;
	*made = (struct outcome_of_run){0};
	with_disturbed = disturbed;
	file = unit_points_begin();
	for (unsigned r = 0; r < REPLICATES; r++) {
		put_count = 0;
		put_replicate(r);
	}
	unit_run_end(file);
	unit_summarize(&summary, &dataset);
	for (size_t i = 0; i < summary.ratio_count; i++)
		made->ratios[made->ratio_count++] = summary.ratios[i].interval;
	for (size_t e = 0; e < COUNT_OF(experiments); e++) {
		const size_t count = derived_rows(&summary, experiments[e], rows);
		for (size_t i = 0; i < count; i++)
			made->derived[made->derived_count++] = rows[i].value;
	}
	assert_int_equal(findings_make(&summary, made->findings, &problem), OUTCOME_OK);
	unit_free(&summary, &dataset);
}

static void assert_alike(const struct stats_interval *quiet, const struct stats_interval *disturbed)
{
	const double within = 1e-5 * fabs(quiet->center);
	assert_int_equal(quiet->has_interval, disturbed->has_interval);
	if (isnan(quiet->center) && isnan(disturbed->center))
		return;
	assert_near(disturbed->center, quiet->center, within);
	assert_near(disturbed->low, quiet->low, within);
	assert_near(disturbed->high, quiet->high, within);
}

TEST(disturbed_samples_move_nothing_that_is_worked_out)
{
	static struct outcome_of_run quiet, disturbed;
	size_t times = 0;
	make(&quiet, false);
	make(&disturbed, true);
	assert_int_equal(quiet.ratio_count, disturbed.ratio_count);
	assert_true(quiet.ratio_count >= 20);
	for (size_t i = 0; i < quiet.ratio_count; i++)
		assert_alike(&quiet.ratios[i], &disturbed.ratios[i]);
	assert_int_equal(quiet.derived_count, disturbed.derived_count);
	assert_true(quiet.derived_count >= 6);
	for (size_t i = 0; i < quiet.derived_count; i++)
		assert_alike(&quiet.derived[i], &disturbed.derived[i]);
	for (size_t i = 0; i < FINDING_COUNT; i++) {
		const struct finding *one = &quiet.findings[i], *other = &disturbed.findings[i];
		const struct stats_interval intervals[] = {
			{one->center, one->low, one->high, .has_interval = one->known},
			{other->center, other->low, other->high, .has_interval = other->known}};
		times += one->known;
		assert_alike(&intervals[0], &intervals[1]);
	}
	assert_true(times >= 17);
}

enum { SHARED_MAX = 8 };

/* A row that has the replicates of `all`, and undisturbed ones in those of `quiet`: bits. */
static struct row row_of(struct block blocks[2][SHARED_MAX], unsigned all, unsigned quiet)
{
	static struct series series[8];
	static size_t used;
	struct series *whole = &series[used++ % COUNT_OF(series)];
	struct row row = {.series = whole};
	*whole = (struct series){.blocks = blocks[0]};
	row.undisturbed.series.blocks = blocks[1];
	for (unsigned r = 0; r < SHARED_MAX; r++) {
		if (all >> r & 1)
			blocks[0][whole->block_count++] = (struct block){.replicate = r};
		if (quiet >> r & 1)
			blocks[1][row.undisturbed.series.block_count++] =
				(struct block){.replicate = r};
	}
	return row;
}

TEST(undisturbed_samples_are_held_against_undisturbed_ones_or_all_against_all)
{
	static struct block blocks[3][2][SHARED_MAX];
	const struct series *taken[3];
	/* Five replicates are undisturbed in both. */
	struct row one = row_of(blocks[0], 0xff, 0x3f), other = row_of(blocks[1], 0xff, 0x1f);
	const struct row *rows[] = {&one, NULL, &other};
	compared_take(rows, 3, taken);
	assert_ptr_equal(taken[0], &one.undisturbed.series);
	assert_null(taken[1]);
	assert_ptr_equal(taken[2], &other.undisturbed.series);
	/* Four. */
	other = row_of(blocks[1], 0xff, 0xf0);
	compared_take(rows, 3, taken);
	assert_ptr_equal(taken[0], one.series);
	assert_ptr_equal(taken[2], other.series);
	/* Four, and all samples have no more. */
	one = row_of(blocks[0], 0x3f, 0x3f);
	other = row_of(blocks[1], 0xf4, 0xf4);
	compared_take(rows, 3, taken);
	assert_ptr_equal(taken[0], &one.undisturbed.series);
	/* One of which all count. */
	struct row third = row_of(blocks[2], 0xff, 0xff);
	rows[1] = &third;
	one = row_of(blocks[0], 0xff, 0xff);
	other = row_of(blocks[1], 0xff, 0xff);
	third.undisturbed.all_count = true;
	compared_take(rows, 3, taken);
	assert_ptr_equal(taken[0], one.series);
	assert_ptr_equal(taken[1], third.series);
	assert_ptr_equal(taken[2], other.series);
}
