#include "harness/driver/show/show.h"

#include <string.h>

extern const struct show *const __start_forkcost_shows[];
extern const struct show *const __stop_forkcost_shows[];

static bool is_before(const struct show *one, const struct show *other)
{
	return one->place < other->place ||
	       (one->place == other->place && strcmp(one->experiment, other->experiment) < 0);
}

/* The first behind `last`; of all if that is NULL. */
static const struct show *next_to(const struct show *last)
{
	const struct show *next = NULL;
	for (const struct show *const *entry = __start_forkcost_shows;
	     entry < __stop_forkcost_shows; entry++) {
		if (last && !is_before(last, *entry))
			continue;
		if (!next || is_before(*entry, next))
			next = *entry;
	}
	return next;
}

const struct show *show_at(size_t index)
{
	const struct show *show = next_to(NULL);
	while (show && index--)
		show = next_to(show);
	return show;
}

const struct show *show_find(const char *experiment)
{
	for (const struct show *const *entry = __start_forkcost_shows;
	     entry < __stop_forkcost_shows; entry++)
		if (strcmp((*entry)->experiment, experiment) == 0)
			return *entry;
	return NULL;
}
