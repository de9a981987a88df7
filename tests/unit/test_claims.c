/* Verdicts: the rules on both sides of every threshold, and the findings in runs that are made up. */
#include "harness/driver/claims/claims.h"
#include "tests/unit/unit.h"

#include <math.h>
#include <stdlib.h>

/* ---- the rules ---- */

static struct finding exactly(double value)
{
	return (struct finding){.known = true, .center = value, .low = value, .high = value};
}

/* A value at which every rule of the claim about this finding is met; there must be one. */
static double value_that_meets(enum claim_id claim, enum finding_id id)
{
	double least = -INFINITY, most = INFINITY;
	for (size_t i = 0; i < claim_rule_count; i++) {
		const struct rule *rule = &claim_rules[i];
		if (rule->claim != claim || rule->finding != id || rule->role == SHOWN)
			continue;
		if (rule->relation == AT_LEAST)
			least = fmax(least, rule->threshold);
		else
			most = fmin(most, rule->threshold);
	}
	assert_true(least <= most);
	return isfinite(least) ? least : isfinite(most) ? most : 0;
}

static void meet_all(enum claim_id claim, struct finding findings[FINDING_COUNT])
{
	for (size_t i = 0; i < FINDING_COUNT; i++)
		findings[i] = exactly(value_that_meets(claim, (enum finding_id)i));
}

static bool has_rule(enum claim_id claim, enum rule_role role)
{
	for (size_t i = 0; i < claim_rule_count; i++)
		if (claim_rules[i].claim == claim && claim_rules[i].role == role)
			return true;
	return false;
}

/* The least step to the other side of a threshold. */
static double beyond(const struct rule *rule)
{
	double step = fmax(fabs(rule->threshold), 1) * 1e-9;
	return rule->relation == AT_LEAST ? rule->threshold - step : rule->threshold + step;
}

TEST(every_claim_has_a_rule_that_it_falls_with_or_says_why_not)
{
	for (enum claim_id claim = 0; claim < CLAIM_COUNT; claim++) {
		size_t required = 0;
		for (size_t i = 0; i < claim_rule_count; i++)
			required +=
				claim_rules[i].claim == claim && (claim_rules[i].role == REQUIRED ||
								  claim_rules[i].role == SUPPORTS);
		assert_true(claims[claim].history ? required == 0 : required > 0);
	}
	for (size_t i = 0; i < claim_rule_count; i++) {
		const struct rule *rule = &claim_rules[i];
		assert_true(claim_rule_corrects(rule)
				    ? rule->correction != NULL
				    : !rule->correction || rule->role == REQUIRED);
	}
}

TEST(a_claim_whose_rules_are_all_met_holds_or_is_corrected_or_half_right)
{
	for (enum claim_id claim = 0; claim < CLAIM_COUNT; claim++) {
		struct finding findings[FINDING_COUNT];
		meet_all(claim, findings);
		enum ruling expected = claims[claim].history       ? RULING_OPEN
				       : has_rule(claim, DENIES)   ? RULING_HALF
				       : has_rule(claim, CORRECTS) ? RULING_CORRECTED
								   : RULING_HOLDS;
		assert_int_equal(claim_judge(claim, findings).ruling, expected);
	}
}

TEST(on_the_other_side_of_each_threshold_it_does_not_hold_or_is_open)
{
	for (size_t i = 0; i < claim_rule_count; i++) {
		const struct rule *rule = &claim_rules[i];
		struct finding findings[FINDING_COUNT];
		if (rule->role != REQUIRED && rule->role != SUPPORTS)
			continue;
		meet_all(rule->claim, findings);
		findings[rule->finding] = exactly(beyond(rule));
		assert_int_equal(claim_rule_met(rule, &findings[rule->finding]), NOT_MET);
		assert_int_equal(claim_judge(rule->claim, findings).ruling,
				 rule->role == REQUIRED ? RULING_REFUTED : RULING_OPEN);
	}
}

TEST(on_the_other_side_of_every_correction_it_holds_as_it_is)
{
	for (enum claim_id claim = 0; claim < CLAIM_COUNT; claim++) {
		struct finding findings[FINDING_COUNT];
		if (!has_rule(claim, CORRECTS) && !has_rule(claim, DENIES))
			continue;
		meet_all(claim, findings);
		for (size_t i = 0; i < claim_rule_count; i++)
			if (claim_rules[i].claim == claim && claim_rule_corrects(&claim_rules[i]))
				findings[claim_rules[i].finding] = exactly(beyond(&claim_rules[i]));
		assert_int_equal(claim_judge(claim, findings).ruling, RULING_HOLDS);
	}
}

