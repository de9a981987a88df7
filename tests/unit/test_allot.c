/* Which worker runs next, by made-up widths and costs. */
#include "harness/driver/run/allot.h"
#include "tests/unit/unit.h"

#include <math.h>
#include <string.h>

enum { JOBS = 3 };

static struct allot_job jobs[JOBS];
static double spent_s[WIRE_KIND_COUNT], sd[JOBS];
static size_t job;
static enum wire_kind kind;

/* Three jobs with a headline, whose heaps and costs rise. */
void unit_before(void)
{
	memset(jobs, 0, sizeof jobs);
	memset(spent_s, 0, sizeof spent_s);
	for (size_t i = 0; i < JOBS; i++) {
		jobs[i].heap_bytes = i << 20;
		for (enum wire_kind k = WIRE_ALL; k <= WIRE_HEADLINE; k++)
			jobs[i].tasks[k] = (struct allot_task){
				.is_open = true, .cost_s = 0.1 + (double)i, .need = INFINITY};
		sd[i] = 0.1;
	}
}

void unit_after(void)
{
}

/* Widths fall with the root of the replicates, as they do. */
static void run_worker(void)
{
	struct allot_task *tasks = jobs[job].tasks;
	spent_s[kind] += tasks[kind].cost_s;
	tasks[kind].replicates++;
	size_t n = tasks[WIRE_ALL].replicates + tasks[WIRE_HEADLINE].replicates;
	tasks[WIRE_HEADLINE].need = allot_need(2 * sd[job] / sqrt((double)n), n, n, 0.02);
	/* Its rows that are no headline's, too. */
	n = tasks[WIRE_ALL].replicates;
	tasks[WIRE_ALL].need =
		tasks[WIRE_HEADLINE].need + allot_need(2 * sd[job] / sqrt((double)n), n, n, 0.02);
}

static bool next(double left_s)
{
	return allot_next(jobs, JOBS, spent_s, left_s, &job, &kind);
}

TEST(need_is_what_a_replicate_more_yields)
{
	assert_true(isinf(allot_need(INFINITY, 4, 4, 0.02)));
	assert_near(allot_need(0.1, 5, 5, 0.02), 0.02, 1e-12);
	assert_near(allot_need(0.01, 5, 5, 0.02), 0.002, 1e-12); /* too few to be sure */
	assert_near(allot_need(0.01, 10, 10, 0.02), 0, 0);
	assert_true(allot_need(0.03, 10, 10, 0.02) > 0);
	assert_true(isfinite(allot_need(INFINITY, 5, 5, 0.02))); /* a centre of zero */
	/* Where hardly any replicate is undisturbed, more of them still have to take their turn. */
	assert_near(allot_need(INFINITY, 1, 50, 0.02), 0.02, 1e-12);
}

TEST(every_job_has_its_first_turn_before_any_has_another)
{
	for (size_t i = 0; i < JOBS; i++) {
		assert_true(next(100));
		assert_int_equal(job, i);
		assert_int_equal(kind, WIRE_ALL);
		run_worker();
	}
	for (size_t i = 0; i < JOBS; i++)
		assert_int_equal(jobs[i].tasks[WIRE_ALL].replicates, 1);
}

/* Both go on side by side from then on, so that a run that ends early has some of each. */
TEST(kinds_share_the_time)
{
	double all_s = 0;
	for (size_t i = 0; i < JOBS; i++)
		sd[i] = 1;
	while (jobs[0].tasks[WIRE_ALL].replicates < 5 || jobs[1].tasks[WIRE_ALL].replicates < 5 ||
	       jobs[2].tasks[WIRE_ALL].replicates < 5) {
		assert_true(next(100));
		run_worker();
		all_s += kind == WIRE_ALL ? jobs[job].tasks[kind].cost_s : 0;
	}
	double share = all_s / (spent_s[WIRE_ALL] + spent_s[WIRE_HEADLINE]);
	assert_true(share > 0.4 && share < 0.65);
	for (size_t i = 0; i < JOBS; i++)
		assert_true(jobs[i].tasks[WIRE_HEADLINE].replicates > 0);
	/* Ten at most, where they pay, within the share: what follows is for the headline. */
	unsigned long most = 0;
	for (int i = 0; i < 400; i++) {
		assert_true(next(100));
		run_worker();
	}
	for (size_t i = 0; i < JOBS; i++)
		most += jobs[i].tasks[WIRE_ALL].replicates;
	assert_int_equal(most, 10 * JOBS);
	assert_true(spent_s[WIRE_ALL] < spent_s[WIRE_HEADLINE]);
	assert_true(next(100));
	assert_int_equal(kind, WIRE_HEADLINE);
}

static void run_for(double seconds)
{
	double end_s = seconds + spent_s[WIRE_ALL] + spent_s[WIRE_HEADLINE];
	while (spent_s[WIRE_ALL] + spent_s[WIRE_HEADLINE] < end_s && next(100))
		run_worker();
}

TEST(time_goes_where_rows_are_wide)
{
	for (size_t i = 0; i < JOBS; i++)
		jobs[i].tasks[WIRE_HEADLINE].cost_s = 1;
	sd[1] = 0.4;
	run_for(150);
	unsigned long wide = jobs[1].tasks[WIRE_HEADLINE].replicates;
	assert_true(wide > jobs[0].tasks[WIRE_HEADLINE].replicates * 3 / 2);
	assert_true(wide > jobs[2].tasks[WIRE_HEADLINE].replicates * 3 / 2);
}

/* n falls with the cost to the power of 2/3 where variances are equal. */
TEST(time_goes_where_it_is_cheap_to_narrow_rows)
{
	jobs[0].tasks[WIRE_HEADLINE].cost_s = 0.125;
	jobs[1].tasks[WIRE_HEADLINE].cost_s = 1;
	jobs[2].tasks[WIRE_HEADLINE].is_open = false;
	sd[0] = sd[1] = 1;
	run_for(200);
	double cheap = (double)jobs[0].tasks[WIRE_HEADLINE].replicates;
	double dear = (double)jobs[1].tasks[WIRE_HEADLINE].replicates;
	assert_true(cheap / dear > 3 && cheap / dear < 5);
}

TEST(what_is_precise_gets_no_more)
{
	for (size_t i = 0; i < JOBS; i++)
		sd[i] = 0.001;
	while (next(100))
		run_worker();
	for (size_t i = 0; i < JOBS; i++) {
		/* Ten do, those that run all among them. */
		assert_true(jobs[i].tasks[WIRE_HEADLINE].replicates < 10);
		assert_int_equal(jobs[i].tasks[WIRE_ALL].replicates, 10);
	}
}

TEST(what_does_not_fit_the_time_is_left)
{
	assert_true(next(0.5));
	assert_int_equal(job, 0);
	jobs[0].tasks[WIRE_ALL].is_open = false;
	assert_true(next(0.5));
	assert_int_equal(kind, WIRE_HEADLINE);
	assert_int_equal(job, 0);
	assert_false(next(0.05));
}
