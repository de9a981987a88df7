/* Memory of other kinds than the heap and as large, whose page tables fork does not copy. */
#ifndef FORKCOST_MAPPED_H
#define FORKCOST_MAPPED_H

#include "harness/worker/bench.h"

/* Maps a memfd shared, or a disk file privately and never written, filled with the heap's bytes and
 * with all pages present in the caller. NULL with a reason in *why if it is not available. It stays
 * until the worker ends; later calls return the same memory. */
const char *mapped_shared(const struct run *run, const char **why);
const char *mapped_file(const struct run *run, const char **why);

#endif
