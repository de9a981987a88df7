#include "harness/worker/rounds.h"

#include "harness/common/shuffle.h"
#include "harness/worker/counting.h"
#include "harness/worker/cpu_use.h"
#include "harness/worker/effects.h"
#include "harness/worker/heap.h"
#include "harness/worker/inherited.h"
#include "harness/worker/memory_group.h"
#include "harness/worker/registry.h"
#include "harness/worker/target.h"
#include "harness/worker/witness.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

struct loop {
	struct run *run;
	struct wire_area *area;
	struct arena *arena;
	struct shuffle shuffle;
	struct arm arms[WIRE_ARMS_MAX];
	struct shuffle_item turns[WIRE_ARMS_MAX];
	uint32_t order[WIRE_ARMS_MAX];
	uint64_t began_ns;
	uint64_t stretch_began_ns, waited_ns; /* in it, for quiet moments */
};

/* The position of a sample in the plan. */
struct place {
	uint32_t cell, arm, round;
};

static const struct wire_cell *cell_at(const struct loop *loop, uint32_t cell)
{
	return &loop->run->request->cells[cell];
}

/* Why an arm cannot run in this request at all; NULL if it can. */
static const char *refusal(const struct run *run, const struct arm *arm)
{
	if (arm->experiment->refuses && arm->experiment->refuses(run, arm))
		return arm->experiment->refuses(run, arm);
	if (!arm->primitive)
		return NULL;
	const char *why = registry_refusal(arm->primitive, arm->action);
	if (!why && run->is_heap_kept && arm->primitive->traits & TRAIT_COPIES_HEAP)
		why = "the child does not inherit the heap";
	if (!why && run->move_set && arm->primitive->traits & TRAIT_LIBC_CHILD)
		why = "no code of ours runs in the child, so it cannot move itself";
	return why;
}

/* Each of the request's experiments allocates what it needs, once. */
static enum outcome make_experiments(struct loop *loop)
{
	for (uint32_t i = 0; i < loop->run->request->arm_count; i++) {
		const struct experiment *experiment = loop->arms[i].experiment;
		bool made = false;
		for (uint32_t j = 0; j < i; j++)
			made = made || loop->arms[j].experiment == experiment;
		if (!made && experiment->make && experiment->make(loop->run))
			return OUTCOME_FAILED;
	}
	return OUTCOME_OK;
}

/* What the arm is held against: arms of one group of an experiment take their turns next to each other. */
static void find_turn(struct loop *loop, uint32_t index)
{
	const struct arm *arm = &loop->arms[index];
	const struct experiment *experiment = arm->experiment;
	uint32_t first = 0;
	while (loop->arms[first].experiment != experiment ||
	       (experiment->group &&
		experiment->group(&loop->arms[first]) != experiment->group(arm)))
		first++;
	loop->turns[index] = (struct shuffle_item){
		.group = first,
		.is_reference = arm->primitive && arm->primitive->traits & TRAIT_REFERENCE &&
				!loop->run->request->arms[index].aa_control,
	};
}

/* Finds the arms, and begins with each of their primitives, once. */
static enum outcome find_arms(struct loop *loop)
{
	struct run *run = loop->run;
	for (uint32_t i = 0; i < run->request->arm_count; i++) {
		if (registry_resolve(&run->request->arms[i], &loop->arms[i], run->problem))
			return OUTCOME_FAILED;
		const struct primitive *primitive = loop->arms[i].primitive;
		bool begun = !primitive || !primitive->begin;
		for (uint32_t j = 0; j < i; j++)
			begun = begun || loop->arms[j].primitive == primitive;
		if (!begun && primitive->begin(run))
			return OUTCOME_FAILED;
	}
	return OUTCOME_OK;
}

static enum outcome resolve_arms(struct loop *loop)
{
	struct run *run = loop->run;
	if (make_experiments(loop))
		return OUTCOME_FAILED;
	for (uint32_t i = 0; i < run->request->arm_count; i++) {
		struct arm *arm = &loop->arms[i];
		struct wire_arm_facts *facts = &loop->area->answer.arms[i];
		const char *why = refusal(run, arm);
		find_turn(loop, i);
		wire_copy(facts->refused, sizeof facts->refused, why ? why : "");
		for (unsigned m = 0; arm->experiment->metrics[m].name; m++) {
			why = arm->experiment->missing ? arm->experiment->missing(run, arm, m)
						       : NULL;
			wire_copy(facts->missing[m], sizeof facts->missing[m], why ? why : "");
		}
	}
	return OUTCOME_OK;
}

