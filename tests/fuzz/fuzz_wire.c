/* The wire form, both ways: what passes its checks can be used as driver and worker use it. An area
 * that is good is spoilt as the input says, then checked, and used if it passed.
 *
 * The input: a byte that says what is looked at (below), then edits: a byte of kind, two bytes of place,
 * a byte of length, and so many bytes to be laid there. Kinds 0 to 127 choose a field that counts, the
 * others any place. */
#include "harness/common/wire.h"
#include "harness/driver/base/pack.h"
#include "harness/driver/plan/settings.h"
#include "harness/driver/run/record.h"
#include "tests/fuzz/fuzz.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { CAPACITY = 16, EDITS_MAX = 24, LENGTH_MAX = 64 };

enum look {
	LOOK_CATALOG,
	LOOK_MEASURE,
	LOOK_ONCE,
	LOOK_WALK,
	LOOK_ANSWER,
	LOOK_LISTED,
	LOOK_COUNT
};

static struct wire_area *area, *good;
static size_t area_bytes;
static struct plan plan; /* whose first job the area asks for */
static struct record record;

static void put(char *field, const char *text)
{
	wire_copy(field, WIRE_NAME_MAX, text);
}

static void make_request(struct wire_request *request)
{
	request->mode = WIRE_MEASURE;
	request->caller_cpu = 0;
	request->other_cpu = 1;
	request->arm_count = request->cell_count = 2;
	request->rounds_min = 1;
	request->rounds_max = 8;
	request->once_count = 1;
	request->heap_bytes = 4096;
	request->clock = (struct wire_clock){.kind = WIRE_CLOCK_COUNTER, .ns_per_tick = 0.5};
	put(request->target_path, "/target");
	for (unsigned i = 0; i < 2; i++) {
		put(request->arms[i].experiment, "spawn");
		put(request->arms[i].primitive, "fork");
		request->arms[i].action = ACTION_EXIT;
	}
	request->counter_count = 3;
	request->counters[1].group = request->counters[2].group = 1;
	for (unsigned i = 0; i < 3; i++)
		put(request->counters[i].name, i ? "cycles" : "page_faults");
	request->walk = (struct wire_walk){
		.step_count = 4,
		.rehearsals = 2,
		.steps = {{WALK_OWN, 0}, {WALK_START, 0}, {WALK_WRITE, WALK_CHILD}, {WALK_END, 0}},
	};
}

static void make_catalog(struct wire_catalog *catalog, const struct wire_clock *clock)
{
	struct wire_experiment *experiment = &catalog->experiments[0];
	catalog->primitive_count = catalog->experiment_count = 1;
	catalog->clock = *clock;
	put(catalog->primitives[0].name, "fork");
	put(experiment->name, "spawn");
	experiment->metric_count = 2;
	experiment->case_count = 1;
	experiment->histogram = 1;
	put(experiment->metrics[0].name, "call_ns");
	put(experiment->metrics[1].name, "reaped_ns");
	put(experiment->cases[0], "a");
}

static void make_plan(const struct wire_area *from)
{
	plan.catalog = from->answer.catalog;
	plan.arm_count = 2;
	memcpy(plan.arms, from->request.arms, 2 * sizeof *plan.arms);
	plan.arm_experiment[0] = plan.arm_experiment[1] = &plan.catalog.experiments[0];
	plan.counters.count = 3;
	memcpy(plan.counters.counted, from->request.counters, sizeof plan.counters.counted);
	plan.job_count = 1;
	plan.jobs[0].experiment = &plan.catalog.experiments[0];
	plan.jobs[0].arm_count = plan.jobs[0].cell_count = 2;
}

