#include "harness/driver/plan/jobs.h"

#include "harness/common/units.h"
#include "harness/driver/machine/memory.h"
#include "harness/driver/plan/axis_rules.h"
#include "harness/driver/plan/kinds.h"

#include <string.h>

/* Beyond this counts only grow with the pages, and counted passes are expensive. */
enum { COUNTED_HEAP_MAX = 64 << 20 };

static bool varies(const struct jobs *jobs, enum axis_id axis)
{
	return jobs->experiment->varies >> axis & 1;
}

/* ---- heaps ---- */

/* The experiment's own sizes, or the preset's; within a quarter of what is available. */
static enum outcome choose_own_heaps(struct jobs *jobs)
{
	char heaps[NOTE_BYTES], left[UNITS_TEXT_MAX];
	const char *own = jobs->plan->settings.is_quick ? jobs->experiment->quick_heaps
							: jobs->experiment->heaps;
	uint64_t available = 0;
	const char *limited_by;
	if (*own && choice_parse(&axis_heap, own, &jobs->heaps, jobs->problem))
		return OUTCOME_FAILED;
	if (memory_available(&available, &limited_by, jobs->problem))
		return OUTCOME_FAILED;
	size_t all = jobs->heaps.count;
	while (jobs->heaps.count > 1 && jobs->heaps.level[jobs->heaps.count - 1] > available / 4)
		jobs->heaps.count--;
	if (jobs->heaps.count < all)
		notes_add(&jobs->plan->left_out,
			  "%s at %s: more than a quarter of the %s that %s leaves; ask for it with "
			  "--heap",
			  jobs->experiment->name,
			  axis_rules_name_heaps(jobs->heaps.level + jobs->heaps.count,
						all - jobs->heaps.count, heaps),
			  units_format_bytes(available, left), limited_by);
	return OUTCOME_OK;
}

/* The experiment's heap sizes. Those given by name are never dropped, but for a heap of no pages where
 * that makes no sense. */
static enum outcome choose_heaps(struct jobs *jobs)
{
	const struct settings *settings = &jobs->plan->settings;
	jobs->heaps = settings->heaps;
	if (!settings->heaps.given && choose_own_heaps(jobs))
		return OUTCOME_FAILED;
	/* Sizes are sorted. */
	if (!jobs->experiment->needs_heap || !jobs->heaps.count || jobs->heaps.level[0] != 0)
		return OUTCOME_OK;
	memmove(jobs->heaps.level, jobs->heaps.level + 1,
		--jobs->heaps.count * sizeof *jobs->heaps.level);
	if (jobs->heaps.count || !settings->experiments_given) {
		notes_add(&jobs->plan->left_out, "%s at heap 0: it needs pages",
			  jobs->experiment->name);
		return OUTCOME_OK;
	}
	return fail(jobs->problem, "cannot run %s without a heap; give a --heap larger than 0",
		    jobs->experiment->name);
}

/* ---- combinations ---- */

/* A number that takes several values in turn. */
struct dimension {
	uint64_t *into;
	struct choice values;
};

typedef enum outcome visit(void *context);

/* Visits all combinations, the last dimension's values the fastest. Stops at a failure. */
static enum outcome each_combination(const struct dimension *dimensions, size_t count,
				     visit *visit_one, void *context)
{
	if (count == 0)
		return visit_one(context);
	for (size_t i = 0; i < dimensions->values.count; i++) {
		*dimensions->into = dimensions->values.level[i];
		if (each_combination(dimensions + 1, count - 1, visit_one, context))
			return OUTCOME_FAILED;
	}
	return OUTCOME_OK;
}

/* ---- cells ---- */

/* A job in the making, and the next cell of it. */
struct making {
	struct jobs *jobs;
	struct plan_job job;
	struct wire_cell cell;
	enum axis_id apart; /* AXIS_COUNT: none */
	bool all_cells;     /* else only the plain one */
	bool copies_heap;   /* each starter's heap is copied */
	uint32_t histogram_arms;
};

/* Whether the levels of a cell are plain, but for those of axes that are counted at all levels, or that need a new
 * worker. */
static bool is_plain(const uint64_t level[AXIS_COUNT], bool for_counting)
{
	for (enum axis_id axis = 0; axis < AXIS_COUNT; axis++) {
		bool is_excepted = for_counting ? axes[axis].is_counted_at_all_levels
						: axes[axis].needs_new_worker;
		if (!is_excepted && level[axis] != axis_plain(&axes[axis]))
			return false;
	}
	return true;
}

