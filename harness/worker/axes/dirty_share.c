/* dirty_share and dirty_layout: of a dirty heap only so many percent of the pages were written since the last fork, and
 * where these lie (METHODOLOGY, "Dirty share"). */
#include "harness/worker/chosen.h"
#include "harness/worker/effects.h"
#include "harness/worker/heap.h"
#include "harness/worker/pages.h"
#include "harness/worker/spread.h"

static struct chosen chosen;

/* Writes the pages that are chosen, or the others. Returns how many faults that took. */
static long write_those(const struct run *run, bool are_chosen)
{
	struct rusage before = {0}, after = {0};
	pages_own_rest();
	chosen_rewind(&chosen);
	/* This frame may lie on a page of the stack that is shared, too. */
	usage_read(&after);
	usage_read(&before);
	usage_read(&before);
	for (size_t page = 0; page < chosen.pages; page++)
		if (chosen_next(&chosen) == are_chosen)
			heap_write_page(run, page);
	usage_read(&after);
	return after.ru_minflt - before.ru_minflt;
}

/* A write takes a fault where the page is write-protected, and nowhere else: so each page that is written was, and
 * the others still are. */
static enum outcome rewrite(struct run *run)
{
	if (child_write_protect_heap(run))
		return OUTCOME_FAILED;
	const long faults = write_those(run, true);
	if ((size_t)faults == chosen.count)
		return OUTCOME_OK;
	return fail(
		run->problem,
		"cannot trust the heap: %ld faults for %zu pages written after a fork; leave out "
		"--dirty-share",
		faults, chosen.count);
}

static enum outcome begin(struct run *run, uint64_t level)
{
	run->rewrite = level < axis_plain(&axes[AXIS_DIRTY_SHARE]) ? rewrite : NULL;
	return OUTCOME_OK;
}

static enum outcome make(struct run *run)
{
	const uint64_t *level = run->request->level;
	chosen_begin(&chosen, (enum dirty_layout)level[AXIS_DIRTY_LAYOUT], spread_pages(run),
		     level[AXIS_DIRTY_SHARE], run->request->seed);
	return OUTCOME_OK;
}

/* Where they lie: none of those pages takes a fault any more, and each of the others one. */
static enum outcome verify(struct run *run, uint64_t level, const struct wire_cell_facts *facts)
{
	(void)facts;
	if (level == axis_plain(&axes[AXIS_DIRTY_LAYOUT]))
		return OUTCOME_OK;
	if (rewrite(run))
		return OUTCOME_FAILED;
	const long written = write_those(run, true), others = write_those(run, false);
	if (written == 0 && (size_t)others == chosen.pages - chosen.count)
		return OUTCOME_OK;
	return fail(run->problem,
		    "cannot trust the heap: %ld of %zu written pages are write-protected, and %ld "
		    "of the %zu others; leave out --dirty-layout",
		    written, chosen.count, others, chosen.pages - chosen.count);
}

AXIS_EFFECT(DIRTY_SHARE, .begin = begin, .make = make);
AXIS_EFFECT(DIRTY_LAYOUT, .verify = verify);
