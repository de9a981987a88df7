/* A walk, for forkcost explain: a caller and its child take steps in turn, one at a time, and wait
 * in between so that the driver can look at both from outside. Part of the wire form. */
#ifndef FORKCOST_WALK_H
#define FORKCOST_WALK_H

#include <stdbool.h>
#include <stdint.h>

enum { WALK_STEPS_MAX = 10, WALK_REHEARSALS_MAX = 32 };

enum walk_who { WALK_CALLER, WALK_CHILD, WALK_WHO_COUNT };

/* What a step does. OWN: the caller writes every page; no other process has them. START: the
 * primitive starts the child. WRITE: caller or child writes every page. EXEC: the child executes
 * forkcost-target, which stays. END: the child ends and is reaped. */
enum walk_act { WALK_OWN, WALK_START, WALK_WRITE, WALK_EXEC, WALK_END, WALK_ACT_COUNT };

struct walk_step {
	uint32_t act; /* enum walk_act */
	uint32_t who; /* enum walk_who: of a WRITE, who writes */
};

/* The first step is OWN, the second START, the last END. After an EXEC the child takes no step but
 * END. */
struct wire_walk {
	uint32_t step_count;
	uint32_t rehearsals; /* walks without stops, before the one that is shown */
	struct walk_step steps[WALK_STEPS_MAX];
};

/* The mark that a step leaves in the pages it writes: A at first, then a letter for each writer, P
 * for the parent and C for the child, in lower case if it wrote before. */
static inline char walk_mark(const struct wire_walk *walk, uint32_t step)
{
	uint32_t who = walk->steps[step].who;
	bool before = false;
	if (walk->steps[step].act == WALK_OWN)
		return 'A';
	for (uint32_t i = 0; i < step; i++)
		before = before || (walk->steps[i].act == WALK_WRITE && walk->steps[i].who == who);
	if (who == WALK_CHILD)
		return before ? 'c' : 'C';
	return before ? 'p' : 'P';
}

enum { WALK_NOT_TIMED = -1 };

struct walk_took {
	double ns; /* WRITE and OWN: of the pass; START: of the call; EXEC: until the new program's first
			  * instruction; END: from the child's last instruction to the return of wait */
	uint64_t faults; /* minor faults of the writing process in its pass */
};

struct wire_walked {
	/* Futex. 2 s: step s may be taken, or after the last step, the worker may exit; 2 s + 1:
	 * step s was taken. -1: none yet. */
	int32_t turn;
	int32_t live; /* 1: the rehearsals are over, and the driver sets the turn */
	int64_t ids[WALK_WHO_COUNT];
	uint64_t address; /* of the first page, in both processes */
	uint64_t page_bytes, page_count;
	uint32_t rehearsed;
	uint32_t reserved;
	/* The step's rehearsals, then the walk that is shown. */
	struct walk_took took[WALK_STEPS_MAX][WALK_REHEARSALS_MAX + 1];
	/* The byte that a process reads in its first page after the step; `seen`, one bit per
	 * process, says whether it was read. */
	uint32_t seen[WALK_STEPS_MAX];
	unsigned char bytes[WALK_STEPS_MAX][WALK_WHO_COUNT];
};

#endif