/* "lasts only until the child calls exec" and "undoing that at exec" are what the fault after exec denies. */
TEST(what_denies_the_claims_own_words_makes_it_half_right)
{
	struct finding findings[FINDING_COUNT];
	meet_all(C7, findings);
	assert_int_equal(claim_judge(C7, findings).ruling, RULING_HALF);
	meet_all(C9, findings);
	assert_int_equal(claim_judge(C9, findings).ruling, RULING_HALF);
	findings[AFTER_EXEC_OVER_PLAIN] = exactly(1);
	assert_int_equal(claim_judge(C9, findings).ruling, RULING_CORRECTED);
	findings[DIRTY_OVER_WRITE_PROTECTED] = exactly(1);
	assert_int_equal(claim_judge(C9, findings).ruling, RULING_REFUTED);
	assert_string_equal(claim_ruling_words(RULING_HALF), "half right");
}

static void miss_all(enum claim_id claim, enum rule_role role,
		     struct finding findings[FINDING_COUNT])
{
	for (size_t i = 0; i < claim_rule_count; i++)
		if (claim_rules[i].claim == claim && claim_rules[i].role == role)
			findings[claim_rules[i].finding] = exactly(beyond(&claim_rules[i]));
}

TEST(a_range_over_a_threshold_or_a_missing_value_leaves_it_open)
{
	for (size_t i = 0; i < claim_rule_count; i++) {
		const struct rule *rule = &claim_rules[i];
		struct finding findings[FINDING_COUNT];
		if (rule->role == SHOWN)
			continue;
		meet_all(rule->claim, findings);
		if (rule->role == DENIES)
			miss_all(rule->claim, DENIES, findings);
		struct finding *finding = &findings[rule->finding];
		finding->low = rule->threshold - 1e-6;
		finding->high = rule->threshold + 1e-6;
		assert_int_equal(claim_judge(rule->claim, findings).ruling, RULING_OPEN);
		*finding = (struct finding){.why = "nobody looked"};
		struct judgement judgement = claim_judge(rule->claim, findings);
		assert_int_equal(judgement.ruling, RULING_OPEN);
		assert_contains(judgement.why, "nobody looked");
		assert_contains(judgement.why, definitions[rule->finding].words);
	}
}

/* One way in which the same resident set costs another time is enough, whatever the other ways show. */
TEST(one_denial_makes_it_half_right_whatever_else_is_missing)
{
	struct finding findings[FINDING_COUNT];
	meet_all(C18, findings);
	findings[SPREAD_OVER_DENSE] = (struct finding){.why = "not part of this run"};
	findings[MAPPINGS_OVER_ONE] = exactly(1);
	assert_int_equal(claim_judge(C18, findings).ruling, RULING_HALF);
	findings[THP_OVER_4K] = exactly(1);
	assert_int_equal(claim_judge(C18, findings).ruling, RULING_OPEN);
	findings[SPREAD_OVER_DENSE] = exactly(1);
	assert_int_equal(claim_judge(C18, findings).ruling, RULING_HOLDS);
	/* What corrects besides must still be known. */
	meet_all(C9, findings);
	findings[MARKING_SHARE] = (struct finding){.why = "not part of this run"};
	assert_int_equal(claim_judge(C9, findings).ruling, RULING_OPEN);
}

/* What is known to be wrong is wrong whatever else is not known. */
TEST(refuted_comes_before_open)
{
	struct finding findings[FINDING_COUNT];
	meet_all(C3, findings);
	findings[FAULTS_CHILD_COPY] = exactly(0);
	findings[FRAMES_PARENT_COPY] = (struct finding){.why = "hidden"};
	assert_int_equal(claim_judge(C3, findings).ruling, RULING_REFUTED);
}

TEST(what_is_only_shown_decides_nothing)
{
	struct finding findings[FINDING_COUNT];
	meet_all(C11, findings);
	findings[WINS_2] = (struct finding){.why = "at no heap that was measured"};
	assert_int_equal(claim_judge(C11, findings).ruling, RULING_HOLDS);
}

/* ---- from which heap on ---- */

TEST(the_heap_from_which_vfork_wins_is_read_off_straight_lines)
{
	const double heaps[] = {10, 1000, 5000}, ratio[] = {1, 3, 11};
	double from;
	assert_int_equal(findings_crossing(heaps, ratio, 3, 2, &from), CROSSING_FOUND);
	assert_near(from, 505, 1e-9);
	assert_int_equal(findings_crossing(heaps, ratio, 3, 10, &from), CROSSING_FOUND);
	assert_near(from, 4500, 1e-9);
	/* What was measured ends there: no heap was found. */
	assert_int_equal(findings_crossing(heaps, ratio, 3, 0.5, &from), CROSSING_BEFORE);
	assert_near(from, 10, 0);
	assert_int_equal(findings_crossing(heaps, ratio, 3, 11.1, &from), CROSSING_AFTER);
	assert_near(from, 5000, 0);
}

TEST(a_win_that_is_lost_again_does_not_count)
{
	const double heaps[] = {0, 10, 20, 30}, ratio[] = {5, 1, 3, 5};
	double from;
	assert_int_equal(findings_crossing(heaps, ratio, 4, 2, &from), CROSSING_FOUND);
	assert_near(from, 15, 1e-9);
}

/* ---- findings in made-up runs ---- */

