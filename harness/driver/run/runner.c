#include "harness/driver/run/runner.h"

#include "harness/common/shuffle.h"
#include "harness/common/units.h"
#include "harness/driver/base/interrupts.h"
#include "harness/driver/base/stats.h"
#include "harness/driver/machine/hugepages.h"
#include "harness/driver/machine/machine.h"
#include "harness/driver/machine/memory.h"
#include "harness/driver/run/progress.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	STANDSTILL_S = 60, /* a heap being built or copied makes no progress that shows */
	FAILURES_MAX = 3,  /* a job that fails so often is given up */
	/* Replicates of a job that count: counts vary little. */
	COUNTED_MAX = STATS_INTERVAL_VALUES_MIN,
};

/* What must be left of the budget after counting to be worth the wait for the counters' end. */
static const double LEFT_SHARE = 0.03, LEFT_S = 3;

/* How far a job has come. `medians` holds the main metric's median of every replicate, by cell and
 * arm: only to decide when to stop; what is published is computed from the results file. */
struct job_state {
	unsigned long replicates, failures, counted; /* counted: replicates that count */
	double cost_s;                               /* of the last replicate; 0: not known yet */
	double counted_cost_s;                       /* of the last that counts, or a guess */
	bool ended;
	double half_width; /* worst over cells and arms */
	double *medians[WIRE_CELLS_MAX][WIRE_ARMS_MAX];
	size_t median_count[WIRE_CELLS_MAX][WIRE_ARMS_MAX];
};

struct runner {
	const struct plan *plan;
	struct record *record;
	struct runner_result *result;
	struct shuffle seeds;
	struct progress progress;
	double began_s, deadline_s, counting_s;
	bool is_counting;
	struct counters_held held;
	struct job_state jobs[PLAN_JOBS_MAX];
	size_t job; /* running */
};

static bool keep_median(struct job_state *state, uint32_t cell, uint32_t arm, double median)
{
	size_t count = state->median_count[cell][arm];
	if (count == SETTINGS_REPLICATES_MAX)
		return true;
	double *grown = realloc(state->medians[cell][arm], (count + 1) * sizeof *grown);
	if (!grown)
		return false;
	grown[count] = median;
	state->medians[cell][arm] = grown;
	state->median_count[cell][arm] = count + 1;
	return true;
}

/* The median of one arm's main metric, the first that its plain samples have, in one cell of a
 * replicate; false if it has none. */
static bool main_median(const struct wire_area *area, uint32_t cell, uint32_t arm, double *scratch,
			double *median)
{
	size_t n = 0;
	for (uint64_t i = 0; i < area->answer.sample_count; i++) {
		const struct wire_sample *sample = &area->samples[i];
		if (sample->cell == cell && sample->arm == arm && sample->pass == PASS_PLAIN &&
		    sample->set)
			scratch[n++] = sample->value[__builtin_ctz(sample->set)];
	}
	if (n)
		*median = stats_median(scratch, n);
	return n > 0;
}

