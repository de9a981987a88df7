#include "harness/driver/run/allot.h"

#include "harness/driver/base/stats.h"

#include <limits.h>
#include <math.h>

double allot_need(double half_width, size_t undisturbed, size_t replicates, double precision)
{
	if (replicates < STATS_INTERVAL_VALUES_MIN)
		return INFINITY;
	if (undisturbed >= STATS_PRECISION_VALUES_MIN && half_width <= precision)
		return 0;
	return (undisturbed < STATS_INTERVAL_VALUES_MIN ? 1 : fmin(half_width, 1)) /
	       (double)replicates;
}

/* A job's turn within a kind: the lower, the earlier. */
struct turn {
	double replicates; /* infinite: it has those that it gets in any case */
	double heap_bytes, gain;
};

static struct turn turn_of(const struct allot_job *job, enum wire_kind kind)
{
	const struct allot_task *task = &job->tasks[kind];
	bool is_due = task->replicates < worker_kinds[kind].first || !isfinite(task->need);
	return (struct turn){.replicates = is_due ? (double)task->replicates : INFINITY,
			     .heap_bytes = (double)job->heap_bytes,
			     .gain = is_due ? 0 : task->need / fmax(task->cost_s, 1e-3)};
}

static bool is_before(const struct turn *a, const struct turn *b)
{
	if (a->replicates < b->replicates || b->replicates < a->replicates)
		return a->replicates < b->replicates;
	return isfinite(a->replicates) ? a->heap_bytes < b->heap_bytes : a->gain > b->gain;
}

/* The job of this kind that is next, of those with fewer than `most` replicates; job_count if none is. */
static size_t next_of(const struct allot_job *jobs, size_t job_count, double left_s,
		      enum wire_kind kind, unsigned long most)
{
	size_t best = job_count;
	struct turn first = {0};
	for (size_t i = 0; i < job_count; i++) {
		const struct allot_task *task = &jobs[i].tasks[kind];
		if (!task->is_open || task->cost_s > left_s || task->replicates >= most ||
		    (task->need <= 0 && task->replicates >= worker_kinds[kind].first))
			continue;
		struct turn turn = turn_of(&jobs[i], kind);
		if (best == job_count || is_before(&turn, &first)) {
			best = i;
			first = turn;
		}
	}
	return best;
}

bool allot_next(const struct allot_job *jobs, size_t job_count,
		const double spent_s[WIRE_KIND_COUNT], double left_s, size_t *job,
		enum wire_kind *kind)
{
	const struct worker_kind *of_all = &worker_kinds[WIRE_ALL];
	size_t headline = next_of(jobs, job_count, left_s, WIRE_HEADLINE, ULONG_MAX);
	size_t all = next_of(jobs, job_count, left_s, WIRE_ALL, of_all->in_share);
	bool is_late = spent_s[WIRE_ALL] / of_all->share <=
		       spent_s[WIRE_HEADLINE] / worker_kinds[WIRE_HEADLINE].share;
	bool takes_all = all < job_count && (is_late || jobs[all].tasks[WIRE_ALL].replicates == 0);
	if (headline == job_count && !takes_all) {
		all = next_of(jobs, job_count, left_s, WIRE_ALL, ULONG_MAX);
		takes_all = all < job_count;
	}
	*kind = takes_all ? WIRE_ALL : WIRE_HEADLINE;
	*job = takes_all ? all : headline;
	return *job < job_count;
}
