/* What is published: rows and ratios from made-up runs whose truth is known. */
#include "harness/driver/analysis/summary.h"
#include "tests/unit/unit.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { FIELDS = 25 + AXIS_COUNT, NOTE = 29, PER_ROUND = 5, ROUNDS = 8, COUNT = PER_ROUND * ROUNDS };

static struct dataset dataset;
static struct summary summary;

/* fork at `base` and vfork at a quarter of it, in the same rounds, both times what drift does to a
 * round: it grows `drift`-fold from the first round of the run to the last. */
static void write_drifting_run(unsigned replicates, double drift, const char *reason)
{
	FILE *file = unit_run_begin();
	uint64_t random = 11;
	for (unsigned r = 0; r < replicates; r++) {
		double fork[COUNT], vfork[COUNT], aa_control[COUNT];
		unsigned rounds[COUNT];
		for (unsigned i = 0; i < COUNT; i++) {
			rounds[i] = i / PER_ROUND;
			double at = (double)(r * ROUNDS + rounds[i]) / (replicates * ROUNDS - 1.0);
			double level = 40000 * pow(drift, at);
			fork[i] = level * exp(0.001 * unit_normal(&random));
			vfork[i] = level / 4 * exp(0.001 * unit_normal(&random));
			aa_control[i] = level * exp(0.001 * unit_normal(&random));
		}
		/* vfork misses the later rounds: only a comparison within rounds is fair. */
		const struct unit_arm arms[] = {
			{"fork", "exit", false, COUNT, fork, rounds, reason},
			{"vfork", "exit", false, COUNT / 2, vfork, rounds, reason},
			{"fork", "exit", true, COUNT, aa_control, rounds, reason},
		};
		unit_run_cell(file, r, 1 << 20, arms, COUNT_OF(arms));
	}
	unit_run_end(file);
}

static const struct row *row_of(const char *primitive, bool aa_control, const char *metric)
{
	for (size_t i = 0; i < summary.row_count; i++)
		if (strcmp(summary.rows[i].series->primitive, primitive) == 0 &&
		    strcmp(summary.rows[i].series->metric, metric) == 0 &&
		    summary.rows[i].series->aa_control == aa_control)
			return &summary.rows[i];
	fail_msg("no row of %s %s", primitive, metric);
	return NULL;
}

TEST(common_drift_cancels_in_ratios)
{
	write_drifting_run(12, 3, "not looked at");
	unit_summarize(&summary, &dataset);
	const struct row *vfork = row_of("vfork", false, "call_ns");
	const struct ratio *ratio = summary_ratio(&summary, vfork->series);
	assert_non_null(ratio);
	assert_int_equal(ratio->replicates, 12);
	assert_near(ratio->interval.center, 0.25, 0.001);
	assert_true(ratio->interval.high - ratio->interval.low < 0.002);
	/* The medians alone are all over the place: a threefold drift. */
	assert_true(stats_relative_half_width(&vfork->interval) > 0.1);
	assert_contains(vfork->note, "drift +");
	const struct ratio *aa_control =
		summary_ratio(&summary, row_of("fork", true, "call_ns")->series);
	assert_non_null(aa_control);
	assert_near(aa_control->interval.center, 1, 0.001);
	unit_free(&summary, &dataset);
}

