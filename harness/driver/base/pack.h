/* Writing a file compressed with zstd, so that what has been written can be read back at any moment. */
#ifndef FORKCOST_PACK_H
#define FORKCOST_PACK_H

#include <stdbool.h>
#include <stddef.h>

struct pack;

/* Writes to the descriptor, which stays the caller's. NULL: out of memory. */
struct pack *pack_open(int descriptor);
void pack_free(struct pack *pack);

/* Compresses and writes `bytes` of text, all that it takes to read them back; with `is_last` the end as well,
 * after which nothing may follow. Does not sync. False: it could not, and errno says why. */
bool pack_put(struct pack *pack, const char *text, size_t bytes, bool is_last);

#endif
