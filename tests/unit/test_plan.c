/* From settings to jobs, with a catalogue made up here. */
#include "harness/common/pagemap.h"
#include "harness/common/units.h"
#include "harness/driver/machine/memory.h"
#include "harness/driver/plan/kinds.h"
#include "harness/driver/plan/plan_make.h"
#include "harness/driver/plan/plan_request.h"
#include "harness/driver/run/describe.h"
#include "tests/unit/unit.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

static struct wire_catalog catalog;
static struct settings settings;
static struct plan plan;
static cpu_set_t allowed;

#define PUT(field, text) assert_true(wire_copy(field, sizeof(field), text))

enum { FORK, SPAWN, EAGER };
enum { NULL_RULER, DELAY_RULER, SPAWNING, WRITES };

static void make_catalog(void)
{
	catalog = (struct wire_catalog){.primitive_count = 3, .experiment_count = 4};
	catalog.clock = (struct wire_clock){.kind = WIRE_CLOCK_COUNTER, .ns_per_tick = 0.5};
	PUT(catalog.primitives[FORK].name, "fork");
	catalog.primitives[FORK].traits = catalog.primitives[SPAWN].traits = TRAIT_HEADLINE;
	PUT(catalog.primitives[SPAWN].name, "posix_spawn");
	PUT(catalog.primitives[SPAWN].refuses[ACTION_EXIT], "it always starts a program");
	PUT(catalog.primitives[EAGER].name, "eager_copy");
	PUT(catalog.primitives[EAGER].refuses[ACTION_EXEC], "exec drops the copy");
	catalog.primitives[EAGER].traits = TRAIT_COPIES_HEAP;
	struct wire_experiment *null = &catalog.experiments[0], *delay = &catalog.experiments[1],
			       *spawn = &catalog.experiments[2];
	PUT(null->name, "null");
	PUT(delay->name, "known_delay");
	delay->case_count = 2;
	PUT(delay->cases[0], "1us");
	PUT(delay->cases[1], "10us");
	PUT(spawn->name, "spawn");
	spawn->uses_primitives = spawn->is_countable = 1;
	spawn->varies = VARIES_STATE | VARIES_CACHE | VARIES_CHILD_CPU;
	null->in_every_plan = delay->in_every_plan = 1;
	struct wire_experiment *writes = &catalog.experiments[WRITES];
	PUT(writes->name, "writes");
	PUT(writes->heaps, "2M,4M");
	PUT(writes->quick_heaps, "2M");
	PUT(writes->cases[0], "copy");
	PUT(writes->cases[1], "take_back");
	writes->case_count = 2;
	writes->varies = VARIES_PAGE_KIND | VARIES_TOUCH_ORDER;
	writes->copies_heap = 1;
	for (int e = 0; e < 4; e++) {
		catalog.experiments[e].metric_count = 1;
		PUT(catalog.experiments[e].metrics[0].name, "call_ns");
	}
}

/* Everything at its default, but no need for memory. */
static void defaults(void)
{
	settings = (struct settings){
		.heaps = {.count = 5, .level = {0, 1 << 20, 2 << 20, 4 << 20, 8 << 20}},
		.precision = 0.02,
		.caller_cpu = -1,
		.evict_bytes = UINT64_MAX,
	};
	struct problem problem = {""};
	for (enum axis_id axis = 0; axis < AXIS_COUNT; axis++)
		if (axes[axis].unasked && *axes[axis].unasked)
			choice_parse(&axes[axis], axes[axis].unasked, &settings.levels[axis],
				     &problem);
	choice_parse(&axis_action, axis_action.unasked, &settings.actions, &problem);
	choice_set(&settings.levels[AXIS_PAGE_KIND], PAGE_KIND_4K);
	assert_string_equal(problem.text, "");
	settings.primitives[FORK] = settings.primitives[SPAWN] = true;
	settings.experiments[SPAWNING] = true;
	PUT(settings.counters, "none");
}

void unit_before(void)
{
	make_catalog();
	defaults();
	assert_int_equal(sched_getaffinity(0, sizeof allowed, &allowed), 0);
}

void unit_after(void)
{
	assert_int_equal(sched_setaffinity(0, sizeof allowed, &allowed), 0);
}

static void one_cpu_only(void)
{
	cpu_set_t one;
	int cpu = 0;
	while (!CPU_ISSET((unsigned)cpu, &allowed))
		cpu++;
	CPU_ZERO(&one);
	CPU_SET((unsigned)cpu, &one);
	assert_int_equal(sched_setaffinity(0, sizeof one, &one), 0);
}

static void make_plan(void)
{
	struct problem problem = {""};
	if (plan_make(&plan, &settings, &catalog, &problem))
		fail_msg("%s", problem.text);
}

static void assert_refused(const char *const *why, size_t count)
{
	struct problem problem = {""};
	assert_int_equal(plan_make(&plan, &settings, &catalog, &problem), OUTCOME_FAILED);
	for (size_t i = 0; i < count; i++)
		assert_contains(problem.text, why[i]);
}
#define REFUSED(...)                                     \
	do {                                             \
		const char *const why[] = {__VA_ARGS__}; \
		assert_refused(why, COUNT_OF(why));      \
	} while (0)

/* Asks for one level by name, as its option does. */
static void ask(enum axis_id axis, uint64_t level)
{
	settings.levels[axis].given = true;
	choice_set(&settings.levels[axis], level);
}

static size_t jobs_at(enum child_cpu placement, uint64_t heaps[CHOICE_MAX])
{
	size_t count = 0;
	for (size_t i = 0; i < plan.job_count; i++)
		if (plan.jobs[i].level[AXIS_CHILD_CPU] == placement)
			heaps[count++] = plan.jobs[i].heap_bytes;
	return count;
}

TEST(arms_are_those_that_go)
{
	make_plan();
	/* null; known_delay 1us, 10us; fork exit, exec; posix_spawn exec; the A/A control of fork exit. */
	static const struct {
		const char *primitive, *case_name;
		enum action action;
		bool aa_control;
	} expected[] = {
		{"", "", ACTION_NONE, false},     {"", "1us", ACTION_NONE, false},
		{"", "10us", ACTION_NONE, false}, {"fork", "", ACTION_EXIT, false},
		{"fork", "", ACTION_EXEC, false}, {"posix_spawn", "", ACTION_EXEC, false},
		{"fork", "", ACTION_EXIT, true},
	};
	assert_int_equal(plan.arm_count, COUNT_OF(expected));
	for (size_t i = 0; i < COUNT_OF(expected); i++) {
		assert_string_equal(plan.arms[i].primitive, expected[i].primitive);
		assert_string_equal(plan.arms[i].case_name, expected[i].case_name);
		assert_int_equal(plan.arms[i].action, expected[i].action);
		assert_int_equal(plan.arms[i].aa_control, expected[i].aa_control);
	}
	assert_false(plan.jobs[0].copies_heap);
	settings.primitives[EAGER] = true;
	make_plan();
	assert_true(plan.jobs[0].copies_heap);
}

