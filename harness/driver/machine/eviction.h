/* The eviction buffer: memory that is read before each cold sample, so that the caches hold nothing of what the sample
 * needs. It is a memory file, made once for a run, that every worker with cold cells maps. */
#ifndef FORKCOST_EVICTION_H
#define FORKCOST_EVICTION_H

#include "harness/common/problem.h"

#include <stdint.h>

struct eviction {
	int fd;         /* -1: none; else above those that a worker is given */
	uint64_t bytes; /* until it is made: the most that it may take */
	/* In words, why it is so large; empty: by --evict. */
	const char *found_by;
	uint64_t huge_bytes; /* as much of it as is in huge pages; UINT64_MAX: not known */
	/* Reading a line that was in the caches before a walk over the buffer, and one from memory; 0: not
	 * measured. */
	double after_ns, memory_ns;
};

/* Sets the size: what --evict asked for, or (UINT64_MAX) the most that it may become: twice the last-level cache, and no
 * more than a quarter of the memory that is available. */
enum outcome eviction_limit(struct eviction *eviction, uint64_t asked_bytes,
			    struct problem *problem);

/* Makes the buffer, all of it populated. Unless --evict gave the size, it is the smallest of growing ones after whose
 * walk this CPU reads what it had just read as slowly as from memory. */
enum outcome eviction_make(struct eviction *eviction, int cpu, struct problem *problem);

/* Frees it. Safe to call twice. */
void eviction_free(struct eviction *eviction);

#endif
