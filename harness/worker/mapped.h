/* Memory of other kinds than the heap's, as large as the heap, that fork copies no page tables of. */
#ifndef FORKCOST_MAPPED_H
#define FORKCOST_MAPPED_H

#include "harness/worker/bench.h"

/* Maps a memfd shared, or a file of the disk's private and never written, filled with the heap's bytes
 * and with all pages present in the caller. NULL with a reason in *why if it cannot be had. It stays
 * until the worker ends, and is taken again at each call. */
const char *mapped_shared(const struct run *run, const char **why);
const char *mapped_file(const struct run *run, const char **why);

#endif