enum { SERIES_MAX = 32, REPLICATES = 6, VALUES = 3 };

static struct {
	struct summary summary;
	struct dataset dataset;
	struct series series[SERIES_MAX];
	struct row rows[SERIES_MAX];
	struct block blocks[SERIES_MAX][REPLICATES];
	double values[SERIES_MAX][REPLICATES][VALUES];
	unsigned rounds[VALUES];
} made;

static void made_begin(void)
{
	memset(&made, 0, sizeof made);
	made.dataset.series = made.series;
	made.summary.dataset = &made.dataset;
	made.summary.rows = made.rows;
}

/* A series of so many replicates: `value` times (1 + replicate * spread). */
static struct series *made_add(const char *experiment, const char *name, const char *metric,
			       const char *unit, double value, double spread, size_t replicates)
{
	size_t at = made.dataset.series_count++;
	struct series *series = &made.series[at];
	double medians[REPLICATES], pooled[REPLICATES * VALUES];
	bool spawns = strcmp(experiment, "spawn") == 0;
	wire_copy(series->experiment, WIRE_NAME_MAX, experiment);
	wire_copy(spawns ? series->primitive : series->case_name, WIRE_NAME_MAX, name);
	wire_copy(series->action, WIRE_NAME_MAX, spawns ? "exec" : "");
	wire_copy(series->metric, COUNTER_NAME_MAX, metric);
	wire_copy(series->unit, WIRE_NAME_MAX, unit);
	wire_copy(series->level[AXIS_STATE], WIRE_NAME_MAX, "dirty");
	series->heap_bytes = 1 << 20;
	series->block_count = replicates;
	series->blocks = made.blocks[at];
	for (size_t r = 0; r < replicates; r++) {
		medians[r] = value * (1 + (double)r * spread);
		for (size_t i = 0; i < VALUES; i++)
			pooled[r * VALUES + i] = made.values[at][r][i] = medians[r];
		made.blocks[at][r] = (struct block){.replicate = r,
						    .count = VALUES,
						    .values = made.values[at][r],
						    .rounds = made.rounds};
	}
	made.rows[at] = (struct row){.series = series, .count = replicates * VALUES};
	made.rows[at].interval = stats_interval(medians, replicates);
	made.rows[at].spread = stats_summarize(pooled, replicates * VALUES);
	made.summary.row_count = made.dataset.series_count;
	return series;
}

static struct finding found(enum finding_id id)
{
	static struct finding findings[FINDING_COUNT];
	struct problem problem;
	assert_int_equal(findings_make(&made.summary, findings, &problem), OUTCOME_OK);
	return findings[id];
}

TEST(a_ratio_of_cases_is_taken_within_replicates)
{
	made_begin();
	/* Each drifts by 5 % a replicate, both alike: the ratio does not. */
	made_add("first_write", "parent_copy", "write_ns", "ns", 3000, 0.05, REPLICATES);
	made_add("first_write", "reuse_child_exited", "write_ns", "ns", 1000, 0.05, REPLICATES);
	struct finding finding = found(COPY_OVER_REUSE);
	assert_true(finding.known);
	assert_near(finding.center, 3, 1e-9);
	assert_near(finding.high - finding.low, 0, 1e-9);
	assert_int_equal(finding.replicates, REPLICATES);
	assert_contains(finding.where, "heap 1 MiB");
}

TEST(with_too_few_replicates_a_ratio_is_not_known)
{
	made_begin();
	made_add("first_write", "parent_copy", "write_ns", "ns", 3000, 0, 4);
	made_add("first_write", "reuse_child_exited", "write_ns", "ns", 1000, 0, 4);
	struct finding finding = found(COPY_OVER_REUSE);
	assert_false(finding.known);
	assert_contains(finding.why, "fewer than 5 replicates");
}

TEST(a_time_too_wide_to_be_cited_is_no_evidence)
{
	made_begin();
	made_add("first_write", "parent_copy", "write_ns", "ns", 3000, 0, REPLICATES);
	made_add("first_write", "reuse_child_exited", "write_ns", "ns", 1000, 0.2, REPLICATES);
	made_add("first_write", "parent_copy", "faults", "count", 1, 0.2, REPLICATES);
	made_add("first_write", "parent_copy", "pages", "count", 1, 0.2, REPLICATES);
	struct finding finding = found(COPY_OVER_REUSE);
	assert_false(finding.known);
	assert_false(finding.absent);
	assert_string_equal(finding.why,
			    "first_write, reuse_child_exited, heap 1 MiB: too wide for "
			    "a verdict (above 25 %); run longer");
	/* Counts have no width. */
	assert_true(found(FAULTS_PARENT_COPY).known);
}