static void beat(struct loop *loop)
{
	__atomic_add_fetch(&loop->area->answer.progress, 1, __ATOMIC_RELEASE);
}

/* Everything as the window must find it. */
static enum outcome prepare(struct loop *loop, const struct arm *arm, uint32_t cell)
{
	if (arm->experiment->ignores_heap)
		return OUTCOME_OK;
	if (effects_prepare(loop->run, arm, cell_at(loop, cell)))
		return OUTCOME_FAILED;
	child_dirty_stack();
	return OUTCOME_OK;
}

/* The arm's whole sequence, not timed, until the caches contain what it needs. Cold cells do not
 * need this for their caches, but arms that copy the heap need warm frames, so they run one
 * sequence there (METHODOLOGY, "State before the window"). */
static enum outcome warm_up(struct loop *loop, const struct arm *arm, uint32_t cell)
{
	const struct wire_request *request = loop->run->request;
	bool cold = cell_at(loop, cell)->level[AXIS_CACHE] == CACHE_COLD;
	bool copies = arm->experiment->copies_heap ||
		      (arm->primitive && arm->primitive->traits & TRAIT_COPIES_HEAP);
	/* The heap is not prepared again for those that share it, so nothing walked over the caches. */
	bool shares = arm->primitive && arm->primitive->traits & TRAIT_SHARES_MEMORY;
	if (arm->experiment->warms_itself)
		return OUTCOME_OK;
	uint32_t least = (copies || shares) && request->warmups_min == 0 ? 1 : request->warmups_min;
	uint64_t began_ns = clock_monotonic_raw_ns(), spent_ns = 0;
	for (uint32_t done = 0; done < least || spent_ns < request->warmup_ns; done++) {
		struct wire_sample scratch = {0};
		if (done > 0 && (cold || spent_ns > request->warmup_limit_ns))
			break;
		if (prepare(loop, arm, cell))
			return OUTCOME_FAILED;
		if (arm->experiment->sample(loop->run, arm, &scratch))
			return OUTCOME_FAILED;
		spent_ns = clock_monotonic_raw_ns() - began_ns;
		beat(loop);
	}
	return OUTCOME_OK;
}

/* The histogram of an arm in a cell; creates it for the first sample. NULL if the experiment has
 * none, or there is no room, which the plan refuses (harness/driver/plan/jobs.c). */
static uint32_t *histogram_of(struct loop *loop, struct place place)
{
	struct wire_answer *answer = &loop->area->answer;
	if (!loop->arms[place.arm].experiment->histogram)
		return NULL;
	for (uint32_t i = 0; i < answer->histogram_count; i++)
		if (answer->histograms[i].cell == place.cell &&
		    answer->histograms[i].arm == place.arm)
			return answer->histograms[i].counts;
	if (answer->histogram_count == WIRE_HISTOGRAMS_MAX)
		return NULL;
	struct wire_histogram *made = &answer->histograms[answer->histogram_count++];
	made->cell = (uint16_t)place.cell;
	made->arm = (uint16_t)place.arm;
	return made->counts;
}

/* What is dear to take is worth a wait for a quiet moment; what is cheap is soon taken again. In all at most a tenth of
 * the time (METHODOLOGY, "Witnesses"). */
static void await_quiet(struct loop *loop, struct place place)
{
	static const uint64_t DEAR_NS = 1000000, MOST_NS = 20000000;
	struct wire_cell_facts *facts = &loop->area->answer.cells[place.cell];
	uint64_t took_ns = loop->arena->took_ns[place.arm];
	if (took_ns < DEAR_NS || took_ns == WIRE_UNKNOWN)
		return;
	uint64_t may_ns = (clock_monotonic_raw_ns() - loop->stretch_began_ns) / 10;
	uint64_t left_ns = may_ns > loop->waited_ns ? may_ns - loop->waited_ns : 0;
	uint64_t waited_ns =
		quiet_await(&loop->arena->quiet, left_ns < MOST_NS ? left_ns : MOST_NS);
	loop->waited_ns += waited_ns;
	facts->quiet_wait_ns += waited_ns;
	facts->quiet_waits += waited_ns > 0;
}

static bool takes_stamped(const struct run *run, const struct arm *arm)
{
	if (arm->action == ACTION_EXEC && run->program_argv)
		return false; /* it does not know how */
	return arm->experiment->takes_stamped &&
	       !(arm->primitive && arm->primitive->traits & TRAIT_NOT_STAMPED);
}

