#include "harness/driver/show/exec_floor.h"

#include "harness/driver/analysis/compared.h"
#include "harness/driver/analysis/differences.h"
#include "harness/driver/base/notes.h"

#include <math.h>
#include <string.h>

static const struct program_ratio {
	enum program program;
	const char *name, *words;
} ratios[] = {
	{PROGRAM_STATIC, "exec_static_times", "a static program"},
	{PROGRAM_DYNAMIC, "exec_dynamic_times", "a dynamic one"},
	{PROGRAM_GIVEN, "exec_given_times", "the program given"},
};

enum { RATIOS = sizeof ratios / sizeof *ratios };

/* The row of a program; of posix_spawn, if it was measured: the way in which most programs are started. */
static const struct row *find_row(const struct summary *summary, enum program program)
{
	struct filter filter = {.experiment = "spawn",
				.action = "exec",
				.metric = "reaped_ns",
				.primitive = "posix_spawn"};
	filter.level[AXIS_PROGRAM] = axis_name(&axes[AXIS_PROGRAM], program);
	const struct row *row = filter_settled_row(summary, &filter);
	filter.primitive = NULL;
	return row ? row : filter_row(summary, &filter);
}

static struct stats_interval interval_of(const struct series *series)
{
	double medians[DATASET_REPLICATES_MAX];
	size_t count = 0;
	for (size_t b = 0; b < series->block_count && count < DATASET_REPLICATES_MAX; b++) {
		const double median = differences_median(series, series->blocks[b].replicate);
		if (isfinite(median))
			medians[count++] = median;
	}
	return count ? stats_interval(medians, count) : (struct stats_interval){.center = NAN};
}

/* Programs never share a worker, so their replicates are independent. */
static struct derived times_own(const struct summary *summary, const struct program_ratio *ratio)
{
	struct derived times = {.name = ratio->name, .unit = "ratio", .value.center = NAN};
	const struct row *rows[2] = {find_row(summary, ratio->program)};
	const struct series *taken[2];
	if (!rows[0]) {
		notes_fill(times.note, sizeof times.note, "program %s was not measured",
			   axis_name(&axes[AXIS_PROGRAM], ratio->program));
		return times;
	}
	struct series own = *rows[0]->series;
	wire_copy(own.level[AXIS_PROGRAM], WIRE_NAME_MAX, axis_plain_name(&axes[AXIS_PROGRAM]));
	rows[1] = summary_find(summary, &own, NULL, NULL, NULL);
	times.metric = rows[0]->series->metric;
	times.case_name = rows[0]->series->primitive;
	times.with_heap = true;
	times.heap_bytes = own.heap_bytes;
	notes_fill(times.note, sizeof times.note, "%s over own",
		   axis_name(&axes[AXIS_PROGRAM], ratio->program));
	if (!rows[1] || !rows[1]->count) {
		notes_append(times.note, sizeof times.note, ": program own was not measured there");
		return times;
	}
	compared_take(rows, 2, taken);
	const struct stats_interval one = interval_of(taken[0]), other = interval_of(taken[1]);
	times.value = stats_quotient(&one, &other);
	return times;
}

size_t exec_floor_derive(const struct summary *summary, struct derived *rows)
{
	for (size_t i = 0; i < RATIOS; i++)
		rows[i] = times_own(summary, &ratios[i]);
	return RATIOS;
}

static bool shows_own_exec(const struct summary *summary, const struct filter *filter)
{
	const char *own = axis_plain_name(&axes[AXIS_PROGRAM]);
	for (const struct row *row = NULL; (row = filter_next(summary, filter, row));) {
		const char *program = row->series->level[AXIS_PROGRAM];
		if (strcmp(row->series->action, "exec") == 0 &&
		    (!*program || strcmp(program, own) == 0))
			return true;
	}
	return false;
}

const char *exec_floor_words(const struct summary *summary, const struct filter *filter,
			     char text[EXEC_FLOOR_MAX])
{
	struct derived times[RATIOS];
	char heap[BLOCK_TEXT_MAX];
	bool any = false;
	*text = '\0';
	if (!shows_own_exec(summary, filter))
		return text;
	notes_append(text, EXEC_FLOOR_MAX, EXEC_FLOOR);
	const size_t count = exec_floor_derive(summary, times);
	for (size_t i = 0; i < count; i++) {
		if (!isfinite(times[i].value.center))
			continue;
		const struct filter at = {.heap_bytes = times[i].heap_bytes, .with_heap = true};
		notes_append(text, EXEC_FLOOR_MAX, any ? ", %s %s" : "; %s takes %s",
			     ratios[i].words, block_number(&times[i].value, heap));
		any = true;
		if (i + 1 == count || !isfinite(times[i + 1].value.center))
			notes_append(text, EXEC_FLOOR_MAX, " times as long by %s until reaped%s",
				     times[i].case_name, block_heap(", ", &at, heap));
	}
	if (!any)
		notes_append(text, EXEC_FLOOR_MAX, "; see --program static,dynamic");
	return text;
}
