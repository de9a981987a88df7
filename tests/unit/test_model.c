/* The model of a run that was made up with known coefficients. */
#include "harness/driver/model/view.h"
#include "tests/unit/unit.h"

#include <math.h>
#include <stdlib.h>

enum { REPLICATES = 10 };

static const double COPY_NS = 47, PROTECT_NS = 18, CALL_NS = 30000, LATER_NS = 40000, TEAR_NS = 55,
		    THREAD_NS = 2000;

static struct dataset dataset;
static struct summary summary;
static struct model model;
static struct problem problem;

static void put(FILE *file, unsigned replicate, uint64_t heap_bytes, const char *state,
		const char *metric, const char *threads, double value)
{
	const struct unit_point point = {.experiment = "spawn",
					 .metric = metric,
					 .primitive = "fork",
					 .action = "exit",
					 .heap_bytes = heap_bytes,
					 .state = state,
					 .threads = threads,
					 .value = value};
	unit_point_put(file, replicate, &point);
}

static void finish(FILE *file)
{
	unit_run_end(file);
	unit_summarize(&summary, &dataset);
	assert_int_equal(model_make(&model, &summary, &problem), OUTCOME_OK);
}

static void release(void)
{
	model_free(&model);
	unit_free(&summary, &dataset);
}

/* Replicates differ by 1 %; states of one differ by the pages alone. */
static void make_heaps(FILE *file, const uint64_t *heaps, size_t count)
{
	uint64_t random = 3;
	for (unsigned r = 0; r < REPLICATES; r++)
		for (size_t h = 0; h < count; h++) {
			const double pages = (double)heaps[h] / 4096;
			const double slow = exp(0.01 * unit_normal(&random));
			const double clean = (CALL_NS + COPY_NS * pages) * slow;
			const double dirty = clean + PROTECT_NS * pages * slow;
			put(file, r, heaps[h], "write-protected", "call_ns", NULL, clean);
			put(file, r, heaps[h], "dirty", "call_ns", NULL, dirty);
			put(file, r, heaps[h], "dirty", "reaped_ns", NULL,
			    dirty + LATER_NS + TEAR_NS * pages * slow);
		}
}

/* Each replicate is 1 % slower than the last. */
static void make_ramp(FILE *file, const uint64_t *heaps, size_t count)
{
	for (unsigned r = 0; r < REPLICATES; r++)
		for (size_t h = 0; h < count; h++)
			put(file, r, heaps[h], "dirty", "call_ns", NULL,
			    (CALL_NS + COPY_NS * (double)heaps[h] / 4096) * exp(0.01 * r));
}

static void assert_within(const struct stats_interval *interval, double value)
{
	if (interval->low > value || interval->high < value)
		fail_msg("%g is not in %g to %g", value, interval->low, interval->high);
	assert_near(interval->center, value, 0.03 * value);
}

static const struct model_line *find(const char *state, enum model_item item, enum model_over over)
{
	const struct model_line *line = model_find(&model, "fork", "exit", state, item, over);
	assert_non_null(line);
	return line;
}

TEST(known_costs_of_a_page_are_found)
{
	static const uint64_t heaps[] = {0, 1 << 20, 4 << 20, 16 << 20, 64 << 20, 256 << 20};
	FILE *file = unit_points_begin();
	make_heaps(file, heaps, COUNT_OF(heaps));
	finish(file);
	const struct model_line *copied = find("write-protected", MODEL_CALL, MODEL_PAGE);
	assert_within(&copied->line.slope, COPY_NS);
	assert_within(&copied->line.at_zero, CALL_NS);
	assert_true(copied->line.holds);
	assert_int_equal(copied->line.last, COUNT_OF(heaps) - 1);
	assert_within(&find("dirty", MODEL_CALL, MODEL_PAGE)->line.slope, COPY_NS + PROTECT_NS);
	assert_within(&find("dirty", MODEL_PROTECT, MODEL_PAGE)->line.slope, PROTECT_NS);
	assert_within(&find("dirty", MODEL_LATER, MODEL_PAGE)->line.slope, TEAR_NS);
	assert_within(&find("dirty", MODEL_LATER, MODEL_PAGE)->line.at_zero, LATER_NS);
	char text[MODEL_SENTENCE_MAX];
	assert_contains(model_sentence(&model, copied, text), "a page to copy, ");
	assert_contains(text, "a page to protect");
	/* One sentence for both states. */
	assert_string_equal(model_sentence(&model, find("dirty", MODEL_CALL, MODEL_PAGE), text),
			    "");
	release();
}

