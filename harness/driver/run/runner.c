#include "harness/driver/run/runner.h"

#include "harness/common/shuffle.h"
#include "harness/common/units.h"
#include "harness/driver/base/interrupts.h"
#include "harness/driver/machine/machine.h"
#include "harness/driver/machine/memory.h"
#include "harness/driver/machine/tunables.h"
#include "harness/driver/plan/axis_rules.h"
#include "harness/driver/plan/plan_request.h"
#include "harness/driver/run/allot.h"
#include "harness/driver/run/need.h"
#include "harness/driver/run/progress.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	STANDSTILL_S = 60, /* a heap being built or copied makes no progress that shows */
	FAILURES_MAX = 3,  /* a job that fails so often is given up */
};

/* What must be left of the budget after counting to be worth the wait for the counters' end. */
static const double LEFT_SHARE = 0.03, LEFT_S = 3;

/* How far a job has come. */
struct job_state {
	unsigned long failures;
	unsigned long replicates[WIRE_KIND_COUNT];
	double cost_s[WIRE_KIND_COUNT]; /* of the last replicate; 0: not known yet */
	bool ended;                     /* given up, or left out */
};

struct runner {
	const struct plan *plan;
	struct record *record;
	struct runner_result *result;
	struct shuffle seeds;
	struct progress progress;
	struct need *need;
	double began_s, deadline_s, counting_s;
	double spent_s[WIRE_KIND_COUNT];
	struct counters_held held;
	struct job_state jobs[PLAN_JOBS_MAX];
	struct allot_job allot[PLAN_JOBS_MAX];
	size_t job; /* running */
	enum wire_kind kind;
};

static unsigned long umin(unsigned long a, unsigned long b)
{
	return a < b ? a : b;
}

/* Replicates that take times. */
static unsigned long timed(const struct job_state *state)
{
	return state->replicates[WIRE_ALL] + state->replicates[WIRE_HEADLINE];
}

double runner_window_ns(const struct wire_experiment *experiment, const struct wire_sample *sample)
{
	double longest_ns = 0;
	for (uint32_t m = 0; m < experiment->metric_count; m++)
		if (sample->set >> m & 1 && strcmp(experiment->metrics[m].unit, "ns") == 0)
			longest_ns = fmax(longest_ns, sample->value[m]);
	return longest_ns;
}

/* How long the windows of a replicate were open. */
static double windows_s(const struct plan *plan, const struct plan_job *job,
			const struct wire_area *area)
{
	double total_ns = 0;
	for (uint64_t i = 0; i < area->answer.sample_count; i++) {
		const struct wire_sample *sample = &area->samples[i];
		/* The worker could have written to the request that its answer was checked against. */
		if (sample->arm < job->arm_count)
			total_ns += runner_window_ns(
				plan->arm_experiment[job->arm_from + sample->arm], sample);
	}
	return total_ns / 1e9;
}

static const char *describe_cell(const struct runner *runner, const struct wire_answer *answer,
				 char *text, size_t text_bytes)
{
	const struct plan_job *job = &runner->plan->jobs[runner->job];
	char heap[UNITS_TEXT_MAX], rest[64];
	uint32_t running = answer ? answer->cell_running : 0;
	const struct wire_cell *cell = &job->cells[running < job->cell_count ? running : 0];
	snprintf(text, text_bytes, "%s %s%s", job->experiment->name,
		 units_format_bytes(job->heap_bytes, heap),
		 plan_describe_levels(job, cell, 1, rest, sizeof rest));
	return text;
}

/* Before a job has run its cost is guessed from the next smaller heap's, of whatever pages; a headline's from what all
 * takes. */
