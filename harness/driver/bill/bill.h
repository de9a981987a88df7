/* The fork bill: what a program pays for starting a child, item by item, and what is left of an independent whole
 * (METHODOLOGY, "The fork bill"). Some items are what a measured time has more than others; the whole is
 * `snapshot`, which no item is taken from. */
#ifndef FORKCOST_BILL_H
#define FORKCOST_BILL_H

#include "harness/driver/analysis/summary.h"

enum bill_item {
	BILL_CREATE,    /* a task, at a heap of 0 */
	BILL_TABLES,    /* copying page tables */
	BILL_PROTECT,   /* write-protecting pages that were written since the last fork */
	BILL_SHOOTDOWN, /* for each running thread of the caller; not in the sum */
	BILL_WRITES,    /* first writes with TLB and caches warm */
	BILL_REFILL,    /* what the same cost more where they are not */
	BILL_SWITCH,    /* of tasks, to the child and back, handed over by futex */
	BILL_END,       /* the child begins, ends, and its page tables are taken down */
	BILL_FREE,      /* frames that copying left with one owner, and what copying displaced */
	BILL_REAP,
	BILL_ITEMS
};

struct bill_item_words {
	const char *name, *words;
	const char *payer,
		*when; /* of a caller that writes; the child pays BILL_WRITES and BILL_REFILL of its own */
	bool by_difference; /* it is what a measured time has more than other items */
};

extern const struct bill_item_words bill_items[BILL_ITEMS];

/* What a program does: a case of snapshot. */
struct bill_story {
	const char *case_name, *words, *primitive, *action;
	const char *write_case;  /* of first_write */
	const char *spread_case; /* of spread_write */
	const char *reap_case;   /* of teardown; NULL: none, the end contains it */
	bool copies_memory; /* the page tables are copied, and so is what is written while they are shared */
	bool child_writes, frees;
};

/* The first is the one that "fork" alone stands for: the caller writes while the child is there. */
enum { BILL_STORIES = 6, BILL_NOTE_MAX = 320, BILL_NOTES_MAX = 2 };

extern const struct bill_story bill_stories[BILL_STORIES];

struct bill_value {
	bool known;   /* else the note says why not */
	bool counts;  /* it belongs to the sum: if it is not known, neither is that */
	double pages; /* by which it may be divided; 0: it is not of pages */
	struct stats_interval ns;
	char note[BILL_NOTE_MAX];
};

struct bill {
	const struct bill_story *story;
	uint64_t heap_bytes;
	unsigned written;    /* percent of the pages */
	uint64_t write_rate; /* pages a second; 0: full speed */
	double pages, written_pages;
	struct stats_interval reached_rate; /* centre NAN: not known, or there is none */
	struct bill_value items[BILL_ITEMS];
	/* rest: whole minus sum. At a rate the whole is without the waits between writes, and without what reading the
	 * clock adds to each; its note says so. */
	struct bill_value sum, whole, rest;
	struct bill_value cpu; /* CPU time of caller and child in the whole */
	double explained;      /* sum over whole; NAN: not known */
};

struct bills {
	size_t count;
	struct bill *all; /* by heap, percent written, rate, story */
	char notes[BILL_NOTES_MAX][BILL_NOTE_MAX];
};

/* The bills of a run, of the heaps, percents written and rates that snapshot has; of a run without it those of spawn with
 * nothing written. The caller frees them. */
enum outcome bills_make(struct bills *bills, const struct summary *summary,
			struct problem *problem);
void bills_free(struct bills *bills);

/* The bill; NULL: there is none. */
const struct bill *bills_find(const struct bills *bills, const struct bill_story *story,
			      uint64_t heap_bytes, unsigned written, uint64_t write_rate);

/* Whether a rate was kept, but for a percent. Not if none is known to be reached (NAN). */
bool bill_keeps_rate(double reached_rate, uint64_t write_rate);

/* "caller", "child"; who pays an item of this story. */
const char *bill_payer(const struct bill_story *story, enum bill_item item);

#endif
