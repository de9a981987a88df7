#include "harness/common/wire.h"

#include <math.h>
#include <string.h>

size_t wire_area_bytes(uint64_t sample_capacity)
{
	return sizeof(struct wire_area) + sample_capacity * sizeof(struct wire_sample);
}

bool wire_copy(char *destination, size_t capacity, const char *text)
{
	size_t length = strnlen(text, capacity);
	bool fits = length < capacity;
	if (!fits)
		length = capacity - 1;
	memcpy(destination, text, length);
	destination[length] = '\0';
	return fits;
}

/* A string that is terminated inside its field. */
static bool ends(const char *text, size_t capacity)
{
	return memchr(text, '\0', capacity) != NULL;
}

#define ENDS(field) ends(field, sizeof(field))

static enum outcome malformed(const char *what, struct problem *problem)
{
	return fail(problem,
		    "cannot trust the wire form: %s; forkcost and forkcost-worker may be of "
		    "different versions: rebuild with make all",
		    what);
}

/* The largest integer range that a double represents exactly: times of up to 104 days in ns. */
static const double NUMBER_MAX = 9007199254740992.0;

static bool is_number(double value)
{
	return isfinite(value) && fabs(value) <= NUMBER_MAX;
}

static bool is_size(double value)
{
	return is_number(value) && value >= 0;
}

static bool clock_ok(const struct wire_clock *clock)
{
	return clock->kind < WIRE_CLOCK_KIND_COUNT && is_size(clock->ns_per_tick) &&
	       clock->ns_per_tick > 0 && is_size(clock->error_ppm) &&
	       is_size(clock->resolution_ns) && ENDS(clock->why);
}

static enum outcome check_header(const struct wire_area *area, size_t mapped_bytes,
				 struct problem *problem)
{
	if (mapped_bytes < sizeof *area)
		return malformed("too short", problem);
	if (area->header.magic != WIRE_MAGIC)
		return malformed("no forkcost magic", problem);
	if (area->header.version != WIRE_VERSION)
		return malformed("another version", problem);
	if (area->header.total_bytes != mapped_bytes ||
	    area->header.sample_capacity >
		    (mapped_bytes - sizeof *area) / sizeof(struct wire_sample))
		return malformed("sizes do not agree", problem);
	return OUTCOME_OK;
}

static bool arm_ok(const struct wire_arm *arm)
{
	return ENDS(arm->experiment) && ENDS(arm->primitive) && ENDS(arm->case_name) &&
	       arm->action < ACTION_COUNT && arm->aa_control <= 1;
}

static bool cell_ok(const struct wire_request *request, const struct wire_cell *cell)
{
	for (enum axis_id axis = 0; axis < AXIS_COUNT; axis++)
		if (!axis_has(&axes[axis], cell->level[axis]) ||
		    (axes[axis].needs_new_worker && cell->level[axis] != request->level[axis]))
			return false;
	return cell->kinds >> WIRE_KIND_COUNT == 0 && cell->burst_max <= UINT16_MAX;
}

/* Groups must come one after the other, none too large, all of one kind. The kernel reads as many
 * bytes of an attr as it says that it has. */
static enum outcome check_counters(const struct wire_request *request, struct problem *problem)
{
	if (request->counter_count > COUNTERS_MAX)
		return malformed("too many counters", problem);
	uint32_t size = 0;
	for (uint32_t i = 0; i < request->counter_count; i++) {
		const struct wire_counter *counter = &request->counters[i];
		uint32_t before = i ? counter[-1].group : 0;
		bool first = i == 0 || counter->group != before;
		size = first ? 1 : size + 1;
		if (!ENDS(counter->name) || !ENDS(counter->filter) ||
		    counter->group >= COUNTER_GROUPS_MAX || size > COUNTER_GROUP_MAX ||
		    counter->group != before + (i && first) || counter->with_child > 1 ||
		    (!first && counter->with_child != counter[-1].with_child) ||
		    counter->attr.size > sizeof counter->attr)
			return malformed("a counter", problem);
	}
	return OUTCOME_OK;
}

static bool walk_ok(const struct wire_walk *walk)
{
	if (walk->step_count < 3 || walk->step_count > WALK_STEPS_MAX ||
	    walk->rehearsals > WALK_REHEARSALS_MAX)
		return false;
	bool gone = false;
	for (uint32_t i = 0; i < walk->step_count; i++) {
		const struct walk_step *step = &walk->steps[i];
		if (step->act >= WALK_ACT_COUNT || step->who >= WALK_WHO_COUNT ||
		    (step->act == WALK_OWN) != (i == 0) || (step->act == WALK_START) != (i == 1) ||
		    (step->act == WALK_END) != (i == walk->step_count - 1) ||
		    (gone && step->act == WALK_WRITE && step->who == WALK_CHILD))
			return false;
		gone = gone || step->act == WALK_EXEC;
	}
	return true;
}