static double guess_cost(const struct runner *runner, size_t index, enum wire_kind kind)
{
	const struct plan_job *job = &runner->plan->jobs[index];
	double cost_s = runner->jobs[index].cost_s[kind];
	uint64_t nearest = 0;
	if (cost_s <= 0 && kind == WIRE_HEADLINE)
		cost_s = runner->jobs[index].cost_s[WIRE_ALL];
	if (cost_s > 0)
		return cost_s;
	for (size_t i = 0; i < runner->plan->job_count; i++) {
		const struct plan_job *other = &runner->plan->jobs[i];
		if (runner->jobs[i].cost_s[kind] > 0 && other->heap_bytes <= job->heap_bytes &&
		    other->heap_bytes >= nearest && plan_are_alike(other, job, VARIES_PAGE_KIND)) {
			nearest = other->heap_bytes;
			double grown = nearest ? (double)job->heap_bytes / (double)nearest : 2;
			cost_s = runner->jobs[i].cost_s[kind] * fmin(grown, 4);
		}
	}
	return cost_s;
}

/* Replicates of a kind that a job is still allowed. Those that run all have theirs first. */
static unsigned long allowed(const struct runner *runner, size_t index, enum wire_kind kind)
{
	const struct plan *plan = runner->plan;
	const struct job_state *state = &runner->jobs[index];
	unsigned long most = plan->settings.replicates_max, first = worker_kinds[WIRE_ALL].first;
	unsigned long all = state->replicates[WIRE_ALL];
	if (state->ended || !kinds_runs(plan, &plan->jobs[index], kind))
		return 0;
	if (kind == WIRE_HEADLINE && all < first)
		all = first;
	if (kind != WIRE_COUNTING)
		return most - umin(most, all + state->replicates[WIRE_HEADLINE]);
	/* Never more that count than take times. */
	most = umin(timed(state), worker_kinds[kind].enough);
	return most - umin(most, state->replicates[kind]);
}

/* How long the replicates take that are still allowed; infinite if that is not known. Whether jobs become
 * precise before cannot be foreseen. */
static double to_go(const struct runner *runner)
{
	double total_s = 0;
	for (size_t i = 0; i < runner->plan->job_count; i++)
		for (enum wire_kind kind = WIRE_ALL; kind <= WIRE_HEADLINE; kind++) {
			unsigned long more = allowed(runner, i, kind);
			double cost_s = guess_cost(runner, i, kind);
			if (kind == WIRE_ALL &&
			    kinds_runs(runner->plan, &runner->plan->jobs[i], WIRE_HEADLINE))
				more = umin(more, worker_kinds[kind].in_share);
			if (more)
				total_s += cost_s > 0 ? cost_s * (double)more : INFINITY;
		}
	return total_s;
}

static void show(struct runner *runner, const struct wire_answer *answer, bool milestone)
{
	char cell[96];
	const struct job_state *state = &runner->jobs[runner->job];
	double half_width;
	need_of(runner->need, runner->job, runner->kind, timed(state), &half_width);
	double now_s = session_seconds();
	double spent_s = now_s - runner->began_s;
	double left_s = fmax(runner->deadline_s - now_s, 0), to_go_s = fmin(to_go(runner), left_s);
	struct progress_state shown = {
		.share = spent_s / fmax(spent_s + to_go_s, 1e-9),
		.remaining_s = to_go_s,
		.now_s = now_s,
		.cell = describe_cell(runner, answer, cell, sizeof cell),
		.replicate = timed(state) + 1,
		.half_width = half_width,
	};
	progress_show(&runner->progress, &shown, milestone);
}

static bool look(void *context, const struct wire_answer *answer)
{
	show(context, answer, false);
	return !interrupts_came();
}