/* Notes why not, where levels were asked for. */
static bool goes_together(const struct making *making)
{
	const struct jobs *jobs = making->jobs;
	char level[AXIS_TEXT_MAX], words[NOTE_BYTES] = "", one[AXIS_WORDS_MAX];
	for (enum axis_id id = 0; id < AXIS_COUNT; id++) {
		const struct axis_rule *rule = axis_rule(id);
		const char *why = rule->clash
					  ? rule->clash(making->cell.level, making->job.heap_bytes)
					  : NULL;
		if (!why)
			continue;
		if (!*why)
			return false;
		for (enum axis_id axis = 0; axis < AXIS_COUNT; axis++)
			if (!axes[axis].needs_new_worker && varies(jobs, axis) &&
			    making->cell.level[axis] != axis_plain(&axes[axis]))
				notes_append(
					words, sizeof words, ", %s",
					axis_short_words(&axes[axis],
							 axis_text(&axes[axis],
								   making->cell.level[axis], level),
							 one));
		notes_add(&jobs->plan->left_out, "--%s %s of %s%s: %s", axes[id].option,
			  axis_text(&axes[id], making->cell.level[id], level),
			  jobs->experiment->name, words, why);
		return false;
	}
	return true;
}

static enum outcome add_cell(void *context)
{
	struct making *making = context;
	struct plan_job *job = &making->job;
	const struct plan *plan = making->jobs->plan;
	if (!making->all_cells && !is_plain(making->cell.level, false))
		return OUTCOME_OK;
	for (enum axis_id axis = 0; axis < AXIS_COUNT; axis++) {
		const struct axis_rule *rule = axis_rule(axis);
		if (rule->runs_at &&
		    !rule->runs_at(making->jobs, making->cell.level[axis], job->heap_bytes))
			return OUTCOME_OK;
	}
	if (!goes_together(making))
		return OUTCOME_OK;
	if (job->cell_count == WIRE_CELLS_MAX)
		return fail(making->jobs->problem,
			    "cannot plan more than %d cells for %s; choose fewer levels",
			    WIRE_CELLS_MAX, making->jobs->experiment->name);
	kinds_set(plan, job,
		  is_plain(making->cell.level, true) &&
			  (plan->settings.heaps.given || job->heap_bytes <= COUNTED_HEAP_MAX),
		  &making->cell);
	job->evicts = axis_rules_set_burst(&making->cell) || job->evicts;
	job->works = making->cell.level[AXIS_CACHE] == CACHE_USED || job->works;
	memset(making->cell.skips, 0, sizeof making->cell.skips);
	for (uint32_t a = 0; a < job->arm_count; a++)
		for (enum axis_id axis = 0; axis < AXIS_COUNT; axis++)
			if (axis_rules_skips(plan, axis, making->cell.level[axis],
					     job->arm_from + a))
				making->cell.skips[a / 64] |= 1ull << a % 64;
	job->cells[job->cell_count++] = making->cell;
	return OUTCOME_OK;
}

/* All combinations of levels within a job. */
static enum outcome add_cells(struct making *making)
{
	struct dimension dimensions[AXIS_COUNT];
	size_t count = 0;
	memcpy(making->cell.level, making->job.level, sizeof making->cell.level);
	for (enum axis_id axis = 0; axis < AXIS_COUNT; axis++)
		if (!axes[axis].needs_new_worker && varies(making->jobs, axis))
			dimensions[count++] =
				(struct dimension){&making->cell.level[axis],
						   making->jobs->plan->settings.levels[axis]};
	return each_combination(dimensions, count, add_cell, making);
}

/* ---- jobs ---- */

/* Levels that come as a help, unasked, do so in the plain cell alone. */
static void note_no_plain_cell(const struct making *making)
{
	char cell[NOTE_BYTES] = "", level[AXIS_TEXT_MAX];
	for (enum axis_id axis = 0; axis < AXIS_COUNT; axis++)
		if (!axes[axis].needs_new_worker && varies(making->jobs, axis))
			notes_append(cell, sizeof cell, "%s%s", *cell ? ", " : "",
				     axis_plain_name(&axes[axis]));
	const struct axis *axis = &axes[making->apart];
	notes_add(&making->jobs->plan->left_out,
		  "--%s %s of %s: by default it runs only %s, which is not chosen; ask for it by "
		  "name",
		  axis->option, axis_text(axis, making->job.level[making->apart], level),
		  making->jobs->experiment->name, cell);
}

