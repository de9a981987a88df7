#include "harness/driver/run/estimate.h"

#include "harness/common/units.h"
#include "harness/driver/base/forms/terminal.h"
#include "harness/driver/base/stats.h"
#include "harness/driver/base/wrapped.h"
#include "harness/driver/machine/memory.h"
#include "harness/driver/plan/kinds.h"
#include "harness/driver/plan/plan_request.h"
#include "harness/driver/run/runner.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PILOT_HEAP_MAX = 64 << 20 };

_Static_assert(WIRE_PASSES_MAX <= 32, "passes are bits of a word");

static const double WORKER_OVERHEAD_S = 0.02; /* start, end, and writing down */

/* What one replicate of a job showed: how long each arm's sequence takes in each cell, which is the shortest time from
 * the sample before, whatever it was of. */
struct pilot {
	uint64_t heap_bytes;
	double build_ns;
	double sequence_ns[WIRE_CELLS_MAX][WIRE_ARMS_MAX]; /* NAN: not seen */
	uint32_t passes[WIRE_ARMS_MAX];                    /* bit n: the arm takes pass n */
	bool is_left_out; /* what it asks of pages, files or threads, not by name, cannot be had */
};

static void read_pilot(struct pilot *pilot, const struct wire_area *area)
{
	pilot->build_ns = (double)area->answer.build_ns;
	for (uint32_t cell = 0; cell < WIRE_CELLS_MAX; cell++)
		for (uint32_t arm = 0; arm < WIRE_ARMS_MAX; arm++)
			pilot->sequence_ns[cell][arm] = NAN;
	for (uint64_t i = 1; i < area->answer.sample_count; i++) {
		const struct wire_sample *before = &area->samples[i - 1],
					 *sample = &area->samples[i];
		pilot->passes[sample->arm] |= 1u << sample->pass;
		double gap_ns = (double)(sample->at_ns - before->at_ns);
		double *shortest = &pilot->sequence_ns[sample->cell][sample->arm];
		if (isnan(*shortest) || gap_ns < *shortest)
			*shortest = gap_ns;
	}
}

/* Adds to the gaps if what the job asks of the machine, not asked for by name, cannot be had. */
static enum outcome run_pilot(struct pilot *pilot, const struct plan *plan,
			      const struct plan_job *job, struct plan_gaps *gaps,
			      struct problem *problem)
{
	struct session session = {.memory_fd = -1, .evict_fd = -1};
	bool trustworthy;
	*pilot = (struct pilot){.heap_bytes = job->heap_bytes};
	enum outcome outcome = runner_replicate(plan, job, plan->settings.seed, WIRE_ALL, true,
						&session, NULL, NULL, &trustworthy, problem);
	pilot->is_left_out = session.lacks_pages && plan_leave_out(plan, job, problem->text, gaps);
	if (!outcome)
		read_pilot(pilot, session.area);
	session_close(&session);
	return pilot->is_left_out ? OUTCOME_OK : outcome;
}

/* A straight line through the two pilots. */
static double at_heap(const struct pilot pilots[2], double low, double high, uint64_t heap_bytes)
{
	double span = (double)pilots[1].heap_bytes - (double)pilots[0].heap_bytes;
	if (span <= 0)
		return low;
	double value =
		low + (high - low) * ((double)heap_bytes - (double)pilots[0].heap_bytes) / span;
	return fmax(value, fmin(low, high));
}

static double warm_up_ns(const struct wire_request *request, double sequence_ns, bool cold)
{
	double one_ns = fmax(sequence_ns, 100);
	double count = fmax(request->warmups_min, ceil((double)request->warmup_ns / one_ns));
	double most = cold ? 1 : floor((double)request->warmup_limit_ns / one_ns) + 1;
	return fmin(count, most) * one_ns;
}

static double burst_ns(const struct wire_request *request, double sequence_ns, uint32_t burst_max)
{
	double count = ceil((double)request->burst_ns / fmax(sequence_ns, 1e-9));
	return fmin(fmax(count, 1), burst_max) * sequence_ns;
}

/* One round of a cell: what rounds.c would do, arm by arm. The cell is looked up by its levels in
 * the pilots' job, which may have more of them. */
