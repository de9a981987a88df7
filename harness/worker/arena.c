#include "harness/worker/arena.h"

#include "harness/common/remedy.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>

enum { CACHE_LINE_BYTES = 64 };

void *arena_share(size_t bytes, const char *what, struct problem *problem)
{
	void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
			    MAP_SHARED | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	if (memory != MAP_FAILED)
		return memory;
	fail(problem, "cannot map %zu bytes for %s: %s; %s", bytes, what, strerror(errno),
	     remedy_or(errno, "free some memory"));
	return NULL;
}

struct arena *arena_make(struct problem *problem)
{
	return arena_share(sizeof(struct arena), "the worker's own use", problem);
}

enum outcome evictor_make(struct evictor *evictor, size_t bytes, struct problem *problem)
{
	*evictor = (struct evictor){0};
	if (bytes == 0)
		return OUTCOME_OK;
	void *memory = arena_share(bytes, "the cache eviction buffer", problem);
	if (!memory)
		return OUTCOME_FAILED;
	if (madvise(memory, bytes, MADV_DONTFORK) < 0)
		return fail(problem,
			    "cannot keep the eviction buffer out of children: %s; this kernel "
			    "lacks MADV_DONTFORK",
			    strerror(errno));
	*evictor = (struct evictor){memory, bytes};
	return OUTCOME_OK;
}

void evictor_walk(const struct evictor *evictor)
{
	for (size_t at = 0; at < evictor->bytes; at += CACHE_LINE_BYTES)
		(void)evictor->memory[at];
}
