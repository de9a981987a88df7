#include "harness/driver/show/show.h"

#include <string.h>

extern const struct show *const __start_forkcost_shows[];
extern const struct show *const __stop_forkcost_shows[];

static bool is_before(const struct show *one, const struct show *other)
{
	return one->place < other->place ||
	       (one->place == other->place && strcmp(one->experiment, other->experiment) < 0);
}

const struct show *show_at(size_t index)
{
	const struct show *last = NULL;
	for (size_t i = 0; i <= index; i++) {
		const struct show *next = NULL;
		for (const struct show *const *entry = __start_forkcost_shows;
		     entry < __stop_forkcost_shows; entry++)
			if ((!last || is_before(last, *entry)) &&
			    (!next || is_before(*entry, next)))
				next = *entry;
		if (!next)
			return NULL;
		last = next;
	}
	return last;
}

const struct show *show_find(const char *experiment)
{
	for (const struct show *const *entry = __start_forkcost_shows;
	     entry < __stop_forkcost_shows; entry++)
		if (strcmp((*entry)->experiment, experiment) == 0)
			return *entry;
	return NULL;
}