TEST(other_placements_at_three_heaps)
{
	uint64_t heaps[CHOICE_MAX];
	make_plan();
	assert_int_equal(jobs_at(CHILD_CPU_SAME, heaps), 5);
	assert_int_equal(jobs_at(CHILD_CPU_FREE, heaps), 3);
	assert_int_equal(heaps[0], 0);
	assert_int_equal(heaps[1], 2 << 20);
	assert_int_equal(heaps[2], 8 << 20);
	assert_int_equal(jobs_at(CHILD_CPU_OTHER, heaps), CPU_COUNT(&allowed) > 1 ? 3 : 0);
	for (size_t i = 0; i < plan.job_count; i++) {
		const struct plan_job *job = &plan.jobs[i];
		/* Used and cold cells are at the same three. */
		const bool all = job->heap_bytes != 1 << 20 && job->heap_bytes != 4 << 20;
		assert_int_equal(job->cell_count, job->level[AXIS_CHILD_CPU] != CHILD_CPU_SAME ? 1
						  : all                                        ? 6
											       : 2);
		if (job->level[AXIS_CHILD_CPU] != CHILD_CPU_SAME) {
			assert_int_equal(job->cells[0].level[AXIS_STATE], STATE_DIRTY);
			assert_int_equal(job->cells[0].level[AXIS_CACHE], CACHE_WARM);
		}
	}
}

TEST(other_placements_spare_large_heaps)
{
	uint64_t heaps[CHOICE_MAX];
	settings.heaps.level[4] = 257 << 20;
	settings.heaps.given = true;
	make_plan();
	assert_int_equal(jobs_at(CHILD_CPU_SAME, heaps), 5);
	assert_int_equal(jobs_at(CHILD_CPU_FREE, heaps), 3);
	assert_int_equal(heaps[2], 4 << 20);
	settings.heaps.count = 1; /* one heap: no place is planned twice */
	make_plan();
	assert_int_equal(jobs_at(CHILD_CPU_FREE, heaps), 1);
}

static void assert_left_out(const char *part)
{
	for (size_t i = 0; i < plan.left_out.count; i++)
		if (strstr(plan.left_out.text[i], part))
			return;
	fail_msg("not said to be left out: %s", part);
}

static size_t jobs_with_frames(enum heap_frames frames)
{
	size_t count = 0;
	for (size_t i = 0; i < plan.job_count; i++)
		count += plan.jobs[i].level[AXIS_FRAMES] == frames;
	return count;
}

/* Nobody asked: at large heaps, in the plain cell, of fork and vfork alone. */
TEST(frames_are_chosen_at_large_heaps)
{
	settings.heaps.level[3] = 256 << 20;
	settings.heaps.level[4] = 512 << 20;
	catalog.experiments[SPAWNING].varies |= VARIES_FRAMES;
	make_plan();
	if (pagemap_shows_frames()) {
		assert_int_equal(jobs_with_frames(FRAMES_IN_ORDER), 2);
		assert_int_equal(jobs_with_frames(FRAMES_SCATTERED), 2);
	} else {
		assert_left_out("frames scattered: not permitted: ");
	}
	for (size_t i = 0; i < plan.job_count; i++) {
		const struct plan_job *job = &plan.jobs[i];
		if (job->level[AXIS_FRAMES] == FRAMES_AS_GIVEN)
			continue;
		assert_true(job->heap_bytes >= 256 << 20);
		assert_int_equal(job->cell_count, 1);
		for (uint32_t a = 0; a < job->arm_count; a++)
			if (plan.arm_primitive[job->arm_from + a])
				assert_int_equal(wire_cell_skips(&job->cells[0], a),
						 strcmp(plan.arm_primitive[job->arm_from + a]->name,
							"fork") != 0);
	}
}

TEST(frames_by_name_are_whole)
{
	settings.heaps.level[3] = 4 << 20;
	catalog.experiments[SPAWNING].varies |= VARIES_FRAMES;
	ask(AXIS_FRAMES, FRAMES_SCATTERED);
	if (!pagemap_shows_frames()) {
		REFUSED("cannot use --frames scattered: not permitted: ");
		return;
	}
	make_plan();
	assert_int_equal(jobs_with_frames(FRAMES_AS_GIVEN), 0);
	assert_true(jobs_with_frames(FRAMES_SCATTERED) > 0);
	for (size_t i = 0; i < plan.job_count; i++)
		assert_true(plan.jobs[i].heap_bytes >= 4 << 20);
	assert_left_out("--frames scattered of spawn at 0, 1 MiB, 2 MiB: less than 4 MiB");
	settings.heaps.given = true;
	settings.heaps.count = 3;
	REFUSED("cannot use --frames scattered: it takes a heap of 4 MiB");
}

/* Nobody asked: static and dynamic at the smallest heap, if they are there; only who execs starts a program. */
TEST(programs_are_started_by_exec)
{
	catalog.experiments[SPAWNING].varies |= VARIES_PROGRAM;
	make_plan();
	for (size_t i = 0; i < plan.job_count; i++)
		assert_int_equal(plan.jobs[i].level[AXIS_PROGRAM], PROGRAM_OWN);
	assert_left_out("program dynamic of spawn: unavailable: cannot find "
			"forkcost-target-dynamic");
	ask(AXIS_PROGRAM, PROGRAM_GIVEN);
	REFUSED("cannot use --program given: there is no program");
	PUT(settings.target, "/bin/false");
	make_plan();
	assert_int_equal(plan.target_status, 1);
	for (size_t i = 0; i < plan.job_count; i++) {
		const struct plan_job *job = &plan.jobs[i];
		struct wire_request request;
		plan_request(&plan, job, WIRE_ALL, 1, &request);
		assert_string_equal(request.target_path, "/bin/false");
		for (uint32_t a = 0; a < job->arm_count; a++)
			assert_int_equal(wire_cell_skips(&job->cells[0], a),
					 plan.arms[job->arm_from + a].action == ACTION_EXIT);
	}
	choice_set(&settings.actions, ACTION_EXIT);
	REFUSED("cannot use --program given: no chosen child execs");
}

/* Jobs at a level, all at this heap and of one cell. */
static size_t jobs_apart(enum axis_id axis, uint64_t level, uint64_t heap_bytes)
{
	size_t count = 0;
	for (size_t i = 0; i < plan.job_count; i++) {
		if (plan.jobs[i].level[axis] != level)
			continue;
		assert_int_equal(plan.jobs[i].heap_bytes, heap_bytes);
		assert_int_equal(plan.jobs[i].cell_count, 1);
		count++;
	}
	return count;
}

TEST(levels_of_a_heap_that_nobody_asked_for_come_with_the_presets_heaps)
{
	catalog.experiments[SPAWNING].varies |=
		VARIES_HEAP_MAPPINGS | VARIES_DENSITY | VARIES_DIRTY_SHARE;
	make_plan();
	assert_int_equal(jobs_apart(AXIS_HEAP_MAPPINGS, 1000, 8 << 20), 1);
	assert_int_equal(jobs_apart(AXIS_HEAP_MAPPINGS, 20000, 8 << 20), 0); /* more than pages */
	assert_int_equal(jobs_apart(AXIS_DENSITY, DENSITY_1, 8 << 20), 1);
	assert_int_equal(jobs_apart(AXIS_DIRTY_SHARE, 10, 8 << 20), 1);
	settings.heaps.given = true;
	make_plan();
	for (size_t i = 0; i < plan.job_count; i++)
		for (enum axis_id axis = AXIS_HEAP_MAPPINGS; axis <= AXIS_DIRTY_SHARE; axis++)
			assert_int_equal(plan.jobs[i].level[axis], axis_plain(&axes[axis]));
}

