/* Memory of other kinds than the heap and as large, whose page tables fork does not copy. */
#ifndef FORKCOST_MAPPED_H
#define FORKCOST_MAPPED_H

#include "harness/worker/bench.h"

struct mapped {
	const char *pages;
	const char *why; /* not available, if it is not */
};

/* Opens shared memory, or a file without a name, which disappears when it is closed. -1: there is none. */
int mapped_open_shared(void);
int mapped_open_file(void);

/* Maps a memfd shared, or a disk file privately and never written, filled with the heap's bytes and
 * with all pages present in the caller. It stays until the worker ends. */
struct mapped mapped_shared(const struct run *run);
struct mapped mapped_file(const struct run *run);

#endif
