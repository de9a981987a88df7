/* The rules of write_rate: paces at which the pages are written in a few seconds. */
#include "harness/driver/plan/axis_rules.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Paced writes last as long as their rate says: at no larger heap, unless asked for. */
enum { PACED_HEAP_MAX = 16 << 20 };

static const char too_slow[] = "at such a rate so many pages take more than 5 s";
_Static_assert(WRITE_RATE_PASS_S_MAX == 5, "what too_slow says");

/* What is not written has no rate. */
static const char *clash_rate(const uint64_t level[AXIS_COUNT], uint64_t heap_bytes)
{
	const uint64_t rate = level[AXIS_WRITE_RATE];
	const uint64_t pages =
		heap_bytes / (uint64_t)sysconf(_SC_PAGESIZE) * level[AXIS_WRITTEN] / 100;
	if (rate == axis_plain(&axes[AXIS_WRITE_RATE]))
		return NULL;
	return pages == 0 ? "" : pages > rate * WRITE_RATE_PASS_S_MAX ? too_slow : NULL;
}

static bool runs_rate_at(const struct jobs *jobs, uint64_t level, uint64_t heap_bytes)
{
	return level == axis_plain(&axes[AXIS_WRITE_RATE]) || heap_bytes <= PACED_HEAP_MAX ||
	       jobs->plan->settings.levels[AXIS_WRITE_RATE].given;
}

static void note_rates(const struct jobs *jobs)
{
	const struct choice *levels = &jobs->plan->settings.levels[AXIS_WRITE_RATE];
	char names[NOTE_BYTES], what[NOTE_BYTES];
	if (!choice_names(&axes[AXIS_WRITE_RATE], levels, names, sizeof names) || levels->given)
		return;
	snprintf(what, sizeof what, "write rates %.200s", names);
	axis_rules_note_expensive(jobs, what, PACED_HEAP_MAX, "--write-rate");
}

/* The first rate is the slowest. */
static enum outcome check_rates(const struct plan *plan, const struct choice *levels,
				struct problem *problem)
{
	(void)plan;
	for (size_t i = 0; i < levels->count; i++)
		if (levels->level[i] > 0 && levels->level[i] < WRITE_RATE_MIN)
			return fail(problem,
				    "cannot use --write-rate %" PRIu64
				    ": it is below %d pages/s; give a higher one, or 0 for full "
				    "speed",
				    levels->level[i], WRITE_RATE_MIN);
	return OUTCOME_OK;
}

/* A rate that was asked for and has no cell at any heap is an error: where even the largest heap has no page to write, or
 * even the smallest has too many. */
static enum outcome can_rate(const struct jobs *jobs, const struct plan_job *job, bool *can)
{
	const struct choice *written = &jobs->plan->settings.levels[AXIS_WRITTEN];
	const uint64_t *heaps = jobs->heaps.level;
	uint64_t level[AXIS_COUNT];
	bool any_slow = false;
	memcpy(level, job->level, sizeof level);
	*can = true;
	for (size_t i = 0; i < written->count; i++) {
		level[AXIS_WRITTEN] = written->level[i];
		const char *why = clash_rate(level, job->heap_bytes);
		if (!why)
			return OUTCOME_OK;
		any_slow = any_slow || *why;
	}
	if (!jobs->plan->settings.levels[AXIS_WRITE_RATE].given ||
	    job->heap_bytes != heaps[any_slow ? 0 : jobs->heaps.count - 1])
		return OUTCOME_OK;
	return fail(jobs->problem, "cannot use --write-rate %" PRIu64 ": %s; give another %s",
		    job->level[AXIS_WRITE_RATE], any_slow ? too_slow : "no page is written",
		    any_slow ? "one, or a smaller --heap or --written" : "--written or --heap");
}

AXIS_RULE(WRITE_RATE, .clash = clash_rate, .can = can_rate, .runs_at = runs_rate_at,
	  .note = note_rates, .check = check_rates);
