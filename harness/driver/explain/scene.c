#include "harness/driver/explain/scene.h"

#include "harness/common/traits.h"
#include "harness/driver/plan/plan.h"

#include <stdbool.h>
#include <string.h>

enum { REHEARSALS = 21 };

static void add(struct scene *scene, enum walk_act act, enum walk_who who)
{
	scene->walk.steps[scene->walk.step_count++] = (struct walk_step){act, who};
}

static void begin(struct scene *scene, const struct wire_primitive *primitive, enum action action,
		  const char *heading)
{
	*scene = (struct scene){.primitive = primitive, .action = action, .heading = heading};
	scene->walk.rehearsals = REHEARSALS;
	add(scene, WALK_OWN, WALK_CALLER);
	add(scene, WALK_START, WALK_CALLER);
}

static bool takes(const struct wire_primitive *primitive, enum action action)
{
	return !*primitive->refuses[action];
}

/* Caller and child run side by side. */
static void make_side_by_side(struct scene *scene, const struct wire_primitive *primitive,
			      enum walk_who first)
{
	enum walk_who second = first == WALK_CALLER ? WALK_CHILD : WALK_CALLER;
	begin(scene, primitive, ACTION_EXIT, "both write");
	add(scene, WALK_WRITE, first);
	add(scene, WALK_WRITE, second);
	add(scene, WALK_WRITE, second);
	add(scene, WALK_END, WALK_CHILD);
}

/* The child leaves the memory, by exec where it can, and the caller writes after that. */
static void make_left(struct scene *scene, const struct wire_primitive *primitive,
		      bool child_writes, const char *heading)
{
	bool execs = takes(primitive, ACTION_EXEC);
	begin(scene, primitive, execs ? ACTION_EXEC : ACTION_EXIT, heading);
	if (child_writes)
		add(scene, WALK_WRITE, WALK_CHILD);
	if (execs && !(primitive->traits & TRAIT_LIBC_CHILD))
		add(scene, WALK_EXEC, WALK_CHILD);
	/* A caller that stands still until its child exits cannot write before. */
	for (int i = 0; i < 2 && (execs || !(primitive->traits & TRAIT_STOPS_CALLER)); i++)
		add(scene, WALK_WRITE, WALK_CALLER);
	add(scene, WALK_END, WALK_CHILD);
}

static void add_scenes(struct scene *scenes, size_t *count, const struct wire_primitive *primitive,
		       enum walk_who first)
{
	uint32_t traits = primitive->traits;
	struct scene *scene = &scenes[(*count)++];
	if (traits & TRAIT_LIBC_CHILD) {
		make_left(scene, primitive, false, "the child runs another program");
	} else if (traits & TRAIT_COPIES_HEAP) {
		make_left(scene, primitive, false, "the child copies everything");
	} else if (traits & TRAIT_STOPS_CALLER) {
		make_left(scene, primitive, true, "the child writes, then execs");
	} else {
		make_side_by_side(scene, primitive, first);
		if (takes(primitive, ACTION_EXEC))
			make_left(&scenes[(*count)++], primitive, false, "the child execs");
	}
}

enum outcome scenes_make(struct scene scenes[SCENES_MAX], size_t *count,
			 const struct wire_catalog *catalog, const char *primitive,
			 enum walk_who first, struct problem *problem)
{
	const char *const names[] = {primitive ? primitive : "fork", primitive ? NULL : "vfork"};
	const uint32_t alone = TRAIT_LIBC_CHILD | TRAIT_COPIES_HEAP | TRAIT_STOPS_CALLER;
	*count = 0;
	for (size_t i = 0; i < 2 && names[i]; i++) {
		const struct wire_primitive *chosen = catalog_primitive(catalog, names[i]);
		if (!chosen)
			return fail(problem,
				    "cannot find primitive '%s'; give one that forkcost list shows",
				    names[i]);
		if (chosen->traits & TRAIT_APART)
			return fail(problem,
				    "cannot explain %s: its child has none of the caller's memory; "
				    "choose another --primitive",
				    chosen->name);
		if (primitive && first == WALK_CALLER && chosen->traits & alone)
			return fail(problem,
				    "cannot let the parent write first after %s: %s; leave out "
				    "--who",
				    chosen->name,
				    chosen->traits & TRAIT_LIBC_CHILD ? "its child never writes"
				    : chosen->traits & TRAIT_COPIES_HEAP
					    ? "its child writes at once"
					    : "it is blocked until the child exits or execs");
		add_scenes(scenes, count, chosen, first);
	}
	return OUTCOME_OK;
}
