/* Whether what was asked for by name can have an effect: no option is dropped without a word. */
#ifndef FORKCOST_OPTION_USE_H
#define FORKCOST_OPTION_USE_H

#include "harness/driver/plan/plan.h"

/* Before the jobs are made. Fails on an option for which none of the chosen experiments has a use, naming
 * those that have; where only some have one, notes in plan->holds_for which. An option that asks for no
 * more than what is so anyway, as --cache warm, is fine everywhere. */
enum outcome option_use_check(struct plan *plan, struct problem *problem);

/* When the jobs are made: fails on --evict, --working-set, --cpu and --counters that no cell makes use of; notes in
 * plan->left_out which experiments are not counted in any cell. */
enum outcome option_use_check_jobs(struct plan *plan, struct problem *problem);

#endif
