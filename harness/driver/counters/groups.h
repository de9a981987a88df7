/* Deals counters out into groups that fit the hardware, so that none of them is ever multiplexed
 * (METHODOLOGY, "Counters"). */
#ifndef FORKCOST_GROUPS_H
#define FORKCOST_GROUPS_H

#include "harness/common/counted.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define GROUPS_NONE UINT32_MAX

/* Tells whether these counters can be counted together; see trial_together. */
typedef bool groups_fit(const struct wire_counter *const *members, size_t count);

/* Gives each counter a group, in group[]: numbers from `first` on that rise along the list, or
 * GROUPS_NONE for one that does not even fit alone. Neighbours with the same number in set[] go into
 * one group wherever they fit one: user, kernel and both of an event belong to the same pass.
 * Returns the number behind the last group. */
uint32_t groups_form(const struct wire_counter *const *counters, const uint32_t *set, size_t count,
		     uint32_t first, groups_fit *fit, uint32_t *group);

#endif
