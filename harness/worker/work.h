/* What a program does between two spawns: it uses a working set, and calls the kernel (METHODOLOGY, "State before the
 * window"). */
#ifndef FORKCOST_WORK_H
#define FORKCOST_WORK_H

#include "harness/worker/bench.h"

/* Makes a working set of `bytes`, populated and kept out of children. Fails without memory, /dev/null or
 * MADV_DONTFORK. */
enum outcome work_make(size_t bytes, struct problem *problem);

/* Reads and writes each cache line of the working set once, in random order. Then makes the calls that programs make
 * most: getppid, clock_gettime; open, write, read, poll and close, of /dev/null; mmap of a page, which it writes, and
 * munmap. Nothing without a working set. */
void work_do(void);

#endif
