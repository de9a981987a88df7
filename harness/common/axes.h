/* The axes of a plan and their levels, one row each. Every place that spells a level, in help, wire form,
 * results or plots, takes the word from here. */
#ifndef FORKCOST_AXES_H
#define FORKCOST_AXES_H

#include <stdbool.h>
#include <stdint.h>

/* What the child does: exit at once, or exec a program. NONE: the arm starts no child. */
enum action { ACTION_NONE, ACTION_EXIT, ACTION_EXEC, ACTION_COUNT };

/* dirty: every heap page was written after the last fork, so its PTE is writable. write-protected: none was,
 * so all are write-protected (METHODOLOGY, "State before the window"). */
enum heap_state { STATE_DIRTY, STATE_WRITE_PROTECTED, STATE_COUNT };

/* warm: the arm's own sequence ran just before. used: then a working set was used and the kernel called, as a program
 * does. cold: a large buffer was read, which displaced the caches (METHODOLOGY, "State before the window"). */
enum cache_state { CACHE_WARM, CACHE_USED, CACHE_COLD, CACHE_COUNT };

/* Where the child runs (METHODOLOGY, "Placement"). */
enum child_cpu { CHILD_CPU_SAME, CHILD_CPU_FREE, CHILD_CPU_OTHER, CHILD_CPU_COUNT };

/* What the heap is made of (METHODOLOGY, "First writes"): base pages; transparent huge pages of 2
 * MiB; of 64 KiB, the usual mTHP size; hugetlb pages of 2 MiB. Of spawn alone (METHODOLOGY, "Page kinds of spawn"):
 * transparent pages of any size below 2 MiB; hugetlb pages of 1 GiB; shared memory; a file mapped privately, of which
 * no page was written, or one. */
enum page_kind {
	PAGE_KIND_4K,
	PAGE_KIND_THP,
	PAGE_KIND_MTHP,
	PAGE_KIND_HUGETLB,
	PAGE_KIND_MTHP_ANY,
	PAGE_KIND_HUGETLB_1G,
	PAGE_KIND_SHARED,
	PAGE_KIND_FILE,
	PAGE_KIND_FILE_WRITTEN,
	PAGE_KIND_COUNT
};

enum { CPUS_MAX = 1024 }; /* none has a higher number */

enum {
	GIGANTIC_BYTES = 1 << 30,
	HUGE_BYTES = 2 << 20,
	MULTI_BYTES = 64 << 10,
	MULTI_BYTES_MIN = 16 << 10
};

/* Whether the kernel is free to give such pages or not, and to split them. */
static inline bool page_kind_is_transparent(enum page_kind kind)
{
	return kind == PAGE_KIND_THP || kind == PAGE_KIND_MTHP || kind == PAGE_KIND_MTHP_ANY;
}

/* In what order the heap's frames lie (METHODOLOGY, "Frames"). */
enum heap_frames { FRAMES_AS_GIVEN, FRAMES_IN_ORDER, FRAMES_SCATTERED, FRAMES_COUNT };

/* Which program exec arms start (METHODOLOGY, "The child's program"): forkcost-target; one that is linked with libc
 * statically, or dynamically; one that the user names. */
enum program { PROGRAM_OWN, PROGRAM_STATIC, PROGRAM_DYNAMIC, PROGRAM_GIVEN, PROGRAM_COUNT };

/* How many of the 512 base pages in each 2 MiB of the heap's address space are there (METHODOLOGY, "Density"). */
enum heap_density { DENSITY_512, DENSITY_64, DENSITY_8, DENSITY_1, DENSITY_COUNT };

/* What the stacks of sleeping threads lie in (METHODOLOGY, "Axes of the process"). */
enum thread_stacks { STACKS_OWN, STACKS_SMALL, STACKS_ONE, STACKS_COUNT };

/* The slowest write rate, in pages a second. What takes longer at a rate is not planned, and no worker does it. */
enum { WRITE_RATE_MIN = 100, WRITE_RATE_PASS_S_MAX = 5 };

/* What the kernel was told of the heap (METHODOLOGY, "Axes of the process"). */
enum heap_advice { ADVICE_NONE, ADVICE_DONTFORK, ADVICE_LOCKED, ADVICE_COUNT };