TEST(mappings_by_name_have_a_page_each)
{
	catalog.experiments[SPAWNING].varies |= VARIES_HEAP_MAPPINGS;
	ask(AXIS_HEAP_MAPPINGS, 1000);
	make_plan();
	for (size_t i = 0; i < plan.job_count; i++)
		assert_true(plan.jobs[i].heap_bytes >= 4 << 20);
	assert_left_out("--mappings 1000 of spawn at 0, 1 MiB, 2 MiB: a mapping takes a page");
	settings.heaps.given = true;
	settings.heaps.count = 3;
	REFUSED("cannot use --mappings 1000: a mapping takes a page");
	ask(AXIS_HEAP_MAPPINGS, 0);
	REFUSED("cannot divide a heap into 0 mappings");
	ask(AXIS_HEAP_MAPPINGS, axes[AXIS_HEAP_MAPPINGS].most);
	settings.heaps.level[2] = 8ull << 30;
	REFUSED("cannot use --mappings 1048576: vm.max_map_count is ", "raise it with sysctl");
}

TEST(a_share_is_written_of_a_dirty_heap_alone)
{
	catalog.experiments[SPAWNING].varies |= VARIES_DIRTY_SHARE;
	ask(AXIS_DIRTY_SHARE, 50);
	make_plan();
	for (size_t i = 0; i < plan.job_count; i++)
		for (uint32_t c = 0; c < plan.jobs[i].cell_count; c++)
			assert_int_equal(plan.jobs[i].cells[c].level[AXIS_STATE], STATE_DIRTY);
	assert_left_out("--dirty-share 50 of spawn, write-protected: only a dirty heap has");
	assert_left_out("--dirty-share 50 of spawn at 0: a heap without pages");
	ask(AXIS_STATE, STATE_WRITE_PROTECTED);
	REFUSED("cannot use --dirty-share 50: only a dirty heap has pages written");
}

TEST(a_heap_is_spread_up_to_64_mib_and_not_with_chosen_frames)
{
	catalog.experiments[SPAWNING].varies |= VARIES_DENSITY | VARIES_FRAMES;
	settings.heaps.level[4] = 128 << 20;
	ask(AXIS_DENSITY, DENSITY_1);
	make_plan();
	for (size_t i = 0; i < plan.job_count; i++)
		assert_in_range(plan.jobs[i].heap_bytes, 1, 64 << 20);
	assert_left_out("--density 1 of spawn at 0, 128 MiB: it takes a heap of up to 64 MiB");
	ask(AXIS_FRAMES, FRAMES_SCATTERED);
	REFUSED("cannot use --density 1 with --frames scattered: ");
}

static size_t jobs_of_kind(uint64_t kind)
{
	size_t count = 0;
	for (size_t i = 0; i < plan.job_count; i++)
		count += plan.jobs[i].level[AXIS_PAGE_KIND] == kind;
	return count;
}

/* Shared memory is had everywhere, so nothing of this depends on the machine. */
TEST(page_kinds_of_spawn_are_for_spawn_alone)
{
	catalog.experiments[SPAWNING].varies |= VARIES_PAGE_KIND;
	settings.experiments[WRITES] = true;
	choice_add(&settings.levels[AXIS_PAGE_KIND], PAGE_KIND_SHARED);
	make_plan();
	assert_int_equal(jobs_of_kind(PAGE_KIND_SHARED), 1); /* at the largest heap */
	settings.is_quick = true;
	make_plan();
	assert_int_equal(jobs_of_kind(PAGE_KIND_SHARED), 0);
	settings.is_quick = false;
	settings.heaps.given = true;
	make_plan();
	assert_int_equal(jobs_of_kind(PAGE_KIND_SHARED), 0);
	settings.levels[AXIS_PAGE_KIND].given = true;
	make_plan();
	assert_int_equal(jobs_of_kind(PAGE_KIND_SHARED), 4); /* at each heap that has pages */
	assert_left_out("--page-kind shared of writes: it is for spawn alone");
	assert_left_out("page kind shared of spawn at 0: not a multiple of 4 KiB");
	assert_left_out("--page-kind shared of spawn, write-protected: its pages have one state");
	settings.experiments[SPAWNING] = false;
	REFUSED("cannot use --page-kind shared: it is for spawn alone");
	settings.experiments[SPAWNING] = true;
	ask(AXIS_STATE, STATE_WRITE_PROTECTED);
	REFUSED("cannot use --page-kind shared: its pages have one state");
}

/* What has no page of its own has none that eager_copy's child could copy. */
TEST(nothing_is_copied_eagerly_of_shared_memory)
{
	catalog.experiments[SPAWNING].varies |= VARIES_PAGE_KIND;
	settings.primitives[EAGER] = settings.primitives_given = true;
	ask(AXIS_PAGE_KIND, PAGE_KIND_SHARED);
	ask(AXIS_STATE, STATE_DIRTY);
	make_plan();
	for (size_t i = 0; i < plan.job_count; i++)
		for (uint32_t a = 0; a < plan.jobs[i].arm_count; a++)
			assert_int_equal(wire_cell_skips(&plan.jobs[i].cells[0], a),
					 strcmp(plan.arms[plan.jobs[i].arm_from + a].primitive,
						"eager_copy") == 0);
}

TEST(placements_by_name_are_whole)
{
	uint64_t heaps[CHOICE_MAX];
	ask(AXIS_CHILD_CPU, CHILD_CPU_FREE);
	make_plan();
	assert_int_equal(jobs_at(CHILD_CPU_SAME, heaps), 0);
	assert_int_equal(jobs_at(CHILD_CPU_OTHER, heaps), 0);
	assert_int_equal(jobs_at(CHILD_CPU_FREE, heaps), 5);
	assert_int_equal(plan.jobs[0].cell_count, 6);
}

TEST(other_needs_another_cpu)
{
	uint64_t heaps[CHOICE_MAX];
	one_cpu_only();
	make_plan(); /* not asked for: left out */
	assert_int_equal(jobs_at(CHILD_CPU_OTHER, heaps), 0);
	assert_int_equal(jobs_at(CHILD_CPU_FREE, heaps), 3);
	settings.levels[AXIS_CHILD_CPU].given = true;
	choice_add(&settings.levels[AXIS_CHILD_CPU], CHILD_CPU_OTHER);
	REFUSED("another CPU", "--child-cpu other");
}

TEST(unknown_cpus_are_refused)
{
	settings.caller_cpu = CPU_SETSIZE - 1;
	REFUSED("CPU 1023", "not among the allowed");
}

TEST(refused_pairs_say_why)
{
	settings.primitives_given = settings.actions.given = true;
	REFUSED("exit with posix_spawn", "it always starts a program", "leave one");
	settings.primitives[SPAWN] = false;
	settings.primitives[EAGER] = true;
	REFUSED("exec with eager_copy", "exec drops the copy");
	/* Only one of the two asked for by name: what cannot be is left out. */
	settings.actions.given = false;
	make_plan();
	assert_int_equal(plan.arm_count, 7);
	settings.primitives[FORK] = false;
	choice_set(&settings.actions, ACTION_EXEC);
	REFUSED("no chosen primitive takes the chosen action");
}

