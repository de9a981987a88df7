/* The rules of cache: used and cold cells are expensive: fewer heaps and arms have them. */
#include "harness/driver/plan/axis_rules.h"

#include "harness/driver/plan/kinds.h"

/* Used and cold cells are measured at no larger heap, unless asked for: what a fork of more than this goes through
 * displaces the caches by itself (METHODOLOGY, "State before the window"), and what shares memory takes as long at any size. */
enum { UNSETTLED_HEAP_MAX = 64 << 20 };

/* Each cold sample waits for a walk over the eviction buffer, which takes a hundred times as long as most calls, and each
 * used one for a program's work. So where nobody asked for more, such cells have the headline's arms. The rulers run in
 * every cell: they check it. */
static bool skips_unsettled(const struct plan *plan, uint64_t level, uint32_t arm)
{
	return level != CACHE_WARM && plan->arm_primitive[arm] &&
	       !plan->settings.levels[AXIS_CACHE].given && !kinds_is_headline(plan, arm);
}

static bool runs_cache_at(const struct jobs *jobs, uint64_t level, uint64_t heap_bytes)
{
	const struct settings *settings = &jobs->plan->settings;
	if (level == CACHE_WARM || settings->heaps.given || settings->levels[AXIS_CACHE].given)
		return true;
	const struct choice three = axis_rules_three(jobs, UNSETTLED_HEAP_MAX);
	return choice_has(&three, heap_bytes);
}

/* Heaps without cells of the level, and primitives that the others lack. */
static void note_unsettled(const struct jobs *jobs, uint64_t level)
{
	struct plan *plan = jobs->plan;
	const char *name = axis_name(&axes[AXIS_CACHE], level);
	struct choice left = {0};
	char names[NOTE_BYTES] = "";
	if (!choice_has(&plan->settings.levels[AXIS_CACHE], level))
		return;
	for (size_t i = 0; i < jobs->heaps.count; i++)
		if (!runs_cache_at(jobs, level, jobs->heaps.level[i]))
			choice_add(&left, jobs->heaps.level[i]);
	axis_rules_name_heaps(left.level, left.count, names);
	if (left.count)
		notes_add(&plan->left_out,
			  "%s caches of %s at %s: expensive; ask for them with --cache %s", name,
			  jobs->experiment->name, names, name);
	*names = '\0';
	for (uint32_t a = jobs->arm_from; a < plan->arm_count; a++)
		if (skips_unsettled(plan, level, a) &&
		    (a == jobs->arm_from || plan->arm_primitive[a] != plan->arm_primitive[a - 1]))
			notes_append(names, sizeof names, "%s%s", *names ? ", " : "",
				     plan->arm_primitive[a]->name);
	if (*names)
		notes_add(&plan->left_out,
			  "%s caches of %s with %s: expensive; ask for them with --cache %s or "
			  "--primitive",
			  name, jobs->experiment->name, names, name);
}

static void note_caches(const struct jobs *jobs)
{
	note_unsettled(jobs, CACHE_USED);
	note_unsettled(jobs, CACHE_COLD);
}

AXIS_RULE(CACHE, .runs_at = runs_cache_at, .skips = skips_unsettled, .note = note_caches);
