/* The axes of a plan and the names of their levels. Help, wire form, results and plots all take the
 * words from here. */
#ifndef FORKCOST_AXES_H
#define FORKCOST_AXES_H

#include <stdbool.h>
#include <stdint.h>

/* What the child does: exit at once, or exec forkcost-target. NONE: the arm starts no child. */
enum action { ACTION_NONE, ACTION_EXIT, ACTION_EXEC, ACTION_COUNT };

/* dirty: every heap page was written after the last fork, so its PTE is writable. clean: none was,
 * so all are write-protected (METHODOLOGY, "State before the window"). */
enum heap_state { STATE_DIRTY, STATE_CLEAN, STATE_COUNT };

/* warm: the arm's own sequence ran just before. cold: a large buffer was read, which displaced the
 * caches (METHODOLOGY, "State before the window"). */
enum cache_state { CACHE_WARM, CACHE_COLD, CACHE_COUNT };

/* Where the child runs (METHODOLOGY, "Placement"). */
enum child_cpu { CHILD_CPU_SAME, CHILD_CPU_FREE, CHILD_CPU_OTHER, CHILD_CPU_COUNT };

/* What the heap is made of (METHODOLOGY, "First writes"): base pages; transparent huge pages of 2
 * MiB; of 64 KiB, the usual mTHP size; hugetlb pages of 2 MiB. */
enum page_kind { PAGE_KIND_4K, PAGE_KIND_THP, PAGE_KIND_MTHP, PAGE_KIND_HUGETLB, PAGE_KIND_COUNT };

enum { HUGE_BYTES = 2 << 20, MULTI_BYTES = 64 << 10 };

/* Whether the kernel is free to give such pages or not, and to split them. */
static inline bool page_kind_is_transparent(enum page_kind kind)
{
	return kind == PAGE_KIND_THP || kind == PAGE_KIND_MTHP;
}

/* The order in which a pass touches the heap's pages. */
enum touch_order { TOUCH_SEQUENTIAL, TOUCH_SHUFFLED, TOUCH_COUNT };

/* How a sample is taken. Plain: the clock is read only at both ends of the window. Stamped: also
 * inside it, by the child, which costs it a page fault (METHODOLOGY, "Inside the window"), or
 * before and after every single write (METHODOLOGY, "First writes"). Counted: events are counted,
 * and the times are not used (METHODOLOGY, "Counters"). There is one counted pass for each group of
 * counters, from PASS_COUNTED on. */
enum pass { PASS_PLAIN, PASS_STAMPED, PASS_COUNTED, PASS_KIND_COUNT };

/* The axes that an experiment varies, in addition to the heap size. */
enum varies {
	VARIES_STATE = 1 << 0,
	VARIES_CACHE = 1 << 1,
	VARIES_PLACEMENT = 1 << 2,
	VARIES_PAGE_KIND = 1 << 3,
	VARIES_TOUCH_ORDER = 1 << 4,
	VARIES_THREADS = 1 << 5,
};

/* The axes by number, in the order in which descriptions name the levels. */
enum axis_id {
	AXIS_PAGE_KIND,
	AXIS_STATE,
	AXIS_CACHE,
	AXIS_CHILD_CPU,
	AXIS_TOUCH_ORDER,
	AXIS_THREADS,
	AXIS_COUNT
};

struct axis {
	const char *name;
	const char *summary;
	const char *const *levels;
	unsigned level_count;
};

extern const struct axis axis_action, axis_state, axis_cache, axis_child_cpu, axis_page_kind,
	axis_touch_order, axis_pass;

/* The name of a level; "?" if out of range. */
const char *axis_name(const struct axis *axis, unsigned level);

/* Finds a level by its name; false if there is none. */
bool axis_find(const struct axis *axis, const char *name, unsigned *level);

#endif