TEST(heaps_that_do_not_fit_are_refused)
{
	uint64_t available;
	const char *limited_by;
	struct problem problem = {""};
	assert_int_equal(memory_available(&available, &limited_by, &problem), OUTCOME_OK);
	settings.heaps.given = true;
	settings.heaps.level[4] = (available / 4096 + 1) * 4096;
	REFUSED("cannot fit a heap of", limited_by, "--heap", "fits");
	assert_int_equal(memory_check(settings.heaps.level[4], 0, 0, &problem), OUTCOME_FAILED);
	assert_null(strstr(problem.text, "copy"));
	/* What it says would fit does, and twice as much does not. */
	char size[16] = "";
	uint64_t fits = 0;
	const char *said = strstr(problem.text, "--heap ");
	assert_non_null(said);
	assert_int_equal(sscanf(said, "--heap %15s", size), 1);
	assert_int_equal(units_parse_bytes(size, &fits, &problem), OUTCOME_OK);
	assert_int_equal(memory_check(fits, 0, 0, &problem), OUTCOME_OK);
	assert_int_equal(memory_check(fits * 2 + fits / 2, 0, 0, &problem), OUTCOME_FAILED);
	/* A copy takes as much again. */
	uint64_t half = available * 2 / 3;
	assert_int_equal(memory_check(half, 0, 0, &problem), OUTCOME_OK);
	assert_int_equal(memory_check(half, 1, 0, &problem), OUTCOME_FAILED);
	assert_contains(problem.text, "copies that children make");
	/* Sums that leave 64 bits must not come out small. */
	assert_int_equal(memory_check(9196429372677013504ull, 1, 0, &problem), OUTCOME_FAILED);
	assert_int_equal(memory_check(UINT64_MAX - 4095, 0, 0, &problem), OUTCOME_FAILED);
}

TEST(default_heaps_are_trimmed)
{
	uint64_t heaps[CHOICE_MAX];
	settings.heaps.level[4] = 1ull << 50;
	make_plan();
	assert_int_equal(jobs_at(CHILD_CPU_SAME, heaps), 4);
}

TEST(no_cells_is_no_plan)
{
	settings.levels[AXIS_STATE].count = 0;
	REFUSED("no cell is left");
}

TEST(requests_are_as_planned)
{
	static struct wire_request request;
	PUT(settings.counters, "page_faults");
	make_plan();
	assert_int_equal(plan.job_count, 5 + 3 + (CPU_COUNT(&allowed) > 1 ? 3 : 0));
	assert_int_equal(plan_counter_groups(&plan), 2); /* the caller's, and with its child's */
	for (size_t i = 0; i < plan.job_count; i++) {
		const struct plan_job *job = &plan.jobs[i];
		plan_request(&plan, job, WIRE_ALL, 99, &request);
		assert_int_equal(request.mode, WIRE_MEASURE);
		assert_int_equal(request.kind, WIRE_ALL);
		assert_int_equal(request.seed, 99);
		assert_int_equal(request.heap_bytes, job->heap_bytes);
		assert_int_equal(request.arm_count, plan.arm_count);
		assert_int_equal(request.cell_count, job->cell_count);
		assert_int_equal(request.caller_cpu, job->level[AXIS_CHILD_CPU] == CHILD_CPU_FREE
							     ? -1
							     : plan.caller_cpu);
		uint64_t most = 0, groups = plan_counter_groups(&plan);
		for (uint32_t c = 0; c < job->cell_count; c++)
			most += (uint64_t)request.arm_count * request.rounds_max * 2ul *
				request.cells[c].burst_max;
		assert_true(most > 0 && most <= plan_sample_capacity(&plan, job, WIRE_ALL));
		plan_request(&plan, job, WIRE_COUNTING, 99, &request);
		assert_int_equal(request.evict_bytes, 0); /* no cold cell is counted */
		most = groups * WIRE_COUNTED_SAMPLES * request.arm_count * request.rounds_max;
		if (kinds_runs(&plan, job, WIRE_COUNTING))
			assert_int_equal(plan_sample_capacity(&plan, job, WIRE_COUNTING), most);
	}
}

static bool is_plain_cell(const struct wire_cell *cell)
{
	return cell->level[AXIS_STATE] == STATE_DIRTY && cell->level[AXIS_CACHE] == CACHE_WARM &&
	       cell->level[AXIS_CHILD_CPU] == CHILD_CPU_SAME;
}

/* Of each kind of workers, in each cell: whether it is run, and which arms are. */
static void assert_headline_skips(const char *skipped)
{
	static struct wire_request request;
	for (size_t i = 0; i < plan.job_count; i++) {
		const struct plan_job *job = &plan.jobs[i];
		for (uint32_t c = 0; c < job->cell_count; c++) {
			bool is_headline = is_plain_cell(&job->cells[c]);
			assert_true(wire_cell_has(&job->cells[c], WIRE_ALL));
			assert_int_equal(wire_cell_has(&job->cells[c], WIRE_HEADLINE), is_headline);
			plan_request(&plan, job, WIRE_HEADLINE, 1, &request);
			assert_int_equal(request.kind, WIRE_HEADLINE);
			assert_int_equal(request.evict_bytes, 0);
			for (uint32_t a = 0; is_headline && a < job->arm_count; a++)
				assert_int_equal(wire_cell_skips(&request.cells[c], a),
						 skipped[a] == 'x');
			plan_request(&plan, job, WIRE_ALL, 1, &request);
			for (uint32_t a = 0; is_headline && a < job->arm_count; a++)
				assert_false(wire_cell_skips(&request.cells[c], a));
		}
	}
}

TEST(headline_workers_take_marked_primitives_in_plain_cells)
{
	settings.primitives[EAGER] = true;
	settings.cell_ns = 100;
	make_plan();
	/* Rulers, fork's exit and exec, posix_spawn's exec, eager_copy's exit, the A/A control. */
	assert_int_equal(plan.arm_count, 8);
	assert_headline_skips("xxx...x.");
	assert_true(kinds_cell_ns(&plan, WIRE_ALL) < kinds_cell_ns(&plan, WIRE_HEADLINE));
	assert_false(kinds_has(&plan, WIRE_COUNTING));
	assert_true(kinds_share(&plan, WIRE_ALL) < kinds_share(&plan, WIRE_HEADLINE));
	assert_near(kinds_share(&plan, WIRE_ALL) + kinds_share(&plan, WIRE_HEADLINE), 1, 1e-9);
	/* What is asked for by name is the headline. */
	settings.primitives_given = true;
	make_plan();
	assert_headline_skips("xxx.....");
}

TEST(quick_plans_have_the_headlines_primitives_unless_asked_for_more)
{
	settings.primitives[EAGER] = settings.is_quick = true;
	make_plan();
	assert_int_equal(plan.arm_count, 7);
	assert_left_out("spawn with eager_copy: not in the preset quick; ask for them with "
			"--primitive");
	settings.primitives_given = true;
	make_plan();
	assert_int_equal(plan.arm_count, 8);
}

