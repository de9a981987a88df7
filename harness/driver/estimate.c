#include "harness/driver/estimate.h"

#include "harness/common/units.h"
#include "harness/driver/machine.h"
#include "harness/driver/memory.h"
#include "harness/driver/runner.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PILOT_HEAP_MAX = 64 << 20 };

static const double WORKER_OVERHEAD_S = 0.02; /* start, end, and writing down */

/* What one replicate of a job showed: how long each arm's sequence takes in each cell. */
struct pilot {
	uint64_t heap_bytes;
	double build_ns;
	double sequence_ns[WIRE_CELLS_MAX][WIRE_ARMS_MAX]; /* NAN: not seen */
	unsigned passes[WIRE_ARMS_MAX];
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
		if (sample->pass + 1u > pilot->passes[sample->arm])
			pilot->passes[sample->arm] = sample->pass + 1u;
		if (before->arm != sample->arm || before->cell != sample->cell)
			continue;
		double gap_ns = (double)(sample->at_ns - before->at_ns);
		double *shortest = &pilot->sequence_ns[sample->cell][sample->arm];
		if (isnan(*shortest) || gap_ns < *shortest)
			*shortest = gap_ns;
	}
}

static enum outcome run_pilot(struct pilot *pilot, const struct plan *plan,
			      const struct plan_job *job, struct problem *problem)
{
	struct session session = {.memory_fd = -1};
	bool trustworthy;
	*pilot = (struct pilot){.heap_bytes = job->heap_bytes};
	enum outcome outcome = runner_replicate(plan, job, plan->settings.seed, 1, &session, NULL,
						NULL, &trustworthy, problem);
	if (!outcome)
		read_pilot(pilot, session.area);
	session_close(&session);
	return outcome;
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
	double spent_ns = 0;
	for (uint32_t done = 0;
	     done < request->warmups_min || spent_ns < (double)request->warmup_ns; done++) {
		if (done > 0 && (cold || spent_ns > (double)request->warmup_limit_ns))
			break;
		spent_ns += fmax(sequence_ns, 100);
	}
	return spent_ns;
}

static double burst_ns(const struct wire_request *request, double sequence_ns, uint32_t burst_max)
{
	double spent_ns = 0;
	for (uint32_t i = 0; i < burst_max && (i == 0 || spent_ns < (double)request->burst_ns); i++)
		spent_ns += sequence_ns;
	return spent_ns;
}

/* One round of a cell: what rounds.c would do, arm by arm. The cell is looked up by its levels in
 * the pilots' job, which may have more of them. */
static double round_ns(const struct plan *plan, const struct pilot pilots[2],
		       const struct wire_request *request, uint32_t cell, uint32_t pilot_cell)
{
	double total_ns = 0;
	bool cold = request->cells[cell].cache == CACHE_COLD;
	for (uint32_t arm = 0; arm < plan->arm_count; arm++) {
		double low = pilots[0].sequence_ns[pilot_cell][arm];
		double high = pilots[1].sequence_ns[pilot_cell][arm];
		if (isnan(low) || isnan(high))
			continue;
		double sequence_ns = at_heap(pilots, low, high, request->heap_bytes);
		total_ns += warm_up_ns(request, sequence_ns, cold) +
			    pilots[0].passes[arm] *
				    burst_ns(request, sequence_ns, request->cells[cell].burst_max);
	}
	return total_ns;
}

static double replicate_s(const struct plan *plan, const struct plan_job *job,
			  const struct plan_job *pilot_job, const struct pilot pilots[2])
{
	struct wire_request *request = calloc(1, sizeof *request);
	if (!request)
		return NAN;
	plan_request(plan, job, 0, request);
	double total_ns = at_heap(pilots, pilots[0].build_ns, pilots[1].build_ns, job->heap_bytes);
	for (uint32_t cell = 0; cell < job->cell_count; cell++) {
		uint32_t alike = 0;
		for (uint32_t p = 0; p < pilot_job->cell_count; p++)
			if (pilot_job->cells[p].state == job->cells[cell].state &&
			    pilot_job->cells[p].cache == job->cells[cell].cache)
				alike = p;
		double one_ns = round_ns(plan, pilots, request, cell, alike);
		double rounds = one_ns > 0 ? ceil((double)request->cell_ns / one_ns) : 1;
		rounds = fmin(fmax(rounds, request->rounds_min), request->rounds_max);
		total_ns += rounds * one_ns;
	}
	free(request);
	return total_ns / 1e9 + WORKER_OVERHEAD_S;
}

