/* The round loop: cells, rounds, shuffled bursts of arms, warm-ups and passes. */
#ifndef FORKCOST_ROUNDS_H
#define FORKCOST_ROUNDS_H

#include "harness/worker/arena.h"
#include "harness/worker/bench.h"

/* Measures all cells of the request, in shuffled order. Results go to the area's samples and
 * answer. */
enum outcome rounds_measure(struct run *run, struct wire_area *area, struct arena *arena);

/* Finds the request's first arm. Fails if it is unknown, or primitive and action do not fit. */
enum outcome rounds_resolve_once(struct run *run, struct arm *arm);

/* Builds the heap, starts the arm's child `once_count` times, and nothing else. */
enum outcome rounds_once(struct run *run, const struct arm *arm);

#endif