static enum outcome judge(struct runner *runner, const struct wire_area *area,
			  struct problem *problem)
{
	const struct plan_job *job = &runner->plan->jobs[runner->job];
	struct job_state *state = &runner->jobs[runner->job];
	double *scratch = malloc((area->answer.sample_count + 1) * sizeof *scratch);
	bool room = scratch != NULL;
	state->half_width = 0;
	for (uint32_t cell = 0; room && cell < job->cell_count; cell++) {
		for (uint32_t arm = 0; room && arm < job->arm_count; arm++) {
			double median;
			if (!main_median(area, cell, arm, scratch, &median))
				continue;
			room = keep_median(state, cell, arm, median);
			struct stats_interval interval = stats_interval(
				state->medians[cell][arm], state->median_count[cell][arm]);
			state->half_width =
				fmax(state->half_width, stats_relative_half_width(&interval));
		}
	}
	free(scratch);
	return room ? OUTCOME_OK : fail(problem, "cannot keep replicate medians: out of memory");
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

/* Before a job has run its cost is guessed from the next smaller heap's, of whatever pages. */
static double guess_cost(const struct runner *runner, size_t index)
{
	const struct plan_job *job = &runner->plan->jobs[index];
	double cost_s = runner->jobs[index].cost_s;
	uint64_t nearest = 0;
	if (cost_s > 0)
		return cost_s;
	for (size_t i = 0; i < runner->plan->job_count; i++) {
		const struct plan_job *other = &runner->plan->jobs[i];
		if (runner->jobs[i].cost_s > 0 && other->heap_bytes <= job->heap_bytes &&
		    other->heap_bytes >= nearest && plan_are_alike(other, job, VARIES_PAGE_KIND)) {
			nearest = other->heap_bytes;
			double grown = nearest ? (double)job->heap_bytes / (double)nearest : 2;
			cost_s = runner->jobs[i].cost_s * fmin(grown, 4);
		}
	}
	return cost_s;
}

/* How long the replicates take that are still allowed; infinite if that cannot be told. Whether jobs become
 * precise before cannot be foreseen. */
static double to_go(const struct runner *runner)
{
	double total_s = 0;
	for (size_t i = 0; i < runner->plan->job_count; i++) {
		const struct job_state *state = &runner->jobs[i];
		double cost_s = guess_cost(runner, i);
		if (!state->ended)
			total_s +=
				cost_s > 0
					? cost_s * (double)(runner->plan->settings.replicates_max -
							    state->replicates)
					: INFINITY;
	}
	return total_s;
}

static void show(struct runner *runner, const struct wire_answer *answer, bool milestone)
{
	char cell[96];
	const struct job_state *state = &runner->jobs[runner->job];
	double now_s = session_seconds();
	double spent_s = now_s - runner->began_s;
	double left_s = fmax(runner->deadline_s - now_s, 0), to_go_s = fmin(to_go(runner), left_s);
	struct progress_state shown = {
		.share = spent_s / fmax(spent_s + to_go_s, 1e-9),
		.remaining_s = to_go_s,
		.now_s = now_s,
		.cell = describe_cell(runner, answer, cell, sizeof cell),
		.replicate = state->replicates + 1,
		.half_width = state->replicates >= STATS_INTERVAL_VALUES_MIN ? state->half_width
									     : INFINITY,
	};
	progress_show(&runner->progress, &shown, milestone);
}

static bool look(void *context, const struct wire_answer *answer)
{
	show(context, answer, false);
	return !interrupts_came();
}

enum outcome runner_replicate(const struct plan *plan, const struct plan_job *job, uint64_t seed,
			      uint64_t cell_ns, bool is_counting, struct session *session,
			      session_look *on_look, void *context, bool *trustworthy,
			      struct problem *problem)
{
	*trustworthy = false;
	/* Memory may have been taken since the plan was made, by the eviction buffer among others. */
	if (memory_check(job->heap_bytes, job->copies_heap, 0, problem) ||
	    session_open(session, plan_sample_capacity(plan, job), problem))
		return OUTCOME_FAILED;
	plan_request(plan, job, seed, &session->area->request);
	session->evict_fd = job->evicts ? plan->eviction.fd : -1;
	session->area->request.cell_ns = cell_ns;
	session->area->request.is_counting = is_counting;
	if (is_counting)
		session->area->request.evict_bytes = 0; /* cold cells are not counted */
	enum outcome outcome =
		hugepages_enable((enum page_kind)job->level[AXIS_PAGE_KIND],
				 job->heap_bytes * (job->copies_heap ? 2 : 1), problem);
	session->lacks_pages = outcome != OUTCOME_OK;
	if (!outcome)
		outcome = session_start(session, seed, problem);
	if (!outcome)
		outcome =
			session_wait(session, STANDSTILL_S, on_look, context, trustworthy, problem);
	hugepages_restore();
	return outcome;
}

/* A page kind that nobody asked for by name is no failure where it cannot be had. */
static enum outcome note_failed(struct runner *runner, const struct session *session,
				const struct record_replicate *replicate, const char *why,
				struct problem *problem)
{
	const struct plan *plan = runner->plan;
	struct job_state *state = &runner->jobs[runner->job];
	struct runner_result *result = runner->result;
	bool left_out = session->lacks_pages && !plan->settings.levels[AXIS_PAGE_KIND].given;
	struct problem later;
	if (left_out && state->replicates > 0) {
		fail(&later, "from replicate %lu on: %s", state->replicates + 1, why);
		why = later.text;
	}
	if (left_out) {
		state->ended = true;
		if (result->gap_count < PAGE_KIND_COUNT) {
			struct plan_gap *gap = &result->gaps[result->gap_count++];
			gap->page_kind =
				(enum page_kind)plan->jobs[runner->job].level[AXIS_PAGE_KIND];
			snprintf(gap->why, sizeof gap->why, "%s", why);
		}
	} else {
		char cell[96];
		describe_cell(runner, session->area ? &session->area->answer : NULL, cell,
			      sizeof cell);
		if (result->failures++ == 0)
			snprintf(result->first_failure, sizeof result->first_failure, "%s: %s",
				 cell, why);
		state->ended = ++state->failures == FAILURES_MAX;
	}
	return record_line(runner->record, describe_failure_line(plan, replicate, why, left_out),
			   false, problem);
}

/* How long a replicate that counts takes at most, by the cells of a plain one: it runs fewer sequences. */
static double guess_counted(const struct plan_job *job, const struct wire_answer *answer)
{
	double cost_s = 0;
	for (uint32_t c = 0; c < job->cell_count; c++)
		if (job->cells[c].counted)
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
	bool trustworthy;
	struct record_replicate replicate = {
		.job = runner->job,
		/* A failed one keeps its number, so that its finished cells stay apart. */
		.replicate = state->replicates + state->failures + state->counted,
		.is_counting = runner->is_counting,
		.seed = shuffle_next(&runner->seeds) >> 1, /* JSON integers are signed */
		.began_s = began_s - runner->began_s,
	};
	/* One round is enough to count. */
	enum outcome measured = runner_replicate(
		plan, job, replicate.seed, runner->is_counting ? 1 : plan->settings.cell_ns,
		runner->is_counting, &session, look, runner, &trustworthy, &failure);
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
	if (!outcome && !measured && runner->is_counting) {
		state->counted++;
	} else if (!outcome && !measured) {
		state->replicates++;
		runner->result->replicates++;
		if (!state->counted)
			state->counted_cost_s = guess_counted(job, &session.area->answer);
		outcome = judge(runner, session.area, problem);
	}
	session_close(&session);
	/* One that failed would fail again. */
	if (runner->is_counting)
		state->counted_cost_s = measured ? INFINITY : session_seconds() - began_s;
	else
		state->cost_s = session_seconds() - began_s;
	return outcome;
}

/* The next job, or job_count if none is left that fits the time. Every job first gets the
 * replicates that an interval takes, all at the same pace. Beyond that, replicates are dealt out so
 * that n times the root of the cost is alike: for equal variances that narrows the intervals most
 * for the time spent (Neyman's allocation with costs; Cochran, Sampling Techniques, 5.5). */
static size_t choose_job(const struct runner *runner)
{
	double left_s = runner->deadline_s - session_seconds();
	double best = INFINITY;
	size_t chosen = runner->plan->job_count;
	for (size_t i = 0; i < runner->plan->job_count; i++) {
		const struct job_state *state = &runner->jobs[i];
		double cost_s = guess_cost(runner, i);
		if (state->ended || cost_s > left_s + 0.02 * (runner->deadline_s - runner->began_s))
			continue;
		double rank = (double)state->replicates;
		if (state->replicates >= STATS_INTERVAL_VALUES_MIN)
			rank = 1e6 + (double)state->replicates * sqrt(cost_s);
		/* Small heaps are cheap: if the budget is short, every experiment has had its turn. */
		if (rank < best ||
		    (chosen < runner->plan->job_count && rank <= best &&
		     runner->plan->jobs[i].heap_bytes < runner->plan->jobs[chosen].heap_bytes)) {
			best = rank;
			chosen = i;
		}
	}
	return left_s > 0 ? chosen : runner->plan->job_count;
}

/* The next job to count, or job_count: of those that fit the time, the first that was counted the least. */
static size_t choose_counted(const struct runner *runner)
{
	const struct plan *plan = runner->plan;
	double left_s = runner->deadline_s - session_seconds();
	size_t chosen = plan->job_count;
	for (size_t i = 0; i < plan->job_count; i++) {
		const struct job_state *state = &runner->jobs[i];
		/* Never more of them than take times. */
		if (!plan_is_counted(plan, &plan->jobs[i]) || state->counted == COUNTED_MAX ||
		    state->counted >= state->replicates || state->counted_cost_s > left_s)
			continue;
		if (chosen == plan->job_count || state->counted < runner->jobs[chosen].counted)
			chosen = i;
	}
	return chosen;
}

static const char *why_ended(const struct runner *runner)
{
	bool all_ended = true;
	for (size_t i = 0; i < runner->plan->job_count; i++)
		all_ended = all_ended && runner->jobs[i].ended;
	return interrupts_came() ? "interrupted" : all_ended ? "complete" : "budget";
}

/* The jobs that have no interval yet, though more replicates were allowed, and how long those would take. */
static void find_short(const struct runner *runner, struct record_end *end)
{
	const struct plan *plan = runner->plan;
	for (size_t i = 0; i < plan->job_count; i++) {
		const struct job_state *state = &runner->jobs[i];
		double cost_s = guess_cost(runner, i);
		if (state->ended || state->replicates >= STATS_INTERVAL_VALUES_MIN)
			continue;
		uint64_t wanted = plan->settings.replicates_max < STATS_INTERVAL_VALUES_MIN
					  ? plan->settings.replicates_max
					  : STATS_INTERVAL_VALUES_MIN;
		end->shorts[end->short_count++] = (struct record_short){i, state->replicates};
		end->short_by_s += cost_s * (double)(wanted - state->replicates);
		end->short_by_more = end->short_by_more || state->cost_s <= 0;
	}
	end->short_by_s /= 1 - plan_counting_share(plan);
}

static enum outcome close_record(const struct runner *runner, struct problem *problem)
{
	struct record_end end = {.duration_s = runner->result->duration_s,
				 .counting_s = runner->counting_s,
				 .ended = why_ended(runner)};
	find_short(runner, &end);
	return record_line(runner->record, describe_end_line(runner->plan, &end), true, problem);
}

static enum outcome run_jobs(struct runner *runner, struct problem *problem)
{
	const struct plan *plan = runner->plan;
	while (!interrupts_came() && (runner->job = choose_job(runner)) < plan->job_count) {
		struct job_state *state = &runner->jobs[runner->job];
		show(runner, NULL, !runner->progress.is_terminal && state->replicates == 0);
		if (run_replicate(runner, problem))
			return OUTCOME_FAILED;
		bool precise = state->replicates >= STATS_PRECISION_VALUES_MIN &&
			       state->half_width <= plan->settings.precision;
		if (precise || state->replicates >= plan->settings.replicates_max)
			state->ended = true;
	}
	return OUTCOME_OK;
}

/* The replicates that count, after all others: what keeps the tracepoints in use, so that no worker waits when
 * it closes its counters, would slow those down. */
static enum outcome run_counted(struct runner *runner, struct problem *problem)
{
	enum outcome outcome = OUTCOME_OK;
	double began_s = session_seconds();
	runner->is_counting = true;
	counters_hold(&runner->plan->counters, &runner->held);
	while (!outcome && !interrupts_came() &&
	       (runner->job = choose_counted(runner)) < runner->plan->job_count)
		outcome = run_replicate(runner, problem);
	runner->is_counting = false;
	runner->counting_s = session_seconds() - began_s;
	return outcome;
}

/* Counters that are held at the end are left to the program's own end, where nobody waits for the kernel. */
static enum outcome run_all(struct runner *runner, struct problem *problem)
{
	double budget_s = runner->deadline_s - runner->began_s,
	       share = plan_counting_share(runner->plan);
	double end_s = runner->deadline_s;
	runner->deadline_s -= share * budget_s;
	enum outcome outcome = run_jobs(runner, problem);
	/* A last replicate that overran does not take counting's time. */
	runner->deadline_s = fmax(end_s, session_seconds() + share * budget_s);
	if (!outcome && share > 0)
		outcome = run_counted(runner, problem);
	runner->deadline_s = end_s;
	bool worth_it = end_s - session_seconds() >= fmax(LEFT_SHARE * budget_s, LEFT_S);
	if (outcome || share == 0 || !worth_it || interrupts_came() ||
	    choose_job(runner) == runner->plan->job_count)
		return outcome;
	counters_release(&runner->held);
	return run_jobs(runner, problem);
}

enum outcome runner_run(const struct plan *plan, struct record *record,
			struct runner_result *result, struct problem *problem)
{
	*result = (struct runner_result){0};
	struct runner *runner = calloc(1, sizeof *runner);
	if (!runner)
		return fail(problem, "cannot start the run: out of memory");
	runner->plan = plan;
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
	for (size_t i = 0; i < plan->job_count; i++)
		for (uint32_t cell = 0; cell < WIRE_CELLS_MAX; cell++)
			for (uint32_t arm = 0; arm < WIRE_ARMS_MAX; arm++)
				free(runner->jobs[i].medians[cell][arm]);
	free(runner);
	return outcome;
}
