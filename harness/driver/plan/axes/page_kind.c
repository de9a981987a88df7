/* The rules of page_kind: what heaps are whole pages of the kind, and what the machine has. */
#include "harness/driver/plan/axis_rules.h"

#include "harness/common/units.h"
#include "harness/driver/machine/hugepages.h"

#include <unistd.h>

/* Page kinds beside 4k are measured at the largest heap up to this, unless asked for. */
enum { OTHER_KIND_HEAP_MAX = 64 << 20 };

static bool kinds_given(const struct jobs *jobs)
{
	return jobs->plan->settings.levels[AXIS_PAGE_KIND].given;
}

/* What a heap of the kind is a multiple of. */
static uint64_t kind_bytes(uint64_t kind)
{
	return kind == PAGE_KIND_HUGETLB_1G ? GIGANTIC_BYTES
	       : kind < PAGE_KIND_SHARED    ? HUGE_BYTES
					    : (uint64_t)sysconf(_SC_PAGESIZE);
}

static uint64_t kind_heap_max(uint64_t kind)
{
	return kind == PAGE_KIND_HUGETLB_1G ? GIGANTIC_BYTES : OTHER_KIND_HEAP_MAX;
}

/* An experiment that does not name the axis has kinds beside 4k, where nobody asks, in longer runs and without named
 * heaps. */
static bool is_kind_wanted(const struct jobs *jobs)
{
	const struct settings *settings = &jobs->plan->settings;
	return kinds_given(jobs) ||
	       !axis_lists(axes[AXIS_PAGE_KIND].experiments, jobs->experiment->name) ||
	       !(settings->is_quick || settings->heaps.given);
}

/* Of the heaps that are whole pages of the kind, all if asked for by name, else those that do not take too long. */
static bool suits_kind(const struct jobs *jobs, uint64_t kind, uint64_t heap_bytes)
{
	return heap_bytes && heap_bytes % kind_bytes(kind) == 0 &&
	       (kinds_given(jobs) || heap_bytes <= kind_heap_max(kind));
}

/* Says which heaps are no whole huge pages; fails if a kind that was asked for is left without any. */
static enum outcome check_whole(const struct jobs *jobs, uint64_t level, size_t suitable)
{
	const char *kind = axis_name(&axes[AXIS_PAGE_KIND], level);
	char heaps[NOTE_BYTES], text[UNITS_TEXT_MAX], unit[UNITS_TEXT_MAX];
	const char *name = jobs->experiment->name;
	units_format_bytes(kind_bytes(level), unit);
	struct choice torn = {0};
	for (size_t i = 0; i < jobs->heaps.count; i++)
		if (!jobs->heaps.level[i] || jobs->heaps.level[i] % kind_bytes(level))
			choice_add(&torn, jobs->heaps.level[i]);
	axis_rules_name_heaps(torn.level, torn.count, heaps);
	if (kinds_given(jobs) && !suitable && torn.count)
		return fail(jobs->problem,
			    "cannot build a heap of page kind %s for %s: %s is not a multiple of "
			    "%s; give a --heap that is",
			    kind, name, heaps, unit);
	if (kinds_given(jobs) && torn.count)
		notes_add(&jobs->plan->left_out, "page kind %s of %s at %s: not a multiple of %s",
			  kind, name, heaps, unit);
	if (!kinds_given(jobs) && !suitable && jobs->heaps.count)
		notes_add(&jobs->plan->left_out,
			  "page kind %s of %s: no heap up to %s is a multiple of %s; ask for it "
			  "with --page-kind",
			  kind, name, units_format_bytes(kind_heap_max(level), text), unit);
	return OUTCOME_OK;
}

static enum outcome choose_kind_heaps(const struct jobs *jobs, uint64_t kind, struct choice *heaps)
{
	heaps->count = 0;
	if (!is_kind_wanted(jobs))
		return OUTCOME_OK;
	for (size_t i = jobs->heaps.count; i-- > 0;)
		if (suits_kind(jobs, kind, jobs->heaps.level[i]))
			heaps->level[heaps->count++] = jobs->heaps.level[i];
	if (check_whole(jobs, kind, heaps->count))
		return OUTCOME_FAILED;
	if (!kinds_given(jobs) && heaps->count)
		heaps->count = 1;
	return OUTCOME_OK;
}

static enum outcome can_kind(const struct jobs *jobs, const struct plan_job *job, bool *can)
{
	const enum page_kind kind = (enum page_kind)job->level[AXIS_PAGE_KIND];
	char why[PROBLEM_TEXT_MAX];
	*can = hugepages_check(kind, job->heap_bytes * (jobs->experiment->copies_heap ? 2 : 1),
			       why);
	if (*can || plan_leave_out(jobs->plan, job, why, &jobs->plan->gaps))
		return OUTCOME_OK;
	return fail(jobs->problem, "cannot build a heap of page kind %s: %s",
		    axis_name(&axes[AXIS_PAGE_KIND], kind), why);
}

/* No page of shared memory is ever write-protected by a fork, and of a file mapped privately no page is written. */
static const char *clash_kind(const uint64_t level[AXIS_COUNT], uint64_t heap_bytes)
{
	(void)heap_bytes;
	return level[AXIS_PAGE_KIND] >= PAGE_KIND_SHARED && level[AXIS_STATE] != STATE_DIRTY
		       ? "its pages have one state"
		       : NULL;
}

/* What has no pages of its own has none that a child could copy. */
static bool skips_copies(const struct plan *plan, uint64_t level, uint32_t arm)
{
	return level >= PAGE_KIND_SHARED && plan->arm_primitive[arm] &&
	       plan->arm_primitive[arm]->traits & TRAIT_COPIES_HEAP;
}

static enum outcome check_kinds(const struct plan *plan, const struct choice *levels,
				struct problem *problem)
{
	for (size_t i = 0; i < levels->count; i++) {
		const uint64_t level[AXIS_COUNT] = {
			[AXIS_PAGE_KIND] = levels->level[i], [AXIS_STATE] = STATE_WRITE_PROTECTED};
		const char *kind = axis_name(&axes[AXIS_PAGE_KIND], levels->level[i]);
		bool is_for_any = levels->level[i] == axis_plain(&axes[AXIS_PAGE_KIND]);
		for (uint32_t e = 0; e < plan->catalog.experiment_count; e++)
			is_for_any = is_for_any || (plan->settings.experiments[e] &&
						    axis_rules_has(AXIS_PAGE_KIND, levels->level[i],
								   &plan->catalog.experiments[e]));
		if (!is_for_any)
			return fail(problem,
				    "cannot use --page-kind %s: it is for %s alone; choose "
				    "--experiment %s, or leave it out",
				    kind, axes[AXIS_PAGE_KIND].experiments,
				    axes[AXIS_PAGE_KIND].experiments);
		if (clash_kind(level, 0) &&
		    !choice_has(&plan->settings.levels[AXIS_STATE], STATE_DIRTY))
			return fail(problem, "cannot use --page-kind %s: %s; add --state dirty",
				    kind, clash_kind(level, 0));
	}
	return OUTCOME_OK;
}

static enum outcome arrange_kind(const struct plan_job *job, struct wire_request *request,
				 struct problem *problem)
{
	(void)request;
	return hugepages_enable((enum page_kind)job->level[AXIS_PAGE_KIND],
				job->heap_bytes * (1 + job->copies_heap), problem);
}

AXIS_RULE(PAGE_KIND, .apart = APART_ALWAYS, .choose_heaps = choose_kind_heaps, .clash = clash_kind,
	  .skips = skips_copies, .check = check_kinds, .can = can_kind, .arrange = arrange_kind);