/* What separate memory adds to a switch, in a run that measured this; each time drifts by that much a replicate. */
static struct finding switch_adds(double drift, size_t count, const struct unit_point points[])
{
	static struct finding findings[FINDING_COUNT];
	struct dataset dataset;
	struct summary summary;
	struct problem problem;
	FILE *file = unit_points_begin();
	for (unsigned r = 0; r < REPLICATES; r++)
		for (size_t i = 0; i < count; i++) {
			struct unit_point point = points[i];
			point.experiment = "switch";
			point.metric = "switch_ns";
			point.value *= 1 + drift * r;
			unit_point_put(file, r, &point);
		}
	unit_run_end(file);
	unit_summarize(&summary, &dataset);
	assert_int_equal(findings_make(&summary, findings, &problem), OUTCOME_OK);
	unit_free(&summary, &dataset);
	return findings[SWITCH_ADDS];
}

static const struct unit_point switches[] = {
	{.case_name = "shared", .heap_bytes = 2 << 20, .value = 1000},
	{.case_name = "separate", .heap_bytes = 2 << 20, .value = 1668},
	{.case_name = "shared", .value = 1000},
	{.case_name = "separate", .value = 1267},
};

TEST(a_difference_of_times_too_wide_is_none_either)
{
	assert_true(switch_adds(0.02, 4, switches).known);
	assert_contains(switch_adds(0.5, 4, switches).why,
			"switch, separate, heap 0: too wide for a verdict");
}

TEST(a_count_must_be_so_in_every_sample)
{
	made_begin();
	made_add("first_write", "child_copy", "pages", "count", 100, 0, 2);
	struct series *faults = made_add("first_write", "child_copy", "faults", "count", 100, 0, 2);
	assert_near(found(FAULTS_CHILD_COPY).low, 1, 0);
	assert_near(found(FAULTS_CHILD_COPY).high, 1, 0);
	made.rows[faults - made.series].spread.min = 99; /* one sample was short of a fault */
	assert_near(found(FAULTS_CHILD_COPY).low, 0.99, 1e-12);
}

TEST(page_tables_are_counted_against_a_child_without_the_heap)
{
	made_begin();
	made_add("inherit", "forked", "child_tables", "count", 19, 0, 2);
	made_add("inherit", "without_heap", "child_tables", "count", 11, 0, 2);
	made_add("inherit", "shared_memory", "child_tables", "count", 11, 0, 2);
	made_add("inherit", "wrote_one", "pages", "count", 4096, 0, 2);
	made_add("inherit", "wrote_one", "frames_shared", "count", 4095, 0, 2);
	assert_near(found(TABLES_COPIED).low, 8, 0);
	assert_near(found(TABLES_SHARED).high, 0, 0);
	assert_near(found(CHANGED_ALONE).center, 1, 0);
	assert_false(found(TABLES_FILE).known);
}

/* The call of fork and exec: of a dirty heap `ratio` times as long as of a write-protected one. */
static void add_pair(uint64_t heap_bytes, double ratio)
{
	static const char *const states[] = {"dirty", "write-protected"};
	for (size_t i = 0; i < COUNT_OF(states); i++) {
		struct series *series = made_add("spawn", "fork", "call_ns", "ns",
						 i ? 1000 : 1000 * ratio, 0.3, REPLICATES);
		series->heap_bytes = heap_bytes;
		wire_copy(series->level[AXIS_STATE], WIRE_NAME_MAX, states[i]);
	}
}

TEST(write_protecting_is_judged_by_pairs_from_16_to_64_MiB)
{
	made_begin();
	add_pair(1 << 20, 9);
	add_pair(16 << 20, 1.2);
	add_pair(64 << 20, 1.8);
	add_pair(1 << 30, 9);
	struct finding finding = found(DIRTY_OVER_WRITE_PROTECTED);
	assert_true(finding.known);
	assert_int_equal(finding.replicates, 2 * REPLICATES);
	assert_near(finding.center, sqrt(1.2 * 1.8), 1e-9);
	assert_string_equal(finding.where, "heap 16 MiB to 64 MiB");
	made_begin();
	add_pair(16 << 20, 1.5);
	finding = found(DIRTY_OVER_WRITE_PROTECTED);
	assert_near(finding.center, 1.5, 1e-9);
	assert_near(finding.high - finding.low, 0, 1e-9); /* all else drifts alike */
	assert_string_equal(finding.where, "heap 16 MiB");
}

TEST(without_a_pair_from_16_to_64_MiB_write_protecting_is_not_known)
{
	made_begin();
	add_pair(1 << 20, 9);
	add_pair(1 << 30, 9);
	assert_false(found(DIRTY_OVER_WRITE_PROTECTED).known);
	assert_contains(found(DIRTY_OVER_WRITE_PROTECTED).why, "add --heap 16M,64M");
	made_add("spawn", "fork", "call_ns", "ns", 1, 0, REPLICATES)->heap_bytes = 16 << 20;
	assert_false(found(DIRTY_OVER_WRITE_PROTECTED).known);
	assert_contains(found(DIRTY_OVER_WRITE_PROTECTED).why, "heap 16 MiB, write-protected");
}