TEST(levels_asked_for_are_the_headlines)
{
	ask(AXIS_STATE, STATE_WRITE_PROTECTED);
	make_plan();
	for (size_t i = 0; i < plan.job_count; i++)
		assert_int_equal(kinds_runs(&plan, &plan.jobs[i], WIRE_HEADLINE),
				 plan.jobs[i].level[AXIS_CHILD_CPU] == CHILD_CPU_SAME);
}

TEST(without_a_headline_all_time_is_for_all)
{
	settings.experiments[SPAWNING] = false;
	settings.experiments[WRITES] = true;
	catalog.experiments[WRITES].is_countable = 1;
	settings.cell_ns = 100;
	PUT(settings.counters, "page_faults");
	make_plan();
	assert_false(kinds_has(&plan, WIRE_HEADLINE));
	assert_int_equal(kinds_cell_ns(&plan, WIRE_ALL), 101);
	assert_near(kinds_share(&plan, WIRE_ALL) + kinds_share(&plan, WIRE_COUNTING), 1, 1e-9);
	assert_true(kinds_share(&plan, WIRE_COUNTING) > 0);
}

static size_t cold_cells(void)
{
	size_t count = 0;
	for (size_t i = 0; i < plan.job_count; i++)
		for (uint32_t c = 0; c < plan.jobs[i].cell_count; c++)
			count += plan.jobs[i].cells[c].level[AXIS_CACHE] == CACHE_COLD;
	return count;
}

TEST(no_cold_cells_of_large_heaps_unless_asked_for)
{
	settings.heaps.level[0] = 64 << 20;
	settings.heaps.level[1] = 65 << 20;
	settings.heaps.count = 2;
	make_plan();
	assert_int_equal(cold_cells(), 2); /* dirty, clean */
	settings.levels[AXIS_CACHE].given = true;
	make_plan();
	assert_int_equal(cold_cells(), 4);
	settings.levels[AXIS_CACHE].given = false;
	settings.heaps.given = true;
	make_plan();
	assert_int_equal(cold_cells(), 4);
}

static bool has_cold(uint64_t heap_bytes)
{
	for (size_t i = 0; i < plan.job_count; i++)
		for (uint32_t c = 0; c < plan.jobs[i].cell_count; c++)
			if (plan.jobs[i].heap_bytes == heap_bytes &&
			    plan.jobs[i].cells[c].level[AXIS_CACHE] == CACHE_COLD)
				return true;
	return false;
}

TEST(cold_cells_are_at_three_heaps_unless_asked_for)
{
	make_plan();
	assert_true(has_cold(0) && has_cold(2 << 20) && has_cold(8 << 20));
	assert_int_equal(cold_cells(), 6);
	assert_left_out(
		"cold caches of spawn at 1 MiB, 4 MiB: expensive; ask for them with --cache "
		"cold");
	settings.heaps.given = true;
	make_plan();
	assert_int_equal(cold_cells(), 10);
	for (size_t i = 0; i < plan.left_out.count; i++)
		assert_null(strstr(plan.left_out.text[i], "cold caches"));
}

/* Used ones are at the same heaps; what they need is asked for where they are, and only there. */
TEST(used_cells_are_where_cold_ones_are_and_have_a_working_set)
{
	static struct wire_request request;
	make_plan();
	assert_left_out(
		"used caches of spawn at 1 MiB, 4 MiB: expensive; ask for them with --cache "
		"used");
	assert_true(plan.working_set_bytes > 0 && plan.working_set_bytes % 4096 == 0);
	for (size_t i = 0; i < plan.job_count; i++) {
		const struct plan_job *job = &plan.jobs[i];
		unsigned used = 0;
		for (uint32_t c = 0; c < job->cell_count; c++)
			used += job->cells[c].level[AXIS_CACHE] == CACHE_USED;
		assert_int_equal(used, job->level[AXIS_CHILD_CPU] == CHILD_CPU_SAME &&
						       has_cold(job->heap_bytes)
					       ? STATE_COUNT
					       : 0);
		plan_request(&plan, job, WIRE_ALL, 1, &request);
		assert_int_equal(request.working_set_bytes, used ? plan.working_set_bytes : 0);
	}
	settings.working_set_bytes = 8192;
	make_plan();
	assert_int_equal(plan.working_set_bytes, 8192);
	assert_string_equal(plan.working_set_from, "given by --working-set");
	ask(AXIS_CACHE, CACHE_COLD);
	REFUSED("--working-set", "--cache used", "leave the option out");
	settings.working_set_bytes = 0;
	make_plan();
	assert_int_equal(plan.working_set_bytes, 0);
}

/* The primitives that leave arms out of used and cold cells, as "thread"; warm cells have all. */
static void assert_cold_without(const char *names)
{
	char skipped[200] = "";
	for (size_t i = 0; i < plan.job_count; i++)
		for (uint32_t c = 0; c < plan.jobs[i].cell_count; c++)
			for (uint32_t a = 0; a < plan.jobs[i].arm_count; a++) {
				const struct wire_cell *cell = &plan.jobs[i].cells[c];
				const struct wire_arm *arm = &plan.arms[plan.jobs[i].arm_from + a];
				if (!wire_cell_skips(cell, a))
					continue;
				assert_int_not_equal(cell->level[AXIS_CACHE], CACHE_WARM);
				if (!strstr(skipped, arm->primitive))
					strcat(skipped, arm->primitive);
			}
	assert_string_equal(skipped, names);
}

TEST(cold_cells_have_the_primitives_that_programs_use_unless_asked_for)
{
	make_plan();
	assert_cold_without("");
	struct wire_primitive *spawn = &catalog.primitives[SPAWN];
	PUT(spawn->name, "thread");
	spawn->traits = 0;
	make_plan();
	assert_cold_without("thread");
	assert_left_out(
		"cold caches of spawn with thread: expensive; ask for them with --cache cold "
		"or --primitive");
	assert_left_out(
		"used caches of spawn with thread: expensive; ask for them with --cache used "
		"or --primitive");
	settings.primitives_given = true;
	make_plan();
	assert_cold_without("");
	settings.primitives_given = false;
	settings.levels[AXIS_CACHE].given = true;
	make_plan();
	assert_cold_without("");
}

