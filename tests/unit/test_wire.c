/* The wire form's checks: a good area passes; each field spoilt alone is refused with its name. */
#include "harness/common/wire.h"
#include "tests/unit/unit.h"

#include <math.h>
#include <stdlib.h>

enum { CAPACITY = 8 };

static struct wire_area *area;
static size_t area_bytes;

void unit_before(void)
{
	area_bytes = wire_area_bytes(CAPACITY);
	area = aligned_alloc(WIRE_STAMP_OFFSET, (area_bytes + 4095) / 4096 * 4096);
	assert_non_null(area);
}

void unit_after(void)
{
	free(area);
}

static void put(char *field, const char *text)
{
	assert_true(wire_copy(field, WIRE_NAME_MAX, text));
}

/* An area that both checks accept. */
static void fill(void)
{
	memset(area, 0, area_bytes);
	area->header = (struct wire_header){
		.magic = WIRE_MAGIC,
		.version = WIRE_VERSION,
		.total_bytes = area_bytes,
		.sample_capacity = CAPACITY,
	};
	struct wire_request *request = &area->request;
	request->mode = WIRE_MEASURE;
	request->arm_count = 2;
	request->cell_count = 2;
	request->clock = (struct wire_clock){.kind = WIRE_CLOCK_COUNTER, .ns_per_tick = 0.5};
	put(request->target_path, "/target");
	for (unsigned i = 0; i < 2; i++) {
		put(request->arms[i].experiment, "spawn");
		put(request->arms[i].primitive, "fork");
		request->arms[i].action = ACTION_EXIT;
	}
	request->cells[1].level[AXIS_STATE] = STATE_WRITE_PROTECTED;
	request->counter_count = 3;
	request->counters[1].group = request->counters[2].group = 1;
	struct wire_answer *answer = &area->answer;
	answer->cells_done = 2;
	answer->finished = 1;
	answer->sample_count = 2;
	answer->histogram_count = 1;
	for (unsigned i = 0; i < 2; i++) {
		struct wire_sample *sample = &area->samples[i];
		sample->cell = sample->arm = (uint16_t)i;
		sample->set = 3;
		sample->value[0] = 1;
		sample->value[1] = 2;
		sample->value[2] = NAN; /* not set: nobody may look */
	}
	struct wire_catalog *catalog = &answer->catalog;
	catalog->primitive_count = catalog->experiment_count = 1;
	catalog->clock = request->clock;
	put(catalog->primitives[0].name, "fork");
	put(catalog->experiments[0].name, "spawn");
	catalog->experiments[0].metric_count = 1;
	catalog->experiments[0].case_count = 1;
	put(catalog->experiments[0].metrics[0].name, "call_ns");
	put(catalog->experiments[0].cases[0], "a");
}

static enum wire_mode asked = WIRE_MEASURE; /* of the worker */

static enum outcome check_answer(const struct wire_area *of, size_t bytes, struct problem *problem)
{
	return wire_check_answer(of, bytes, asked, problem);
}

typedef enum outcome check(const struct wire_area *, size_t, struct problem *);

static void assert_accepted(check *look)
{
	struct problem problem = {""};
	if (look(area, area_bytes, &problem))
		fail_msg("a good area was refused: %s", problem.text);
}

static void assert_refused(check *look, const char *spoilt, const char *why)
{
	struct problem problem = {""};
	if (look(area, area_bytes, &problem) != OUTCOME_FAILED)
		fail_msg("taken although spoilt: %s", spoilt);
	assert_contains(problem.text, why);
}