TEST(what_a_switch_costs_the_mmu_is_judged_without_reads_in_between)
{
	struct finding finding = switch_adds(0, 4, switches);
	assert_near(finding.center, 267, 1e-9);
	assert_string_equal(finding.where, "with no pages read in between");
	finding = switch_adds(0, 2, switches);
	assert_false(finding.known);
	assert_contains(finding.why, "add --heap 0");
}

/* fork: 100 us and 1000 us a MiB, a tenth of it for marking; vfork: 50 us. */
static void add_spawns_of(uint64_t heap_bytes, size_t replicates)
{
	double mib = (double)heap_bytes / (1 << 20);
	made_add("spawn", "fork", "reaped_ns", "ns", 1e5 + 1e6 * mib, 0, replicates)->heap_bytes =
		heap_bytes;
	struct series *write_protected =
		made_add("spawn", "fork", "reaped_ns", "ns", 1e5 + 0.9e6 * mib, 0, replicates);
	write_protected->heap_bytes = heap_bytes;
	wire_copy(write_protected->level[AXIS_STATE], WIRE_NAME_MAX, "write-protected");
	made_add("spawn", "vfork", "reaped_ns", "ns", 5e4, 0, replicates)->heap_bytes = heap_bytes;
}

static void add_spawns(uint64_t heap_bytes)
{
	add_spawns_of(heap_bytes, REPLICATES);
}

TEST(a_heap_with_a_time_too_wide_is_left_out_of_where_vfork_wins)
{
	made_begin();
	add_spawns(0);
	add_spawns(16 << 20);
	made_add("spawn", "fork", "reaped_ns", "ns", 1, 0, REPLICATES)->heap_bytes = 64 << 20;
	made_add("spawn", "vfork", "reaped_ns", "ns", 1, 0.2, REPLICATES)->heap_bytes = 64 << 20;
	assert_near(found(WINS_10).center / (1 << 20), 0.4, 1e-9);
	assert_contains(found(FORK_OVER_VFORK_LARGEST).why,
			"spawn, vfork exec, heap 64 MiB: too wide");
	assert_contains(found(FORK_OVER_VFORK_GROWTH).why,
			"spawn, vfork exec, heap 64 MiB: too wide");
}

TEST(vforks_wins_and_what_they_are_made_of_are_found)
{
	made_begin();
	add_spawns(0);
	add_spawns(16 << 20);
	assert_near(found(FORK_OVER_VFORK_SMALLEST).center, 2, 1e-9);
	assert_near(found(FORK_OVER_VFORK_LARGEST).center, 322, 1e-9);
	assert_near(found(FORK_OVER_VFORK_GROWTH).center, 161, 1e-9);
	/* 10 times is 500 us: 0.4 MiB on the straight line. */
	assert_near(found(WINS_10).center / (1 << 20), 0.4, 1e-9);
	assert_near(found(WINS_2).center, 0, 1);
	assert_near(found(WINS_100).center / (1 << 20), 4.9, 1e-9);
	/* 1.6 ms of the 16.05 ms that fork takes longer. */
	assert_near(found(MARKING_SHARE).center, 1.6 / 16.05, 1e-9);
	assert_near(found(TABLES_SHARE).center, 1 - 1.6 / 16.05, 1e-9);
	assert_contains(found(FORK_OVER_VFORK_LARGEST).where, "heap 16 MiB");
}

/* The smallest heap measured is no heap from which on: the true one may be smaller. */
TEST(a_win_at_the_smallest_heap_measured_is_a_bound)
{
	made_begin();
	add_spawns(16 << 20);
	add_spawns(64 << 20);
	struct finding finding = found(WINS_100);
	assert_true(finding.known && finding.center_at_most && finding.low_at_most);
	assert_near(finding.center, 16 << 20, 0);
	assert_contains(finding.where,
			"already so at the smallest heap measured (322 times there)");
	/* There is no smaller heap than none. */
	made_begin();
	add_spawns(0);
	add_spawns(16 << 20);
	finding = found(WINS_2);
	assert_true(finding.known && !finding.center_at_most && !finding.low_at_most);
}

/* fork's ratio at the largest heap is about 100, so that its lower end is below. */
TEST(a_win_that_may_come_beyond_the_largest_heap_says_so)
{
	made_begin();
	for (uint64_t heap = 0; heap <= 16 << 20; heap += 16 << 20) {
		double ns = heap ? 4.85e6 : 1e5;
		made_add("spawn", "fork", "reaped_ns", "ns", ns, 0.02, REPLICATES)->heap_bytes =
			heap;
		made_add("spawn", "vfork", "reaped_ns", "ns", 5e4, 0, REPLICATES)->heap_bytes =
			heap;
	}
	struct finding finding = found(WINS_100);
	assert_true(finding.known && finding.high_above && !finding.center_at_most);
	assert_near(finding.high, 16 << 20, 0);
	assert_true(finding.low < finding.center && finding.center < finding.high);
	finding = found(WINS_2);
	assert_false(finding.high_above);
	made_begin();
	add_spawns(0);
	add_spawns(1 << 20);
	assert_false(found(WINS_100).known);
	assert_contains(found(WINS_100).why,
			"at no heap up to 1 MiB, the largest measured (22 times");
}