/* An area that all checks accept, and the plan that it belongs to. */
static void make(void)
{
	area_bytes = wire_area_bytes(CAPACITY);
	/* Not rounded up, so that a step beyond its end is seen. */
	if (posix_memalign((void **)&area, WIRE_STAMP_OFFSET, area_bytes) ||
	    posix_memalign((void **)&good, WIRE_STAMP_OFFSET, area_bytes))
		abort();
	memset(good, 0, area_bytes);
	good->header = (struct wire_header){.magic = WIRE_MAGIC,
					    .version = WIRE_VERSION,
					    .total_bytes = area_bytes,
					    .sample_capacity = CAPACITY};
	make_request(&good->request);
	struct wire_answer *answer = &good->answer;
	make_catalog(&answer->catalog, &good->request.clock);
	answer->cells_done = 2;
	answer->cell_done[0] = answer->cell_done[1] = 1;
	answer->finished = 1;
	answer->histogram_count = 1;
	answer->histograms[0].counts[7] = 3;
	answer->sample_count = CAPACITY;
	for (unsigned i = 0; i < CAPACITY; i++) {
		struct wire_sample *sample = &good->samples[i];
		sample->cell = i & 1;
		sample->arm = i >> 1 & 1;
		sample->pass = (uint16_t)(i >> 2);
		sample->set = sample->counted = 1;
		sample->value[0] = sample->window_ns = 1234.5;
	}
	make_plan(good);
	memcpy(area, good, area_bytes);
	record.samples_fd = memfd_create("record", MFD_CLOEXEC);
	record.pack = pack_open(record.samples_fd);
	if (!record.pack)
		abort();
}

/* ---- edits ---- */

#define FIELD(member)                                                                       \
	{                                                                                   \
		offsetof(struct wire_area, member), sizeof(((struct wire_area *)0)->member) \
	}

/* What a count, an index or a string's end depends on. */
static const struct {
	size_t from, bytes;
} fields[] = {
	FIELD(header),
	FIELD(request.mode),
	FIELD(request.level),
	FIELD(request.caller_cpu),
	FIELD(request.other_cpu),
	FIELD(request.arm_count),
	FIELD(request.cell_count),
	FIELD(request.rounds_min),
	FIELD(request.kind),
	FIELD(request.rounds_max),
	FIELD(request.heap_bytes),
	FIELD(request.evict_bytes),
	FIELD(request.working_set_bytes),
	FIELD(request.once_count),
	FIELD(request.clock),
	FIELD(request.counter_count),
	FIELD(request.counters[0]),
	FIELD(request.counters[1]),
	FIELD(request.counters[2]),
	FIELD(request.counters[COUNTERS_MAX - 1]),
	FIELD(request.walk),
	FIELD(request.target_path),
	FIELD(request.memory_group),
	FIELD(request.arms[0]),
	FIELD(request.arms[1]),
	FIELD(request.cells[0]),
	FIELD(request.cells[1]),
	FIELD(answer.cells_done),
	FIELD(answer.cell_done),
	FIELD(answer.finished),
	FIELD(answer.sample_count),
	FIELD(answer.problem),
	FIELD(answer.cells[0]),
	FIELD(answer.arms[0].refused),
	FIELD(answer.arms[0].missing),
	FIELD(answer.arms[1]),
	FIELD(answer.counter_refused[0]),
	FIELD(answer.counter_refused[COUNTERS_MAX - 1]),
	FIELD(answer.catalog.primitive_count),
	FIELD(answer.catalog.experiment_count),
	FIELD(answer.catalog.primitives[0]),
	FIELD(answer.catalog.experiments[0]),
	FIELD(answer.catalog.clock),
	FIELD(answer.walked.rehearsed),
	FIELD(answer.histogram_count),
	FIELD(answer.histograms[0].cell),
	FIELD(answer.histograms[0].arm),
	FIELD(samples[0]),
	FIELD(samples[1]),
	FIELD(samples[CAPACITY - 1]),
};

enum { FIELD_COUNT = sizeof fields / sizeof *fields };

struct edit {
	size_t from, bytes;
};