/* An experiment's own axes: its heaps, orders and threads, and none that it does not vary. */
TEST(experiments_have_axes_of_their_own)
{
	settings.experiments[SPAWNING] = false;
	settings.experiments[WRITES] = true;
	catalog.experiments[WRITES].varies |= VARIES_THREADS;
	ask(AXIS_THREADS, 0);
	choice_add(&settings.levels[AXIS_THREADS], 1);
	make_plan();
	assert_int_equal(plan.job_count, 4);
	for (size_t i = 0; i < 4; i++) {
		const struct plan_job *job = &plan.jobs[i];
		assert_int_equal(job->heap_bytes, (2 << 20) << i / 2);
		assert_true(job->copies_heap);
		assert_int_equal(job->evicts, false);
		/* The rulers ride along. */
		assert_int_equal(job->arm_from, 0);
		assert_int_equal(job->arm_count, 5);
		assert_int_equal(job->cell_count, TOUCH_COUNT);
		for (uint32_t c = 0; c < job->cell_count; c++) {
			assert_int_equal(job->cells[c].level[AXIS_STATE], STATE_DIRTY);
			assert_int_equal(job->cells[c].level[AXIS_CACHE], CACHE_WARM);
			assert_int_equal(job->cells[c].level[AXIS_TOUCH_ORDER], c);
			assert_int_equal(job->cells[c].level[AXIS_THREADS], i % 2);
			assert_int_equal(wire_cell_has(&job->cells[c], WIRE_COUNTING),
					 job->cells[c].level[AXIS_TOUCH_ORDER] == TOUCH_SEQUENTIAL);
		}
	}
	ask(AXIS_THREADS, 0);
	settings.is_quick = true;
	make_plan();
	assert_int_equal(plan.job_count, 1);
	settings.heaps.given = true; /* by name: for every experiment */
	make_plan();
	assert_int_equal(plan.job_count, 5);
	catalog.experiments[WRITES].needs_heap = 1;
	make_plan();
	assert_int_equal(plan.job_count, 4);
	assert_int_equal(plan.jobs[0].heap_bytes, 1 << 20);
	settings.heaps.count = 1;
	settings.experiments_given = true;
	REFUSED("cannot run writes without a heap", "--heap larger than 0");
	catalog.experiments[WRITES].needs_heap = 0;
	catalog.experiments[WRITES].varies = VARIES_PAGE_KIND | VARIES_TOUCH_ORDER;
}

TEST(rulers_ride_with_what_spawns)
{
	bool seen[2] = {false, false};
	settings.experiments[WRITES] = true;
	make_plan();
	for (size_t i = 0; i < plan.job_count; i++) {
		const struct plan_job *job = &plan.jobs[i];
		bool spawns = job->experiment == &plan.catalog.experiments[SPAWNING];
		assert_string_equal(plan.arms[job->arm_from].experiment,
				    spawns ? "null" : "writes");
		assert_int_equal(job->arm_count, spawns ? 7 : 2);
		seen[spawns] = true;
	}
	assert_true(seen[0] && seen[1]);
	settings.experiments[SPAWNING] = settings.experiments[WRITES] = false;
	make_plan();
	assert_int_equal(plan.jobs[0].arm_count, 3);
}

/* Transparent huge pages: at the largest heap that is not too expensive, or where asked for. */
TEST(page_kinds_beside_4k)
{
	size_t huge = 0;
	settings.experiments[SPAWNING] = false;
	settings.experiments[WRITES] = true;
	choice_add(&settings.levels[AXIS_PAGE_KIND], PAGE_KIND_THP);
	make_plan();
	for (size_t i = 0; i < plan.job_count; i++)
		if (plan.jobs[i].level[AXIS_PAGE_KIND] == PAGE_KIND_THP) {
			huge++;
			assert_int_equal(plan.jobs[i].heap_bytes, 4 << 20);
			assert_int_equal(plan.jobs[i].cells[0].level[AXIS_TOUCH_ORDER],
					 TOUCH_SEQUENTIAL);
		}
	/* A machine without them says so instead. */
	assert_int_equal(huge + plan.gaps.count, 1);
	assert_true(huge || strlen(plan.gaps.gap[0].why) > 20);
	settings.heaps.given = true;
	ask(AXIS_PAGE_KIND, PAGE_KIND_THP);
	if (huge) {
		make_plan();
		for (size_t i = 0; i < plan.job_count; i++) {
			assert_int_equal(plan.jobs[i].level[AXIS_PAGE_KIND], PAGE_KIND_THP);
			assert_int_equal(plan.jobs[i].heap_bytes % (2 << 20), 0);
			assert_true(plan.jobs[i].heap_bytes > 0);
		}
		assert_int_equal(plan.job_count, 3); /* of 0, 1M, 2M, 4M, 8M */
	}
}

/* Every axis with every experiment: what it does not vary it cannot be asked for, but for the plain level,
 * which it has. The refusal names option, level, experiment, and who varies it. */
TEST(an_option_is_refused_where_no_experiment_varies_it)
{
	static const struct {
		enum axis_id axis;
		const char *option, *who;
	} asked[] = {
		{AXIS_STATE, "--state write-protected", "spawn does"},
		{AXIS_CACHE, "--cache used", "spawn does"},
		{AXIS_CHILD_CPU, "--child-cpu free", "spawn does"},
		{AXIS_PAGE_KIND, "--page-kind thp", "writes does"},
		{AXIS_TOUCH_ORDER, "--touch-order shuffled", "writes does"},
		{AXIS_THREADS, "--threads 1", "leave the option out"},
	};
	const unsigned others = CPU_COUNT(&allowed) > 1 ? 1 : 0;
	for (size_t a = 0; a < COUNT_OF(asked); a++)
		for (unsigned e = NULL_RULER; e <= WRITES; e++)
			for (unsigned threads = 0; threads <= others; threads++) {
				const struct wire_experiment *chosen = &catalog.experiments[e];
				const uint32_t before = catalog.experiments[WRITES].varies;
				struct problem problem = {""};
				defaults();
				memset(settings.experiments, 0, sizeof settings.experiments);
				settings.experiments[e] = true;
				if (threads)
					catalog.experiments[WRITES].varies |= VARIES_THREADS;
				ask(asked[a].axis, 1);
				enum outcome outcome =
					plan_make(&plan, &settings, &catalog, &problem);
				if (!(chosen->varies >> asked[a].axis & 1)) {
					assert_int_equal(outcome, OUTCOME_FAILED);
					assert_contains(problem.text, asked[a].option);
					assert_contains(problem.text, chosen->name);
					assert_contains(problem.text, "not vary it");
					assert_contains(problem.text,
							threads && asked[a].axis == AXIS_THREADS
								? "writes does"
								: asked[a].who);
				} else if (outcome) { /* a machine without huge pages */
					assert_int_equal(asked[a].axis, AXIS_PAGE_KIND);
					assert_contains(problem.text, "cannot build a heap");
				}
				ask(asked[a].axis, 0);
				make_plan();
				assert_int_equal(plan.holds_for.count, 0);
				catalog.experiments[WRITES].varies = before;
			}
}

TEST(an_option_that_holds_for_some_says_for_which)
{
	settings.experiments[WRITES] = true;
	ask(AXIS_TOUCH_ORDER, TOUCH_SHUFFLED);
	settings.primitives_given = true;
	make_plan();
	assert_int_equal(plan.holds_for.count, 2);
	assert_string_equal(plan.holds_for.text[0],
			    "--touch-order shuffled applies to writes; spawn runs at sequential");
	assert_string_equal(plan.holds_for.text[1],
			    "--primitive fork,posix_spawn applies to spawn; writes has other arms");
}