enum outcome runner_replicate(const struct plan *plan, const struct plan_job *job, uint64_t seed,
			      enum wire_kind kind, bool in_haste, struct session *session,
			      session_look *on_look, void *context, bool *trustworthy,
			      struct problem *problem)
{
	*trustworthy = false;
	/* Memory may have been taken since the plan was made, by the eviction buffer among others. */
	if (memory_check(job->heap_bytes, job->copies_heap,
			 job->works ? plan->working_set_bytes : 0, problem) ||
	    session_open(session, plan_sample_capacity(plan, job, kind), problem))
		return OUTCOME_FAILED;
	plan_request(plan, job, kind, seed, &session->area->request);
	session->evict_fd = session->area->request.evict_bytes ? plan->eviction.fd : -1;
	if (in_haste)
		session->area->request.cell_ns = 1;
	enum outcome outcome = axis_rules_arrange(job, &session->area->request, problem);
	session->lacks_pages = outcome != OUTCOME_OK;
	if (!outcome)
		outcome = session_start(session, seed, problem);
	if (!outcome)
		outcome =
			session_wait(session, STANDSTILL_S, on_look, context, trustworthy, problem);
	tunables_restore();
	return outcome;
}

/* Pages or frames that nobody asked for by name are no failure where they cannot be had. */
static enum outcome note_failed(struct runner *runner, const struct session *session,
				const struct record_replicate *replicate, const char *why,
				struct problem *problem)
{
	const struct plan *plan = runner->plan;
	struct job_state *state = &runner->jobs[runner->job];
	struct runner_result *result = runner->result;
	const struct plan_job *job = &plan->jobs[runner->job];
	struct plan_gaps gap = {0};
	struct problem later;
	if (session->lacks_pages && timed(state) > 0)
		fail(&later, "from replicate %lu on: %s", timed(state) + 1, why);
	else
		fail(&later, "%s", why);
	if (session->lacks_pages && plan_leave_out(plan, job, later.text, &gap)) {
		state->ended = true;
		why = later.text;
		plan_leave_out(plan, job, why, &result->gaps);
	} else {
		char cell[96];
		describe_cell(runner, session->area ? &session->area->answer : NULL, cell,
			      sizeof cell);
		if (result->failures++ == 0)
			snprintf(result->first_failure, sizeof result->first_failure, "%s: %s",
				 cell, why);
		state->ended = ++state->failures == FAILURES_MAX;
	}
	return record_line(runner->record,
			   describe_failure_line(plan, replicate, why, gap.count ? gap.gap : NULL),
			   false, problem);
}

/* How long a replicate that counts takes at most, by the cells of a plain one: it runs fewer sequences. */
static double guess_counted(const struct plan_job *job, const struct wire_answer *answer)
{
	double cost_s = 0;
	for (uint32_t c = 0; c < job->cell_count; c++)
		if (wire_cell_has(&job->cells[c], WIRE_COUNTING))
			cost_s += (double)answer->cells[c].duration_ns / 1e9;
	return cost_s;
}

/* One replicate of the chosen job, recorded whatever becomes of it. */
static enum outcome run_replicate(struct runner *runner, struct problem *problem)
{
	const struct plan *plan = runner->plan;
	const struct plan_job *job = &plan->jobs[runner->job];
	struct job_state *state = &runner->jobs[runner->job];
	struct session session = {.memory_fd = -1, .evict_fd = -1};
	struct problem failure = {""};
	uint64_t steal_before = machine_steal_ticks();
	double began_s = session_seconds();
	enum wire_kind kind = runner->kind;
	bool trustworthy;
	struct record_replicate replicate = {
		.job = runner->job,
		/* A failed one keeps its number, so that its finished cells stay apart. */
		.replicate = timed(state) + state->failures + state->replicates[WIRE_COUNTING],
		.kind = kind,
		.seed = shuffle_next(&runner->seeds) >> 1, /* JSON integers are signed */
		.began_s = began_s - runner->began_s,
	};
	enum outcome measured = runner_replicate(plan, job, replicate.seed, kind, false, &session,
						 look, runner, &trustworthy, &failure);
	uint64_t steal_after = machine_steal_ticks();
	replicate.steal_ticks = steal_before == UINT64_MAX || steal_after == UINT64_MAX
					? UINT64_MAX
					: steal_after - steal_before;
	replicate.cpu_khz = machine_cpu_khz(plan->caller_cpu);
	enum outcome outcome = OUTCOME_OK;
	if (trustworthy)
		outcome = record_cells(runner->record, plan, &replicate, session.area, problem);
	if (!outcome && measured && !interrupts_came())
		outcome = note_failed(runner, &session, &replicate, failure.text, problem);
	if (!outcome && !measured)
		state->replicates[kind]++;
	if (!outcome && !measured && kind != WIRE_COUNTING) {
		runner->result->replicates++;
		runner->result->windows_s += windows_s(plan, job, session.area);
		if (kind == WIRE_ALL && !state->replicates[WIRE_COUNTING])
			state->cost_s[WIRE_COUNTING] = guess_counted(job, &session.area->answer);
		outcome = need_look(runner->need, runner->job, session.area, replicate.began_s,
				    problem);
	}
	session_close(&session);
	state->cost_s[kind] = session_seconds() - began_s;
	runner->spent_s[kind] += state->cost_s[kind];
	/* One that failed would fail again. */
	if (kind == WIRE_COUNTING && measured)
		state->cost_s[kind] = INFINITY;
	return outcome;
}

