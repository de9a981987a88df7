/* What to do about a fork, by what a run measured: how long the program stands still, what its writes cost afterwards,
 * and what each remedy saves and asks for (METHODOLOGY, "Advice"). */
#ifndef FORKCOST_ADVISE_H
#define FORKCOST_ADVISE_H

#include "harness/driver/advise/at_heap.h"
#include "harness/driver/show/grid.h"

/* Why the program forks: to start another, or so that the child sees the heap as it was. */
enum advise_aim { ADVISE_EXEC, ADVISE_SNAPSHOT, ADVISE_AIM_COUNT };

enum { ADVISE_REMEDIES_MAX = 16, ADVISE_WORDS_MAX = 640 };

struct advise_remedy {
	const char *name, *asks_for;
	uint64_t heap_bytes;      /* where the run has it: as wished, else the largest below */
	struct at_heap call, end; /* the caller is blocked; until reaped */
	struct stats_interval
		times; /* fork's call time over this one; none where either lacks one */
};

struct advise {
	enum advise_aim aim;
	uint64_t heap_bytes;
	uint32_t threads;         /* of the caller that run on other CPUs */
	struct at_heap call, end; /* of fork, as it is */
	struct at_heap flush; /* what each running thread adds to fork's call; none for 0 threads */
	/* One write to a page before the fork; after it, while the child lives; and when it is gone. */
	struct at_heap plain_write, copy_write, reuse_write;
	size_t count;
	struct advise_remedy remedies[ADVISE_REMEDIES_MAX];
	size_t best; /* the remedy that stands still the shortest, clearly shorter than fork; count: none is */
};

/* Works it out. Rows that the run lacks give values with their reason. */
void advise_make(const struct summary *summary, enum advise_aim aim, uint64_t heap_bytes,
		 uint32_t threads, struct advise *advise);

/* The table of remedies. */
void advise_table(const struct advise *advise, struct grid *grid);

/* Sentences: how long it stands still, how its writes slow down, and the advice. Line `index` of them, or NULL behind
 * the last. */
const char *advise_words(const struct advise *advise, size_t index, char words[ADVISE_WORDS_MAX]);

#endif
