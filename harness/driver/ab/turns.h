/* Runs of two sides in turns, so that drift of the machine falls on both (METHODOLOGY, "Compare"). */
#ifndef FORKCOST_AB_TURNS_H
#define FORKCOST_AB_TURNS_H

#include "harness/driver/ab/side.h"

#include <stdint.h>

enum { TURNS_ROUNDS_MAX = 32, TURNS_PATH_MAX = 4096 };

struct turns {
	const struct side *sides[2];
	unsigned rounds;         /* a run of each side in each */
	uint64_t run_ns;         /* the budget of one run */
	const char *forkcost[2]; /* each side's program */
	const char *folder;      /* gets a-1, b-1, ... each a folder of one run */
	void (*begins)(unsigned round,
		       unsigned side); /* a run of that side; NULL: nothing to do then */
};

/* Which side's run is number `turn`, from 0 on, of all: A B B A, B A A B, and so on, so that neither a trend nor a
 * period of two or four falls on one side. */
unsigned turns_side(unsigned turn);

/* FOLDER/a-N or b-N, of the run of a side in a round from 0 on. Returns `path`. */
const char *turns_path(const struct turns *turns, unsigned round, unsigned side,
		       char path[TURNS_PATH_MAX]);

/* Makes all runs, one after the other, each within its budget and a minute besides. On an interrupt the run is told
 * to end, and waited for. */
enum outcome turns_take(const struct turns *turns, struct problem *problem);

#endif
