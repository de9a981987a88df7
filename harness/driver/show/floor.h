/* What an item of the fork bill takes at memory speed on the run's machine, worked out of experiment `floors`. No
 * bound where caches help (METHODOLOGY, "Floors"). */
#ifndef FORKCOST_FLOOR_H
#define FORKCOST_FLOOR_H

#include "harness/driver/show/blocks.h"
#include "harness/driver/show/filter.h"

enum floor_item {
	FLOOR_FORK_PAGE, /* a page's part of a fork */
	FLOOR_COPY_FAULT,
	FLOOR_FRESH_PAGE,
	FLOOR_REUSE_FAULT,
	FLOOR_ITEMS
};

extern const char *const floor_names[FLOOR_ITEMS]; /* as in derived.csv */

struct floor_value {
	struct stats_interval ns;
	size_t replicates;        /* 0: there is none, and `why` says why */
	char why[FILTER_WHY_MAX]; /* empty if there is one */
};

/* The rows of `floors` at its largest heap, if that holds more than the last-level cache; else false, and `why` is
 * filled in. */
bool floor_levels(const struct summary *summary, struct filter *filter, char why[FILTER_WHY_MAX]);

struct floor_value floor_find(const struct summary *summary, enum floor_item item);

/* What an experiment measures that is held against a floor: a row of its face. */
struct floored {
	const char *name; /* of the ratio in derived.csv; NULL ends the list */
	const char *words;
	struct filter filter; /* the experiment is filled in */
	enum floor_item floor;
	bool a_page; /* the floor is each page's of the largest heap from 16 MiB on; else it is that at the usual heap */
};

/* One of them, worked out. */
struct floor_ratio {
	const struct row *row; /* what was measured; NULL: nothing, and `why` says why */
	struct stats_interval floor, times;
	char why[FILTER_WHY_MAX];
};

struct floor_ratio floor_ratio_make(const struct summary *summary, const char *experiment,
				    const struct floored *floored);

/* A measured time over its floor. They come from different workers: as independent, so that the half widths of
 * their logs add in squares. */
struct stats_interval floor_times(const struct stats_interval *measured,
				  const struct stats_interval *floor);

/* What the cheapest page fault says of the machine, if it takes longer than hardware makes any: that page tables are kept
 * in software; else nothing (METHODOLOGY, "Guests without nested paging"). Returns `text`. */
const char *floor_paging_words(const struct summary *summary, char *text, size_t bytes);

/* "dotted: WORDS, at memory speed", or nothing where the run has no such floor. Returns `text`. */
const char *floor_words(const struct summary *summary, enum floor_item item, const char *words,
			char *text, size_t bytes);

/* Lines of x, ns and colour of a floor that is the same at every x, or where `a_page` grows with it, heap in bytes;
 * over the rows of a filter. Nothing where there is none. */
void floor_put_line(FILE *file, const struct summary *summary, const struct filter *filter,
		    enum floor_item item, bool a_page, unsigned colour);

#endif