static enum outcome take(struct loop *loop, struct place place, unsigned pass, uint32_t index)
{
	struct wire_answer *answer = &loop->area->answer;
	const struct arm *arm = &loop->arms[place.arm];
	if (answer->sample_count == loop->area->header.sample_capacity)
		return fail(loop->run->problem,
			    "cannot store another sample: all %llu slots are used; report this",
			    (unsigned long long)answer->sample_count);
	struct wire_sample *sample = &loop->area->samples[answer->sample_count];
	memset(sample, 0, sizeof *sample);
	sample->cell = (uint16_t)place.cell;
	sample->arm = (uint16_t)place.arm;
	sample->pass = (uint16_t)pass;
	sample->round = (uint16_t)place.round;
	sample->place = (uint16_t)index;
	if (pass < PASS_COUNTED)
		await_quiet(loop, place);
	uint64_t began_ns = clock_monotonic_raw_ns();
	if (prepare(loop, arm, place.cell))
		return OUTCOME_FAILED;
	effects_before_sample(loop->run, cell_at(loop, place.cell));
	loop->run->histogram = pass == (takes_stamped(loop->run, arm) ? PASS_STAMPED : PASS_PLAIN)
				       ? histogram_of(loop, place)
				       : NULL;
	struct witness witness;
	witness_begin(&witness);
	sample->opened_ns = clock_monotonic_raw_ns();
	enum outcome outcome = arm->experiment->sample(loop->run, arm, sample);
	witness_end(&witness, sample);
	loop->run->histogram = NULL;
	if (outcome)
		return OUTCOME_FAILED;
	sample->child = loop->run->child->id;
	if (loop->run->counting)
		counting_report(loop->run->counting, answer, sample);
	quiet_note(&loop->arena->quiet, sample->contention);
	uint64_t now_ns = clock_monotonic_raw_ns();
	uint64_t *took_ns = &loop->arena->took_ns[place.arm];
	if (now_ns - began_ns < *took_ns)
		*took_ns = now_ns - began_ns;
	sample->at_ns = now_ns - loop->began_ns;
	answer->sample_count++;
	beat(loop);
	return OUTCOME_OK;
}

static void set_stamping(struct run *run, bool stamping)
{
	run->stamping = stamping;
	run->target_argv = run->program_argv
				   ? run->program_argv
				   : target_argv(stamping ? TARGET_STAMPS : TARGET_LEAVES);
}

static enum outcome take_pass(struct loop *loop, struct place place, unsigned pass)
{
	const struct wire_request *request = loop->run->request;
	uint32_t burst_max = cell_at(loop, place.cell)->burst_max;
	if (pass >= PASS_COUNTED && burst_max > WIRE_COUNTED_SAMPLES)
		burst_max = WIRE_COUNTED_SAMPLES;
	set_stamping(loop->run, pass == PASS_STAMPED);
	uint64_t began_ns = clock_monotonic_raw_ns();
	for (uint32_t i = 0; i < burst_max; i++) {
		if (take(loop, place, pass, i))
			return OUTCOME_FAILED;
		if (clock_monotonic_raw_ns() - began_ns >= request->burst_ns)
			break;
	}
	return OUTCOME_OK;
}

static bool runs(const struct loop *loop, uint32_t arm)
{
	return !loop->area->answer.arms[arm].refused[0] && !wire_cell_skips(loop->run->cell, arm);
}

static bool is_counted(const struct loop *loop, uint32_t arm, uint32_t group)
{
	const struct experiment *experiment = loop->arms[arm].experiment;
	return experiment->is_countable && runs(loop, arm) &&
	       (experiment->counts_children || !counting_is_with_child(loop->run->request, group));
}

/* An arm's counted samples. Its sequence runs once before, because another arm ran last. */
static enum outcome count_arm(struct loop *loop, struct place place, uint32_t group)
{
	struct run *run = loop->run;
	struct wire_sample scratch = {0};
	const struct arm *arm = &loop->arms[place.arm];
	set_stamping(run, false);
	if (prepare(loop, arm, place.cell) || arm->experiment->sample(run, arm, &scratch))
		return OUTCOME_FAILED;
	run->counting = &loop->arena->counting;
	enum outcome outcome = take_pass(loop, place, PASS_COUNTED + group);
	run->counting = NULL;
	return outcome;
}

/* The counted passes: one for each group of counters, over all arms. A worker that takes them takes
 * no times: a counter that is open and switched off can make a vfork six times as long (METHODOLOGY,
 * "Counters"). The driver keeps the tracepoints in use meanwhile, so that to close is quick. */
