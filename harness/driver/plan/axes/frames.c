/* The rules of frames: heaps with frames enough for an order. */
#include "harness/driver/plan/axis_rules.h"

#include "harness/common/pagemap.h"
#include "harness/common/units.h"

/* Chance alone puts too many of few frames side by side. Below the second the frames' metadata fits the caches, and levels
 * beside as-given say little, unless asked for. */
enum { FRAMES_HEAP_MIN = 4 << 20, FRAMES_UNASKED_HEAP_MIN = 256 << 20 };

static bool runs_frames_at(const struct jobs *jobs, uint64_t level, uint64_t heap_bytes)
{
	(void)jobs;
	return level == axis_plain(&axes[AXIS_FRAMES]) || heap_bytes >= FRAMES_HEAP_MIN;
}

static enum outcome choose_frames_heaps(const struct jobs *jobs, uint64_t level,
					struct choice *heaps)
{
	(void)level;
	heaps->count = 0;
	for (size_t i = 0; i < jobs->heaps.count; i++)
		if (jobs->heaps.level[i] >= FRAMES_UNASKED_HEAP_MIN)
			choice_add(heaps, jobs->heaps.level[i]);
	return OUTCOME_OK;
}

/* Heaps too small for the levels that were asked for. */
static void note_frames(const struct jobs *jobs)
{
	const struct choice *levels = &jobs->plan->settings.levels[AXIS_FRAMES];
	struct choice small = {0};
	char heaps[NOTE_BYTES], names[NOTE_BYTES], text[UNITS_TEXT_MAX];
	for (size_t i = 0; i < jobs->heaps.count; i++)
		if (jobs->heaps.level[i] < FRAMES_HEAP_MIN)
			choice_add(&small, jobs->heaps.level[i]);
	if (levels->given && choice_names(&axes[AXIS_FRAMES], levels, names, sizeof names) &&
	    small.count)
		notes_add(&jobs->plan->left_out, "--frames %s of %s at %s: less than %s", names,
			  jobs->experiment->name,
			  axis_rules_name_heaps(small.level, small.count, heaps),
			  units_format_bytes(FRAMES_HEAP_MIN, text));
}

static enum outcome check_frames(const struct plan *plan, const struct choice *levels,
				 struct problem *problem)
{
	const struct choice *heaps = &plan->settings.heaps;
	char names[NOTE_BYTES], text[UNITS_TEXT_MAX];
	if (!choice_names(&axes[AXIS_FRAMES], levels, names, sizeof names) || !heaps->given ||
	    (heaps->count && heaps->level[heaps->count - 1] >= FRAMES_HEAP_MIN))
		return OUTCOME_OK;
	return fail(problem, "cannot use --frames %s: it takes a heap of %s; give a larger --heap",
		    names, units_format_bytes(FRAMES_HEAP_MIN, text));
}

/* What cannot be verified is not measured. */
static enum outcome can_frames(const struct jobs *jobs, const struct plan_job *job, bool *can)
{
	static const char why[] = "not permitted: " PAGEMAP_HIDDEN;
	*can = pagemap_shows_frames();
	if (*can || plan_leave_out(jobs->plan, job, why, &jobs->plan->gaps))
		return OUTCOME_OK;
	return fail(jobs->problem, "cannot use --frames %s: %s",
		    axis_name(&axes[AXIS_FRAMES], job->level[AXIS_FRAMES]), why);
}

AXIS_RULE(FRAMES, .apart = APART_UNASKED, .choose_heaps = choose_frames_heaps, .can = can_frames,
	  .runs_at = runs_frames_at, .note = note_frames, .check = check_frames);
