/* The axes of a plan and their levels, one row each. Every place that spells a level, in help, wire form,
 * results or plots, takes the word from here. */
#ifndef FORKCOST_AXES_H
#define FORKCOST_AXES_H

#include <stdbool.h>
#include <stdint.h>

/* What the child does: exit at once, or exec forkcost-target. NONE: the arm starts no child. */
enum action { ACTION_NONE, ACTION_EXIT, ACTION_EXEC, ACTION_COUNT };

/* dirty: every heap page was written after the last fork, so its PTE is writable. write-protected: none was,
 * so all are write-protected (METHODOLOGY, "State before the window"). */
enum heap_state { STATE_DIRTY, STATE_WRITE_PROTECTED, STATE_COUNT };

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

/* The axes by number. A row of axes.def is all that an axis is, but for what it does to a process. */
enum axis_id {
#define AXIS(id, ...) AXIS_##id,
#include "harness/common/axes.def"
	AXIS_COUNT
};

/* The axes that an experiment varies besides the heap's size, or-ed. */
enum varies {
#define AXIS(id, ...) VARIES_##id = 1 << AXIS_##id,
#include "harness/common/axes.def"
};

/* What a level is: one of some words, a number, or a size in bytes. */
enum axis_kind { AXIS_LEVELS, AXIS_COUNTS, AXIS_SIZES };

/* Which experiments vary an axis besides those that name it in their `varies`. */
enum axis_varied_by { AXIS_BY_NAME, AXIS_BY_ALL_THAT_SPAWN };

/* Where the column of summary.csv and ratios.csv stands: before `mappings`; before `metric`; behind all others,
 * where a new axis's leaves them in their places. */
enum axis_column { AXIS_COLUMN_LAST, AXIS_COLUMN_EARLY, AXIS_COLUMN_MIDDLE };

enum { AXIS_LEVELS_MAX = 8, AXIS_TEXT_MAX = 32, AXIS_WORDS_MAX = 64 };

struct axis {
	const char *name;   /* in samples.jsonl, in `forkcost list`, and of its column */
	const char *option; /* of forkcost run, without the "--" */
	const char *plural; /* of the chosen levels in a run's settings */
	enum axis_kind kind;
	enum axis_varied_by varied_by;
	enum axis_column column;
	bool needs_new_worker;         /* no worker runs with two levels; else each cell has one */
	bool is_counted_at_all_levels; /* else counters are for the plain level alone */
	/* Where the experiment does not vary it, the plain level is written down; else nothing is. */
	bool is_always_written;
	const char *summary; /* for `forkcost list` */
	const char *help;    /* for --help: what stands behind the names of the levels */
	/* The plain level first; then, of AXIS_LEVELS all others, of numbers those that have words of their
	 * own. `words` is for captions and tables, NULL: `before`, the level, `after`. */
	struct axis_level {
		const char *name, *words;
	} levels[AXIS_LEVELS_MAX + 1];
	const char *before, *after; /* NULL: nothing */
	/* The unit of a number, as "thread", "threads"; NULL: as in captions. */
	const char *one, *many;
	uint64_t most; /* the largest number */
	/* The levels that run where nobody asks for any, as the option takes them, and those of the preset
	 * quick (NULL: the same). NULL: the axis is not varied unless somebody asks. Empty: the plan chooses
	 * (plan/axis_rules.c). */
	const char *unasked, *unasked_quick;
};

extern const struct axis axes[AXIS_COUNT];

/* The heap's size: an axis whose levels are computed with, so that jobs and series have it as a number. */
extern const struct axis axis_heap;

/* Words alone: neither is a level of a cell. */
extern const struct axis axis_action, axis_pass;

/* The name of a level out of several; "?" if out of range. */
const char *axis_name(const struct axis *axis, uint64_t level);

/* Finds a level by its name; false if there is none. */
bool axis_find(const struct axis *axis, const char *name, unsigned *level);

/* Whether there is such a level. */
bool axis_has(const struct axis *axis, uint64_t level);

/* The plain level: as a number, and as text. */
uint64_t axis_plain(const struct axis *axis);
const char *axis_plain_name(const struct axis *axis);

/* Any level as text: its name, or the number. Returns `text`. */
const char *axis_text(const struct axis *axis, uint64_t level, char text[AXIS_TEXT_MAX]);

/* Whether text out of a file may be a level, or is empty: of numbers only what axis_text() yields. */
bool axis_takes_text(const struct axis *axis, const char *level);

/* A level as a plan shows it: "thp", "2 threads". As captions and tables do: "thp pages (2 MiB)", "2 running
 * threads". `level` is text, perhaps out of a file. Both return `words`. */
const char *axis_short_words(const struct axis *axis, const char *level,
			     char words[AXIS_WORDS_MAX]);
const char *axis_words(const struct axis *axis, const char *level, char words[AXIS_WORDS_MAX]);

#endif
