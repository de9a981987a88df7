/* What should happen: a model of two processes, their page tables and the frames behind one page. Each
 * step of a walk changes it; what the kernel did is then held against it. All pages of a heap share one
 * fate, so one page stands for all. */
#ifndef FORKCOST_THEORY_H
#define FORKCOST_THEORY_H

#include "harness/common/walk.h"
#include "harness/common/write_effect.h"

#include <stdbool.h>
#include <stdint.h>

/* How a process stands. STOPPED: in the call, until its child exits or execs. FOREIGN: it is another
 * program by now. */
enum standing { STANDING_NONE, STANDING_RUNS, STANDING_STOPPED, STANDING_FOREIGN, STANDING_GONE };

enum { THEORY_NO_FRAME = -1 };

struct theory {
	enum standing standing[WALK_WHO_COUNT];
	bool one_table;            /* the child lives in the caller's memory */
	int frame[WALK_WHO_COUNT]; /* which one; they are numbered as they come */
	bool writable[WALK_WHO_COUNT];
	char byte[WALK_WHO_COUNT]; /* in the frame that the process has */
	int frames;                /* so many there have been */
	enum write_effect effect;  /* of the last step's writes */
	enum walk_who writer;      /* in the last step; of EAGER copies the child */
	bool wrote;
};

/* Nothing there yet. */
void theory_begin(struct theory *theory);

/* Takes a step of a walk with a primitive of these traits (enum primitive_traits). */
void theory_step(struct theory *theory, const struct wire_walk *walk, uint32_t step,
		 uint32_t traits);

/* Whether a process has begun and is not gone. */
bool theory_is_there(const struct theory *theory, enum walk_who who);

/* How many processes' tables lead to the frame that `who` has. */
int theory_map_count(const struct theory *theory, enum walk_who who);

#endif
