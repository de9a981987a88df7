/* What a new program got from the one that started it: the proof of axes that hand it something. */
#ifndef FORKCOST_HANDED_H
#define FORKCOST_HANDED_H

#include "harness/worker/bench.h"

/* Starts what exec arms start, which stays until it was looked at, and counts the strings in one of its files in /proc
 * ("environ", "cmdline"): `own` that it has anyway, and `level` more, else fails: it got as many `what`. It does not inherit
 * the heap, which so keeps its state. */
enum outcome handed_check(struct run *run, const char *file, unsigned own, uint64_t level,
			  const char *what);

#endif