/* The job whose heap and levels are set, if these can be had. */
static enum outcome add_job(void *context)
{
	struct making *making = context;
	struct jobs *jobs = making->jobs;
	struct plan *plan = jobs->plan;
	struct plan_job *job = &making->job;
	job->cell_count = 0;
	job->evicts = job->works = false;
	job->copies_heap = making->copies_heap ? (uint32_t)job->level[AXIS_STARTERS] : 0;
	for (enum axis_id axis = 0; axis < AXIS_COUNT; axis++) {
		const struct axis_rule *rule = axis_rule(axis);
		bool can = true;
		if (rule->can && job->level[axis] != axis_plain(&axes[axis]) &&
		    rule->can(jobs, job, &can))
			return OUTCOME_FAILED;
		if (!can)
			return OUTCOME_OK;
	}
	if (add_cells(making))
		return OUTCOME_FAILED;
	if (job->cell_count == 0) {
		if (!making->all_cells)
			note_no_plain_cell(making);
		return OUTCOME_OK;
	}
	/* A worker keeps a histogram for each arm and cell of an experiment that has them. */
	if (making->histogram_arms * job->cell_count > WIRE_HISTOGRAMS_MAX)
		return fail(jobs->problem,
			    "cannot keep more than %d histograms of %s; choose fewer levels",
			    WIRE_HISTOGRAMS_MAX, jobs->experiment->name);
	if (plan->job_count == PLAN_JOBS_MAX)
		return fail(jobs->problem, "cannot plan more than %d jobs; name fewer with --heap",
			    PLAN_JOBS_MAX);
	plan->jobs[plan->job_count++] = *job;
	return OUTCOME_OK;
}

static bool is_apart(const struct jobs *jobs, enum axis_id axis)
{
	enum axis_apart apart = axis_rules_apart(axis, jobs->experiment);
	return apart == APART_ALWAYS ||
	       (apart == APART_UNASKED && !jobs->plan->settings.levels[axis].given);
}

/* The levels that were asked for, or that run where nobody asks. */
static struct choice chosen(const struct jobs *jobs, enum axis_id axis)
{
	struct choice levels = jobs->plan->settings.levels[axis];
	const struct axis_rule *rule = axis_rule(axis);
	if (levels.count == 0 && rule->choose)
		rule->choose(jobs, &levels);
	return levels;
}

/* The levels of an axis that run in all combinations. */
static struct choice levels_of(const struct jobs *jobs, enum axis_id axis)
{
	struct choice levels = {0};
	uint64_t plain = axis_plain(&axes[axis]);
	if (varies(jobs, axis))
		levels = chosen(jobs, axis);
	if (!varies(jobs, axis) || (is_apart(jobs, axis) && choice_has(&levels, plain)))
		choice_set(&levels, plain);
	else if (is_apart(jobs, axis))
		levels.count = 0;
	return levels;
}

/* A job for each heap and combination of levels that need a worker of their own, as numbers of threads do: where
 * one ran, its CPU stays in the TLB mask of the caller's memory for a while (METHODOLOGY, "Placement"). If
 * `apart` is an axis, it has this level alone, and the other axes that may be apart their plain one. */
static enum outcome add_jobs(struct jobs *jobs, const struct choice *heaps, enum axis_id apart,
			     uint64_t level)
{
	struct making making = {.jobs = jobs, .apart = apart, .all_cells = true};
	struct dimension dimensions[AXIS_COUNT + 1];
	const struct plan *plan = jobs->plan;
	size_t count = 0;
	making.job.experiment = jobs->experiment;
	making.job.arm_from = jobs->arm_from;
	making.job.arm_count = plan->arm_count - jobs->arm_from;
	making.copies_heap = jobs->experiment->copies_heap;
	for (uint32_t a = jobs->arm_from; a < plan->arm_count; a++) {
		const struct wire_primitive *primitive = plan->arm_primitive[a];
		if (primitive && primitive->traits & TRAIT_COPIES_HEAP)
			making.copies_heap = true;
		making.histogram_arms += plan->arm_experiment[a]->histogram != 0;
	}
	axes_set_plain(making.job.level);
	if (apart < AXIS_COUNT) {
		making.job.level[apart] = level;
		making.all_cells = plan->settings.levels[apart].given;
	}
	/* Heaps vary faster than placements, and more slowly than threads. */
	for (enum axis_id axis = 0; apart == AXIS_COUNT && axis < AXIS_COUNT; axis++)
		if (axes[axis].needs_new_worker && axis_rules_apart(axis, jobs->experiment))
			dimensions[count++] =
				(struct dimension){&making.job.level[axis], levels_of(jobs, axis)};
	dimensions[count++] = (struct dimension){&making.job.heap_bytes, *heaps};
	for (enum axis_id axis = 0; axis < AXIS_COUNT; axis++)
		if (axes[axis].needs_new_worker && !axis_rules_apart(axis, jobs->experiment))
			dimensions[count++] =
				(struct dimension){&making.job.level[axis], levels_of(jobs, axis)};
	return each_combination(dimensions, count, add_job, &making);
}