/* Lays the next edit's bytes over the area; 0 bytes if there is none. */
static struct edit spoil(const uint8_t **data, size_t *size)
{
	struct edit edit = {0, 0};
	if (*size < 5)
		return edit;
	const uint8_t *head = *data;
	size_t place = head[1] | (size_t)head[2] << 8, length = head[3] % LENGTH_MAX + 1u;
	*data += 4;
	*size -= 4;
	if (length > *size)
		length = *size;
	if (head[0] < 128) {
		size_t field = head[0] % FIELD_COUNT;
		edit.from = fields[field].from + place % fields[field].bytes;
	} else {
		edit.from = (place * 7 + head[0]) % area_bytes;
	}
	edit.bytes = length < area_bytes - edit.from ? length : area_bytes - edit.from;
	memcpy((char *)area + edit.from, *data, edit.bytes);
	*data += length;
	*size -= length;
	return edit;
}

/* ---- use ---- */

static void use_text(const char *text, size_t capacity)
{
	FUZZ_HOLDS(strnlen(text, capacity) < capacity);
}

#define USE_TEXT(field) use_text(field, sizeof(field))

/* What harness/worker takes for granted about counters: counting.c. */
static void use_counters(const struct wire_request *request)
{
	unsigned size[COUNTER_GROUPS_MAX] = {0};
	for (uint32_t i = 0; i < request->counter_count; i++) {
		const struct wire_counter *counter = &request->counters[i];
		USE_TEXT(counter->name);
		USE_TEXT(counter->filter);
		FUZZ_HOLDS(++size[counter->group] <= COUNTER_GROUP_MAX);
		FUZZ_HOLDS(counter->attr.size <= sizeof counter->attr);
		FUZZ_HOLDS(PASS_COUNTED + counter->group < WIRE_PASSES_MAX);
		FUZZ_HOLDS(i == 0 || counter[-1].group == counter->group ||
			   counter[-1].group + 1 == counter->group);
		FUZZ_HOLDS(size[counter->group] == 1 ||
			   counter[-1].with_child == counter->with_child);
	}
}

/* What it takes for granted about a walk: walk.c. */
static void use_walk(const struct wire_walk *walk)
{
	FUZZ_HOLDS(walk->rehearsals <= WALK_REHEARSALS_MAX);
	FUZZ_HOLDS(walk->steps[0].act == WALK_OWN && walk->steps[1].act == WALK_START);
	FUZZ_HOLDS(walk->steps[walk->step_count - 1].act == WALK_END);
	for (uint32_t i = 0; i < walk->step_count; i++)
		FUZZ_HOLDS(strchr("ACcPp", walk_mark(walk, i)));
}

static void use_levels(const uint64_t level[AXIS_COUNT])
{
	for (enum axis_id axis = 0; axis < AXIS_COUNT; axis++) {
		char text[AXIS_TEXT_MAX];
		FUZZ_HOLDS(*axis_text(&axes[axis], level[axis], text) != '?');
		FUZZ_HOLDS(axis_takes_text(&axes[axis], text));
	}
}

/* What it takes for granted of all else. */
static void use_request(const struct wire_request *request)
{
	if (request->mode == WIRE_CATALOG)
		return;
	FUZZ_HOLDS(request->mode < WIRE_MODE_COUNT);
	use_levels(request->level);
	FUZZ_HOLDS(request->caller_cpu < WIRE_CPUS_MAX && request->other_cpu < WIRE_CPUS_MAX);
	FUZZ_HOLDS(request->level[AXIS_CHILD_CPU] != CHILD_CPU_OTHER || request->other_cpu >= 0);
	FUZZ_HOLDS(request->heap_bytes + 3ul * HUGE_BYTES > request->heap_bytes);
	FUZZ_HOLDS(request->rounds_max <= UINT16_MAX);
	FUZZ_HOLDS(isfinite(1e6 * request->clock.ns_per_tick));
	USE_TEXT(request->clock.why);
	USE_TEXT(request->target_path);
	USE_TEXT(request->memory_group);
	for (uint32_t i = 0; i < request->arm_count; i++) {
		USE_TEXT(request->arms[i].experiment);
		USE_TEXT(request->arms[i].primitive);
		USE_TEXT(request->arms[i].case_name);
		FUZZ_HOLDS(*axis_name(&axis_action, request->arms[i].action) != '?');
	}
	for (uint32_t i = 0; i < request->cell_count; i++)
		use_levels(request->cells[i].level);
	use_counters(request);
	if (request->mode == WIRE_WALK)
		use_walk(&request->walk);
}