/* Chooses the job and kind of the next worker that takes times; false if none is left that fits the time. */
static bool choose_timed(struct runner *runner)
{
	double left_s = runner->deadline_s - session_seconds(), worst;
	double slack_s = 0.02 * (runner->deadline_s - runner->began_s);
	for (size_t i = 0; i < runner->plan->job_count; i++) {
		runner->allot[i].heap_bytes = runner->plan->jobs[i].heap_bytes;
		for (enum wire_kind kind = WIRE_ALL; kind <= WIRE_HEADLINE; kind++)
			runner->allot[i].tasks[kind] = (struct allot_task){
				.is_open = allowed(runner, i, kind) > 0,
				.replicates = runner->jobs[i].replicates[kind],
				.cost_s = guess_cost(runner, i, kind),
				.need = need_of(runner->need, i, kind, timed(&runner->jobs[i]),
						&worst),
			};
	}
	return left_s > 0 && allot_next(runner->allot, runner->plan->job_count, runner->spent_s,
					left_s + slack_s, &runner->job, &runner->kind);
}

/* The same for one that counts: of those that fit the time, the first that was counted the least. */
static bool choose_counted(struct runner *runner)
{
	const struct plan *plan = runner->plan;
	double left_s = runner->deadline_s - session_seconds();
	size_t chosen = plan->job_count;
	runner->kind = WIRE_COUNTING;
	for (size_t i = 0; i < plan->job_count; i++) {
		const struct job_state *state = &runner->jobs[i];
		if (allowed(runner, i, WIRE_COUNTING) && state->cost_s[WIRE_COUNTING] <= left_s &&
		    (chosen == plan->job_count ||
		     state->replicates[WIRE_COUNTING] <
			     runner->jobs[chosen].replicates[WIRE_COUNTING]))
			chosen = i;
	}
	if (chosen == plan->job_count)
		return false;
	runner->job = chosen;
	return true;
}

/* A job has ended when all its rows are precise, or no more replicates are allowed. */
static bool has_ended(const struct runner *runner, size_t index)
{
	double worst;
	const struct job_state *state = &runner->jobs[index];
	return allowed(runner, index, WIRE_ALL) == 0 ||
	       (timed(state) > 0 &&
		need_of(runner->need, index, WIRE_ALL, timed(state), &worst) <= 0);
}

static const char *why_ended(const struct runner *runner)
{
	bool all_ended = true;
	for (size_t i = 0; i < runner->plan->job_count; i++)
		all_ended = all_ended && has_ended(runner, i);
	return interrupts_came() ? "interrupted" : all_ended ? "complete" : "budget";
}