/* Another axis that needs a new worker and of which the plain level is not chosen; AXIS_COUNT: none. */
static enum axis_id not_plain(const struct jobs *jobs, enum axis_id apart)
{
	enum axis_id axis = 0;
	while (axis < AXIS_COUNT &&
	       (axis == apart || !axes[axis].needs_new_worker || !varies(jobs, axis) ||
		!jobs->plan->settings.levels[axis].given ||
		choice_has(&jobs->plan->settings.levels[axis], axis_plain(&axes[axis]))))
		axis++;
	return axis;
}

/* The levels of an axis that are apart. */
static enum outcome add_apart(struct jobs *jobs, enum axis_id axis)
{
	const struct choice levels = chosen(jobs, axis);
	bool unasked = axis_rules_apart(axis, jobs->experiment) == APART_UNASKED;
	enum axis_id other = not_plain(jobs, axis);
	char name[AXIS_TEXT_MAX];
	/* Who names a heap asks about that heap. */
	if (unasked && axes[axis].is_apart && jobs->plan->settings.heaps.given)
		return OUTCOME_OK;
	for (size_t i = 0; i < levels.count; i++) {
		const uint64_t level = levels.level[i];
		struct choice heaps = {0};
		if (level == axis_plain(&axes[axis]))
			continue;
		if (!axis_rules_has(axis, level, jobs->experiment)) {
			if (levels.given)
				notes_add(&jobs->plan->left_out,
					  "--%s %s of %s: it is for %s alone", axes[axis].option,
					  axis_text(&axes[axis], level, name),
					  jobs->experiment->name, axes[axis].experiments);
			continue;
		}
		if (axis_rules_choose_heaps(jobs, axis, level, &heaps))
			return OUTCOME_FAILED;
		if (heaps.count && !levels.given && other < AXIS_COUNT) {
			notes_add(&jobs->plan->left_out,
				  "--%s of %s beside %s: by default it runs only with --%s %s, "
				  "which is not chosen; ask for it by name",
				  axes[axis].option, jobs->experiment->name,
				  axis_plain_name(&axes[axis]), axes[other].option,
				  axis_plain_name(&axes[other]));
			return OUTCOME_OK;
		}
		if (add_jobs(jobs, &heaps, axis, level))
			return OUTCOME_FAILED;
	}
	return OUTCOME_OK;
}

enum outcome jobs_add(struct plan *plan, const struct wire_experiment *experiment,
		      uint32_t arm_from, struct problem *problem)
{
	struct jobs jobs = {
		.plan = plan, .experiment = experiment, .arm_from = arm_from, .problem = problem};
	if (choose_heaps(&jobs))
		return OUTCOME_FAILED;
	for (enum axis_id axis = 0; axis < AXIS_COUNT; axis++)
		if (varies(&jobs, axis))
			axis_rules_note(&jobs, axis);
	/* Counting takes long; what was not asked for by name is not counted at large heaps. */
	if (experiment->is_countable && plan->counters.count && !plan->settings.heaps.given)
		axis_rules_note_expensive(&jobs, "counters", COUNTED_HEAP_MAX, "--heap");
	if (add_jobs(&jobs, &jobs.heaps, AXIS_COUNT, 0))
		return OUTCOME_FAILED;
	for (enum axis_id axis = 0; axis < AXIS_COUNT; axis++)
		if (varies(&jobs, axis) && is_apart(&jobs, axis) && add_apart(&jobs, axis))
			return OUTCOME_FAILED;
	return OUTCOME_OK;
}
