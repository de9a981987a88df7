/* What the kernel shows of a process and its pages, read from outside while it stands still. */
#ifndef FORKCOST_SIGHT_H
#define FORKCOST_SIGHT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* A number, or why there is none. */
struct fact {
	bool known;
	uint64_t value;
	const char *why; /* static text; NULL if known */
};

/* One process at one time. The facts about a page are of the first. */
struct sight {
	struct fact present, frame, map_count, exclusive, soft_dirty;
	struct fact faults;            /* minor ones of its thread, since it began */
	struct fact page_tables_bytes; /* VmPTE, of the whole process */
	size_t count;
	uint64_t *entries;       /* of all pages, as /proc/PID/pagemap has them; NULL: not read */
	const char *entries_why; /* why not */
};

/* The pages that a walk is about. */
struct sight_pages {
	uint64_t address, page_bytes, count;
};

/* Looks at a process. What cannot be read has a reason. `pages` NULL: at its faults and tables alone. False
 * if there is no memory. The caller frees it. */
bool sight_take(struct sight *sight, pid_t process, pid_t thread, const struct sight_pages *pages);

void sight_free(struct sight *sight);

/* Of all pages: how many the process alone maps; how many lie in another frame than in `other`. Not known
 * where entries or frames are not shown. */
struct fact sight_exclusive(const struct sight *sight);
struct fact sight_apart(const struct sight *sight, const struct sight *other);

/* Whether two processes have one and the same memory (kcmp(2)): 1 or 0. */
struct fact sight_one_memory(pid_t one, pid_t other);

#endif