/* The control of this run takes a tenth longer, in the later rounds. */
TEST(an_aa_control_is_pooled_with_its_arm_and_held_against_it_alone)
{
	static const unsigned rounds[] = {0, 1, 2, 3};
	FILE *file = unit_run_begin();
	for (unsigned r = 0; r < 6; r++) {
		const double level = 1000 + 10 * r;
		const double fork[] = {level, level, level, level};
		const double control[] = {level, level, level * 1.1, level * 1.1};
		const struct unit_arm arms[] = {
			{"fork", "exit", false, 4, fork, rounds, "no"},
			{"fork", "exit", true, r == 5 ? 2 : 4, control, rounds, "no"},
			{"vfork", "exit", false, 4, fork, rounds, "no"},
		};
		/* Replicate 4 lacks the control: the arm's own samples are left. */
		unit_run_cell(file, r, 1 << 20, arms, r == 4 ? 1 : COUNT_OF(arms));
	}
	unit_run_end(file);
	unit_summarize(&summary, &dataset);
	const struct row *fork = row_of("fork", false, "call_ns");
	const struct row *control = row_of("fork", true, "call_ns");
	assert_int_equal(fork->count, 4 * 8 + 4 + 6);
	assert_int_equal(fork->series->block_count, 6);
	assert_int_equal(fork->series->blocks[4].count, 4);
	assert_int_equal(fork->series->blocks[5].control_count, 2);
	assert_near(fork->spread.max, 1130 + 3, 1e-6); /* the control's, of replicate 3 */
	assert_near(fork->series->blocks[5].values[5], 1050, 1e-6);
	assert_int_equal(fork->series->blocks[5].rounds[5], 1);
	assert_int_equal(control->count, 4 * 4 + 2);
	/* Four rounds: 1, 1, 1.1, 1.1; and two. */
	assert_near(summary_ratio(&summary, control->series)->interval.center, pow(1.05, 4.0 / 5),
		    1e-9);
	assert_near(summary_ratio(&summary, fork->series)->interval.center, 1, 1e-12);
	/* It is no new witness of its cell's scatter. */
	double *medians = series_medians(control->series);
	const double *const alone[] = {medians};
	struct stats_interval expected;
	stats_intervals(alone, 1, 5, &expected);
	assert_near(control->interval.low, expected.low, 1e-9);
	free(medians);
	unit_free(&summary, &dataset);
}

/* Five replicates: fork scatters, vfork hardly, clone lacks the last one. */
TEST(arms_of_a_cell_share_their_scatter)
{
	static const double scatter[] = {0.9, 1.1, 0.95, 1.05, 1};
	static const unsigned rounds[] = {0};
	FILE *file = unit_run_begin();
	double medians[2][5];
	for (unsigned r = 0; r < 5; r++) {
		medians[0][r] = 20000 * scatter[r];
		medians[1][r] = 5000 * (1 + (scatter[(r + 2) % 5] - 1) / 5);
		const struct unit_arm arms[] = {
			{"fork", "exit", false, 1, &medians[0][r], rounds, "no"},
			{"vfork", "exit", false, 1, &medians[1][r], rounds, "no"},
			{"clone", "exit", false, 1, &medians[1][r], rounds, "no"},
		};
		unit_run_cell(file, r, 1 << 20, arms, r < 4 ? 3 : 2);
	}
	unit_run_end(file);
	unit_summarize(&summary, &dataset);
	struct stats_interval expected[2];
	const double *const together[] = {medians[0], medians[1]};
	stats_intervals(together, 2, 5, expected);
	const struct row *fork = row_of("fork", false, "call_ns");
	const struct row *vfork = row_of("vfork", false, "call_ns");
	assert_near(fork->interval.low, expected[0].low, 0.01);
	assert_near(vfork->interval.low, expected[1].low, 0.01);
	assert_near(vfork->interval.high, expected[1].high, 0.01);
	struct stats_interval alone = stats_interval(medians[1], 5);
	assert_true(vfork->interval.high > alone.high + 1);
	assert_false(row_of("clone", false, "call_ns")->interval.has_interval);
	unit_free(&summary, &dataset);
}