enum outcome estimate_make(struct estimate *estimate, const struct plan *plan,
			   struct problem *problem)
{
	*estimate = (struct estimate){0};
	/* Jobs come by rising heap within a placement; the first placement has all cells. */
	size_t middle = 0;
	for (size_t i = 0; i < plan->job_count; i++)
		if (plan->jobs[i].child_cpu == plan->jobs[0].child_cpu &&
		    plan->jobs[i].heap_bytes <= PILOT_HEAP_MAX)
			middle = i;
	struct pilot *pilots = calloc(2, sizeof *pilots);
	if (!pilots)
		return fail(problem, "cannot estimate: out of memory");
	enum outcome outcome = run_pilot(&pilots[0], plan, &plan->jobs[0], problem);
	if (!outcome)
		outcome = run_pilot(&pilots[1], plan, &plan->jobs[middle], problem);
	for (size_t i = 0; !outcome && i < plan->job_count; i++) {
		const struct plan_job *job = &plan->jobs[i];
		estimate->replicate_s[i] = replicate_s(plan, job, &plan->jobs[0], pilots);
		estimate->total_s +=
			estimate->replicate_s[i] * (double)plan->settings.replicates_max;
		uint64_t bytes =
			memory_needed(job->heap_bytes, plan->copies_heap, plan->evict_bytes);
		if (bytes > estimate->peak_bytes)
			estimate->peak_bytes = bytes;
	}
	free(pilots);
	double budget_s = (double)plan->settings.budget_ns / 1e9;
	estimate->budget_binds = estimate->total_s > budget_s;
	if (estimate->budget_binds)
		estimate->total_s = budget_s;
	return outcome;
}

void estimate_print(const struct estimate *estimate, const struct plan *plan)
{
	char text[UNITS_TEXT_MAX];
	printf("%zu jobs, each with up to %llu fresh workers; %u arms in every cell\n",
	       plan->job_count, (unsigned long long)plan->settings.replicates_max, plan->arm_count);
	printf("worker on CPU %d, children elsewhere on CPU %d; cold samples walk over %s\n\n",
	       plan->caller_cpu, plan->other_cpu, units_format_bytes(plan->evict_bytes, text));
	printf("%12s  %-9s  %-40s  %s\n", "heap", "child_cpu", "cells", "a replicate");
	for (size_t i = 0; i < plan->job_count; i++) {
		const struct plan_job *job = &plan->jobs[i];
		char cells[128] = "";
		for (uint32_t c = 0; c < job->cell_count; c++)
			snprintf(cells + strlen(cells), sizeof cells - strlen(cells), "%s%s-%s",
				 c ? " " : "", axis_name(&axis_state, job->cells[c].state),
				 axis_name(&axis_cache, job->cells[c].cache));
		printf("%12s  %-9s  %-40s  ", units_format_bytes(job->heap_bytes, text),
		       axis_name(&axis_child_cpu, job->child_cpu), cells);
		printf("%.1f s\n", estimate->replicate_s[i]);
	}
	printf("\narms:");
	for (uint32_t a = 0; a < plan->arm_count; a++) {
		const struct wire_arm *arm = &plan->arms[a];
		char name[3 * WIRE_NAME_MAX + 16];
		snprintf(name, sizeof name, "%s%s%s%s%s%s%s",
			 *arm->primitive ? arm->primitive : arm->experiment, arm->action ? " " : "",
			 axis_name(&axis_action, arm->action), *arm->case_name ? " " : "",
			 arm->case_name, arm->twin ? " (A/A twin)" : "",
			 a + 1 < plan->arm_count ? "," : "");
		printf("%s%s", a % 4 ? " " : "\n  ", name);
	}
	printf("\n\nestimate: time %s (%s), memory %s at the peak\n",
	       units_format_seconds(estimate->total_s, text),
	       estimate->budget_binds ? "the budget binds" : "all replicates",
	       units_format_bytes(estimate->peak_bytes, (char[UNITS_TEXT_MAX]){0}));
}