/* Where the written pages lie of a heap of which a share is written (METHODOLOGY, "Dirty share"). */
enum dirty_layout { LAYOUT_SPREAD, LAYOUT_RUN, LAYOUT_SCATTERED, LAYOUT_COUNT };

/* What is in the mappings that stand beside the heap; HEAP: there are none, the heap itself is divided (METHODOLOGY,
 * "Mappings"). */
enum mapping_kind {
	MAPPINGS_OF_HEAP,
	MAPPINGS_UNTOUCHED,
	MAPPINGS_PAGE,
	MAPPINGS_TABLE,
	MAPPING_KIND_COUNT
};

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

enum { AXIS_LEVELS_MAX = 12, AXIS_TEXT_MAX = 32, AXIS_WORDS_MAX = 64 };

struct axis {
	const char *name;   /* in samples.jsonl, in `forkcost list`, and of its column */
	const char *option; /* of forkcost run, without the "--" */
	const char *plural; /* of the chosen levels in a run's settings */
	enum axis_kind kind;
	enum axis_varied_by varied_by;
	const char *experiments; /* "a,b": these vary it as well; NULL: none */
	enum axis_column column;
	bool needs_new_worker; /* no worker runs with two levels; else each cell has one */
	/* Its levels are held against each other: an arm's visit to one is followed by its visit to the other. */
	bool is_adjacent;
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
	const char *metric;         /* that its generic table and figure show; NULL: the main one */
	/* The unit of a number, as "thread", "threads"; NULL: as in captions. */
	const char *one, *many;
	uint64_t most; /* the largest number */
	/* The levels that run where nobody asks for any, as the option takes them, and those of the preset
	 * quick and full (NULL: the same). NULL: the axis is not varied unless somebody asks. Empty: the plan chooses
	 * (its AXIS_RULE). */
	const char *unasked, *unasked_quick, *unasked_full;
	/* Where nobody asks, for them or for heaps, levels beside the plain one run apart: each alone, in the plain cell, at the largest heap
	 * up to `apart_heap_bytes`. Such an axis needs a new worker. */
	bool is_apart;
	/* A machine may not give a level. Where nobody asked for it by name that is no failure, and the run says why. */
	bool may_lack;
	bool is_percent; /* a number may be given with a % behind it */
	uint64_t apart_heap_bytes;
	/* "a,b": where nobody asks, levels beside the plain one run with these primitives alone. NULL: with all. */
	const char *unasked_primitives;
	/* "a,b": these levels are for some experiments alone: for those that the row names. NULL: none is. */
	const char *own_levels;
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

/* Whether "a,b" has this name. False where the list is NULL. */
bool axis_lists(const char *list, const char *name);

/* Whether by its row levels beside the plain one run apart in an experiment. One that names the axis itself is about it:
 * there they do not. */
bool axis_is_apart_in(const struct axis *axis, const char *experiment);

/* Whether there is such a level. */
bool axis_has(const struct axis *axis, uint64_t level);

/* The plain level: as a number, and as text. */
uint64_t axis_plain(const struct axis *axis);
const char *axis_plain_name(const struct axis *axis);

/* The plain level of each axis. */
void axes_set_plain(uint64_t level[AXIS_COUNT]);

/* Any level as text: its name, or the number. Returns `text`. */
const char *axis_text(const struct axis *axis, uint64_t level, char text[AXIS_TEXT_MAX]);

/* Whether text out of a file may be a level, or is empty: of numbers only what axis_text() yields. */
bool axis_takes_text(const struct axis *axis, const char *level);

/* The key under which a run says what it lacks, of an axis's name or plural: "frames_left_out". Returns `key`. */
const char *axis_left_out(const char *name, char key[AXIS_WORDS_MAX]);

/* A level as a plan shows it: "thp", "2 threads". As captions and tables do: "thp pages (2 MiB)", "2 running
 * threads". `level` is text, perhaps out of a file. Both return `words`. */
const char *axis_short_words(const struct axis *axis, const char *level,
			     char words[AXIS_WORDS_MAX]);
const char *axis_words(const struct axis *axis, const char *level, char words[AXIS_WORDS_MAX]);

#endif
