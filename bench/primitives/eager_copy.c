/* Measures: clone(SIGCHLD) whose child writes every heap page before it acts: the copying that the
 *           first Unix did at fork, done page by page through faults.
 * Excludes: the bulk copying that a kernel could do without faults.
 * Expect:   reaped_ns grows by a page copy and a fault per page; call_ns as clone. */
#include "harness/worker/bench.h"

enum { PAGE_BYTES = 4096 };

static void start(struct run *run, enum action action)
{
	uint64_t called = clock_ticks();
	long id = raw_clone(SIGCHLD);
	if (id == 0) {
		child_begin(run, run->stamping);
		const struct heap_spread heap = run->spread;
		for (size_t part = 0; part < heap.span_bytes; part += heap.step_bytes)
			for (size_t at = part; at < part + heap.part_bytes && at < heap.span_bytes;
			     at += PAGE_BYTES)
				((volatile char *)run->heap)[at] = 1;
		child_end(run, action);
	}
	uint64_t returned = clock_ticks_after();
	child_started(run, called, returned, id);
}

PRIMITIVE(eager_copy, .summary = "clone(SIGCHLD) whose child writes every heap page: a full copy",
	  .refuses_exec = "exec would only free the copy; its cost is shown with exit",
	  .traits = TRAIT_COPIES_HEAP | TRAIT_NOT_STAMPED, .start = start);
