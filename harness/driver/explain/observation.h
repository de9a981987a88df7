/* What the kernel shows of a process and its pages, read from outside while it stands still. */
#ifndef FORKCOST_OBSERVATION_H
#define FORKCOST_OBSERVATION_H

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
struct observation {
	struct fact frame, map_count, exclusive, soft_dirty;
	struct fact faults;            /* minor ones of its thread, since it began */
	struct fact page_tables_bytes; /* VmPTE, of the whole process */
	size_t count;
	uint64_t *entries;       /* of all pages, as /proc/PID/pagemap has them; NULL: not read */
	const char *entries_why; /* why not */
};

/* The pages that a walk is about. */
struct observed_pages {
	uint64_t address, page_bytes, count;
};

/* Looks at a process. What cannot be read has a reason. `pages` NULL: at its faults and tables alone. False
 * if there is no memory. The caller frees it. */
bool observation_make(struct observation *observation, pid_t process, pid_t thread,
		      const struct observed_pages *pages);

void observation_free(struct observation *observation);

/* Of all pages: how many the process alone maps; how many lie in another frame than in `other`. Not known
 * where entries or frames are not shown. */
struct fact observation_exclusive(const struct observation *observation);
struct fact observation_frames_differ(const struct observation *observation,
				      const struct observation *other);

/* Whether two processes have one and the same memory (kcmp(2)): 1 or 0. */
struct fact observation_same_mm(pid_t one, pid_t other);

#endif