/* Whatever has values at which heap, all findings of an experiment are of one. */
TEST(findings_of_an_experiment_are_of_one_heap)
{
	made_begin();
	for (uint64_t heap = 1 << 20; heap <= 4 << 20; heap += 3 << 20) {
		made_add("first_write", "parent_copy", "write_ns", "ns", 3000, 0, REPLICATES)
			->heap_bytes = heap;
		made_add("first_write", "reuse_child_exited", "write_ns", "ns", 1000, 0, REPLICATES)
			->heap_bytes = heap;
	}
	made_add("first_write", "after_exec", "write_ns", "ns", 1000, 0, REPLICATES);
	made_add("first_write", "never_forked", "write_ns", "ns", 2, 0, REPLICATES);
	assert_contains(found(COPY_OVER_REUSE).where, "heap 4 MiB");
	assert_false(found(AFTER_EXEC_OVER_PLAIN).known);
	assert_contains(found(AFTER_EXEC_OVER_PLAIN).why, "after_exec, heap 4 MiB");
	assert_false(found(AFTER_EXEC_OVER_PLAIN).absent);
}

/* A note of what is there is no reason for what is not. */
TEST(the_one_that_is_missing_is_named)
{
	made_begin();
	struct series *series =
		made_add("switch", "separate", "switch_ns", "ns", 2000, 0, REPLICATES);
	struct row *row = &made.rows[series - made.series];
	series->heap_bytes = 0;
	snprintf(row->note, sizeof row->note, "stopped: budget");
	assert_false(found(SWITCH_ADDS).known);
	assert_string_equal(found(SWITCH_ADDS).why, "not part of this run: switch, shared");
	assert_false(found(SWITCH_ADDS).absent); /* the experiment was part of it */
	assert_true(found(COPY_OVER_REUSE).absent);
	made_add("switch", "shared", "switch_ns", "ns", 1000, 0, REPLICATES)->heap_bytes = 0;
	assert_contains(found(SWITCH_ADDS).why, "not measured in the same process");
	assert_false(found(SWITCH_ADDS).absent);
}

/* Claims are about plain levels: others are named, and taken for nothing. */
TEST(other_levels_are_no_evidence)
{
	made_begin();
	const char *const cases[] = {"parent_copy", "reuse_child_exited"};
	for (size_t i = 0; i < 2; i++) {
		struct series *series =
			made_add("first_write", cases[i], "write_ns", "ns", 1000, 0, REPLICATES);
		wire_copy(series->level[AXIS_PAGE_KIND], WIRE_NAME_MAX, "thp");
	}
	assert_false(found(COPY_OVER_REUSE).known);
	assert_false(found(COPY_OVER_REUSE).absent);
	assert_contains(found(COPY_OVER_REUSE).why, "only at other levels, thp pages (2 MiB)");
}

TEST(with_one_heap_there_is_no_growth)
{
	made_begin();
	add_spawns(16 << 20);
	assert_true(found(FORK_OVER_VFORK_LARGEST).known);
	assert_false(found(FORK_OVER_VFORK_GROWTH).known);
	assert_contains(found(FORK_OVER_VFORK_GROWTH).why, "too similar");
}

/* The run's time was up before the largest heap had five replicates: the next one tells. */
TEST(a_heap_with_too_few_replicates_hides_none_below)
{
	made_begin();
	add_spawns(0);
	add_spawns(16 << 20);
	add_spawns_of(64 << 20, 4);
	assert_true(found(FORK_OVER_VFORK_LARGEST).known);
	assert_contains(found(FORK_OVER_VFORK_LARGEST).where, "heap 16 MiB");
	assert_near(found(FORK_OVER_VFORK_GROWTH).center, 161, 1e-9);
	assert_near(found(WINS_100).center / (1 << 20), 4.9, 1e-9);
	made_begin();
	add_spawns_of(0, 4);
	add_spawns_of(16 << 20, 4);
	assert_false(found(FORK_OVER_VFORK_LARGEST).known);
	assert_contains(found(FORK_OVER_VFORK_LARGEST).why, "fewer than 5 replicates");
	assert_false(found(WINS_100).known);
}

/* Else the user's choice of heaps would refute what is said of large ones. */
TEST(small_heaps_tell_nothing_of_large_ones)
{
	made_begin();
	add_spawns(0);
	add_spawns(4 << 20);
	assert_false(found(FORK_OVER_VFORK_LARGEST).known);
	assert_false(found(FORK_OVER_VFORK_GROWTH).known);
	assert_contains(found(FORK_OVER_VFORK_LARGEST).why, "--heap 64M");
	assert_true(found(WINS_10).known);
}

