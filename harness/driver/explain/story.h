/* Plays a scene with live processes, and tells each step: what should have happened, what the kernel shows,
 * and whether the two agree. */
#ifndef FORKCOST_STORY_H
#define FORKCOST_STORY_H

#include "harness/common/problem.h"
#include "harness/driver/explain/scene.h"
#include "harness/driver/explain/sight.h"
#include "harness/driver/explain/theory.h"

#include <stdbool.h>
#include <stddef.h>

enum verdict { VERDICT_HOLDS, VERDICT_FAILS, VERDICT_UNSEEN };

enum { CHECK_TEXT_MAX = 160, CHECKS_MAX = 16 };

/* A statement about a step, held against what was seen. */
struct check {
	enum verdict verdict;
	char text[CHECK_TEXT_MAX]; /* what was seen; if it fails, what was expected as well */
	const char *why;           /* UNSEEN: why it cannot be told */
};

/* What a step takes, over the rehearsals. */
struct cost {
	size_t count; /* 0: not timed */
	double median_ns, least_ns, most_ns;
};

/* A step, told. */
struct told {
	const struct scene *scene;
	enum page_kind page_kind;
	uint32_t step;
	struct theory before, after;
	struct sight_pages pages;
	int ids[WALK_WHO_COUNT];
	struct sight earlier[WALK_WHO_COUNT], sights[WALK_WHO_COUNT];
	struct fact one_memory; /* once there is a child */
	struct fact bytes[WALK_WHO_COUNT];
	uint64_t faults;  /* in the step's pass, if it has one */
	size_t rehearsed; /* rehearsals of the step */
	struct cost cost; /* of a page for passes, else of the whole */
	size_t check_count;
	struct check checks[CHECKS_MAX];
};

struct story {
	const struct wire_clock *clock;
	enum page_kind page_kind;
	uint64_t page_count;
	int caller_cpu; /* of both processes */
	/* Called after each step; returning false ends the scene. */
	bool (*tell)(void *context, const struct told *told);
	void *context;
};

/* Bytes of a page that one first write concerns. */
uint64_t story_page_bytes(enum page_kind page_kind);

/* Plays a scene. Fails if it cannot be played to its end; that a check fails is no failure. */
enum outcome story_play(const struct story *story, const struct scene *scene,
			struct problem *problem);

/* Fills in told->checks from everything else in it. */
void story_check(struct told *told, const struct walk_took *rehearsals, size_t rehearsed);

/* "parent" or "child". */
const char *story_name(enum walk_who who);

#endif