static enum outcome take_counted(struct loop *loop, uint32_t cell, uint32_t round)
{
	const struct wire_request *request = loop->run->request;
	uint32_t groups = request->kind == WIRE_COUNTING ? counting_groups(request) : 0;
	for (uint32_t group = 0; group < groups; group++) {
		enum outcome outcome = OUTCOME_OK;
		counting_open(&loop->arena->counting, request, group);
		for (uint32_t i = 0; i < request->arm_count && !outcome; i++)
			if (is_counted(loop, loop->order[i], group))
				outcome = count_arm(
					loop, (struct place){cell, loop->order[i], round}, group);
		counting_close(&loop->arena->counting);
		if (outcome)
			return OUTCOME_FAILED;
	}
	return OUTCOME_OK;
}

/* One arm's turn in a round: warm-ups, then its samples, plain ones before stamped ones. */
static enum outcome burst(struct loop *loop, struct place place)
{
	const struct arm *arm = &loop->arms[place.arm];
	set_stamping(loop->run, false);
	if (warm_up(loop, arm, place.cell) || take_pass(loop, place, PASS_PLAIN))
		return OUTCOME_FAILED;
	return takes_stamped(loop->run, arm) ? take_pass(loop, place, PASS_STAMPED) : OUTCOME_OK;
}

/* Cells that a worker takes in one go: but for axes that are adjacent they are alike. */
struct stretch {
	uint32_t count, cells[WIRE_CELLS_MAX];
};

static bool are_adjacent(const struct wire_cell *one, const struct wire_cell *other)
{
	for (enum axis_id axis = 0; axis < AXIS_COUNT; axis++)
		if (!axes[axis].is_adjacent && one->level[axis] != other->level[axis])
			return false;
	return true;
}

static enum outcome enter_cell(struct loop *loop, uint32_t cell)
{
	loop->area->answer.cell_running = cell;
	loop->run->cell = cell_at(loop, cell);
	return effects_begin_cell(loop->run, loop->run->cell);
}

/* An arm's turn: a burst in each cell of the stretch, one right after the other. */
static enum outcome take_turn(struct loop *loop, const struct stretch *stretch, struct place place,
			      uint64_t spent_ns[WIRE_CELLS_MAX])
{
	uint32_t order[WIRE_CELLS_MAX];
	shuffle_order(&loop->shuffle, order, stretch->count);
	for (uint32_t i = 0; i < stretch->count; i++) {
		uint64_t began_ns = clock_monotonic_raw_ns();
		place.cell = stretch->cells[order[i]];
		if (enter_cell(loop, place.cell) || (runs(loop, place.arm) && burst(loop, place)))
			return OUTCOME_FAILED;
		spent_ns[order[i]] += clock_monotonic_raw_ns() - began_ns;
	}
	return OUTCOME_OK;
}

/* One pass over all arms. */
static enum outcome take_round(struct loop *loop, const struct stretch *stretch, uint32_t round,
			       uint64_t spent_ns[WIRE_CELLS_MAX])
{
	const struct wire_request *request = loop->run->request;
	uint32_t scratch[2 * WIRE_ARMS_MAX];
	shuffle_groups(&loop->shuffle, loop->turns, loop->order, request->arm_count, scratch);
	for (uint32_t i = 0; i < request->arm_count && request->kind != WIRE_COUNTING; i++)
		if (take_turn(loop, stretch, (struct place){.arm = loop->order[i], .round = round},
			      spent_ns))
			return OUTCOME_FAILED;
	for (uint32_t i = 0; i < stretch->count; i++)
		if (enter_cell(loop, stretch->cells[i]) ||
		    take_counted(loop, stretch->cells[i], round))
			return OUTCOME_FAILED;
	return OUTCOME_OK;
}

/* What happened to the worker meanwhile is shared out by time: cells took turns within milliseconds, and ticks are
 * longer than that. */
