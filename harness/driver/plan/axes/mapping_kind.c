/* The rules of mapping_kind: more mappings than the heap's own one, for which there is memory. */
#include "harness/driver/plan/axis_rules.h"

#include "harness/common/units.h"
#include "harness/driver/machine/memory.h"

#include <inttypes.h>
#include <unistd.h>

static enum outcome check_kinds(const struct plan *plan, const struct choice *levels,
				struct problem *problem)
{
	const struct choice *mappings = &plan->settings.levels[AXIS_HEAP_MAPPINGS];
	char names[NOTE_BYTES];
	if (!choice_names(&axes[AXIS_MAPPING_KIND], levels, names, sizeof names) ||
	    (mappings->given && mappings->count && mappings->level[mappings->count - 1] > 1))
		return OUTCOME_OK;
	return fail(
		problem,
		"cannot use --mapping-kind %s: no mappings beside the heap's own are asked for; "
		"add --mappings with a number above 1, or leave the option out",
		names);
}

/* Bytes that as many mappings take with the copies that a child has: written pages, page tables, and what the kernel keeps
 * of each (vm_area_struct and anon_vma with its links, 0.5 KiB). */
static uint64_t needed_bytes(const struct plan_job *job)
{
	enum { KERNEL_BYTES = 512 };
	const uint64_t page_bytes = (uint64_t)sysconf(_SC_PAGESIZE);
	const uint64_t each[MAPPING_KIND_COUNT] = {
		[MAPPINGS_PAGE] = page_bytes, [MAPPINGS_TABLE] = 3 * page_bytes};
	return job->level[AXIS_HEAP_MAPPINGS] *
	       (each[job->level[AXIS_MAPPING_KIND]] + 2ul * KERNEL_BYTES);
}

static enum outcome can_kind(const struct jobs *jobs, const struct plan_job *job, bool *can)
{
	const char *name = axis_name(&axes[AXIS_MAPPING_KIND], job->level[AXIS_MAPPING_KIND]);
	char needed[UNITS_TEXT_MAX], left[UNITS_TEXT_MAX];
	const char *limited_by;
	uint64_t available;
	*can = job->level[AXIS_HEAP_MAPPINGS] > 1;
	if (!*can)
		notes_add(&jobs->plan->left_out,
			  "--mapping-kind %s of %s with --mappings 1: none stands beside the heap",
			  name, jobs->experiment->name);
	if (!*can)
		return OUTCOME_OK;
	if (memory_available(&available, &limited_by, jobs->problem))
		return OUTCOME_FAILED;
	if (memory_needed(job->heap_bytes, job->copies_heap, needed_bytes(job)) <= available)
		return OUTCOME_OK;
	return fail(jobs->problem,
		    "cannot make %" PRIu64 " mappings of kind %s: they take %s, and %s leaves %s; "
		    "give a smaller --mappings",
		    job->level[AXIS_HEAP_MAPPINGS], name,
		    units_format_bytes(needed_bytes(job), needed), limited_by,
		    units_format_bytes(available, left));
}

AXIS_RULE(MAPPING_KIND, .can = can_kind, .check = check_kinds);