/* Arms, counters, eviction and the CPU are no axes, but can be asked for in vain as well. */
TEST(options_beside_the_axes_are_not_in_vain)
{
	settings.experiments[SPAWNING] = false;
	settings.experiments[WRITES] = true;
	settings.primitives_given = true;
	REFUSED("--primitive fork,posix_spawn", "writes does not use it", "spawn does");
	settings.primitives_given = false;
	settings.actions.given = true;
	REFUSED("--action exit,exec", "writes does not use it");
	settings.actions.given = false;
	PUT(settings.counters, "page_faults");
	REFUSED("--counters page_faults", "writes does not count it; spawn does");
	catalog.experiments[SPAWNING].is_countable = 0;
	REFUSED("--counters page_faults", "writes does not count it", "nor does any other");
	catalog.experiments[SPAWNING].is_countable = 1;
	settings.experiments[WRITES] = false;
	settings.experiments[SPAWNING] = true;
	make_plan();
	ask(AXIS_STATE, STATE_WRITE_PROTECTED);
	REFUSED("cannot count anything", "dirty heap", "--counters");
	PUT(settings.counters, "none");
	settings.evict_bytes = 1 << 20;
	make_plan();
	ask(AXIS_CACHE, CACHE_WARM);
	REFUSED("--evict", "cold", "leave the option out");
	settings.evict_bytes = UINT64_MAX;
	make_plan();
	settings.caller_cpu = plan.caller_cpu;
	make_plan();
	ask(AXIS_CHILD_CPU, CHILD_CPU_FREE);
	REFUSED("--cpu", "--child-cpu free");
}

TEST(more_threads_than_cpus_are_refused)
{
	settings.experiments[SPAWNING] = false;
	settings.experiments[WRITES] = true;
	catalog.experiments[WRITES].varies |= VARIES_THREADS;
	ask(AXIS_THREADS, (unsigned)CPU_COUNT(&allowed));
	REFUSED("threads on separate CPUs", "give a smaller --threads");
	catalog.experiments[WRITES].varies &= ~(uint32_t)VARIES_THREADS;
}

/* What is left out is said, each kind of it. */
TEST(nothing_is_left_out_without_a_word)
{
	settings.heaps.count = 3;
	make_plan();
	assert_int_equal(plan.left_out.count, CPU_COUNT(&allowed) > 1 ? 0 : 1);
	settings.heaps.count = 5;
	settings.heaps.level[4] = 1ull << 50;
	make_plan();
	assert_left_out("spawn at 1024 TiB: more than a quarter of");
	settings.heaps.level[4] = 65 << 20;
	make_plan();
	assert_left_out(
		"cold caches of spawn at 2 MiB, 65 MiB: expensive; ask for them with --cache cold");
	choice_set(&settings.levels[AXIS_STATE], STATE_WRITE_PROTECTED);
	make_plan();
	assert_left_out(
		"--child-cpu free of spawn: by default it runs only dirty, warm, which is not");
	one_cpu_only();
	make_plan();
	assert_left_out("child on another CPU: only CPU");
	PUT(settings.counters, "page_faults");
	choice_set(&settings.levels[AXIS_CACHE], CACHE_COLD);
	settings.experiments[WRITES] = true;
	catalog.experiments[WRITES].is_countable = 1;
	catalog.experiments[WRITES].varies |= VARIES_THREADS;
	make_plan();
	assert_left_out("counters of spawn: only cells with a dirty heap, warm caches");
	assert_left_out("running threads of writes: only CPU");
	catalog.experiments[WRITES].is_countable = 0;
	catalog.experiments[WRITES].varies &= ~(uint32_t)VARIES_THREADS;
	unit_after();

	defaults();
	settings.experiments[SPAWNING] = false;
	settings.experiments[WRITES] = true;
	choice_add(&settings.levels[AXIS_PAGE_KIND], PAGE_KIND_THP);
	settings.heaps.given = true;
	settings.heaps.count = 2; /* 0, 1M */
	catalog.experiments[WRITES].needs_heap = 1;
	make_plan();
	assert_left_out("writes at heap 0: it needs pages");
	assert_left_out("page kind thp of writes: no heap up to 64 MiB is a multiple of 2 MiB");
	settings.levels[AXIS_PAGE_KIND].given = true;
	REFUSED("page kind thp for writes: 1 MiB is not a multiple of 2 MiB", "give a --heap");
	catalog.experiments[WRITES].needs_heap = 0;
}

/* A worker has room for so many histograms, one an arm and cell, and no arm goes without. */
TEST(more_histograms_than_there_is_room_for_are_refused)
{
	struct wire_experiment *writes = &catalog.experiments[WRITES];
	const struct wire_experiment before = *writes;
	settings.experiments[SPAWNING] = false;
	settings.experiments[WRITES] = true;
	writes->histogram = 1;
	writes->varies = VARIES_STATE | VARIES_TOUCH_ORDER; /* 4 cells */
	writes->case_count = WIRE_HISTOGRAMS_MAX / 4;
	for (uint32_t i = 0; i < writes->case_count; i++)
		snprintf(writes->cases[i], sizeof writes->cases[i], "case%u", i);
	make_plan();
	assert_int_equal(plan.jobs[0].cell_count, 4);
	PUT(writes->cases[writes->case_count++], "one_more");
	const char *const why[] = {"48 histograms", "writes", "choose fewer levels"};
	assert_refused(why, 3);
	writes->histogram = 0;
	make_plan();
	*writes = before;
}

/* What is expensive begins above a size. */
TEST(a_heap_of_the_very_size_is_not_expensive)
{
	settings.heaps.level[3] = 64 << 20;
	settings.heaps.level[4] = 65 << 20;
	PUT(settings.counters, "page_faults");
	make_plan();
	assert_true(has_cold(64 << 20) && !has_cold(65 << 20));
	assert_left_out("counters of spawn at 65 MiB: expensive; ask for them with --heap");
	settings.heaps.count = 4;
	ask(AXIS_CACHE, CACHE_WARM);
	make_plan();
	for (size_t i = 0; i < plan.left_out.count; i++)
		assert_null(strstr(plan.left_out.text[i], "expensive"));
}

#define CGROUPS "/sys/fs/cgroup"

/* Writes a file below folders that are made for it. */
static void put_file(const char *path, const char *text)
{
	char folder[200];
	for (const char *end = path; (end = strchr(end + 1, '/'));) {
		snprintf(folder, sizeof folder, "%.*s", (int)(end - path), path);
		assert_true(mkdir(folder, 0755) == 0 || errno == EEXIST);
	}
	FILE *file = fopen(path, "w");
	assert_non_null(file);
	fputs(text, file);
	assert_int_equal(fclose(file), 0);
}

/* Puts this process into a mount namespace with no cgroups but "0::/a/b" or ":memory:/a/b"; false if it may not. */
static bool pretend_cgroup(const char *line)
{
	if (unshare(CLONE_NEWNS) || mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
	    mount("none", CGROUPS, "tmpfs", 0, NULL))
		return false;
	put_file(CGROUPS "/self", line);
	return mount(CGROUPS "/self", "/proc/self/cgroup", NULL, MS_BIND, NULL) == 0;
}

