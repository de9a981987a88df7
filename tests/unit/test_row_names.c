/* Rows are found by the numbers of their names as they are by the names. */
#include "harness/common/shuffle.h"
#include "harness/driver/show/filter.h"
#include "tests/unit/unit.h"

#include <stdlib.h>

static struct shuffle any_of = {1};

/* From 0 to 2^31 - 1. */
static int any(void)
{
	return (int)(shuffle_next(&any_of) >> 33);
}

enum { ROWS = 400, TRIALS = 4000 };

static struct summary summary;
static struct dataset dataset;

static const char *const words[] = {"", "a", "b", "c", "none"};

static const char *any_word(size_t count)
{
	return words[(size_t)any() % count];
}

/* A level that is plain, not varied, or another. */
static const char *any_level(enum axis_id axis)
{
	return any() % 3 ? axis_plain_name(&axes[axis]) : any_word(2);
}

static void make_rows(void)
{
	dataset.series = calloc(ROWS, sizeof *dataset.series);
	summary.rows = calloc(ROWS, sizeof *summary.rows);
	assert_true(dataset.series && summary.rows);
	for (size_t i = 0; i < ROWS; i++) {
		struct series *series = &dataset.series[i];
		wire_copy(series->experiment, WIRE_NAME_MAX, any_word(3));
		wire_copy(series->metric, COUNTER_NAME_MAX, any_word(4));
		wire_copy(series->primitive, WIRE_NAME_MAX, any_word(3));
		wire_copy(series->action, WIRE_NAME_MAX, any_word(2));
		wire_copy(series->case_name, WIRE_NAME_MAX, any_word(2));
		wire_copy(series->level[AXIS_CACHE], WIRE_NAME_MAX, any_level(AXIS_CACHE));
		wire_copy(series->level[AXIS_STATE], WIRE_NAME_MAX, any_level(AXIS_STATE));
		series->aa_control = any() % 8 == 0;
		summary.rows[i] = (struct row){.series = series, .count = (size_t)any() % 3};
	}
	dataset.series_count = summary.row_count = ROWS;
	summary.dataset = &dataset;
}

static const char *any_wish(void)
{
	return any() % 2 ? any_word(COUNT_OF(words)) : any() % 2 ? FILTER_ANY : NULL;
}

static struct filter any_filter(void)
{
	struct filter filter = {.experiment = any_wish(),
				.metric = any_wish(),
				.primitive = any_wish(),
				.action = any_wish(),
				.case_name = any_wish(),
				.or_metric = any() % 4 ? NULL : any_word(COUNT_OF(words))};
	if (any() % 2)
		filter.level[AXIS_CACHE] = any() % 2 ? FILTER_ANY : any_level(AXIS_CACHE);
	if (any() % 2)
		filter.level[AXIS_STATE] = any() % 2 ? FILTER_ANY : any_level(AXIS_STATE);
	return filter;
}

TEST(every_filter_finds_the_rows_that_match_it)
{
	size_t found = 0;
	make_rows();
	assert_true(row_names_make(&summary.names, &dataset));
	for (int trial = 0; trial < TRIALS; trial++) {
		const struct filter filter = any_filter();
		const struct row *row = NULL;
		for (size_t i = 0; i < ROWS; i++) {
			if (!summary.rows[i].count || !filter_matches(&filter, &dataset.series[i]))
				continue;
			row = filter_next(&summary, &filter, row);
			assert_ptr_equal(row, &summary.rows[i]);
			found++;
		}
		assert_null(filter_next(&summary, &filter, row));
	}
	assert_true(found > TRIALS);
	row_names_free(&summary.names);
	free(summary.rows);
	free(dataset.series);
}