/* What was asked for, but not reached, is not advised. */
TEST(a_large_heap_that_was_not_reached_is_not_asked_for_again)
{
	made_begin();
	add_spawns(0);
	add_spawns(4 << 20);
	made.dataset.end = json_pack("{s:s,s:[{s:s,s:i}]}", "ended", "budget", "not_reached",
				     "experiment", "spawn", "heap_bytes", 64 << 20);
	assert_contains(found(FORK_OVER_VFORK_LARGEST).why,
			"16 MiB or more was measured; the budget ended before; raise --budget");
	assert_null(strstr(found(FORK_OVER_VFORK_LARGEST).why, "--heap"));
	json_object_set_new(made.dataset.end, "ended", json_string("interrupted"));
	assert_contains(found(FORK_OVER_VFORK_LARGEST).why, "the run was interrupted before");
	/* Small ones that were not reached have nothing to do with it. */
	json_object_set_new(json_array_get(json_object_get(made.dataset.end, "not_reached"), 0),
			    "heap_bytes", json_integer(1 << 20));
	assert_contains(found(FORK_OVER_VFORK_LARGEST).why, "--heap 64M");
	/* An experiment that had no turn was part of the run. */
	json_object_set_new(json_array_get(json_object_get(made.dataset.end, "not_reached"), 0),
			    "experiment", json_string("inherit"));
	assert_contains(found(MAPPINGS_EXECED).why, "not reached: the run was interrupted before");
	json_decref(made.dataset.end);
	made.dataset.end = NULL;
}

/* ---- huge pages, threads, posix_spawn, layouts ---- */

static struct series *at_level(struct series *series, enum axis_id axis, const char *level)
{
	wire_copy(series->level[axis], WIRE_NAME_MAX, level);
	return series;
}

/* A pass over 1 MiB of transparent huge pages, by faults of so many bytes. */
TEST(bytes_that_a_fault_copies_are_the_heap_over_its_faults)
{
	made_begin();
	struct series *faults =
		made_add("first_write", "parent_copy", "faults", "count", 256, 0, REPLICATES);
	at_level(faults, AXIS_PAGE_KIND, "thp");
	assert_near(found(THP_BYTES_A_FAULT).center, 4096, 0);
	assert_near(found(THP_BYTES_A_FAULT).high, 4096, 0);
	assert_true(finding_is_count(THP_BYTES_A_FAULT));
	struct row *row = &made.rows[faults - made.series];
	row->spread.min = 1; /* one pass copied it whole */
	assert_near(found(THP_BYTES_A_FAULT).high, 1 << 20, 0);
	row->spread.min = 0;
	assert_false(found(THP_BYTES_A_FAULT).known);
	assert_contains(found(HUGETLB_BYTES_A_FAULT).why, "add --page-kind 4k,hugetlb");
	made.dataset.run =
		json_pack("{s:{s:s}}", "page_kinds_left_out", "hugetlb", "the pool has no pages");
	assert_contains(found(HUGETLB_BYTES_A_FAULT).why, "the pool has no pages");
	json_decref(made.dataset.run);
}

TEST(how_often_a_thread_stood_still_is_a_mean_over_replicates)
{
	made_begin();
	made_add("thread_gap", "vfork", "stood", "count", 0, 0, REPLICATES);
	assert_true(found(THREAD_STOOD_VFORK).known);
	assert_near(found(THREAD_STOOD_VFORK).high, 0, 0);
	/* One sample of three in one replicate of six. */
	made.values[0][0][0] = 1;
	struct finding finding = found(THREAD_STOOD_VFORK);
	assert_near(finding.center, 1. / 18, 1e-9);
	assert_near(finding.low, 0, 0);
	assert_true(finding.high > finding.center && finding.high < 0.9);
	for (size_t r = 0; r < REPLICATES; r++)
		for (size_t i = 0; i < VALUES; i++)
			made.values[0][r][i] = 1;
	assert_near(found(THREAD_STOOD_VFORK).low, 1, 0);
}

TEST(what_grows_by_itself_is_taken_at_its_worst)
{
	made_begin();
	made_add("spawn", "fork", "call_ns", "ns", 1e5, 0.01, REPLICATES)->heap_bytes = 0;
	struct series *largest = made_add("spawn", "fork", "call_ns", "ns", 1e6, 0.01, REPLICATES);
	largest->heap_bytes = 16 << 20;
	struct finding finding = found(FORK_GROWTH);
	assert_true(finding.known);
	assert_near(finding.center, 10, 1e-6);
	const struct stats_interval *interval = &made.rows[0].interval;
	const double half = interval->high / interval->low;
	assert_near(finding.high / finding.low, half * half, 1e-6);
	assert_string_equal(finding.where, "heap 16 MiB against 0");
	made_begin();
	made_add("spawn", "fork", "call_ns", "ns", 1e6, 0, REPLICATES)->heap_bytes = 16 << 20;
	assert_contains(found(FORK_GROWTH).why, "too similar");
}