/* The least that any level leaves, of either version of cgroups. */
TEST(memory_is_what_the_cgroup_leaves)
{
	static const struct {
		const char *line;
		struct {
			const char *name, *text;
		} files[6];
		uint64_t left; /* UINT64_MAX: the cgroup sets no limit */
	} cases[] = {
		{"0::/a/b\n", {{"/a/b/memory.max", "max\n"}}, UINT64_MAX},
		{"0::/a/b\n",
		 {{"/a/b/memory.max", "4096000\n"}, {"/a/b/memory.current", "96000\n"}},
		 4000000},
		/* Page cache can go. */
		{"0::/a/b\n",
		 {{"/a/b/memory.max", "4096000\n"},
		  {"/a/b/memory.current", "96000\n"},
		  {"/a/b/memory.stat", "anon 7\ninactive_file 46000\n"}},
		 4046000},
		{"0::/a/b\n",
		 {{"/a/b/memory.max", "4096000\n"},
		  {"/a/b/memory.current", "96000\n"},
		  {"/a/b/memory.stat", "inactive_file 97000\n"}},
		 4096000},
		/* Above it, at the root. */
		{"0::/a/b\n", {{"/a/b/memory.max", "4096000\n"}, {"/memory.max", "3000\n"}}, 3000},
		{"0::/a/b\n", {{"/a/memory.max", "4096\n"}, {"/a/memory.current", "5000\n"}}, 0},
		{"7:cpu:/a/b\n4:memory:/a\n0::/\n",
		 {{"/memory/a/memory.limit_in_bytes", "5000000\n"},
		  {"/memory/a/memory.usage_in_bytes", "1000000\n"}},
		 4000000},
		/* How version 1 says that there is none. */
		{"4:memory:/a\n",
		 {{"/memory/a/memory.limit_in_bytes", "9223372036854771712\n"}},
		 UINT64_MAX},
	};
	const int before = open("/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC);
	assert_true(before >= 0);
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct problem problem = {""};
		const char *limited_by;
		uint64_t bytes;
		if (!pretend_cgroup(cases[i].line)) {
			setns(before, CLONE_NEWNS);
			close(before);
			skip(); /* not permitted here */
		}
		for (size_t f = 0; f < COUNT_OF(cases[i].files) && cases[i].files[f].name; f++) {
			char path[200];
			snprintf(path, sizeof path, CGROUPS "%s", cases[i].files[f].name);
			put_file(path, cases[i].files[f].text);
		}
		assert_int_equal(memory_available(&bytes, &limited_by, &problem), OUTCOME_OK);
		assert_int_equal(setns(before, CLONE_NEWNS), 0);
		assert_string_equal(limited_by, cases[i].left == UINT64_MAX ? "MemAvailable"
									    : "the memory cgroup");
		if (cases[i].left != UINT64_MAX)
			assert_int_equal(bytes, cases[i].left);
	}
	close(before);
}

/* A plan keeps within it: what was asked for is refused, the rest left out above a quarter. */
TEST(a_plan_keeps_within_the_cgroup)
{
	const int before = open("/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC);
	assert_true(before >= 0);
	if (!pretend_cgroup("0::/a\n")) {
		close(before);
		skip(); /* not permitted here */
	}
	put_file(CGROUPS "/a/memory.max", "73400320\n"); /* 70 MiB */
	settings.heaps.level[4] = 18 << 20;
	ask(AXIS_CACHE, CACHE_WARM); /* nothing is evicted */
	make_plan();
	assert_left_out("spawn at 18 MiB: more than a quarter of the 70 MiB that the memory cgroup "
			"leaves; ask for it with --heap");
	settings.heaps.given = true;
	REFUSED("cannot fit a heap of 18 MiB", "the memory cgroup leaves 70 MiB",
		"up to --heap 4M");
	assert_int_equal(setns(before, CLONE_NEWNS), 0);
	close(before);
}

/* The eviction buffer lies in memory for the whole run, once: beside heaps without cold cells, too. */
TEST(the_eviction_buffer_counts_beside_every_heap)
{
	const int before = open("/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC);
	assert_true(before >= 0);
	if (!pretend_cgroup("0::/a\n")) {
		close(before);
		skip(); /* not permitted here */
	}
	put_file(CGROUPS "/a/memory.max", "283115520\n"); /* 270 MiB */
	settings.heaps.level[1] = 65 << 20;               /* no cold cells there */
	settings.heaps.count = 2;
	settings.evict_bytes = 130 << 20;
	make_plan();
	assert_int_equal(plan.eviction.bytes, 130 << 20);
	assert_false(has_cold(65 << 20));
	settings.evict_bytes = 150 << 20;
	REFUSED("cannot fit a heap of 65 MiB", "the memory cgroup leaves 270 MiB");
	settings.evict_bytes = UINT64_MAX;
	make_plan();
	assert_true(plan.eviction.bytes <= 283115520 / 4);
	assert_int_equal(setns(before, CLONE_NEWNS), 0);
	close(before);
}

/* A level is written under its axis's name: nothing else in a cell's line may have it. */
TEST(no_axis_is_named_like_another_key_of_a_cell)
{
	static const char *const keys[] = {"type",      "experiment", "heap_bytes",
					   "replicate", "seed",       "began_s",
					   "counted",   "worker",     "arms"};
	const struct record_replicate replicate = {.job = 0};
	struct wire_area *area = aligned_alloc(WIRE_STAMP_OFFSET, sizeof *area);
	assert_non_null(area);
	memset(area, 0, sizeof *area);
	make_plan();
	json_t *line = describe_cell_line(&plan, &replicate, area, 0);
	for (size_t i = 0; i < COUNT_OF(keys); i++) {
		assert_non_null(json_object_get(line, keys[i]));
		for (enum axis_id axis = 0; axis < AXIS_COUNT; axis++)
			if (strcmp(axes[axis].name, keys[i]) == 0)
				fail_msg("an axis is named %s, as another key of a cell's line: "
					 "give it another name in axes.def",
					 keys[i]);
	}
	assert_int_equal(json_object_size(line), COUNT_OF(keys) + AXIS_COUNT); /* no others */
	json_decref(line);
	free(area);
}

/* The levels that were chosen are written under its plural: nothing else in a run's settings may have it. */
TEST(no_plural_of_an_axis_is_named_like_another_key_of_a_runs_settings)
{
	static const char *const always[] = {"preset",
					     "arguments",
					     "heap_bytes",
					     "actions",
					     "other_placements_added",
					     "precision",
					     "budget_s",
					     "replicates_for_precision",
					     "replicates_max",
					     "cell_s",
					     "seed",
					     "caller_cpu",
					     "other_cpu",
					     "evict_bytes",
					     "experiments",
					     "counters",
					     "heaps_given"};
	static const char *const sometimes[] = {"target", "target_status", "eviction",
						"working_set_bytes", "working_set_from"};
	make_plan();
	json_t *line = describe_run_line(&plan, "run", 0, NULL);
	json_t *has = json_object_get(line, "settings");
	for (enum axis_id axis = 0; axis < AXIS_COUNT; axis++) {
		const char *plural = axes[axis].plural;
		for (size_t i = 0; i < COUNT_OF(always) + COUNT_OF(sometimes); i++) {
			const char *key =
				i < COUNT_OF(always) ? always[i] : sometimes[i - COUNT_OF(always)];
			if (strcmp(plural, key) == 0)
				fail_msg("an axis has the plural %s, as another key of a run's "
					 "settings: give it another one in axes.def",
					 key);
		}
		for (enum axis_id other = 0; other < axis; other++)
			assert_string_not_equal(plural, axes[other].plural);
		json_object_del(has, plural);
	}
	for (size_t i = 0; i < COUNT_OF(always); i++)
		assert_int_equal(json_object_del(has, always[i]), 0);
	for (size_t i = 0; i < COUNT_OF(sometimes); i++)
		json_object_del(has, sometimes[i]);
	assert_int_equal(json_object_size(has), 0); /* no others */
	json_decref(line);
}