enum outcome wire_check_request(const struct wire_area *area, size_t mapped_bytes,
				struct problem *problem)
{
	if (check_header(area, mapped_bytes, problem))
		return OUTCOME_FAILED;
	const struct wire_request *request = &area->request;
	if (request->mode >= WIRE_MODE_COUNT)
		return malformed("unknown mode", problem);
	if (request->mode == WIRE_CATALOG)
		return OUTCOME_OK;
	for (enum axis_id axis = 0; axis < AXIS_COUNT; axis++)
		if (!axis_has(&axes[axis], request->level[axis]))
			return malformed("unknown level", problem);
	if (request->arm_count == 0 || request->arm_count > WIRE_ARMS_MAX ||
	    request->cell_count == 0 || request->cell_count > WIRE_CELLS_MAX)
		return malformed("too many or no arms or cells", problem);
	/* Rounds and indexes in a burst are 16 bits of a sample. */
	if (request->caller_cpu < -1 || request->caller_cpu >= WIRE_CPUS_MAX ||
	    request->other_cpu < -1 || request->other_cpu >= WIRE_CPUS_MAX ||
	    (request->level[AXIS_CHILD_CPU] == CHILD_CPU_OTHER && request->other_cpu < 0))
		return malformed("a CPU", problem);
	if (request->kind >= WIRE_KIND_COUNT)
		return malformed("the kind of worker", problem);
	if (request->rounds_min > request->rounds_max || request->rounds_max > UINT16_MAX)
		return malformed("the rounds", problem);
	if (request->heap_bytes > UINT64_MAX / 4 || request->evict_bytes > UINT64_MAX / 4 ||
	    request->working_set_bytes > WIRE_WORKING_SET_MAX)
		return malformed("a size", problem);
	if (!ENDS(request->target_path) || !ENDS(request->memory_group) ||
	    !clock_ok(&request->clock))
		return malformed("target path or clock", problem);
	for (uint32_t i = 0; i < request->arm_count; i++)
		if (!arm_ok(&request->arms[i]))
			return malformed("an arm", problem);
	for (uint32_t i = 0; i < request->cell_count; i++)
		if (!cell_ok(request, &request->cells[i]))
			return malformed("a cell", problem);
	if (request->mode == WIRE_WALK && !walk_ok(&request->walk))
		return malformed("the walk", problem);
	return check_counters(request, problem);
}

/* A number that the driver can write into results, or none. */
static bool number_ok(uint64_t number)
{
	return number <= INT64_MAX || number == WIRE_UNKNOWN;
}

static bool numbers_ok(const uint64_t *numbers, size_t count)
{
	bool good = true;
	for (size_t i = 0; i < count; i++)
		good = good && number_ok(numbers[i]);
	return good;
}

static bool start_ok(const struct wire_start *start)
{
	_Static_assert(sizeof start->number == offsetof(struct wire_start, limits), "all");
	bool good = numbers_ok(start->number, WIRE_START_NUMBERS);
	for (unsigned i = 0; i < WIRE_LIMIT_COUNT; i++)
		good = good && (number_ok(start->limits[i]) || start->limits[i] == WIRE_UNLIMITED);
	return good;
}