static double round_ns(const struct pilot pilots[2], const struct wire_request *request,
		       uint32_t cell, uint32_t pilot_cell)
{
	double total_ns = 0;
	bool cold = request->cells[cell].level[AXIS_CACHE] == CACHE_COLD;
	for (uint32_t arm = 0; arm < request->arm_count; arm++) {
		double low = pilots[0].sequence_ns[pilot_cell][arm];
		double high = pilots[1].sequence_ns[pilot_cell][arm];
		if (isnan(low) || isnan(high) || wire_cell_skips(&request->cells[cell], arm))
			continue;
		double sequence_ns = at_heap(pilots, low, high, request->heap_bytes);
		total_ns += warm_up_ns(request, sequence_ns, cold) +
			    __builtin_popcount(pilots[0].passes[arm]) *
				    burst_ns(request, sequence_ns, request->cells[cell].burst_max);
	}
	return total_ns;
}

/* Levels of the worker may differ. */
static bool has_same_cell_levels(const struct wire_cell *a, const struct wire_cell *b)
{
	for (enum axis_id axis = 0; axis < AXIS_COUNT; axis++)
		if (!axes[axis].needs_new_worker && a->level[axis] != b->level[axis])
			return false;
	return true;
}

static double replicate_s(const struct plan *plan, const struct plan_job *job, enum wire_kind kind,
			  const struct plan_job *pilot_job, const struct pilot pilots[2])
{
	struct wire_request *request = calloc(1, sizeof *request);
	if (!request)
		return NAN;
	plan_request(plan, job, kind, 0, request);
	double total_ns = at_heap(pilots, pilots[0].build_ns, pilots[1].build_ns, job->heap_bytes);
	for (uint32_t cell = 0; cell < job->cell_count; cell++) {
		if (!wire_cell_has(&job->cells[cell], kind))
			continue;
		uint32_t alike = 0;
		for (uint32_t p = 0; p < pilot_job->cell_count; p++)
			if (has_same_cell_levels(&pilot_job->cells[p], &job->cells[cell]))
				alike = p;
		double one_ns = round_ns(pilots, request, cell, alike);
		double rounds = one_ns > 0 ? ceil((double)request->cell_ns / one_ns) : 1;
		rounds = fmin(fmax(rounds, request->rounds_min), request->rounds_max);
		total_ns += rounds * one_ns;
	}
	free(request);
	return total_ns / 1e9 + WORKER_OVERHEAD_S;
}

/* Jobs of one experiment and the same levels are estimated from two of them: the first, which has all
 * cells, and the largest that does not take long. */
static enum outcome estimate_family(struct estimate *estimate, const struct plan *plan,
				    size_t first, struct pilot pilots[2], struct problem *problem)
{
	const struct plan_job *jobs = plan->jobs;
	size_t middle = first;
	for (size_t i = first; i < plan->job_count; i++)
		if (plan_are_alike(&jobs[i], &jobs[first], 0) &&
		    jobs[i].heap_bytes <= PILOT_HEAP_MAX &&
		    jobs[i].heap_bytes > jobs[middle].heap_bytes)
			middle = i;
	if (run_pilot(&pilots[0], plan, &jobs[first], &estimate->gaps, problem))
		return OUTCOME_FAILED;
	/* No time for what will be left out. */
	if (pilots[0].is_left_out)
		return OUTCOME_OK;
	if (run_pilot(&pilots[1], plan, &jobs[middle], &estimate->gaps, problem))
		return OUTCOME_FAILED;
	if (pilots[1].is_left_out)
		return OUTCOME_OK;
	for (size_t i = first; i < plan->job_count; i++)
		/* Where the child runs changes little. */
		for (enum wire_kind kind = WIRE_ALL; kind <= WIRE_HEADLINE; kind++)
			if (plan_are_alike(&jobs[i], &jobs[first], VARIES_CHILD_CPU) &&
			    kinds_runs(plan, &jobs[i], kind))
				estimate->replicate_s[i][kind] =
					replicate_s(plan, &jobs[i], kind, &jobs[first], pilots);
	return OUTCOME_OK;
}