/* Spoils one field of a good area and expects the refusal. */
#define REFUSED(look, spoil, why)                  \
	do {                                       \
		fill();                            \
		spoil;                             \
		assert_refused(look, #spoil, why); \
	} while (0)

#define UNENDED(field) memset(field, 'x', sizeof(field))

TEST(good_areas_pass)
{
	fill();
	assert_accepted(wire_check_request);
	assert_accepted(check_answer);
	area->request.mode = asked = WIRE_CATALOG;
	assert_accepted(wire_check_request);
	assert_accepted(check_answer);
	/* A worker that did not come so far left no catalogue, but perhaps its reason. */
	memset(&area->answer.catalog, 0, sizeof area->answer.catalog);
	area->answer.finished = 0;
	assert_accepted(check_answer);
	asked = WIRE_MEASURE;
}

static void check_headers(check *look)
{
	REFUSED(look, area->header.magic ^= 1, "magic");
	REFUSED(look, area->header.version++, "version");
	REFUSED(look, area->header.total_bytes++, "sizes");
	REFUSED(look, area->header.total_bytes--, "sizes");
	REFUSED(look, area->header.sample_capacity = CAPACITY + 1, "sizes");
	REFUSED(look, area->header.sample_capacity = UINT64_MAX / sizeof(struct wire_sample) + 2,
		"sizes");
	struct problem problem = {""};
	fill();
	assert_int_equal(look(area, sizeof *area - 1, &problem), OUTCOME_FAILED);
	assert_contains(problem.text, "too short");
	assert_int_equal(look(area, 0, &problem), OUTCOME_FAILED);
	assert_int_equal(look(area, area_bytes - 1, &problem), OUTCOME_FAILED);
}

TEST(spoilt_headers_are_refused)
{
	check_headers(wire_check_request);
	check_headers(check_answer);
}

TEST(spoilt_requests_are_refused)
{
	struct wire_request *request = &area->request;
	REFUSED(wire_check_request, request->mode = WIRE_MODE_COUNT, "mode");
	for (enum axis_id axis = 0; axis < AXIS_COUNT; axis++) {
		uint64_t count = 0;
		if (axes[axis].kind == AXIS_LEVELS)
			while (axes[axis].levels[count].name)
				count++;
		else
			count = axes[axis].most + 1;
		REFUSED(wire_check_request, request->level[axis] = count, "level");
		REFUSED(wire_check_request, request->level[axis] = UINT64_MAX, "level");
		REFUSED(wire_check_request, request->cells[1].level[axis] = count, "a cell");
		/* A worker has but one level of an axis that needs a new one. */
		if (axes[axis].needs_new_worker)
			REFUSED(wire_check_request, request->cells[1].level[axis] = 1, "a cell");
	}
	REFUSED(wire_check_request, request->caller_cpu = -2, "CPU");
	REFUSED(wire_check_request, request->caller_cpu = WIRE_CPUS_MAX, "CPU");
	REFUSED(wire_check_request, request->other_cpu = WIRE_CPUS_MAX, "CPU");
	REFUSED(wire_check_request,
		(request->other_cpu = -1, request->level[AXIS_CHILD_CPU] = CHILD_CPU_OTHER), "CPU");
	REFUSED(wire_check_request, request->kind = WIRE_KIND_COUNT, "the kind of worker");
	REFUSED(wire_check_request, (request->rounds_min = 2, request->rounds_max = 1), "rounds");
	REFUSED(wire_check_request, request->rounds_max = UINT16_MAX + 1, "rounds");
	REFUSED(wire_check_request, request->heap_bytes = UINT64_MAX - 4095, "size");
	REFUSED(wire_check_request, request->evict_bytes = UINT64_MAX, "size");
	REFUSED(wire_check_request, request->working_set_bytes = WIRE_WORKING_SET_MAX + 1ul,
		"size");
	REFUSED(wire_check_request, request->cells[1].kinds = 1u << WIRE_KIND_COUNT, "a cell");
	REFUSED(wire_check_request, request->cells[1].burst_max = UINT16_MAX + 1, "a cell");
	REFUSED(wire_check_request, request->counters[2].with_child = 1, "a counter");
	REFUSED(wire_check_request, request->counters[0].with_child = 2, "a counter");
	REFUSED(wire_check_request, request->counters[0].attr.size = 4096, "a counter");
	REFUSED(wire_check_request, request->arm_count = 0, "arms or cells");
	REFUSED(wire_check_request, request->arm_count = WIRE_ARMS_MAX + 1, "arms or cells");
	REFUSED(wire_check_request, request->cell_count = 0, "arms or cells");
	REFUSED(wire_check_request, request->cell_count = WIRE_CELLS_MAX + 1, "arms or cells");
	REFUSED(wire_check_request, UNENDED(request->target_path), "target path");
	REFUSED(wire_check_request, request->clock.kind = WIRE_CLOCK_KIND_COUNT, "clock");
	REFUSED(wire_check_request, request->clock.ns_per_tick = 0, "clock");
	REFUSED(wire_check_request, request->clock.ns_per_tick = -1, "clock");
	REFUSED(wire_check_request, request->clock.ns_per_tick = NAN, "clock");
	REFUSED(wire_check_request, request->clock.ns_per_tick = INFINITY, "clock");
	REFUSED(wire_check_request, request->clock.ns_per_tick = 1e302, "clock");
	REFUSED(wire_check_request, UNENDED(request->clock.why), "clock");
	REFUSED(wire_check_request, UNENDED(request->arms[1].experiment), "an arm");
	REFUSED(wire_check_request, UNENDED(request->arms[1].primitive), "an arm");
	REFUSED(wire_check_request, UNENDED(request->arms[1].case_name), "an arm");
	REFUSED(wire_check_request, request->arms[1].action = ACTION_COUNT, "an arm");
	REFUSED(wire_check_request, request->arms[1].aa_control = 2, "an arm");
	REFUSED(wire_check_request, request->counter_count = COUNTERS_MAX + 1, "counters");
	REFUSED(wire_check_request, UNENDED(request->counters[1].name), "a counter");
	REFUSED(wire_check_request, UNENDED(request->counters[1].filter), "a counter");
	REFUSED(wire_check_request, request->counters[0].group = 1, "a counter");
	REFUSED(wire_check_request, request->counters[1].group = 2, "a counter");
	REFUSED(wire_check_request, request->counters[1].group = UINT32_MAX, "a counter");
	/* More in a group than a sample has places for. */
	REFUSED(wire_check_request, request->counter_count = COUNTER_GROUP_MAX + 2, "a counter");
}

TEST(spoilt_answers_are_refused)
{
	struct wire_answer *answer = &area->answer;
	REFUSED(check_answer, UNENDED(answer->problem.text), "problem text");
	REFUSED(check_answer, answer->cells_done = 3, "counts");
	REFUSED(check_answer, answer->sample_count = CAPACITY + 1, "counts");
	REFUSED(check_answer, answer->sample_count = UINT64_MAX, "counts");
	/* The request lies in the worker's reach as well, and bounds what is read here. */
	REFUSED(check_answer, area->request.arm_count = WIRE_ARMS_MAX + 1, "counts");
	REFUSED(check_answer, area->request.arm_count = UINT32_MAX, "counts");
	REFUSED(check_answer, area->request.cell_count = WIRE_CELLS_MAX + 1, "counts");
	REFUSED(check_answer, UNENDED(answer->arms[1].refused), "reasons");
	REFUSED(check_answer, UNENDED(answer->arms[1].missing[WIRE_METRICS_MAX - 1]), "reasons");
	REFUSED(check_answer, UNENDED(answer->counter_refused[COUNTERS_MAX - 1]), "reason");
	REFUSED(check_answer, answer->histogram_count = WIRE_HISTOGRAMS_MAX + 1, "histogram");
	REFUSED(check_answer, answer->histograms[0].cell = 2, "histogram");
	REFUSED(check_answer, answer->histograms[0].arm = 2, "histogram");
	/* Numbers that would be written down as negative ones. */
	const size_t facts = sizeof answer->cells[1] / sizeof(uint64_t);
	for (size_t i = 0; i < facts; i++)
		REFUSED(check_answer, ((uint64_t *)&answer->cells[1])[i] = (uint64_t)INT64_MAX + 1,
			"facts");
	REFUSED(check_answer, answer->build_ns = UINT64_MAX - 1, "build the heap");
	fill();
	memset(&answer->cells[1], 0xff, sizeof answer->cells[1]); /* all unknown */
	assert_accepted(check_answer);
}

TEST(spoilt_samples_are_refused)
{
	struct wire_sample *last = &area->samples[1];
	REFUSED(check_answer, last->cell = 2, "place");
	REFUSED(check_answer, last->arm = 2, "place");
	REFUSED(check_answer, area->request.cells[1].skips[0] = 1 << last->arm, "place");
	REFUSED(check_answer, last->pass = WIRE_PASSES_MAX, "place");
	REFUSED(check_answer, last->set = 1u << WIRE_METRICS_MAX, "place");
	REFUSED(check_answer, last->counted = 1u << COUNTER_GROUP_MAX, "place");
	REFUSED(check_answer, last->window_ns = NAN, "place");
	REFUSED(check_answer, last->value[1] = NAN, "value");
	REFUSED(check_answer, last->value[0] = INFINITY, "value");
	REFUSED(check_answer, last->value[0] = -INFINITY, "value");
	REFUSED(check_answer, last->value[0] = 1e16, "value");
	REFUSED(check_answer, last->value[0] = -1e300, "value");
	REFUSED(check_answer, last->window_ns = -1, "place");
	REFUSED(check_answer, last->window_ns = 1e16, "place");
	REFUSED(check_answer, (last->counted = 1, last->count[0] = UINT64_MAX), "value");
	REFUSED(check_answer, (area->request.mode = WIRE_CATALOG, last->arm = 2), "place");
}

TEST(spoilt_catalogues_are_refused)
{
	struct wire_catalog *catalog = &area->answer.catalog;
	asked = WIRE_CATALOG;
#define CATALOG_REFUSED(spoil, why) REFUSED(check_answer, spoil, why)
	CATALOG_REFUSED(catalog->primitive_count = WIRE_PRIMITIVES_MAX + 1, "counts");
	CATALOG_REFUSED(catalog->experiment_count = WIRE_EXPERIMENTS_MAX + 1, "counts");
	CATALOG_REFUSED(UNENDED(catalog->primitives[0].name), "a primitive");
	CATALOG_REFUSED(UNENDED(catalog->primitives[0].summary), "a primitive");
	CATALOG_REFUSED(UNENDED(catalog->primitives[0].refuses[ACTION_EXEC]), "a primitive");
	CATALOG_REFUSED(UNENDED(catalog->experiments[0].name), "an experiment");
	CATALOG_REFUSED(UNENDED(catalog->experiments[0].summary), "an experiment");
	CATALOG_REFUSED(UNENDED(catalog->experiments[0].heaps), "an experiment");
	CATALOG_REFUSED(UNENDED(catalog->experiments[0].quick_heaps), "an experiment");
	CATALOG_REFUSED(catalog->experiments[0].histogram = 2, "an experiment");
	CATALOG_REFUSED(catalog->experiments[0].metric_count = 0, "an experiment");
	CATALOG_REFUSED(catalog->experiments[0].metric_count = WIRE_METRICS_MAX + 1,
			"an experiment");
	CATALOG_REFUSED(catalog->experiments[0].case_count = WIRE_CASES_MAX + 1, "an experiment");
	CATALOG_REFUSED(UNENDED(catalog->experiments[0].metrics[0].name), "an experiment");
	CATALOG_REFUSED(UNENDED(catalog->experiments[0].metrics[0].unit), "an experiment");
	CATALOG_REFUSED(UNENDED(catalog->experiments[0].metrics[0].summary), "an experiment");
	CATALOG_REFUSED(UNENDED(catalog->experiments[0].cases[0]), "an experiment");
	CATALOG_REFUSED(catalog->start.open_files = UINT64_MAX - 1, "starts with");
	CATALOG_REFUSED(catalog->start.seccomp_filters = UINT64_MAX - 1, "starts with");
	CATALOG_REFUSED(catalog->start.limits[WIRE_LIMIT_STACK] = UINT64_MAX - 2, "starts with");
	CATALOG_REFUSED(catalog->clock.ns_per_tick = NAN, "clock");
	CATALOG_REFUSED(catalog->clock.kind = WIRE_CLOCK_KIND_COUNT, "clock");
	CATALOG_REFUSED(catalog->clock.error_ppm = NAN, "clock");
	CATALOG_REFUSED(catalog->clock.resolution_ns = -1, "clock");
	/* What it was asked for is not for the worker to say. */
	CATALOG_REFUSED((area->request.mode = WIRE_MEASURE, UNENDED(catalog->primitives[0].name)),
			"a primitive");
	asked = WIRE_MEASURE;
}

TEST(copies_always_end)
{
	char field[4] = "zzz";
	assert_true(wire_copy(field, sizeof field, "abc"));
	assert_string_equal(field, "abc");
	assert_false(wire_copy(field, sizeof field, "abcd"));
	assert_string_equal(field, "abc");
	assert_true(wire_copy(field, sizeof field, ""));
	assert_string_equal(field, "");
}
