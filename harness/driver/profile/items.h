/* To which item of the fork bill a sample of the kernel's time belongs. */
#ifndef FORKCOST_ITEMS_H
#define FORKCOST_ITEMS_H

#include <stddef.h>

enum item {
#define ITEM(id, ...) ITEM_##id,
#include "harness/driver/profile/items.def"
	ITEM_USER,      /* no function of the kernel was running */
	ITEM_UNMATCHED, /* one was, but no row names it or its callers */
	ITEM_COUNT,
	/* What is there only because it is sampled, or of other programs: belongs to none. */
	ITEM_PROFILING = ITEM_COUNT,
	ITEM_OTHERS,
	ITEM_ALL_COUNT
};

extern const struct item_row {
	const char *name;
	unsigned colour; /* 0xRRGGBB */
} items[ITEM_ALL_COUNT];

/* Of the kernel's functions that were running, innermost first; none: ITEM_USER. Never ITEM_OTHERS. */
enum item item_of(const char *const *functions, size_t count);

#endif