/* Written down as the driver does it. */
static void use_answer(void)
{
	const struct record_replicate replicate = {.job = 0, .steal_ticks = UINT64_MAX};
	struct problem problem = {""};
	FUZZ_HOLDS(ftruncate(record.samples_fd, 0) == 0 &&
		   lseek(record.samples_fd, 0, SEEK_SET) == 0);
	if (record_cells(&record, &plan, &replicate, area, &problem))
		FUZZ_HOLDS(*problem.text);
	for (uint64_t i = 0; i < area->answer.sample_count; i++) {
		const struct wire_sample *sample = &area->samples[i];
		if (sample->set)
			FUZZ_HOLDS(isfinite(sample->value[__builtin_ctz(sample->set)]));
		FUZZ_HOLDS(sample->pass < 32); /* estimate.c: a bit of a word */
	}
}

/* The options are read against the catalogue. */
static void use_catalog(const struct wire_catalog *catalog)
{
	char command[] = "run", name[] = "--primitive", value[WIRE_NAME_MAX + 2];
	char *words[] = {command, name, value, NULL};
	struct settings settings;
	struct problem problem = {""};
	struct given given;
	for (uint32_t i = 0; i < catalog->primitive_count; i++) {
		snprintf(value, sizeof value, "%s", catalog->primitives[i].name);
		if (!options_read(settings_options(), 3, words, &given, &problem))
			settings_parse(&settings, &given, catalog, &problem);
	}
	for (uint32_t i = 0; i < catalog->experiment_count; i++) {
		const struct wire_experiment *experiment = &catalog->experiments[i];
		USE_TEXT(experiment->name);
		for (uint32_t m = 0; m < experiment->metric_count; m++)
			USE_TEXT(experiment->metrics[m].unit);
		for (uint32_t c = 0; c < experiment->case_count; c++)
			USE_TEXT(experiment->cases[c]);
		if (experiment->histogram)
			USE_TEXT(experiment->metrics[experiment->histogram - 1].name);
	}
	FUZZ_HOLDS(isfinite(catalog->clock.error_ppm) && isfinite(catalog->clock.resolution_ns));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const enum wire_mode modes[LOOK_COUNT] = {WIRE_CATALOG, WIRE_MEASURE, WIRE_ONCE,
							 WIRE_WALK,    WIRE_MEASURE, WIRE_CATALOG};
	struct edit edits[EDITS_MAX];
	struct problem problem = {""};
	size_t edit_count = 0;
	if (!area)
		make();
	if (size == 0)
		return 0;
	enum look look = data[0] % LOOK_COUNT;
	area->request.mode = modes[look];
	data++;
	size--;
	while (edit_count < EDITS_MAX && (edits[edit_count] = spoil(&data, &size)).bytes)
		edit_count++;
	enum outcome outcome = look < LOOK_ANSWER
				       ? wire_check_request(area, area_bytes, &problem)
				       : wire_check_answer(area, area_bytes, modes[look], &problem);
	FUZZ_HOLDS(outcome == OUTCOME_OK || strncmp(problem.text, "cannot ", 7) == 0);
	FUZZ_HOLDS(edit_count || outcome == OUTCOME_OK);
	if (!outcome && look < LOOK_ANSWER)
		use_request(&area->request);
	else if (!outcome && look == LOOK_ANSWER)
		use_answer();
	else if (!outcome && area->answer.finished)
		use_catalog(&area->answer.catalog);
	while (edit_count-- > 0)
		memcpy((char *)area + edits[edit_count].from, (char *)good + edits[edit_count].from,
		       edits[edit_count].bytes);
	return 0;
}