/* Workers of another kind run only some of the arms; others of the cell tell of its scatter all the same. */
TEST(arms_with_other_replicates_share_their_scatter)
{
	static const double scatter[] = {0.9, 1.1, 0.95, 1.05, 1, 0.97, 1.08, 0.93};
	static const unsigned rounds[] = {0};
	FILE *file = unit_run_begin();
	double medians[2][8];
	for (unsigned r = 0; r < 8; r++) {
		medians[0][r] = 20000 * scatter[r];
		medians[1][r] = 5000 * (1 + (scatter[(r + 2) % 8] - 1) / 5);
		const struct unit_arm arms[] = {
			{"fork", "exit", false, 1, &medians[0][r], rounds, "no"},
			{"vfork", "exit", false, 1, &medians[1][r], rounds, "no"},
		};
		unit_run_cell(file, r, 1 << 20, arms, r % 4 == 1 ? 1 : 2);
	}
	unit_run_end(file);
	unit_summarize(&summary, &dataset);
	struct stats_interval expected[2];
	const double *const together[] = {medians[0], medians[1]};
	medians[1][1] = medians[1][5] = NAN;
	stats_intervals(together, 2, 8, expected);
	const struct row *fork = row_of("fork", false, "call_ns");
	const struct row *vfork = row_of("vfork", false, "call_ns");
	assert_near(fork->interval.low, expected[0].low, 0.01);
	assert_near(vfork->interval.low, expected[1].low, 0.01);
	const double alone[] = {medians[1][0], medians[1][2], medians[1][3],
				medians[1][4], medians[1][6], medians[1][7]};
	assert_true(vfork->interval.high > stats_interval(alone, 6).high + 1);
	/* Ratios are of the six that both have, and there fork is not like in all eight. */
	assert_int_equal(summary_ratio(&summary, vfork->series)->replicates, 6);
	assert_int_equal(summary_ratio(&summary, fork->series)->replicates, 8);
	assert_contains(vfork->note, "stopped: budget");
	unit_free(&summary, &dataset);
}

TEST(notes_say_why_it_stopped)
{
	write_drifting_run(12, 1, "not looked at");
	unit_summarize(&summary, &dataset);
	assert_contains(row_of("fork", false, "call_ns")->note, "stopped: precision");
	assert_null(strstr(row_of("fork", false, "call_ns")->note, "drift"));
	unit_free(&summary, &dataset);
	/* As precise, but too few replicates for precision to have stopped it. */
	write_drifting_run(9, 1, "not looked at");
	unit_summarize(&summary, &dataset);
	assert_contains(row_of("fork", false, "call_ns")->note, "stopped: budget");
	assert_true(row_of("fork", false, "call_ns")->interval.has_interval);
	unit_free(&summary, &dataset);
	write_drifting_run(4, 1, "not looked at");
	unit_summarize(&summary, &dataset);
	assert_contains(row_of("fork", false, "call_ns")->note, "no interval");
	assert_false(row_of("fork", false, "call_ns")->interval.has_interval);
	unit_free(&summary, &dataset);
}

/* One line of RFC 4180: splits it in place, returns the number of fields. Takes no line breaks in
 * fields. Moves *line behind the line. */
static size_t split(char **line, char *fields[FIELDS + 1])
{
	char *read = *line, *write = *line;
	size_t count = 0;
	bool quoted = false;
	fields[count++] = write;
	for (; *read && (quoted || *read != '\n'); read++) {
		if (*read == '"' && quoted && read[1] == '"') {
			*write++ = *read++;
		} else if (*read == '"') {
			quoted = !quoted;
		} else if (*read == ',' && !quoted) {
			*write++ = '\0';
			if (count <= FIELDS)
				fields[count++] = write;
		} else {
			*write++ = *read;
		}
	}
	*line = *read ? read + 1 : read;
	*write = '\0';
	return count;
}

static const char header[] =
	"experiment,primitive,action,case,heap_bytes,page_kind,state,cache,touch_order,threads,"
	"mappings,open_files,child_cpu,metric,unit,n,replicates,estimate,ci_low,ci_high,p5,p95,p99,"
	"min,max,mad,undisturbed,estimate_of_all,disturbed_ratio,note,frames_scattered";

