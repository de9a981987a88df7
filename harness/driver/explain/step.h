/* A step of a scene: what should have happened, what the kernel shows, and whether the two agree. */
#ifndef FORKCOST_STEP_H
#define FORKCOST_STEP_H

#include "harness/driver/explain/observation.h"
#include "harness/driver/explain/scene.h"
#include "harness/driver/explain/theory.h"

#include <stddef.h>
#include <stdint.h>

enum verdict { VERDICT_HOLDS, VERDICT_FAILS, VERDICT_UNSEEN, VERDICT_COUNT };

enum { CHECK_TEXT_MAX = 160, CHECKS_MAX = 16 };

/* A statement about a step, held against what was seen. */
struct check {
	enum verdict verdict;
	char text[CHECK_TEXT_MAX]; /* what was seen; if it fails, what was expected as well */
	const char *why;           /* UNSEEN: why it is not known */
};

/* What a step takes, over the rehearsals. */
struct cost {
	size_t count; /* 0: not timed */
	double median_ns, least_ns, most_ns;
};

/* What a step did. */
struct step_result {
	const struct scene *scene;
	enum page_kind page_kind;
	uint32_t step;
	struct theory before, after;
	struct observed_pages pages;
	int ids[WALK_WHO_COUNT];
	struct observation earlier[WALK_WHO_COUNT], observations[WALK_WHO_COUNT];
	struct fact same_mm; /* once there is a child */
	struct fact bytes[WALK_WHO_COUNT];
	uint64_t faults;  /* in the step's pass, if it has one */
	size_t rehearsed; /* rehearsals of the step */
	struct cost cost; /* of a page for passes, else of the whole */
	size_t check_count;
	struct check checks[CHECKS_MAX];
};

/* Holds the step against the theory: fills in its checks from everything else in it, and from what rehearsals of
 * it took. In check.c. */
void check_step(struct step_result *result, const struct walk_took *rehearsals, size_t rehearsed);

/* "parent" or "child". */
static inline const char *step_name(enum walk_who who)
{
	return who == WALK_CALLER ? "parent" : "child";
}

#endif
