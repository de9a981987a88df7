/* Which series tables and figures show, and how their levels are named. */
#include "harness/driver/show/filter.h"
#include "harness/driver/show/level_words.h"
#include "tests/unit/unit.h"

enum { SERIES_MAX = 16 };

static struct {
	struct summary summary;
	struct dataset dataset;
	struct series series[SERIES_MAX];
	struct row rows[SERIES_MAX];
} made;

void unit_before(void)
{
	memset(&made, 0, sizeof made);
	made.dataset.series = made.series;
	made.summary.dataset = &made.dataset;
	made.summary.rows = made.rows;
}

/* A series at plain levels. */
static struct series *add(const char *experiment, const char *case_name, uint64_t heap_bytes,
			  size_t replicates)
{
	size_t at = made.dataset.series_count++;
	struct series *series = &made.series[at];
	wire_copy(series->experiment, WIRE_NAME_MAX, experiment);
	wire_copy(series->case_name, WIRE_NAME_MAX, case_name);
	wire_copy(series->level[AXIS_PAGE_KIND], WIRE_NAME_MAX, "4k");
	wire_copy(series->level[AXIS_STATE], WIRE_NAME_MAX, "dirty");
	wire_copy(series->level[AXIS_CACHE], WIRE_NAME_MAX, "warm");
	wire_copy(series->level[AXIS_CHILD_CPU], WIRE_NAME_MAX, "same");
	series->heap_bytes = heap_bytes;
	series->block_count = replicates;
	made.rows[at] = (struct row){.series = series, .count = replicates};
	made.summary.row_count = made.dataset.series_count;
	return series;
}

static const char *words_of(const struct filter *filter)
{
	static char text[LEVEL_WORDS_MAX];
	return level_words(filter, 0, text);
}

TEST(plain_levels_are_taken_where_there_are_any)
{
	struct filter filter = {.experiment = "spawn"};
	wire_copy(add("spawn", "", 0, 1)->level[AXIS_CACHE], WIRE_NAME_MAX, "cold");
	add("spawn", "", 0, 1);
	filter_settle_levels(&made.summary, &filter);
	assert_string_equal(words_of(&filter), "");
	assert_ptr_equal(filter_row(&made.summary, &filter), &made.rows[1]);
}

TEST(other_levels_are_taken_where_there_is_nothing_else_and_named)
{
	struct filter filter = {.experiment = "spawn"};
	struct series *series = add("spawn", "", 0, 1);
	wire_copy(series->level[AXIS_STATE], WIRE_NAME_MAX, "write-protected");
	wire_copy(series->level[AXIS_CACHE], WIRE_NAME_MAX, "cold");
	wire_copy(series->level[AXIS_CHILD_CPU], WIRE_NAME_MAX, "other");
	add("first_write", "", 0, 1); /* plain, but of another experiment */
	assert_null(filter_row(&made.summary, &filter));
	filter_settle_levels(&made.summary, &filter);
	assert_ptr_equal(filter_row(&made.summary, &filter), &made.rows[0]);
	assert_string_equal(words_of(&filter),
			    ", write-protected heap, caches cold, child on another CPU");
}

/* Not a level of each that do not occur together. */
TEST(levels_are_taken_from_one_cell)
{
	struct filter filter = {.experiment = "first_write"};
	struct series *thp = add("first_write", "", 0, 1), *shuffled = add("first_write", "", 0, 1);
	wire_copy(thp->level[AXIS_PAGE_KIND], WIRE_NAME_MAX, "thp");
	wire_copy(thp->level[AXIS_TOUCH_ORDER], WIRE_NAME_MAX, "sequential");
	wire_copy(shuffled->level[AXIS_TOUCH_ORDER], WIRE_NAME_MAX, "shuffled");
	filter_settle_levels(&made.summary, &filter);
	assert_string_equal(words_of(&filter), ", in shuffled order");
	assert_ptr_equal(filter_row(&made.summary, &filter), &made.rows[1]);
}

