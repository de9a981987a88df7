/* The rules of density: heaps that are not too large to be spread. */
#include "harness/driver/plan/axis_rules.h"

/* One page in each 2 MiB of this: 32 GiB of address space, and as much memory for page tables as for pages. */
enum { SPREAD_HEAP_MAX = 64 << 20 };

static bool runs_density_at(const struct jobs *jobs, uint64_t level, uint64_t heap_bytes)
{
	(void)jobs;
	return level == axis_plain(&axes[AXIS_DENSITY]) ||
	       (heap_bytes && heap_bytes <= SPREAD_HEAP_MAX);
}

/* The orders of frames are made of a heap that lies together. */
static enum outcome check_density(const struct plan *plan, const struct choice *levels,
				  struct problem *problem)
{
	const struct choice *frames = &plan->settings.levels[AXIS_FRAMES];
	char text[NOTE_BYTES], order[NOTE_BYTES];
	if (choice_names(&axes[AXIS_DENSITY], levels, text, sizeof text) && frames->given &&
	    choice_names(&axes[AXIS_FRAMES], frames, order, sizeof order))
		return fail(problem,
			    "cannot use --density %s with --frames %s: frames are chosen for pages "
			    "side by side; leave one of them out",
			    text, order);
	return OUTCOME_OK;
}

AXIS_RULE(DENSITY, .runs_at = runs_density_at,
	  .unfit = "it takes a heap of up to 64 MiB that has pages", .check = check_density);
