#include "harness/common/axes.h"

#include <string.h>

#define AXIS(id, text, about, ...)                               \
	static const char *const id##_levels[] = {__VA_ARGS__};  \
	const struct axis axis_##id = {text, about, id##_levels, \
				       sizeof id##_levels / sizeof *id##_levels}

AXIS(action, "action", "what the child does: exit at once, or exec a new program", "", "exit",
     "exec");
AXIS(state, "state", "heap pages written since the last fork (dirty) or not (clean)", "dirty",
     "clean");
AXIS(cache, "cache", "the arm ran just before (warm), or caches were walked over (cold)", "warm",
     "cold");
AXIS(child_cpu, "child_cpu", "child on the caller's CPU, wherever it likes, or on another", "same",
     "free", "other");
AXIS(page_kind, "page_kind", "what the heap is made of", "4k", "thp", "mthp", "hugetlb");
AXIS(touch_order, "touch_order", "the order in which a pass touches pages", "sequential",
     "shuffled");
AXIS(pass, "pass", "clock read at the ends, inside as well, or events counted instead", "plain",
     "stamped", "counted");

const char *axis_name(const struct axis *axis, unsigned level)
{
	return level < axis->level_count ? axis->levels[level] : "?";
}

bool axis_find(const struct axis *axis, const char *name, unsigned *level)
{
	for (unsigned i = 0; i < axis->level_count; i++) {
		if (axis->levels[i][0] && strcmp(axis->levels[i], name) == 0) {
			*level = i;
			return true;
		}
	}
	return false;
}
