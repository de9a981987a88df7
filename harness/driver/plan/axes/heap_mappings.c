/* The rules of heap_mappings: as many as the heap has pages and the machine allows. */
#include "harness/driver/plan/axis_rules.h"

#include "harness/common/textfile.h"
#include "harness/common/units.h"

#include <inttypes.h>
#include <stdlib.h>
#include <unistd.h>

/* A worker has up to 30 mappings beside its heap's. */
enum { OTHER_MAPPINGS = 64 };

static const char unfit[] = "a mapping takes a page of the heap at least";

static bool has_pages(uint64_t count, uint64_t heap_bytes)
{
	return heap_bytes / (uint64_t)sysconf(_SC_PAGESIZE) >= count;
}

/* Mappings that stand beside the heap may be more than it has pages. */
static bool runs_mappings_at(const struct jobs *jobs, uint64_t level, uint64_t heap_bytes)
{
	const struct choice *kinds = &jobs->plan->settings.levels[AXIS_MAPPING_KIND];
	return level == axis_plain(&axes[AXIS_HEAP_MAPPINGS]) || has_pages(level, heap_bytes) ||
	       (kinds->given && kinds->count && kinds->level[kinds->count - 1] != MAPPINGS_OF_HEAP);
}

static enum outcome check_mappings(const struct plan *plan, const struct choice *levels,
				   struct problem *problem)
{
	(void)plan;
	if (choice_has(levels, 0))
		return fail(problem,
			    "cannot divide a heap into 0 mappings; give --mappings from 1 on");
	return OUTCOME_OK;
}

static enum outcome can_map(const struct jobs *jobs, const struct plan_job *job, bool *can)
{
	const uint64_t count = job->level[AXIS_HEAP_MAPPINGS];
	char text[TEXTFILE_MAX];
	const bool is_limited = textfile_read("/proc/sys/vm/max_map_count", text, sizeof text);
	const uint64_t most = is_limited ? strtoull(text, NULL, 10) : UINT64_MAX;
	char heap[UNITS_TEXT_MAX];
	*can = job->level[AXIS_MAPPING_KIND] != MAPPINGS_OF_HEAP ||
	       has_pages(count, job->heap_bytes);
	if (!*can)
		notes_add(&jobs->plan->left_out, "--mappings %" PRIu64 " of %s at %s: %s", count,
			  jobs->experiment->name, units_format_bytes(job->heap_bytes, heap), unfit);
	if (!*can)
		return OUTCOME_OK;
	*can = count + OTHER_MAPPINGS <= most;
	if (*can)
		return OUTCOME_OK;
	if (jobs->plan->settings.levels[AXIS_HEAP_MAPPINGS].given)
		return fail(jobs->problem,
			    "cannot use --mappings %" PRIu64 ": vm.max_map_count is %" PRIu64
			    "; raise it with sysctl",
			    count, most);
	notes_add(&jobs->plan->left_out,
		  "%" PRIu64 " mappings of %s: vm.max_map_count is %" PRIu64 "; raise it with "
		  "sysctl",
		  count, jobs->experiment->name, most);
	return OUTCOME_OK;
}

AXIS_RULE(HEAP_MAPPINGS, .runs_at = runs_mappings_at, .unfit = unfit, .can = can_map,
	  .check = check_mappings);