TEST(every_level_has_its_words)
{
	static const struct {
		struct filter filter;
		enum axis_id level;
		const char *words;
	} known[] = {
		{{0}, AXIS_PAGE_KIND, "4 KiB pages"},
		{{.level[AXIS_PAGE_KIND] = "hugetlb"}, AXIS_PAGE_KIND, "hugetlb pages (2 MiB)"},
		{{0}, AXIS_STATE, "dirty heap"},
		{{0}, AXIS_CACHE, "caches warm"},
		{{0}, AXIS_CHILD_CPU, "child on the caller's CPU"},
		{{.level[AXIS_CHILD_CPU] = "free"}, AXIS_CHILD_CPU, "child on any CPU"},
		{{0}, AXIS_TOUCH_ORDER, "in order"},
		{{.level[AXIS_THREADS] = "3"}, AXIS_THREADS, "3 running threads"},
		{{.level[AXIS_THREADS] = FILTER_ANY}, AXIS_THREADS, ""},
		{{.level[AXIS_PAGE_KIND] = "16g"},
		 AXIS_PAGE_KIND,
		 "16g pages"}, /* not ours: as it is */
	};
	char text[LEVEL_WORD_MAX];
	for (size_t i = 0; i < COUNT_OF(known); i++)
		assert_string_equal(level_words_one(&known[i].filter, known[i].level, text),
				    known[i].words);
	const struct filter filter = {.level[AXIS_STATE] = "write-protected",
				      .level[AXIS_CACHE] = "cold"};
	char left[LEVEL_WORDS_MAX];
	assert_string_equal(level_words(&filter, 1U << AXIS_STATE, left), ", caches cold");
}

/* A table of one level says which others the run has. */
TEST(levels_that_are_not_shown_are_named)
{
	struct filter filter = {.experiment = "first_write"};
	char text[LEVEL_WORDS_MAX];
	add("first_write", "", 0, 1);
	assert_string_equal(level_words_others(&made.summary, &filter, 0, text), "");
	for (size_t i = 0; i < 2; i++) /* each is named once */
		wire_copy(add("first_write", "", 0, 1)->level[AXIS_PAGE_KIND], WIRE_NAME_MAX,
			  "thp");
	wire_copy(add("first_write", "", 0, 1)->level[AXIS_TOUCH_ORDER], WIRE_NAME_MAX, "shuffled");
	wire_copy(add("first_write", "", 0, 0)->level[AXIS_CACHE], WIRE_NAME_MAX,
		  "cold"); /* no values */
	wire_copy(add("spawn", "", 0, 1)->level[AXIS_STATE], WIRE_NAME_MAX, "write-protected");
	assert_string_equal(level_words_others(&made.summary, &filter, 0, text),
			    "not shown: thp pages (2 MiB), in shuffled order; see summary.csv");
	assert_string_equal(level_words_others(&made.summary, &filter, 1U << AXIS_PAGE_KIND, text),
			    "not shown: in shuffled order; see summary.csv");
	filter.level[AXIS_PAGE_KIND] = "thp";
	assert_string_equal(level_words_others(&made.summary, &filter, 0, text),
			    "not shown: 4 KiB pages, in shuffled order; see summary.csv");
}

/* A write_ns that lacks the middle heap does not move the table, nor a heap that ran out of time. */
TEST(all_that_show_one_heap_of_an_experiment_show_the_same)
{
	add("first_write", "child_copy", 1 << 20, 5);
	add("first_write", "child_copy", 4 << 20, 5);
	add("first_write", "parent_copy", 1 << 20, 5);
	add("first_write", "parent_copy", 8 << 20, 4);
	add("first_write", "parent_copy", 64 << 20, 5);
	struct filter filter = {.experiment = "first_write", .case_name = "parent_copy"};
	assert_true(filter_one_heap(&made.summary, &filter));
	assert_int_equal(filter.heap_bytes, 4 << 20);
	filter.case_name = "child_copy";
	assert_true(filter_one_heap(&made.summary, &filter));
	assert_int_equal(filter.heap_bytes, 4 << 20);
	filter.experiment = "switch";
	assert_false(filter_one_heap(&made.summary, &filter));
	assert_false(filter.with_heap);
}
