/* The axes of a plan and the names of their levels. Every place that spells a level, in help, wire
 * form, results or plots, takes the word from here. */
#ifndef FORKCOST_AXES_H
#define FORKCOST_AXES_H

#include <stdbool.h>
#include <stdint.h>

/* What the child does: leave at once, or become forkcost-target. NONE: the arm starts no child. */
enum action { ACTION_NONE, ACTION_EXIT, ACTION_EXEC, ACTION_COUNT };

/* dirty: every heap page written since the last fork. clean: none of them (method rule 1). */
enum heap_state { STATE_DIRTY, STATE_CLEAN, STATE_COUNT };

/* warm: the arm's own sequence ran just before. cold: the caches were walked over (rule 2). */
enum cache_state { CACHE_WARM, CACHE_COLD, CACHE_COUNT };

/* Where the child runs (rule 13). */
enum child_cpu { CHILD_CPU_SAME, CHILD_CPU_FREE, CHILD_CPU_OTHER, CHILD_CPU_COUNT };

enum page_kind { PAGE_KIND_4K, PAGE_KIND_COUNT };

/* How a sample is taken: plain ones carry durations seen by the caller, stamped ones have the child
 * write down the time as well, which costs it a page fault (rule 10). */
enum pass { PASS_PLAIN, PASS_STAMPED, PASS_COUNT };

struct axis {
	const char *name;
	const char *summary;
	const char *const *levels;
	unsigned level_count;
};

extern const struct axis axis_action, axis_state, axis_cache, axis_child_cpu, axis_page_kind,
	axis_pass;

/* The name of a level; "?" if out of range. */
const char *axis_name(const struct axis *axis, unsigned level);

/* Finds a level by its name; false if there is none. */
bool axis_find(const struct axis *axis, const char *name, unsigned *level);

#endif
