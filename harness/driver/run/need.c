#include "harness/driver/run/need.h"

#include "harness/driver/base/stats.h"
#include "harness/driver/run/allot.h"
#include "harness/driver/run/main_median.h"

#include <math.h>
#include <stdlib.h>

/* The main metric's median of every replicate of an arm in a cell. */
struct row {
	bool is_sampled; /* even if no replicate was undisturbed enough for a median */
	size_t count;
	double *medians;
	double half_width;
};

struct need {
	const struct plan *plan;
	struct main_median main_median;
	struct {
		struct row rows[WIRE_CELLS_MAX][WIRE_ARMS_MAX];
	} jobs[PLAN_JOBS_MAX];
};

struct need *need_open(const struct plan *plan)
{
	struct need *need = calloc(1, sizeof *need);
	if (need)
		need->plan = plan;
	return need;
}

void need_close(struct need *need)
{
	for (size_t i = 0; need && i < need->plan->job_count; i++)
		for (uint32_t cell = 0; cell < need->plan->jobs[i].cell_count; cell++)
			for (uint32_t arm = 0; arm < need->plan->jobs[i].arm_count; arm++)
				free(need->jobs[i].rows[cell][arm].medians);
	free(need);
}

static bool keep_median(struct row *row, double median)
{
	double *grown = realloc(row->medians, (row->count + 1) * sizeof *grown);
	if (!grown)
		return false;
	grown[row->count++] = median;
	row->medians = grown;
	struct stats_interval interval = stats_interval(row->medians, row->count);
	row->half_width = stats_relative_half_width(&interval);
	return true;
}

enum outcome need_look(struct need *need, size_t index, const struct wire_area *area,
		       double began_s, struct problem *problem)
{
	const struct plan_job *job = &need->plan->jobs[index];
	double *scratch = malloc((area->answer.sample_count + 1) * sizeof *scratch);
	bool room = scratch && main_median_look(&need->main_median, area, began_s);
	for (uint32_t cell = 0; room && cell < job->cell_count; cell++) {
		for (uint32_t arm = 0; room && arm < job->arm_count; arm++) {
			double median;
			if (!main_median_of(&need->main_median, area, cell, arm, scratch, &median))
				continue;
			need->jobs[index].rows[cell][arm].is_sampled = true;
			room = isnan(median) ||
			       keep_median(&need->jobs[index].rows[cell][arm], median);
		}
	}
	free(scratch);
	return room ? OUTCOME_OK : fail(problem, "cannot keep replicate medians: out of memory");
}

double need_of(const struct need *need, size_t index, enum wire_kind kind, unsigned long replicates,
	       double *worst)
{
	const struct plan *plan = need->plan;
	const struct plan_job *job = &plan->jobs[index];
	double sum = 0;
	*worst = 0;
	bool any = false;
	for (uint32_t cell = 0; cell < job->cell_count; cell++)
		for (uint32_t arm = 0; arm < job->arm_count; arm++) {
			const struct row *row = &need->jobs[index].rows[cell][arm];
			if (!row->is_sampled || !wire_cell_has(&job->cells[cell], kind) ||
			    kinds_skips(plan, job, kind, cell, arm))
				continue;
			any = true;
			sum += allot_need(row->half_width, row->count, replicates,
					  plan->settings.precision);
			*worst = fmax(*worst, row->count ? row->half_width : INFINITY);
		}
	if (!any)
		*worst = INFINITY;
	return sum;
}