TEST(known_costs_of_a_number_are_found)
{
	static const char *const threads[] = {"0", "1", "2", "7"};
	FILE *file = unit_points_begin();
	uint64_t random = 5;
	for (unsigned r = 0; r < REPLICATES; r++)
		for (size_t t = 0; t < COUNT_OF(threads); t++)
			put(file, r, 1 << 20, "dirty", "call_ns", threads[t],
			    (CALL_NS + THREAD_NS * atoi(threads[t])) *
				    exp(0.01 * unit_normal(&random)));
	finish(file);
	const struct model_line *line = find("dirty", MODEL_CALL, MODEL_RUNNING_THREAD);
	assert_within(&line->line.slope, THREAD_NS);
	assert_within(&line->line.at_zero, CALL_NS);
	assert_int_equal(line->heap_bytes, 1 << 20);
	assert_int_equal(line->point_count, COUNT_OF(threads));
	assert_string_equal(model.lacks[MODEL_RUNNING_THREAD], "");
	assert_contains(model.lacks[MODEL_MAPPING], "fewer than three levels of heap_mappings");
	assert_contains(model.lacks[MODEL_PAGE], "fewer than three heaps");
	release();
}

/* A row's interval is of other degrees of freedom than its replicates less one, and its point's error is not. */
TEST(a_points_error_is_its_rows)
{
	static const uint64_t heaps[] = {0, 1 << 20, 4 << 20, 16 << 20};
	FILE *file = unit_points_begin();
	make_ramp(file, heaps, COUNT_OF(heaps));
	finish(file);
	const struct model_line *line = find("dirty", MODEL_CALL, MODEL_PAGE);
	const struct line_point *point = &line->points[0];
	/* A ramp: nine times the variance, and Student's t of 4 degrees (tests/unit/test_coverage.c). */
	assert_near(asinh(point->half / point->y), 2.776445 * point->error / point->y, 1e-6);
	release();
}

static struct model_line made_line(enum model_item item, const struct series *arm, double fixed,
				   double slope, double half)
{
	return (struct model_line){
		.arm = arm,
		.item = item,
		.point_count = 3,
		.points = {{.x = 0}, {.x = 256}, {.x = 16384}},
		.line = {.at_zero = {fixed, fixed, fixed, .has_interval = true},
			 .slope = {slope, slope - half, slope + half, .has_interval = true},
			 .last = 2,
			 .known = 3,
			 .holds = true}};
}

static void assert_slopes(const struct model_line *call, const struct model_line *protect,
			  const char *cells)
{
	static struct grid grid;
	struct model_line lines[] = {*call, *protect};
	const struct model made = {.count = 2, .lines = lines};
	char *text = NULL;
	size_t length;
	FILE *file = open_memstream(&text, &length);
	model_table(&made, MODEL_CALL, &grid);
	grid_write_markdown(&grid, file);
	fclose(file);
	assert_contains(text, cells);
	free(text);
}

TEST(zero_is_said_only_of_what_is_known_to_be_small)
{
	struct series arm = {.primitive = "clone3", .action = "exit"};
	wire_copy(arm.level[AXIS_STATE], WIRE_NAME_MAX, "dirty");
	/* 24.6 ns (-57 to 106) beside 40 ns of a call for each page. */
	struct model_line call = made_line(MODEL_CALL, &arm, 30000, 40, 1);
	struct model_line protect = made_line(MODEL_PROTECT, &arm, 0, 24.6, 81.6);
	assert_slopes(&call, &protect, "| ?24.6 ns \u00b1332% |");
	protect = made_line(MODEL_PROTECT, &arm, 0, -24.6, 81.6);
	assert_slopes(&call, &protect, "| ?-24.6 ns \u00b1332% |");
	protect = made_line(MODEL_PROTECT, &arm, 0, 0.2, 1.01);
	assert_slopes(&call, &protect, "| 0 \u00b11.3 ns |");
	/* Of 30 us 10 % are 0.18 ns for each of 16384 pages. */
	call = made_line(MODEL_CALL, &arm, 30000, 0.0001, 0.00111);
	protect = made_line(MODEL_PROTECT, &arm, 0, 0, 0.17);
	assert_slopes(&call, &protect, "| 0 \u00b10.0013 ns | 0 \u00b10.17 ns |");
	protect = made_line(MODEL_PROTECT, &arm, 0, 0.05, 0.14);
	assert_slopes(&call, &protect, "| 0 \u00b10.0013 ns | ?0.05 ns \u00b1280% |");
}

TEST(an_empty_run_has_a_model_that_says_what_it_lacks)
{
	finish(unit_points_begin());
	assert_int_equal(model.count, 0);
	assert_contains(model.lacks[MODEL_PAGE], "spawn");
	release();
}

TEST(what_is_written_has_every_line_and_every_lack)
{
	static const uint64_t heaps[] = {0, 1 << 20, 4 << 20, 16 << 20};
	FILE *file = unit_points_begin();
	make_heaps(file, heaps, COUNT_OF(heaps));
	finish(file);
	assert_int_equal(model_write(&summary, unit_folder(), &problem), OUTCOME_OK);
	char *text = unit_read("model.json");
	assert_contains(text, "\"item\": \"protect\"");
	assert_contains(text, "\"open_file\": \"unavailable: ");
	json_error_t error;
	json_t *all = json_loads(text, 0, &error);
	assert_int_equal(json_array_size(json_object_get(all, "lines")), model.count);
	json_decref(all);
	free(text);
	text = unit_read("tables/model.md");
	assert_contains(text, "| fork | exit | dirty |");
	assert_contains(text, "to protect");
	free(text);
	release();
}
