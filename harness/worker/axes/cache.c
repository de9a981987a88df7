/* cache: warm caches are settled after the heap was prepared, used ones are worked over then, cold ones are walked over
 * (METHODOLOGY, "State before the window"). */
#include "harness/common/remedy.h"
#include "harness/worker/effects.h"
#include "harness/worker/work.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { CACHE_LINE_BYTES = 64 };

/* The buffer that cold samples walk over: the driver's, and the same for all workers of a run. */
static const volatile char *memory;

/* Children get neither the mapping nor the file. */
static enum outcome map_eviction_buffer(struct run *run)
{
	size_t bytes = run->request->evict_bytes;
	struct stat file;
	if (fstat(WIRE_EVICT_FD, &file) < 0 || (uint64_t)file.st_size < bytes)
		return fail(run->problem,
			    "cannot find the eviction buffer's %zu bytes: forkcost "
			    "did not hand them over; rebuild with make all",
			    bytes);
	void *mapped = mmap(NULL, bytes, PROT_READ, MAP_SHARED | MAP_POPULATE, WIRE_EVICT_FD, 0);
	if (mapped == MAP_FAILED)
		return fail(run->problem, "cannot map the eviction buffer of %zu bytes: %s; %s",
			    bytes, strerror(errno), remedy_or(errno, "use a smaller --evict"));
	if (madvise(mapped, bytes, MADV_DONTFORK) < 0)
		return fail(run->problem,
			    "cannot keep the eviction buffer out of children: %s; this kernel "
			    "lacks MADV_DONTFORK",
			    strerror(errno));
	close(WIRE_EVICT_FD);
	memory = mapped;
	return OUTCOME_OK;
}

static enum outcome begin(struct run *run, uint64_t level)
{
	const struct wire_request *request = run->request;
	(void)level; /* a worker has cells of all */
	if (request->evict_bytes && map_eviction_buffer(run))
		return OUTCOME_FAILED;
	return request->working_set_bytes ? work_make(request->working_set_bytes, run->problem)
					  : OUTCOME_OK;
}

/* To prepare a large heap walks over the caches, and without this even vfork, which does not touch the heap,
 * would seem to grow with it. */
static enum outcome prepare(struct run *run, const struct arm *arm, uint64_t level)
{
	if (level != CACHE_COLD && arm->experiment->spawns)
		return child_settle(run, arm);
	return OUTCOME_OK;
}

/* Cold: reads one byte of every cache line, which drives what was in the caches out of them. */
static void before_sample(const struct run *run, uint64_t level)
{
	if (level == CACHE_USED)
		work_do();
	if (level == CACHE_COLD && memory)
		for (size_t at = 0; at < run->request->evict_bytes; at += CACHE_LINE_BYTES)
			(void)memory[at];
}

AXIS_EFFECT(CACHE, .begin = begin, .prepare = prepare, .before_sample = before_sample);
