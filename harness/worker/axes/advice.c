/* advice: what a program tells the kernel of its heap: that children do not inherit it, or that it stays in memory
 * (METHODOLOGY, "Axes of the process"). */
#include "harness/worker/effects.h"
#include "harness/worker/heap.h"

#include "harness/common/textfile.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>

/* Raises the soft limit as far as is permitted. Who may lock anything is held to none. */
static enum outcome lock_heap(struct run *run)
{
	struct rlimit limit;
	if (run->pages->broken)
		return fail(run->problem,
			    "cannot lock a heap of page kind %s: it is mapped again for each "
			    "sample; leave out --advice locked",
			    axis_name(&axes[AXIS_PAGE_KIND], run->request->level[AXIS_PAGE_KIND]));
	if (getrlimit(RLIMIT_MEMLOCK, &limit) == 0 && limit.rlim_cur < run->heap_bytes) {
		limit.rlim_cur = limit.rlim_max;
		setrlimit(RLIMIT_MEMLOCK, &limit);
	}
	if (mlock(run->heap, run->heap_bytes) == 0)
		return OUTCOME_OK;
	return HEAP_LACKS(run,
			  "cannot lock a heap of %zu bytes: %s; raise the limit on locked memory "
			  "(ulimit -Hl), or use a smaller --heap",
			  run->heap_bytes, strerror(errno));
}

static enum outcome make(struct run *run)
{
	switch ((enum heap_advice)run->request->level[AXIS_ADVICE]) {
	case ADVICE_DONTFORK:
		if (child_heap_copied(run, false))
			return OUTCOME_FAILED;
		run->is_heap_kept = true;
		return OUTCOME_OK;
	case ADVICE_LOCKED:
		return lock_heap(run);
	default:
		return OUTCOME_OK;
	}
}

/* Whether a child has the heap, by what the kernel tells it. */
static enum outcome ask_child(struct run *run)
{
	const long id = raw_clone(SIGCHLD);
	if (id == 0) {
		long result = raw_syscall(SYS_mincore, (long)run->heap, (long)run->touch.page_bytes,
					  (long)run->scratch, 0, 0);
		raw_exit_group(result == -ENOMEM ? WIRE_STATUS_CHILD : WIRE_STATUS_UNMOVED);
	}
	return child_reap(run, id, WIRE_STATUS_CHILD, "find the heap not inherited");
}

static enum outcome verify(struct run *run, uint64_t level, const struct wire_cell_facts *facts)
{
	(void)facts;
	if (level == ADVICE_DONTFORK)
		return ask_child(run);
	const uint64_t locked_bytes = textfile_status(0, "VmLck", 10);
	if (level != ADVICE_LOCKED || locked_bytes == run->heap_bytes)
		return OUTCOME_OK;
	return fail(run->problem,
		    "cannot trust the heap: %lld of its %zu bytes are locked; mount /proc, or "
		    "report this",
		    (long long)locked_bytes, run->heap_bytes);
}

AXIS_EFFECT(ADVICE, .make = make, .verify = verify);