/* What each kind of workers comes to within the budget. */
static void share_out(struct estimate *estimate, const struct plan *plan)
{
	double budget_s = (double)plan->settings.budget_ns / 1e9, *kind_s = estimate->kind_s;
	double counting = kinds_share(plan, WIRE_COUNTING);
	double times_s = kind_s[WIRE_ALL] + kind_s[WIRE_HEADLINE];
	estimate->fewest_s /= kinds_share(plan, WIRE_ALL);
	estimate->budget_binds = times_s / (1 - counting) > budget_s;
	if (estimate->budget_binds && times_s > 0) {
		/* Each has its share, and what the other leaves of its own. */
		times_s = (1 - counting) * budget_s;
		double all_s = fmin(kind_s[WIRE_ALL], kinds_share(plan, WIRE_ALL) * budget_s);
		kind_s[WIRE_HEADLINE] = fmin(kind_s[WIRE_HEADLINE], times_s - all_s);
		kind_s[WIRE_ALL] = times_s - kind_s[WIRE_HEADLINE];
	}
	kind_s[WIRE_COUNTING] = times_s / (1 - counting) * counting;
	estimate->total_s = times_s / (1 - counting);
}

enum outcome estimate_make(struct estimate *estimate, const struct plan *plan,
			   struct problem *problem)
{
	*estimate = (struct estimate){0};
	struct pilot *pilots = calloc(2, sizeof *pilots);
	if (!pilots)
		return fail(problem, "cannot estimate: out of memory");
	enum outcome outcome = OUTCOME_OK;
	for (size_t i = 0; !outcome && i < plan->job_count; i++) {
		const struct plan_job *job = &plan->jobs[i];
		bool seen = false;
		for (size_t before = 0; before < i; before++)
			seen = seen || plan_are_alike(job, &plan->jobs[before], VARIES_CHILD_CPU);
		if (!seen)
			outcome = estimate_family(estimate, plan, i, pilots, problem);
		double replicates = (double)plan->settings.replicates_max;
		double first = fmin(replicates, (double)worker_kinds[WIRE_ALL].first);
		double in_share = fmin(replicates, (double)worker_kinds[WIRE_ALL].in_share);
		bool has_headline = kinds_runs(plan, job, WIRE_HEADLINE);
		const double *one_s = estimate->replicate_s[i];
		estimate->fewest_s += one_s[WIRE_ALL] * first;
		estimate->kind_s[WIRE_ALL] +=
			one_s[WIRE_ALL] * (has_headline ? in_share : replicates);
		estimate->kind_s[WIRE_HEADLINE] += one_s[WIRE_HEADLINE] * (replicates - first);
		uint64_t bytes = memory_needed(job->heap_bytes, job->copies_heap,
					       plan->eviction.bytes + plan->working_set_bytes);
		if (bytes > estimate->peak_bytes)
			estimate->peak_bytes = bytes;
	}
	free(pilots);
	share_out(estimate, plan);
	return outcome;
}

/* "other dirty/write-protected warm/cold": a job's cells are all combinations. */
static const char *name_cells(const struct plan_job *job, char *text, size_t bytes)
{
	plan_describe_levels(job, job->cells, job->cell_count, text, bytes);
	return *text ? text + 1 : "-";
}

static void print_jobs(const struct estimate *estimate, const struct plan *plan)
{
	char text[UNITS_TEXT_MAX], cells[160];
	int width = 0;
	for (size_t i = 0; i < plan->job_count; i++) {
		int length = (int)strlen(name_cells(&plan->jobs[i], cells, sizeof cells));
		width = length > width ? length : width;
	}
	print("%-13s %8s %4s  %-*s  %-7s %s\n", "experiment", "heap", "arms", width, "cells", "all",
	      "headline");
	for (size_t i = 0; i < plan->job_count; i++) {
		const struct plan_job *job = &plan->jobs[i];
		print("%-13s %8s %4u  %-*s  %.2f s", job->experiment->name,
		      units_format_bytes(job->heap_bytes, text), job->arm_count, width,
		      name_cells(job, cells, sizeof cells), estimate->replicate_s[i][WIRE_ALL]);
		print(kinds_runs(plan, job, WIRE_HEADLINE) ? "  %.2f s\n" : "\n",
		      estimate->replicate_s[i][WIRE_HEADLINE]);
	}
	print("\nkinds of workers (above: what one replicate takes; here: all together)\n");
	for (enum wire_kind kind = 0; kind < WIRE_KIND_COUNT; kind++)
		if (kinds_has(plan, kind))
			print("%-8s  %s: %s\n", worker_kinds[kind].name, worker_kinds[kind].summary,
			      units_format_seconds(estimate->kind_s[kind], text));
}