static enum outcome check_catalog(const struct wire_catalog *catalog, struct problem *problem)
{
	if (catalog->primitive_count > WIRE_PRIMITIVES_MAX ||
	    catalog->experiment_count > WIRE_EXPERIMENTS_MAX)
		return malformed("catalogue counts", problem);
	for (uint32_t i = 0; i < catalog->primitive_count; i++) {
		const struct wire_primitive *primitive = &catalog->primitives[i];
		bool good = ENDS(primitive->name) && ENDS(primitive->summary) &&
			    !(primitive->traits & ~(uint32_t)TRAITS_ALL);
		for (unsigned action = 0; action < ACTION_COUNT; action++)
			good = good && ENDS(primitive->refuses[action]);
		if (!good)
			return malformed("a primitive", problem);
	}
	for (uint32_t i = 0; i < catalog->experiment_count; i++) {
		const struct wire_experiment *experiment = &catalog->experiments[i];
		bool good = ENDS(experiment->name) && ENDS(experiment->summary) &&
			    ENDS(experiment->heaps) && ENDS(experiment->quick_heaps) &&
			    experiment->histogram <= experiment->metric_count &&
			    experiment->metric_count > 0 &&
			    experiment->metric_count <= WIRE_METRICS_MAX &&
			    experiment->case_count <= WIRE_CASES_MAX;
		for (unsigned m = 0; good && m < experiment->metric_count; m++)
			good = ENDS(experiment->metrics[m].name) &&
			       ENDS(experiment->metrics[m].unit) &&
			       ENDS(experiment->metrics[m].summary);
		for (unsigned c = 0; good && c < experiment->case_count; c++)
			good = ENDS(experiment->cases[c]);
		if (!good)
			return malformed("an experiment", problem);
	}
	if (!start_ok(&catalog->start))
		return malformed("what a worker starts with", problem);
	return clock_ok(&catalog->clock) ? OUTCOME_OK : malformed("the clock", problem);
}

static bool sample_ok(const struct wire_sample *sample)
{
	for (unsigned m = 0; m < WIRE_METRICS_MAX; m++)
		if (sample->set >> m & 1 && !is_number(sample->value[m]))
			return false;
	for (unsigned i = 0; i < COUNTER_GROUP_MAX; i++)
		if (sample->counted >> i & 1 && sample->count[i] > INT64_MAX)
			return false;
	return true;
}

enum outcome wire_check_answer(const struct wire_area *area, size_t mapped_bytes,
			       enum wire_mode mode, struct problem *problem)
{
	if (check_header(area, mapped_bytes, problem))
		return OUTCOME_FAILED;
	const struct wire_request *request = &area->request;
	const struct wire_answer *answer = &area->answer;
	if (!ENDS(answer->problem.text))
		return malformed("the problem text", problem);
	if (mode == WIRE_CATALOG)
		return answer->finished ? check_catalog(&answer->catalog, problem) : OUTCOME_OK;
	/* The worker could also write to the request. */
	if (request->arm_count > WIRE_ARMS_MAX || request->cell_count > WIRE_CELLS_MAX ||
	    answer->cells_done > request->cell_count ||
	    answer->sample_count > area->header.sample_capacity)
		return malformed("answer counts", problem);
	for (uint32_t i = 0; i < request->arm_count; i++) {
		bool good = ENDS(answer->arms[i].refused);
		for (unsigned m = 0; m < WIRE_METRICS_MAX; m++)
			good = good && ENDS(answer->arms[i].missing[m]);
		if (!good)
			return malformed("an arm's reasons", problem);
	}
	_Static_assert(sizeof answer->cells[0].number == sizeof answer->cells[0], "all");
	for (uint32_t i = 0; i < request->cell_count; i++)
		if (!numbers_ok(answer->cells[i].number, WIRE_CELL_NUMBERS))
			return malformed("a cell's facts", problem);
	if (!number_ok(answer->build_ns))
		return malformed("the time to build the heap", problem);
	for (uint32_t i = 0; i < COUNTERS_MAX; i++)
		if (!ENDS(answer->counter_refused[i]))
			return malformed("a counter's reason", problem);
	if (answer->walked.rehearsed > WALK_REHEARSALS_MAX)
		return malformed("the walk's counts", problem);
	if (answer->histogram_count > WIRE_HISTOGRAMS_MAX)
		return malformed("histogram counts", problem);
	for (uint32_t i = 0; i < answer->histogram_count; i++)
		if (answer->histograms[i].cell >= request->cell_count ||
		    answer->histograms[i].arm >= request->arm_count)
			return malformed("a histogram's place", problem);
	for (uint64_t i = 0; i < answer->sample_count; i++) {
		const struct wire_sample *sample = &area->samples[i];
		if (sample->cell >= request->cell_count || sample->arm >= request->arm_count ||
		    sample->pass >= WIRE_PASSES_MAX || sample->set >> WIRE_METRICS_MAX ||
		    wire_cell_skips(&request->cells[sample->cell], sample->arm) ||
		    sample->counted >> COUNTER_GROUP_MAX || !is_size(sample->window_ns) ||
		    !is_size(sample->contention) || !is_size(sample->step_ns) ||
		    !is_size(sample->off_cpu_ns))
			return malformed("a sample's place", problem);
		if (!sample_ok(sample))
			return malformed("a sample's value", problem);
	}
	return OUTCOME_OK;
}
