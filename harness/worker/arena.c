#include "harness/worker/arena.h"

#include "harness/common/remedy.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>

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