/* The jobs that have no interval yet, though more replicates were allowed, and how long those would take. */
static void find_short(const struct runner *runner, struct record_end *end)
{
	const struct plan *plan = runner->plan;
	for (size_t i = 0; i < plan->job_count; i++) {
		const struct job_state *state = &runner->jobs[i];
		unsigned long replicates = state->replicates[WIRE_ALL];
		unsigned long wanted =
			umin(plan->settings.replicates_max, worker_kinds[WIRE_ALL].first);
		if (state->ended || replicates >= wanted)
			continue;
		end->shorts[end->short_count++] = (struct record_short){i, replicates};
		end->short_by_s += guess_cost(runner, i, WIRE_ALL) * (double)(wanted - replicates);
		end->short_by_more = end->short_by_more || state->cost_s[WIRE_ALL] <= 0;
	}
	end->short_by_s /= kinds_share(plan, WIRE_ALL);
}

static enum outcome close_record(const struct runner *runner, struct problem *problem)
{
	struct record_end end = {.duration_s = runner->result->duration_s,
				 .counting_s = runner->counting_s,
				 .windows_s = runner->result->windows_s,
				 .ended = why_ended(runner)};
	find_short(runner, &end);
	return record_line(runner->record, describe_end_line(runner->plan, &end), true, problem);
}

static enum outcome run_jobs(struct runner *runner, struct problem *problem)
{
	while (!interrupts_came() && choose_timed(runner)) {
		bool is_first = timed(&runner->jobs[runner->job]) == 0;
		show(runner, NULL, !runner->progress.is_terminal && is_first);
		if (run_replicate(runner, problem))
			return OUTCOME_FAILED;
	}
	return OUTCOME_OK;
}

/* The replicates that count, after all others: what keeps the tracepoints in use, so that no worker waits when
 * it closes its counters, would slow those down. */
static enum outcome run_counted(struct runner *runner, struct problem *problem)
{
	enum outcome outcome = OUTCOME_OK;
	double began_s = session_seconds();
	counters_hold(&runner->plan->counters, &runner->held);
	while (!outcome && !interrupts_came() && choose_counted(runner))
		outcome = run_replicate(runner, problem);
	runner->counting_s = session_seconds() - began_s;
	return outcome;
}

/* Counters that are held at the end are left to the program's own end, where nobody waits for the kernel. */
static enum outcome run_all(struct runner *runner, struct problem *problem)
{
	double budget_s = runner->deadline_s - runner->began_s,
	       share = kinds_share(runner->plan, WIRE_COUNTING);
	double end_s = runner->deadline_s;
	runner->deadline_s -= share * budget_s;
	enum outcome outcome = run_jobs(runner, problem);
	/* A last replicate that overran does not take counting's time. */
	runner->deadline_s = fmax(end_s, session_seconds() + share * budget_s);
	if (!outcome && share > 0)
		outcome = run_counted(runner, problem);
	runner->deadline_s = end_s;
	bool worth_it = end_s - session_seconds() >= fmax(LEFT_SHARE * budget_s, LEFT_S);
	if (outcome || share == 0 || !worth_it || interrupts_came() || !choose_timed(runner))
		return outcome;
	counters_release(&runner->held);
	return run_jobs(runner, problem);
}

enum outcome runner_run(const struct plan *plan, struct record *record,
			struct runner_result *result, struct problem *problem)
{
	*result = (struct runner_result){0};
	struct runner *runner = calloc(1, sizeof *runner);
	struct need *need = need_open(plan);
	if (!runner || !need) {
		free(runner);
		need_close(need);
		return fail(problem, "cannot start the run: out of memory");
	}
	runner->plan = plan;
	runner->need = need;
	runner->record = record;
	runner->result = result;
	runner->began_s = session_seconds();
	runner->deadline_s = runner->began_s + (double)plan->settings.budget_ns / 1e9;
	shuffle_seed(&runner->seeds, plan->settings.seed);
	progress_open(&runner->progress);
	machine_leave_cpu(plan->caller_cpu);
	enum outcome outcome = run_all(runner, problem);
	progress_close(&runner->progress);
	result->interrupted = interrupts_came();
	result->duration_s = session_seconds() - runner->began_s;
	if (!outcome)
		outcome = close_record(runner, problem);
	need_close(need);
	free(runner);
	return outcome;
}
