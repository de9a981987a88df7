/* cache: warm caches are settled after the heap was prepared, cold ones are walked over (METHODOLOGY, "State
 * before the window"). */
#include "harness/worker/arena.h"
#include "harness/worker/effects.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>

enum { CACHE_LINE_BYTES = 64 };

/* The buffer that cold samples walk over: shared memory, kept out of children. */
static const volatile char *memory;

static enum outcome begin(struct run *run, uint64_t level)
{
	(void)level; /* a worker has cells of both */
	size_t bytes = run->request->evict_bytes;
	if (bytes == 0)
		return OUTCOME_OK;
	void *made = arena_share(bytes, "the cache eviction buffer", run->problem);
	if (!made)
		return OUTCOME_FAILED;
	if (madvise(made, bytes, MADV_DONTFORK) < 0)
		return fail(run->problem,
			    "cannot keep the eviction buffer out of children: %s; this kernel "
			    "lacks MADV_DONTFORK",
			    strerror(errno));
	memory = made;
	return OUTCOME_OK;
}

/* To prepare a large heap walks over the caches, and without this even vfork, which does not touch the heap,
 * would seem to grow with it. */
static enum outcome prepare(struct run *run, const struct arm *arm, uint64_t level)
{
	if (level == CACHE_WARM && arm->experiment->spawns)
		return child_settle(run, arm);
	return OUTCOME_OK;
}

/* Reads one byte of every cache line: drives what was in the caches out of them. */
static void before_sample(const struct run *run, uint64_t level)
{
	if (level == CACHE_COLD && memory)
		for (size_t at = 0; at < run->request->evict_bytes; at += CACHE_LINE_BYTES)
			(void)memory[at];
}

AXIS_EFFECT(CACHE, .begin = begin, .prepare = prepare, .before_sample = before_sample);