TEST(csv_keeps_its_promise)
{
	static const char reason[] = "it said \\\"no, never\\\", twice";
	struct problem problem = {""};
	write_drifting_run(12, 1, reason);
	unit_summarize(&summary, &dataset);
	if (summary_write(&summary, unit_folder(), &problem))
		fail_msg("%s", problem.text);
	char *text = unit_read("summary.csv"), *line = text, *fields[FIELDS + 1];
	char heads[sizeof header + (size_t)AXIS_COUNT * WIRE_NAME_MAX];
	strcpy(heads, header);
	for (enum axis_id axis = 0; axis < AXIS_COUNT; axis++)
		if (axes[axis].column == AXIS_COLUMN_LAST) {
			strcat(heads, ",");
			strcat(heads, axes[axis].name);
		}
	strcat(heads, "\n");
	assert_int_equal(strncmp(text, heads, strlen(heads)), 0);
	size_t rows = 0, measured = 0;
	assert_int_equal(split(&line, fields), FIELDS);
	while (*line) {
		assert_int_equal(split(&line, fields), FIELDS);
		rows++;
		assert_string_equal(fields[0], "spawn");
		assert_string_equal(fields[4], "1048576");
		if (strcmp(fields[13], "call_ns") == 0) {
			measured++;
			bool vfork = strcmp(fields[1], "vfork") == 0;
			bool aa_control = strcmp(fields[3], "aa_control") == 0;
			/* fork's samples and its control's. */
			assert_string_equal(fields[15], vfork ? "240" : aa_control ? "480" : "960");
			assert_string_equal(fields[16], "12");
			double expected = vfork ? 10000 : 40000;
			assert_near(strtod(fields[17], NULL), expected, expected / 1000);
			assert_true(strtod(fields[18], NULL) < strtod(fields[17], NULL));
			assert_true(strtod(fields[17], NULL) < strtod(fields[19], NULL));
			continue;
		}
		/* Not measured: a reason, and nothing that looks like a number. */
		assert_string_equal(fields[15], "0");
		assert_string_equal(fields[16], "0");
		for (size_t f = 17; f < FIELDS; f++)
			if (f != NOTE)
				assert_string_equal(fields[f], "");
		assert_string_equal(fields[NOTE], "unavailable: it said \"no, never\", twice");
	}
	assert_int_equal(rows, 9);
	assert_int_equal(measured, 3);
	assert_contains(header, ",note");
	free(text);

	text = unit_read("summary.csv"); /* as written: quoted, quotes doubled */
	assert_contains(text, ",\"unavailable: it said \"\"no, never\"\", twice\",,");
	free(text);
	text = unit_read("ratios.csv");
	line = text;
	assert_int_equal(split(&line, fields), FIELDS - 12);
	assert_int_equal(split(&line, fields), FIELDS - 12);
	free(text);
	unit_free(&summary, &dataset);
}

/* An axis has a column beside the fixed ones. */
TEST(no_two_columns_have_one_name)
{
	static const char *const files[] = {"summary.csv", "ratios.csv"};
	struct problem problem = {""};
	write_drifting_run(5, 1, "not looked at");
	unit_summarize(&summary, &dataset);
	assert_int_equal(summary_write(&summary, unit_folder(), &problem), OUTCOME_OK);
	for (size_t i = 0; i < COUNT_OF(files); i++) {
		char *text = unit_read(files[i]);
		char *line = text, *names[64];
		size_t count = 0;
		*strchr(text, '\n') = '\0';
		for (char *name; (name = strsep(&line, ",")) && count < COUNT_OF(names);) {
			for (size_t n = 0; n < count; n++)
				if (strcmp(names[n], name) == 0)
					fail_msg("%s has two columns named %s: if one is an "
						 "axis's, give it another name in axes.def",
						 files[i], name);
			names[count++] = name;
		}
		assert_true(count >= 15 && count < COUNT_OF(names));
		free(text);
	}
	unit_free(&summary, &dataset);
}

TEST(unwritable_folders_are_named)
{
	struct problem problem = {""};
	write_drifting_run(5, 1, "not looked at");
	unit_summarize(&summary, &dataset);
	assert_int_equal(summary_write(&summary, "build/no-such-run", &problem), OUTCOME_FAILED);
	assert_contains(problem.text, "build/no-such-run/summary.csv");
	unit_free(&summary, &dataset);
}