/* Whether the time suffices for what an interval takes. */
static void print_fewest(const struct estimate *estimate, const struct plan *plan)
{
	char fewest[UNITS_TEXT_MAX], lacks[UNITS_TEXT_MAX];
	double lacks_s = estimate->fewest_s - (double)plan->settings.budget_ns / 1e9;
	uint64_t replicates = plan->settings.replicates_max < STATS_INTERVAL_VALUES_MIN
				      ? plan->settings.replicates_max
				      : STATS_INTERVAL_VALUES_MIN;
	if (lacks_s > 0)
		print("the budget is short by %s: %llu replicate%s of every job take%s %s\n",
		      units_format_seconds(lacks_s, lacks), (unsigned long long)replicates,
		      units_plural(replicates), replicates == 1 ? "s" : "",
		      units_format_seconds(estimate->fewest_s, fewest));
}

/* As many names a line as fit, none of them broken. */
static void print_arms(const struct plan *plan)
{
	size_t column = WRAPPED_WIDTH;
	print("\narms:");
	for (uint32_t a = 0; a < plan->arm_count; a++) {
		const struct wire_arm *arm = &plan->arms[a];
		char name[3 * WIRE_NAME_MAX + 20];
		snprintf(name, sizeof name, "%s%s%s%s%s%s%s",
			 *arm->primitive ? arm->primitive : arm->experiment, arm->action ? " " : "",
			 axis_name(&axis_action, arm->action), *arm->case_name ? " " : "",
			 arm->case_name, arm->aa_control ? " (A/A control)" : "",
			 a + 1 < plan->arm_count ? "," : "");
		bool fits = column + 1 + strlen(name) <= WRAPPED_WIDTH;
		print(fits ? " %s" : "\n  %s", name);
		column = (fits ? column + 1 : 2) + strlen(name);
	}
	print("\n");
}

void estimate_print(const struct estimate *estimate, const struct plan *plan)
{
	char text[UNITS_TEXT_MAX];
	print("%zu job%s; each gets fresh workers until it is precise to %g %%, %llu at most\n",
	      plan->job_count, units_plural(plan->job_count), plan->settings.precision * 100,
	      (unsigned long long)plan->settings.replicates_max);
	print("worker on CPU %d", plan->caller_cpu);
	if (plan->other_cpu >= 0)
		print(", children elsewhere on CPU %d", plan->other_cpu);
	if (plan_evicts(plan))
		print("; %s are read before each cold sample",
		      units_format_bytes(plan->eviction.bytes, text));
	if (plan_evicts(plan) && *plan->eviction.found_by)
		print(",\n%s", plan->eviction.found_by);
	if (plan->working_set_bytes)
		print(plan_evicts(plan) ? ";\n%s are used before each used sample (%s)"
					: "; %s are used before each used sample,\n%s",
		      units_format_bytes(plan->working_set_bytes, text), plan->working_set_from);
	print("\n\n");
	print_jobs(estimate, plan);
	notes_print(stdout, "", &plan->holds_for);
	notes_print(stdout, "left out: ", &plan->left_out);
	for (size_t i = 0; i < estimate->gaps.count; i++) {
		char gap[NOTE_BYTES];
		print("left out: %s\n", plan_describe_gap(&estimate->gaps.gap[i], gap));
	}
	print_arms(plan);
	print("\nestimate: time %s (%s), memory %s at the peak\n",
	      units_format_seconds(estimate->total_s, text),
	      estimate->budget_binds ? "the budget; less if all is precise earlier"
				     : "all replicates",
	      units_format_bytes(estimate->peak_bytes, (char[UNITS_TEXT_MAX]){0}));
	print_fewest(estimate, plan);
}
