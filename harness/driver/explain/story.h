/* Plays a scene with live processes, and tells each step: what should have happened, what the kernel shows,
 * and whether the two agree. */
#ifndef FORKCOST_STORY_H
#define FORKCOST_STORY_H

#include "harness/common/problem.h"
#include "harness/driver/explain/step.h"

#include <stdbool.h>
#include <stdint.h>

struct story {
	const struct wire_clock *clock;
	enum page_kind page_kind;
	uint64_t page_count;
	int caller_cpu; /* of both processes */
	/* Called after each step; returning false ends the scene. */
	bool (*on_step)(void *context, const struct step_result *result);
	void *context;
};

/* Bytes of a page that one first write concerns. */
uint64_t story_page_bytes(enum page_kind page_kind);

/* Plays a scene. Fails if it cannot be played to its end; that a check fails is no failure. */
enum outcome story_play(const struct story *story, const struct scene *scene,
			struct problem *problem);

#endif
