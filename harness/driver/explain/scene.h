/* The scenes of forkcost explain: one primitive each, and the steps that caller and child take. */
#ifndef FORKCOST_SCENE_H
#define FORKCOST_SCENE_H

#include "harness/common/axes.h"
#include "harness/common/problem.h"
#include "harness/common/walk.h"
#include "harness/common/wire.h"

#include <stddef.h>

enum { SCENES_MAX = 4 };

struct scene {
	const struct wire_primitive *primitive;
	enum action action;  /* how the child leaves */
	const char *heading; /* what comes after the primitive's name */
	struct wire_walk walk;
};

/* Without a primitive: fork whose child writes, fork whose child execs, and vfork. With one: all that can be
 * shown of it. `first` writes first where both can. Fails if that cannot be. */
enum outcome scenes_make(struct scene scenes[SCENES_MAX], size_t *count,
			 const struct wire_catalog *catalog, const char *primitive,
			 enum walk_who first, struct problem *problem);

#endif
