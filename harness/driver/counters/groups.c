#include "harness/driver/counters/groups.h"

/* The group that is being filled. */
struct open_group {
	const struct wire_counter *member[COUNTER_GROUP_MAX];
	size_t count;
	uint32_t number;
	groups_fit *fit;
};

/* Adds all of these, or none. */
static bool add(struct open_group *open, const struct wire_counter *const *counters, size_t count)
{
	if (open->count + count > COUNTER_GROUP_MAX)
		return false;
	for (size_t i = 0; i < count; i++)
		open->member[open->count + i] = counters[i];
	if (!open->fit(open->member, open->count + count))
		return false;
	open->count += count;
	return true;
}

/* The same, if need be into a group of their own. */
static bool add_somewhere(struct open_group *open, const struct wire_counter *const *counters,
			  size_t count)
{
	if (add(open, counters, count))
		return true;
	if (open->count == 0)
		return false;
	struct open_group next = {.number = open->number + 1, .fit = open->fit};
	if (!add(&next, counters, count))
		return false;
	*open = next;
	return true;
}

uint32_t groups_form(const struct wire_counter *const *counters, const uint32_t *set, size_t count,
		     uint32_t first, groups_fit *fit, uint32_t *group)
{
	struct open_group open = {.number = first, .fit = fit};
	for (size_t from = 0, to; from < count; from = to) {
		for (to = from; to < count && set[to] == set[from]; to++)
			;
		bool together = add_somewhere(&open, counters + from, to - from);
		for (size_t i = from; i < to; i++)
			group[i] = together || add_somewhere(&open, counters + i, 1) ? open.number
										     : GROUPS_NONE;
	}
	return open.number + (open.count > 0);
}