static enum outcome report_cells(struct loop *loop, const struct stretch *stretch,
				 const struct wire_cell_facts *before, uint32_t rounds,
				 const uint64_t spent_ns[WIRE_CELLS_MAX])
{
	struct wire_answer *answer = &loop->area->answer;
	char *text = loop->arena->proc_text;
	struct wire_cell_facts after;
	uint64_t all_ns = 0;
	cpu_use_read(&after, text, sizeof loop->arena->proc_text);
	for (uint32_t i = 0; i < stretch->count; i++)
		all_ns += spent_ns[i];
	for (uint32_t i = 0; i < stretch->count; i++) {
		uint32_t cell = stretch->cells[i];
		struct wire_cell_facts *facts = &answer->cells[cell];
		double share =
			all_ns ? (double)spent_ns[i] / (double)all_ns : 1 / (double)stretch->count;
		cpu_use_report(before, &after, share, facts);
		facts->rounds = rounds;
		facts->open_files = inherited_open_files();
		facts->memory_max_bytes = memory_group_max(loop->run->scratch);
		if (enter_cell(loop, cell) ||
		    heap_verify(loop->run, text, sizeof loop->arena->proc_text, facts) ||
		    effects_verify(loop->run, facts))
			return OUTCOME_FAILED;
		answer->cell_done[cell] = 1;
		__atomic_add_fetch(&answer->cells_done, 1, __ATOMIC_RELEASE);
	}
	return OUTCOME_OK;
}

static enum outcome measure_stretch(struct loop *loop, const struct stretch *stretch)
{
	const struct wire_request *request = loop->run->request;
	struct wire_cell_facts before;
	uint64_t spent_ns[WIRE_CELLS_MAX] = {0};
	uint32_t round = 0;
	cpu_use_read(&before, loop->arena->proc_text, sizeof loop->arena->proc_text);
	loop->stretch_began_ns = clock_monotonic_raw_ns();
	loop->waited_ns = 0;
	for (uint32_t i = 0; i < request->arm_count; i++)
		loop->arena->took_ns[i] = WIRE_UNKNOWN;
	for (; round < request->rounds_max; round++) {
		if (round >= request->rounds_min &&
		    clock_monotonic_raw_ns() - loop->stretch_began_ns >=
			    stretch->count * request->cell_ns)
			break;
		if (take_round(loop, stretch, round, spent_ns))
			return OUTCOME_FAILED;
		loop->area->answer.rounds_done = round + 1;
	}
	return report_cells(loop, stretch, &before, round, spent_ns);
}

enum outcome rounds_measure(struct run *run, struct wire_area *area, struct arena *arena)
{
	static struct loop loop; /* does not change while a window is open, so fork may copy it */
	const struct wire_request *request = run->request;
	loop = (struct loop){.run = run, .area = area, .arena = arena};
	loop.began_ns = clock_monotonic_raw_ns();
	shuffle_seed(&loop.shuffle, request->seed);
	if (find_arms(&loop) || heap_build(run) || effects_make(run) || resolve_arms(&loop))
		return OUTCOME_FAILED;
	area->answer.build_ns = clock_monotonic_raw_ns() - loop.began_ns;
	uint32_t cells[WIRE_CELLS_MAX];
	bool taken[WIRE_CELLS_MAX] = {false};
	shuffle_order(&loop.shuffle, cells, request->cell_count);
	for (uint32_t i = 0; i < request->cell_count; i++) {
		struct stretch stretch = {0};
		for (uint32_t j = i; j < request->cell_count; j++) {
			if (taken[j] || !wire_cell_has(&request->cells[cells[j]], request->kind) ||
			    !are_adjacent(&request->cells[cells[i]], &request->cells[cells[j]]))
				continue;
			taken[j] = true;
			stretch.cells[stretch.count++] = cells[j];
		}
		if (stretch.count && measure_stretch(&loop, &stretch))
			return OUTCOME_FAILED;
	}
	return OUTCOME_OK;
}

enum outcome rounds_resolve_once(struct run *run, struct arm *arm)
{
	if (registry_resolve(&run->request->arms[0], arm, run->problem))
		return OUTCOME_FAILED;
	if (!arm->primitive)
		return fail(run->problem,
			    "cannot start children of experiment '%s': it uses no primitive; run "
			    "forkcost",
			    arm->experiment->name);
	const char *why = refusal(run, arm);
	if (!why)
		return OUTCOME_OK;
	return fail(run->problem, "cannot %s with %s: %s; choose another --action or --primitive",
		    axis_name(&axis_action, arm->action), arm->primitive->name, why);
}

enum outcome rounds_once(struct run *run, const struct arm *arm)
{
	if (heap_build(run))
		return OUTCOME_FAILED;
	set_stamping(run, false);
	for (uint64_t i = 0; i < run->request->once_count; i++) {
		arm->primitive->start(run, arm->action);
		child_wait(run, arm->primitive);
		if (child_check(run, arm))
			return OUTCOME_FAILED;
	}
	return OUTCOME_OK;
}