TEST(a_level_is_held_against_the_plain_one_at_the_largest_heap_that_has_it)
{
	made_begin();
	for (uint64_t heap = 4 << 20; heap <= 64 << 20; heap *= 4) {
		made_add("spawn", "fork", "call_ns", "ns", 1e6, 0, REPLICATES)->heap_bytes = heap;
		if (heap == 64 << 20)
			break;
		struct series *huge =
			made_add("spawn", "fork", "call_ns", "ns", 4e4, 0.01, REPLICATES);
		at_level(huge, AXIS_PAGE_KIND, "thp")->heap_bytes = heap;
	}
	struct finding finding = found(THP_OVER_4K);
	assert_true(finding.known);
	assert_near(finding.center, 0.04 * made.rows[1].interval.center / 4e4, 1e-9);
	assert_contains(finding.where, "heap 16 MiB, thp pages");
	assert_contains(found(SHARED_OVER_PRIVATE).why, "add --page-kind 4k,shared");
	made.rows[2].interval.has_interval = false;
	assert_contains(found(THP_OVER_4K).why, "fewer than 5 replicates");
}

static void add_forks(enum axis_id axis, const char *level, double plain_ns, double level_ns)
{
	made_add("spawn", "fork", "call_ns", "ns", plain_ns, 0, REPLICATES)->heap_bytes = 16 << 20;
	at_level(made_add("spawn", "fork", "call_ns", "ns", level_ns, 0, REPLICATES), axis, level)
		->heap_bytes = 16 << 20;
}

/* Axes by name: builds without them have other findings all the same. */
TEST(spread_pages_and_most_mappings_are_found_where_there_are_such_axes)
{
	for (enum axis_id axis = 0; axis < AXIS_COUNT; axis++) {
		made_begin();
		if (strcmp(axes[axis].name, "density") == 0) {
			add_forks(axis, "1", 2e5, 2e7);
			assert_near(found(SPREAD_OVER_DENSE).center, 100, 1e-9);
		} else if (strcmp(axes[axis].name, "heap_mappings") == 0) {
			add_forks(axis, "100", 1e6, 2e6);
			add_forks(axis, "20000", 1e6, 3e7);
			add_forks(axis, "1000", 1e6, 4e6);
			assert_near(found(MAPPINGS_OVER_ONE).center, 30, 1e-9);
		}
	}
	made_begin();
	add_forks(AXIS_PAGE_KIND, "shared", 1e6, 1e4);
	assert_near(found(SHARED_OVER_PRIVATE).center, 0.01, 1e-9);
	assert_false(found(SPREAD_OVER_DENSE).known);
	assert_contains(found(SPREAD_OVER_DENSE).why, "density");
	assert_false(found(MAPPINGS_OVER_ONE).known);
	assert_contains(found(MAPPINGS_OVER_ONE).why, "mappings");
}

TEST(small_heaps_say_nothing_of_levels)
{
	made_begin();
	made_add("spawn", "fork", "call_ns", "ns", 1e5, 0, REPLICATES);
	at_level(made_add("spawn", "fork", "call_ns", "ns", 1e5, 0, REPLICATES), AXIS_PAGE_KIND,
		 "thp");
	assert_contains(found(THP_OVER_4K).why, "no heap of 4 MiB or more");
}

/* As a path in a failure may have them, cut where no character ends. */
TEST(a_reason_is_not_cut_within_a_character)
{
	made_begin();
	struct series *series = made_add("inherit", "after_exec", "mappings", "count", 1, 0, 1);
	struct row *row = &made.rows[series - made.series];
	row->count = 0;
	memset(row->note, 0, sizeof row->note);
	for (size_t i = 0; i + 2 < sizeof row->note; i += 2)
		memcpy(row->note + i, "\xc3\xa9", 2);
	json_t *text = json_string(found(MAPPINGS_EXECED).why);
	assert_non_null(text);
	json_decref(text);
}

TEST(times_of_an_emulated_machine_are_not_known_and_counts_are)
{
	made_begin();
	made.dataset.environment = json_pack("{s:s}", "hypervisor", "QEMU emulation (board)");
	made_add("first_write", "parent_copy", "write_ns", "ns", 3000, 0, REPLICATES);
	made_add("first_write", "reuse_child_exited", "write_ns", "ns", 1000, 0, REPLICATES);
	made_add("inherit", "after_exec", "mappings", "count", 64, 0, 2);
	made_add("inherit", "after_exec", "pages", "count", 64, 0, 2);
	assert_false(found(COPY_OVER_REUSE).known);
	assert_contains(found(COPY_OVER_REUSE).why, "emulated");
	assert_near(found(MAPPINGS_EXECED).high, 1, 0);
	json_decref(made.dataset.environment);
}

TEST(what_was_not_measured_is_not_known_and_says_how_to)
{
	made_begin();
	for (size_t i = 0; i < FINDING_COUNT; i++) {
		struct finding finding = found((enum finding_id)i);
		assert_false(finding.known);
		assert_true(strlen(finding.why) > 8);
	}
	assert_contains(found(MAPPINGS_EXECED).why, "forkcost run --experiment inherit");
}
